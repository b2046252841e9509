"""RED706."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity
from redlint.fixes import replace_call
from redlint.model.polling import polling_loop
from redlint.rule import ProjectModel, RedisCall, Rule

_SHORT = 100
"""Bytes below which the hash, with what else a call sends, saves nothing worth a word."""
_LONG = 256


class ScriptBodyPerCall(Rule):
    """The text of a script is sent again with every call.

    ## What it does
    Reports `eval` of a constant script in a loop, from 100 bytes of text, and in functions that run again and again,
    from 256 bytes. Silent in code that runs once, and where each round of the loop has a client of its own.

    ## Why is this bad?
    The server has compiled the script after the first call, and the 40 characters of its hash are enough from then on.
    A script of 1.5 kB made 1601 bytes of each `eval`, and 85 of each call of the registered script.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)
    COUNT = \"\"\"
    local count = redis.call('INCR', KEYS[1])
    if count == 1 then
        redis.call('EXPIRE', KEYS[1], ARGV[1])
    end
    return count
    \"\"\"


    def count_all(visits):
        while True:
            client.eval(COUNT, 1, visits.get(), 60)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)
    COUNT = \"\"\"
    local count = redis.call('INCR', KEYS[1])
    if count == 1 then
        redis.call('EXPIRE', KEYS[1], ARGV[1])
    end
    return count
    \"\"\"
    count = client.register_script(COUNT)


    def count_all(visits):
        while True:
            count(keys=[visits.get()], args=[60])
    ```

    ## Fix safety
    Unsafe: the first call after a restart of the server takes three round trips, and a user of the server needs the
    right to `EVALSHA` and `SCRIPT LOAD`. The fix registers the script where it is called, which sends nothing but
    computes the hash each time; a script that is registered once saves that, too. On pipelines it is only displayed.

    ## Known problems
    How often a function is called cannot be seen.

    ## References
    - [EVALSHA](https://redis.io/docs/latest/commands/evalsha/)
    """

    code = "RED706"
    since = "0.2"
    severity = Severity.WARNING
    commands = frozenset({"EVAL", "EVAL_RO"})
    message = "Each call sends the whole text of the script"
    help = "Register the script once with `register_script`, and call what that returns"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report constant texts that are sent again and again."""
        script = call.argument("script")
        lengths = [len(text.text.encode()) for text in script.scripts if text.is_constant] if script else []
        if not lengths or script is None or len(lengths) < len(script.scripts):
            return
        in_loop = _is_repeated(call)
        if min(lengths) < (_SHORT if in_loop else _LONG) or (call.scope.runs_once and not in_loop):
            return
        edits = _registered(call)
        applicability = Applicability.UNSAFE if edits else Applicability.DISPLAY
        when = "in each round of the loop" if in_loop else "with each call"
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{call.shown_command} sends the {min(lengths)} bytes of the script {when}, where 40 would do",
            fix=Fix(applicability, "Call the registered script", edits or ()),
        )


def _is_repeated(call: RedisCall) -> bool:
    """Whether a loop makes the call again and again to the same server."""
    if call.loop is None:
        return polling_loop(call)
    constant = any(block.number == call.loop.number and (block.items or 0) > 0 for block in call.loops())
    return not call.loop.receiver_varies and not constant


def _registered(call: RedisCall) -> tuple[Edit, ...] | None:
    """The call of a registered script instead, where it is known which of the arguments are keys."""
    script, count = call.argument("script"), call.argument("numkeys")
    rest = [one for one in call.arguments if one not in (script, count)]
    if script is None or count is None or call.method != "eval" or call.client.queues:
        return None
    number = count.constant
    if type(number) is not int or any(one.splat or one.keyword for one in rest) or not 0 <= number <= len(rest):
        return None
    keys, values = (", ".join(one.text for one in part) for part in (rest[:number], rest[number:]))
    given = ", ".join(f"{name}=[{texts}]" for name, texts in (("keys", keys), ("args", values)) if texts)
    return replace_call(call, f"{call.receiver}.register_script({script.text})({given})")
