"""RED209."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.key_words import names_unique
from redlint.model.keyspace import PatternUse
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule

_MOST_RELATED = 5


class UnboundedList(Rule):
    """Elements are added to a list or log and nothing in the project ever takes any away.

    ## What it does
    Reports, once per key pattern, `LPUSH` or `RPUSH` to a list that the project itself reads, and `ZADD` or `SADD` of
    members that never come back (a time, a UUID), where no code of the project pops, trims or removes elements,
    deletes the key or gives it a TTL.

    ## Why is this bad?
    The key grows with every event until the server runs out of memory; then it evicts other keys or refuses
    writes. Long before that, commands that work on the whole key get slow, and all clients wait for them.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def record(event):
        client.rpush("events", event)


    def latest():
        return client.lrange("events", -10, -1)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def record(event):
        with client.pipeline() as pipe:
            pipe.rpush("events", event)
            pipe.ltrim("events", -1000, -1)
            pipe.execute()


    def latest():
        return client.lrange("events", -10, -1)
    ```

    ## Fix safety
    The fix is only displayed: how many elements to keep is a decision.

    ## Known problems
    Silent for lists that the project only fills or measures, since another program may consume them; and for all
    lists where the project pops or trims one whose key cannot be worked out. Lists that are meant to stay belong in
    the `persistent-keys` setting.

    ## References
    - [LTRIM](https://redis.io/docs/latest/commands/ltrim/)
    - [ZREMRANGEBYSCORE](https://redis.io/docs/latest/commands/zremrangebyscore/)
    """

    code = "RED209"
    since = "0.2"
    severity = Severity.WARNING
    message = "Elements are added that nothing removes"
    help = "Trim the key where you add to it, or give it a TTL"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first growing write in production code."""
        growing = [use for use in uses.growth if use.call.production and _is_log(use)]
        if not growing or not growing[0].call.production or project.is_persistent(uses.pattern):
            return
        first = growing[0]
        if len(first.key.patterns) != 1 or not any(_looks_inside(use) for use in uses.uses):
            return
        if any(_bounds(use) for other in project.overlapping(uses.pattern) for use in other.uses):
            return
        kinds = uses.value_types
        if any(_takes_from_unknown(call, kinds) for call in project.calls()):
            return
        call = first.call
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=(
                f"{call.shown_command} adds to {uses.pattern.display}, "
                "which no code in the project pops, trims, deletes or expires"
            ),
            related=tuple(
                Related(use.call.path, use.call.span, "also added to here") for use in growing[1 : _MOST_RELATED + 1]
            ),
            fix=Fix(Applicability.DISPLAY, "Remove old elements in the same pipeline"),
        )


def _is_log(use: PatternUse) -> bool:
    """Whether a write adds an element that was not there: to a list always, else by the words of the member."""
    kinds = {kind for command in use.commands for kind in command.value_types}
    if kinds == {"list"}:
        return True
    if not kinds <= {"set", "zset"}:
        return False
    return any(names_unique(member.text.partition(":")[0]) for member in use.elements)


def _looks_inside(use: PatternUse) -> bool:
    """Whether the project itself wants the elements; the length of a list is also asked for by who only fills it."""
    return use.call.production and use.reads and not any(command.name == "LLEN" for command in use.commands)


def _bounds(use: PatternUse) -> bool:
    return use.deletes or use.takes_away or use.is_script or use.may_expire or use.overwrites


def _takes_from_unknown(call: RedisCall, kinds: frozenset[str]) -> bool:
    """Whether a call takes elements out of a collection of these types whose key is not known at all."""
    return any(
        key.access is not None
        and key.access.deletes
        and not key.patterns
        and any(command.value_types <= kinds for command in call.commands)
        for key in call.keys
    )
