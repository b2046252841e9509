"""RED103."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.table import Cost
from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.endless import adds_one_of_many, trims
from redlint.model.keyspace import PatternUse
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule

_ITERATORS = {"hash": "hscan_iter", "set": "sscan_iter", "zset": "zscan_iter"}
_WHOLE = {"LRANGE": (0, -1), "ZRANGE": (0, -1), "ZREVRANGE": (0, -1), "XRANGE": ("-", "+"), "XREVRANGE": ("+", "-")}
_LIMITS = ("num", "count", "desc")
_MOST_RELATED = 5


class UnboundedCollectionRead(Rule):
    """A collection that grows with use is read as a whole.

    ## What it does
    Reports, once per key pattern, `HGETALL`, `HKEYS`, `HVALS`, `SMEMBERS`, `LRANGE 0 -1`, `ZRANGE 0 -1` and
    `XRANGE - +` of a key that the project adds ever more elements to: messages, or names such as ids, users,
    addresses or times. It is a warning where nothing in the project ever takes elements away, deletes the key or
    lets it expire (a note for hashes, whose fields may be of a fixed set), and a note where single elements are
    taken away from the one such collection there is.

    ## Why is this bad?
    The server copies the whole collection into one reply while all other clients wait, and the client holds it
    in memory at once. With 10 elements nobody notices, with a million it takes seconds.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def visit(page, visitor):
        client.sadd(f"visitors:{page}", visitor)


    def visitors(page):
        return client.smembers(f"visitors:{page}")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def visit(page, visitor):
        client.sadd(f"visitors:{page}", visitor)


    def visitors(page):
        for visitor in client.sscan_iter(f"visitors:{page}", count=500):
            yield visitor
    ```

    ## Fix safety
    The fix is only displayed: a scan may return an element twice and does not show one moment.

    ## Known problems
    How large a key really gets cannot be seen. Keys whose text or writers are unknown are not reported, nor
    collections that the project trims, deletes or gives a TTL, and those that the reading function itself empties.

    ## References
    - [HGETALL](https://redis.io/docs/latest/commands/hgetall/)
    - [SCAN](https://redis.io/docs/latest/commands/scan/)
    """

    code = "RED103"
    since = "0.2"
    severity = Severity.INFO
    message = "The whole collection is read at once, however large it is"
    help = "Read it in parts, with a scan or a range"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first read of the whole where elements are added under names that vary."""
        if not uses.is_collection or uses.is_rewritten:
            return
        touching = [use for other in project.overlapping(uses.pattern) for use in other.uses]
        if any(use.is_script or trims(use) for use in touching):
            return
        sure = [use for use in uses.uses if use.call.production and len(use.key.patterns) == 1 and not use.key.many]
        reads = [use.call for use in sure if _reads_all(use.call) and not _is_emptied(use, uses)]
        added = next((use for use in sure if use.adds_element and adds_one_of_many(use)), None)
        if not reads or added is None or not reads[0].production:
            return
        if any(use.deletes or use.may_expire for use in touching):  # a batch that is collected and worked off
            return
        stays = not any(use.takes_away or use.overwrites for use in touching)
        if not stays and (uses.pattern.varies or _is_register(uses)):
            return
        first = reads[0]
        kind = "/".join(sorted(uses.value_types))
        endless = stays and kind != "hash"
        grows = "grows without bound" if endless else "has as many elements as the code adds"
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            severity=Severity.WARNING if endless else Severity.INFO,
            message=f"{first.command_name} reads all of {uses.pattern.display}, a {kind} that {grows}",
            related=(
                Related(added.call.path, added.call.span, f"grows here, through {added.call.command_name}"),
                *(Related(call.path, call.span, "also read as a whole here") for call in reads[1:_MOST_RELATED]),
            ),
            fix=Fix(Applicability.DISPLAY, _advice(uses)),
        )


def _reads_all(call: RedisCall) -> bool:
    """Whether a call asks for every element: by its cost, or by a range from the first to the last."""
    command = call.command
    if command is None or not command.readonly or command.multi_key:
        return False
    if command.name not in _WHOLE:
        return command.cost is Cost.LINEAR_KEY and len(call.arguments) == 1
    if any(call.argument(name) is not None for name in _LIMITS):
        return False
    bounds = tuple(
        argument.constant for argument in call.arguments if argument.parameter in ("start", "end", "min", "max")
    )
    return bounds == _WHOLE[command.name] or (command.name.startswith("X") and len(call.arguments) == 1)


def _is_register(uses: PatternUses) -> bool:
    """Whether a list is not popped, but single elements are removed from it by what they are: a list of what is."""
    names = {command.name for use in uses.uses if use.takes_away for command in use.commands}
    return names == {"LREM"}


def _is_emptied(read: PatternUse, uses: PatternUses) -> bool:
    """Whether the function that reads also takes elements away: it works the collection off."""
    return any(use.call.scope == read.call.scope and (use.takes_away or use.deletes) for use in uses.uses)


def _advice(uses: PatternUses) -> str:
    found = [_ITERATORS[kind] for kind in uses.value_types if kind in _ITERATORS]
    return f"Iterate with `{found[0]}`" if len(found) == 1 else "Read it in parts"
