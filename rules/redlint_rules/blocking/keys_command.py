"""RED101."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Confidence, Diagnostic, Fix, Severity
from redlint.fixes import replace_awaited, replace_call
from redlint.model.kinds import Role, Usage
from redlint.rule import ProjectModel, RedisCall, Rule

_SCAN_COUNT = 1000


class KeysCommand(Rule):
    """KEYS walks the whole keyspace and blocks the server while it does.

    ## What it does
    Reports every call that sends `KEYS` from production code: `client.keys()`, on a pipeline, or through
    `execute_command("KEYS", ...)`.

    ## Why is this bad?
    Redis runs commands one at a time. `KEYS` compares its pattern with every key of the database before it
    answers, so all other clients wait for a time that grows with the number of keys, not with the number of
    matches. With some hundred thousand keys that is a noticeable pause, with millions it looks like an outage.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def active_sessions():
        return client.keys("session:*")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def active_sessions():
        return list(client.scan_iter(match="session:*", count=1000))
    ```

    ## Fix safety
    Unsafe. `SCAN` may return a key more than once, gives no snapshot of one moment, and with its default
    `COUNT` of 10 needs a round trip for every few keys (the fix asks for 1000). On a cluster client `keys()`
    asks a single node while `scan_iter()` asks all primaries, so the result grows. No fix is offered for a
    pipeline, which cannot iterate.

    ## Known problems
    `KEYS` in Lua scripts is not seen. `cache.keys()` of a Django cache is taken for django-redis's, the only
    common backend that has the method.

    ## References
    - [KEYS](https://redis.io/docs/latest/commands/keys/)
    - [SCAN](https://redis.io/docs/latest/commands/scan/)
    - [Incident: KEYS blocked a database and dozens of services](https://github.com/apereo/cas/pull/5332)
    """

    code = "RED101"
    since = "0.1"
    severity = Severity.ERROR
    commands = frozenset({"KEYS"})
    message = "KEYS visits every key in the database; all other clients wait until it returns"
    help = "Iterate with `scan_iter` instead"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the call; the commands filter has done the rest."""
        yield self.diagnostic(call.path, call.span, confidence=call.client.confidence, fix=_fix(call))


def _fix(call: RedisCall) -> Fix | None:
    if call.client.role is Role.CACHE:
        return Fix(Applicability.DISPLAY, "Iterate with `iter_keys`, which sends SCAN")
    if call.client.queues:
        return Fix(Applicability.DISPLAY, "Collect the keys with `scan_iter` on the client before the pipeline")
    scan = _scan(call)
    if scan is None or call.client.confidence is Confidence.NAMED:
        return None
    if not call.client.is_async:
        text = scan if call.usage is Usage.ITERATED else f"list({scan})"
        edits = replace_call(call, text)
    else:
        edits = replace_awaited(call, f"[key async for key in {scan}]")
    return Fix(Applicability.UNSAFE, "Replace by `scan_iter`", edits) if edits is not None else None


def _scan(call: RedisCall) -> str | None:
    """The `scan_iter` call with the same pattern, where the arguments allow it."""
    if call.method != "keys" or call.has_unknown_arguments or len(call.arguments) > 1:
        return None
    if not call.arguments:
        return f"{call.receiver}.scan_iter(count={_SCAN_COUNT})"
    argument = call.arguments[0]
    if argument.parameter != "pattern" or argument.splat or "\n" in argument.text:
        return None
    return f"{call.receiver}.scan_iter(match={argument.text}, count={_SCAN_COUNT})"
