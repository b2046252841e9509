"""RED201."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import add_keyword
from redlint.model.key_words import event_hole, expirable_word, names_setting
from redlint.model.keyspace import PatternUse, only_if_missing
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule

_WRITES = frozenset({"SET", "SETNX", "GETSET", "MSET", "MSETNX", "JSON.SET", "JSON.MSET"})
_TTL_ARGUMENTS = ("px", "exat", "pxat", "keepttl")
_MOST_RELATED = 5


class SetWithoutTtl(Rule):
    """A key is written as a whole and nothing in the project ever gives it a TTL.

    ## What it does
    Looks at every key pattern of the project that is written with `SET`, `SETNX`, `MSET`, `GETSET` or
    `JSON.SET`, and reports it once, at its first write, if no code gives such a key a TTL: neither in the
    write itself nor with `EXPIRE`, `SETEX`, `GETEX` or another command anywhere else.

    It is a warning where the key looks made to expire: a cache, session, token, lock or one-time code by
    name, a value that is computed when it is missing, a key per user, request or moment. Otherwise it is a
    note, given where the code makes many such keys and never deletes one.

    ## Why is this bad?
    A key without a TTL stays until somebody deletes it. Keys that are made per user or per request pile up
    until the server runs out of memory; then it evicts other keys or refuses writes.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def remember(user_id, token):
        client.set(f"token:{user_id}", token)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def remember(user_id, token):
        client.set(f"token:{user_id}", token, ex=3600)
    ```

    ## Fix safety
    Unsafe, and only offered when the option `default-ttl` names a number of seconds: how long a value is good
    for is a decision. Without the option the fix is only displayed.

    ## Options
    - `default-ttl`: seconds that the fix passes as `ex=`; no value by default.

    ## Known problems
    Keys whose text cannot be worked out are never reported. There are no notes where the project also gives a TTL
    to keys that cannot be worked out, which may be any. Data that is meant to stay belongs in the
    `persistent-keys` setting. A fixed key that the project also deletes is taken to be managed by hand.

    ## References
    - [SET](https://redis.io/docs/latest/commands/set/)
    - [Key eviction](https://redis.io/docs/latest/develop/reference/eviction/)
    """

    code = "RED201"
    since = "0.1"
    severity = Severity.WARNING
    message = "SET stores a key that never expires"
    help = "Pass `ex=` with the number of seconds the value is good for"

    @dataclass(frozen=True)
    class Options(Rule.Options):
        """Settings of the rule."""

        default_ttl: int | None = None

    options: Options

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first write in production code."""
        if project.is_persistent(uses.pattern) or any(one.may_expire for one in project.namesakes(uses.pattern)):
            return
        writes = [use for use in uses.of_commands(_WRITES) if use.call.production]
        if not writes or not writes[0].call.production:
            return
        if uses.pattern.is_constant and uses.deleters:
            return
        first = writes[0].call
        if writes[0].key.patterns[0].identity != uses.pattern.identity:
            return  # one of several alternatives of a key that is reported under the first
        because = _evidence(uses, writes, project)
        if not because and (not _piles_up(uses) or any(map(_expires_unknown, project.calls()))):
            return
        command = first.shown_command
        message = f"{command} stores {uses.pattern.display}, which no code in the project gives a TTL"
        if because:
            message += f", though {because}"
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            message=message,
            severity=Severity.WARNING if because else Severity.INFO,
            related=tuple(
                Related(use.call.path, use.call.span, "also written here") for use in writes[1 : _MOST_RELATED + 1]
            ),
            fix=self._fix(first),
        )

    def _fix(self, call: RedisCall) -> Fix:
        ttl = self.options.default_ttl
        edits = None
        if ttl is not None and call.method == "set" and not any(call.argument(name) for name in _TTL_ARGUMENTS):
            edits = add_keyword(call, "ex", str(ttl))
        if edits is None:
            return Fix(Applicability.DISPLAY, "Pass `ex=<seconds>`")
        return Fix(Applicability.UNSAFE, f"Pass `ex={ttl}`", edits)


def _expires_unknown(call: RedisCall) -> bool:
    """Whether a call gives a TTL to a key that is not known at all: it may be any."""
    return call.production and any(not key.patterns and PatternUse(call, key).may_expire for key in call.keys)


def _piles_up(uses: PatternUses) -> bool:
    """Whether many such keys come into being and none is ever deleted; not so for the project's own settings."""
    return uses.pattern.varies and not uses.deleters and not names_setting(uses.pattern.text)


def _evidence(uses: PatternUses, writes: list[PatternUse], project: ProjectModel) -> str:
    """Why the data looks expirable, in words; empty where nothing says so."""
    text = uses.pattern.text
    if project.is_cache(uses.pattern):
        return "it is configured as a cache"
    word = expirable_word(text)
    if word and (not word.lower().startswith("lock") or any(only_if_missing(use.call) for use in writes)):
        return f"its name says {word}"
    if not uses.pattern.varies:
        return ""
    if any(_fills_cache(use, uses) for use in writes):
        return "it is recomputed whenever it is missing"
    hole = event_hole(uses.pattern)
    return f"there is one per {hole.name}" if hole is not None else ""


def _fills_cache(write: PatternUse, uses: PatternUses) -> bool:
    """Whether the same function reads the key first and writes it only under a condition."""
    call = write.call
    conditional = any(block.kind.is_branch for block in call.blocks)
    return conditional and any(
        use.call.scope == call.scope
        and use.call.span.start < call.span.start
        and "GET" in {command.name for command in use.call.commands}
        for use in uses.uses
    )
