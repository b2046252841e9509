"""RED107."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.access import AccessMode
from redlint.commands.table import Cost
from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.endless import endless_growth
from redlint.model.keyspace import PatternUse
from redlint.rule import ProjectModel, RedisCall, Rule

_SETS = frozenset({"set", "zset"})


class LargeSetAlgebra(Rule):
    """Sets that grow without bound are combined in one command.

    ## What it does
    Reports unions, intersections and differences (`SUNION`, `SINTER`, `SDIFF`, `ZUNION`, ..., also those that store)
    of sets or sorted sets that the project adds ever more elements to and takes none away from. An intersection is as
    much work as its smallest set, so it is reported only where all of them grow; a difference of sets is reported where
    the first one does.

    ## Why is this bad?
    The server goes through all elements of the sets in one step while all other clients wait, and the reply holds every
    element that is left. With a million elements this takes seconds.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def join(club, member):
        client.sadd(f"members:{club}", member)


    def have_much_in_common(club, other_club):
        return len(client.sinter(f"members:{club}", f"members:{other_club}")) >= 100
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def join(club, member):
        client.sadd(f"members:{club}", member)


    def have_much_in_common(club, other_club):
        return client.sintercard(2, [f"members:{club}", f"members:{other_club}"], limit=100) >= 100
    ```

    ## Fix safety
    There is no fix: whether a count, a part or a result that is computed beforehand will do cannot be seen.

    ## Known problems
    How large a set really gets cannot be seen. Sets whose text or writers are unknown are not reported, nor those that
    the project trims, deletes or gives a TTL. `SINTERCARD` and `ZINTERCARD` with a `limit` are silent: they stop there.

    ## References
    - [SUNION](https://redis.io/docs/latest/commands/sunion/)
    - [SINTERCARD](https://redis.io/docs/latest/commands/sintercard/)
    """

    code = "RED107"
    since = "0.2"
    severity = Severity.INFO
    message = "The command goes through all elements of sets that grow without bound"
    help = "Combine parts of the sets, count with PFCOUNT or SINTERCARD, or combine them when elements are added"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report set algebra whose work grows with use."""
        command = call.command
        if command is None or not command.multi_key or command.cost is not Cost.LINEAR_KEY:
            return
        limit = call.argument("limit")
        if not command.value_types < _SETS or call.has_unknown_arguments or (limit and limit.constant != 0):
            return
        growths = [
            endless_growth(key.patterns[0], project) if len(key.patterns) == 1 else None
            for key in call.keys
            if key.access is not None and key.access.mode is AccessMode.READ
        ]
        added = _deciding(call.command_name, growths)
        if added is None:
            return
        shown = added.key.patterns[0].display
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{call.command_name} goes through all elements of {shown}, which grows without bound",
            related=(Related(added.call.path, added.call.span, f"grows here, through {added.call.command_name}"),),
        )


def _deciding(command: str, growths: list[PatternUse | None]) -> PatternUse | None:
    """The growth that decides how much work the command is, by the complexities of the commands' pages."""
    known = [growth for growth in growths if growth is not None]
    if not known:
        return None
    if "INTER" in command:  # as much work as its smallest set
        return known[0] if len(known) == len(growths) else None
    if command.startswith("SDIFF"):  # looks up each element of the first set, or goes through all: what is less
        return growths[0]
    return known[0]
