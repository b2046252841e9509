"""RED112."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import replace_around
from redlint.model.kinds import Usage
from redlint.rule import ProjectModel, RedisCall, Rule

_COUNTS: Mapping[str, str] = {
    "SMEMBERS": "scard",
    "HGETALL": "hlen",
    "HKEYS": "hlen",
    "HVALS": "hlen",
    "LRANGE": "llen",
    "ZRANGE": "zcard",
    "ZREVRANGE": "zcard",
}
"""Commands that read a whole collection, and the methods that tell its size (https://redis.io/docs/latest/commands/)."""
_CONTAINS: Mapping[str, str] = {"SMEMBERS": "sismember", "HKEYS": "hexists", "HGETALL": "hexists"}
_RANGES = frozenset({"LRANGE", "ZRANGE", "ZREVRANGE"})
_PLAIN = ("name", "start", "end")


class WholeReadForOneAnswer(Rule):
    """A whole collection is read to learn its size, or whether it holds one thing.

    ## What it does
    Reports `len(client.smembers(key))` and the like (`hgetall`, `hkeys`, `hvals`, `lrange` and `zrange` from 0 to -1),
    `member in client.smembers(key)`, `field in client.hkeys(key)`, `client.hgetall(key)[field]`, `len(client.keys())`.

    ## Why is this bad?
    The server sends everything, and the client builds objects of it, for one number. The server knows the size of
    every collection, and whether it holds an element, without looking at the rest.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def visitors(page):
        return len(client.smembers(f"visitors:{page}"))
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def visitors(page):
        return client.scard(f"visitors:{page}")
    ```

    ## Fix safety
    Safe for sizes: `len(...)` becomes `scard`, `hlen`, `llen` or `zcard`, which reply with the same number, 0 for a
    missing key, and the same error for a key of another type. For one field and for membership the fix is only
    displayed: `hget` replies `None` where the dict raises `KeyError`, and without `decode_responses` text is never
    among the bytes that come back.

    ## Known problems
    A collection that is kept in a variable first is not followed.

    ## References
    - [SCARD](https://redis.io/docs/latest/commands/scard/)
    - [HLEN](https://redis.io/docs/latest/commands/hlen/)
    """

    code = "RED112"
    since = "0.2"
    severity = Severity.WARNING
    commands = frozenset({*_COUNTS, "KEYS"})
    message = "The whole collection is read for one answer"
    help = "Ask the server for the size or the element"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report whole reads of which only one thing is used."""
        if call.client.queues or not _is_whole(call):
            return
        name = call.command_name
        is_sized = call.usage is Usage.ARGUMENT and call.consumer == "len"
        if is_sized and name == "KEYS":
            help, fix = "Ask for the number of keys with `dbsize()`", None
        elif is_sized:
            help, fix = f"Ask for the size with `{_COUNTS[name]}`", _count(call, _COUNTS[name])
        elif call.usage is Usage.COMPARED and call.consumer in ("in", "not in") and name in _CONTAINS:
            help = f"Ask for the element with `{_CONTAINS[name]}`"
            fix = Fix(Applicability.DISPLAY, help)
        elif call.usage is Usage.SUBSCRIPTED and name == "HGETALL":
            help = "Ask for the field with `hget`"
            fix = Fix(Applicability.DISPLAY, help)
        else:
            return
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{name} reads everything for one answer",
            help=help,
            fix=fix,
        )


def _is_whole(call: RedisCall) -> bool:
    """Whether a call surely reads all there is."""
    if call.has_unknown_arguments or any(argument.splat for argument in call.arguments):
        return False
    if call.command_name == "KEYS":
        return not call.arguments or call.arguments[0].constant in ("*", b"*")
    if call.command_name not in _RANGES:
        return call.method.upper() == call.command_name
    start, end = call.argument("start"), call.argument("end")
    is_plain = all(argument.parameter in _PLAIN for argument in call.arguments)
    return is_plain and start is not None and end is not None and (start.constant, end.constant) == (0, -1)


def _count(call: RedisCall, method: str) -> Fix:
    key = call.arguments[0].text if call.arguments and call.arguments[0].parameter == "name" else ""
    edits = replace_around(call, "len", f"{call.receiver}.{method}({key})") if key and "\n" not in key else None
    if edits is None:
        return Fix(Applicability.DISPLAY, f"Use `{method}`")
    return Fix(Applicability.SAFE, f"Use `{method}`", edits)
