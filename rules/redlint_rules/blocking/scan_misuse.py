"""RED108."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.cursors import drops_cursor, starts_over
from redlint.model.kinds import ScopeKind
from redlint.rule import ProjectModel, RedisCall, Rule


class ScanMisuse(Rule):
    """One page of a SCAN is taken for everything.

    ## What it does
    Reports SCAN, HSCAN, SSCAN and ZSCAN from cursor 0 in a function that throws the cursor of the reply away, so that
    nothing can ask for the next page.

    ## Why is this bad?
    A page holds about 10 elements by default, and may hold none while there are more. Small collections come in one
    page, so that tests pass; the larger ones of production lose elements without an error.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def members(group):
        cursor, found = client.sscan(f"group:{group}")
        return found
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def members(group):
        return list(client.sscan_iter(f"group:{group}"))
    ```

    ## Fix safety
    Only displayed: the iterator gives the elements one by one, and those of a hash as pairs.

    ## Known problems
    Replies that are kept whole in a variable are not followed, nor are calls at module level. One page that is meant as
    a sample is reported.

    ## References
    - [SCAN](https://redis.io/docs/latest/commands/scan/)
    """

    code = "RED108"
    since = "0.2"
    severity = Severity.WARNING
    commands = frozenset({"SCAN", "HSCAN", "SSCAN", "ZSCAN"})
    message = "One page is taken for everything"
    help = "Follow the cursor until it is 0, or use the iterator of the client"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report first pages after which no other can come."""
        if call.through or call.client.queues or call.awaited != call.client.is_async:
            return
        if call.scope.kind is not ScopeKind.FUNCTION or not starts_over(call) or not drops_cursor(call):
            return
        name = call.command_name
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{name} gives one page and its cursor is dropped: what comes after the page is missed",
            fix=Fix(Applicability.DISPLAY, f"Use `{name.lower()}_iter`"),
        )
