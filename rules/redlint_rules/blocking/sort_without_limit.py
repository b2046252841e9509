"""RED106."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ProjectModel, RedisCall, Rule


class SortWithoutLimit(Rule):
    """SORT sorts a whole collection and sends all of it.

    ## What it does
    Reports `sort()` without `start` and `num`, unless it stores what it has sorted.

    ## Why is this bad?
    The server copies the collection, sorts the copy, and with `by` or `get` reads other keys for each element, while
    all other clients wait. With a limit it still sorts, but reads and sends only the part that is asked for.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def newest(user):
        return client.sort(f"orders:{user}", by="order:*->date", desc=True)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def newest(user):
        return client.sort(f"orders:{user}", start=0, num=20, by="order:*->date", desc=True)
    ```

    ## Fix safety
    The fix is only displayed: how many elements are wanted cannot be seen.

    ## Known problems
    How large the collection is cannot be seen.

    ## References
    - [SORT](https://redis.io/docs/latest/commands/sort/)
    """

    code = "RED106"
    since = "0.2"
    severity = Severity.WARNING
    preview = True
    commands = frozenset({"SORT", "SORT_RO"})
    message = "SORT sorts and sends the whole collection; all other clients wait until it is done"
    help = "Ask for a part with `start` and `num`, or keep the elements in a sorted set"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report sorting without a limit."""
        given = [call.argument(name) for name in ("num", "store")]
        if call.has_unknown_arguments or any(one is not None and one.constant is not None for one in given):
            return
        key = call.keys[0].shown if call.keys else "a collection"
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{call.shown_command} sorts and sends all of {key}; all other clients wait until it is done",
            fix=Fix(Applicability.DISPLAY, "Pass `start=` and `num=`"),
        )
