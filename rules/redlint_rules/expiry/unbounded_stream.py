"""RED208."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import add_keyword
from redlint.model.keyspace import PatternUse
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule

_TRIMMING = frozenset({"XTRIM", "XDEL", "XDELEX", "XACKDEL"})
_MOST_RELATED = 5


class UnboundedStream(Rule):
    """Entries are added to a stream and nothing in the project ever removes any.

    ## What it does
    Reports `XADD` without `maxlen` or `minid`, once per key pattern, where no code of the project bounds such a
    stream: with `XTRIM` or `XDEL`, with `XADD` and a limit elsewhere, by deleting or renaming the key, by a TTL, or
    perhaps in a script that gets the key.

    ## Why is this bad?
    A stream keeps its entries after they were read and acknowledged. Without a limit it grows with every
    event until the server runs out of memory; then it evicts other keys or refuses writes.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def record(order_id):
        client.xadd("orders", {"id": order_id})
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def record(order_id):
        client.xadd("orders", {"id": order_id}, maxlen=100_000)
    ```

    ## Fix safety
    Unsafe, and only offered when the option `maxlen` names a number of entries: older ones are lost. Without the
    option the fix is only displayed. redis-py trims approximately, which is cheap and keeps some more.

    ## Options
    - `maxlen`: number of entries that the fix passes as `maxlen=`; no value by default.

    ## Known problems
    Another program may trim the stream, and so may code whose key cannot be worked out; `XTRIM` and `XDEL` of an
    unknown key silence the rule for the whole project. Streams that are a log for good belong in the
    `persistent-keys` setting.

    ## References
    - [XADD](https://redis.io/docs/latest/commands/xadd/)
    - [XTRIM](https://redis.io/docs/latest/commands/xtrim/)
    - [Report: streams without a limit grow with every task](https://github.com/scaleapi/scale-agentex/pull/111)
    """

    code = "RED208"
    since = "0.2"
    severity = Severity.WARNING
    message = "XADD adds entries that nothing removes"
    help = "Pass `maxlen=` with the number of entries to keep, or trim the stream with `xtrim`"

    @dataclass(frozen=True)
    class Options(Rule.Options):
        """Settings of the rule."""

        maxlen: int | None = None

    options: Options

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first growing XADD in production code."""
        growing = [use for use in uses.growth if use.call.command_name == "XADD" and use.call.production]
        if not growing or uses.pattern.is_opaque or not growing[0].call.production:
            return
        first = growing[0].call
        if growing[0].key.patterns[0].identity != uses.pattern.identity or project.is_persistent(uses.pattern):
            return
        others = [one for one in project.overlapping(uses.pattern) if _may_be_stream(one)]
        if any(other.may_expire or any(_bounds(use) for use in other.uses) for other in others):
            return
        if any(_trims_unknown(call) for call in project.calls()):
            return
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            message=f"XADD adds to {uses.pattern.display}, which no code in the project trims, deletes or expires",
            related=tuple(
                Related(use.call.path, use.call.span, "also added to here") for use in growing[1 : _MOST_RELATED + 1]
            ),
            fix=self._fix(first),
        )

    def _fix(self, call: RedisCall) -> Fix:
        edits = add_keyword(call, "maxlen", str(self.options.maxlen)) if self.options.maxlen is not None else None
        if edits is None:
            return Fix(Applicability.DISPLAY, "Pass `maxlen=<entries>`")
        return Fix(Applicability.UNSAFE, f"Pass `maxlen={self.options.maxlen}`", edits)


def _bounds(use: PatternUse) -> bool:
    """Whether a call bounds the stream, or may: also what cannot be seen through, a script or a raw command."""
    call = use.call
    for command in call.commands:
        if command.name in _TRIMMING or command.deletes or command.group == "scripting":
            return True
        if command.name == "XADD" and (
            call.spec is None or call.has_unknown_arguments or call.argument("maxlen") or call.argument("minid")
        ):
            return True
    return False


def _may_be_stream(uses: PatternUses) -> bool:
    """Of patterns without any literal, which overlap with all others, only those used as streams count."""
    return not uses.pattern.is_opaque or "stream" in uses.value_types


def _trims_unknown(call: RedisCall) -> bool:
    """Whether a call trims a stream whose key is not known at all."""
    return any(command.name in _TRIMMING for command in call.commands) and not any(key.patterns for key in call.keys)
