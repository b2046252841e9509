"""RED109."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import add_keyword, replace_argument
from redlint.model.block_time import block_seconds
from redlint.model.polling import polling_loop
from redlint.rule import ProjectModel, RedisCall, Rule


class BlockingWithoutTimeout(Rule):
    """A blocking command waits for ever.

    ## What it does
    Reports `BLPOP`, `BRPOP`, `BLMOVE`, `BZPOPMIN`, `XREAD`, `WAIT` and the like with a timeout of 0, or without one. As
    information only where the code says `timeout=0` in a loop: that is what workers do.

    ## Why is this bad?
    The call returns when there is something, and not before: a worker cannot be stopped, and does not notice that its
    connection is dead. A timeout of some seconds in a loop costs nothing and lets the program look around.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=None)


    def next_job():
        return client.brpoplpush("jobs", "running")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=None)


    def next_job():
        return client.brpoplpush("jobs", "running", timeout=5)
    ```

    ## Fix safety
    Unsafe: after the timeout the call returns `None` (or an empty list), which the code may not expect.

    ## Known problems
    Silent where the client's socket timeout ends the wait before (see RED110).

    ## References
    - [BLPOP](https://redis.io/docs/latest/commands/blpop/)
    """

    code = "RED109"
    since = "0.2"
    severity = Severity.WARNING
    message = "The command waits for ever"
    help = "Give it a timeout, and call it again in a loop"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report blocking commands that never come back by themselves."""
        found = block_seconds(call, project.target)
        if found is None or found.seconds or found.limit is not None:
            return
        is_decided = found.argument is not None and polling_loop(call)
        unit = found.per_second * 5
        edits = (
            add_keyword(call, found.parameter, str(unit))
            if found.argument is None
            else replace_argument(call, found.parameter, str(unit))
        )
        applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            severity=Severity.INFO if is_decided else None,
            message=f"{call.shown_command} waits for ever",
            fix=Fix(applicability, f"Pass `{found.parameter}={unit}`, which is 5 seconds", edits or ()),
        )
