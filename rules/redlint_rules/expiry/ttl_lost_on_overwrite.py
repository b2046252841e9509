"""RED203."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import add_keyword
from redlint.model.keyspace import PatternUse
from redlint.model.ttl import TtlEffect
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule


class TtlLostOnOverwrite(Rule):
    """A write drops the TTL that other code gave the key.

    ## What it does
    Reports `SET` without a TTL, `GETSET`, `SUNIONSTORE` and other writes that replace a whole key, where other code
    of the project gives keys of the same pattern a TTL.

    ## Why is this bad?
    A command that replaces a key drops its TTL. From then on the key stays for good, though the code that set
    the TTL relies on it: sessions do not end, caches grow old, memory fills up.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def log_in(user_id, data):
        client.set(f"user:{user_id}:data", data, ex=3600)


    def change(user_id, data):
        client.set(f"user:{user_id}:data", data)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def log_in(user_id, data):
        client.set(f"user:{user_id}:data", data, ex=3600)


    def change(user_id, data):
        client.set(f"user:{user_id}:data", data, keepttl=True)
    ```

    ## Fix safety
    Unsafe, and only for `set`: `keepttl=True` (Redis 6.0 and later) keeps the TTL that the key has. Whether the
    TTL should begin anew instead is a decision.

    ## Known problems
    Silent where the function of the write gives the key a TTL as well, or deletes it first: then the code has
    decided. Only patterns with the same text and, in front, the same variables count as the same keys.

    ## References
    - [EXPIRE](https://redis.io/docs/latest/commands/expire/)
    - [SET](https://redis.io/docs/latest/commands/set/)
    """

    code = "RED203"
    since = "0.2"
    severity = Severity.WARNING
    message = "The write drops the TTL of the key"
    help = "Pass `keepttl=True` to keep the TTL, or `ex=` to give a new one"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each write that drops a TTL which code in another function gives."""
        given = [use for use in uses.uses if use.call.production and use.effect is TtlEffect.SETS and _is_sure(use)]
        if not given or project.is_persistent(uses.pattern):
            return
        for use in uses.uses:
            if not use.creates or use.effect is not TtlEffect.CLEARS or not use.call.production or not _is_sure(use):
                continue
            if use.call.client.library == "fakeredis" or _is_decided(use, uses):
                continue
            yield self._lost(uses, use, given[0])

    def _lost(self, uses: PatternUses, use: PatternUse, given: PatternUse) -> Diagnostic:
        call = use.call
        name = given.call.command_name or given.call.method.upper()
        return self.diagnostic(
            call.path,
            call.span,
            confidence=min(call.client.confidence, given.call.client.confidence),
            message=(
                f"{call.command_name or call.method.upper()} drops the TTL of {uses.pattern.display} "
                f"that {name} gives it elsewhere: the key then stays for good"
            ),
            related=(Related(given.call.path, given.call.span, "the TTL is given here"),),
            fix=_fix(call),
        )


def _is_sure(use: PatternUse) -> bool:
    """Whether the call means a key of this pattern and no other."""
    return len(use.key.patterns) == 1


def _is_decided(write: PatternUse, uses: PatternUses) -> bool:
    """Whether the function of a write sets a TTL or deletes the key as well."""
    return any(
        use.deletes or use.effect in (TtlEffect.SETS, TtlEffect.MAY_SET, TtlEffect.KEEPS)
        for use in uses.uses
        if use.call.scope == write.call.scope and use is not write
    )


def _fix(call: RedisCall) -> Fix:
    edits = add_keyword(call, "keepttl", "True") if call.method == "set" else None
    if edits is None:
        return Fix(Applicability.DISPLAY, "Give the key its TTL again")
    return Fix(Applicability.UNSAFE, "Pass `keepttl=True`", edits)
