"""The keyspace of a project: its key patterns, and what the code does with each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from redlint.model.events import UNKNOWN, KeyUse, RedisCall
from redlint.model.pattern import KeyPattern
from redlint.model.ttl import TtlEffect, ttl_effect

_COLLECTIONS = frozenset({"hash", "list", "set", "zset", "stream"})
_GROWING = frozenset({"LPUSH", "RPUSH", "SADD", "ZADD", "XADD", "HSET", "HSETNX", "HMSET", "LPUSHX", "RPUSHX"})
_SHRINKING = frozenset(
    {
        *("LTRIM", "XTRIM", "XDEL", "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE", "ZREMRANGEBYLEX"),
        *("LPOP", "RPOP", "BLPOP", "BRPOP", "LMOVE", "BLMOVE", "RPOPLPUSH", "BRPOPLPUSH", "LMPOP", "BLMPOP"),
        *("SPOP", "ZPOPMIN", "ZPOPMAX", "BZPOPMIN", "BZPOPMAX", "ZMPOP", "BZMPOP"),
        *("SREM", "ZREM", "HDEL", "LREM", "SMOVE", "HGETDEL"),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class PatternUse:
    """One call that touches a key of the pattern."""

    call: RedisCall
    key: KeyUse

    @property
    def effect(self) -> TtlEffect:
        """What the call does to the key's TTL."""
        return ttl_effect(self.call)


@dataclass(frozen=True, slots=True, eq=False)
class PatternUses:
    """A key pattern of the project with all its uses, by path and place."""

    pattern: KeyPattern
    uses: tuple[PatternUse, ...]

    def of_commands(self, names: Iterable[str]) -> Iterator[PatternUse]:
        """The uses by certain commands."""
        wanted = frozenset(names)
        for use in self.uses:
            if any(command.name in wanted for command in use.call.commands):
                yield use

    @property
    def value_types(self) -> frozenset[str]:
        """The value types that the project's commands give or expect; several where code disagrees."""
        found: set[str] = set()
        for use in self.uses:
            for command in use.call.commands:
                kinds = command.value_types
                if len(kinds) == 1 and not kinds & {"none", "any"}:
                    found |= kinds
        return frozenset(found)

    @property
    def is_collection(self) -> bool:
        """Whether the project only treats the key as a hash, list, set, sorted set or stream."""
        kinds = self.value_types
        return bool(kinds) and kinds <= _COLLECTIONS

    @property
    def may_expire(self) -> bool:
        """Whether any code of the project gives such a key a TTL, or may."""
        return any(use.effect in (TtlEffect.SETS, TtlEffect.MAY_SET) for use in self.uses)

    @property
    def writers(self) -> tuple[PatternUse, ...]:
        """The uses that may bring such a key into being."""
        return tuple(use for use in self.uses if any(command.creates for command in use.call.commands))

    @property
    def deleters(self) -> tuple[PatternUse, ...]:
        """The uses that delete whole keys."""
        return tuple(use for use in self.uses if any(command.deletes for command in use.call.commands))

    @property
    def is_rewritten(self) -> bool:
        """Whether a function deletes such a key and fills it again: a compaction or rebuild, which bounds it."""
        return any(
            deleter.call.scope == writer.call.scope and deleter.call.span.end <= writer.call.span.start
            for deleter in self.deleters
            for writer in self.writers
        )

    @property
    def growth(self) -> tuple[PatternUse, ...]:
        """The writes that add an element each time they run, where nothing in the project bounds the key."""
        if any(True for _ in self.of_commands(_SHRINKING)) or self.is_rewritten:
            return ()
        return tuple(use for use in self.of_commands(_GROWING) if _adds_element(use.call))


def _adds_element(call: RedisCall) -> bool:
    """Whether a write adds elements without bound: in a loop or per call, under a name that varies."""
    if call.scope.runs_once and not any(True for _ in call.loops()):
        return False
    names = {command.name for command in call.commands}
    if "XADD" in names:
        return call.argument("maxlen") is None and call.argument("minid") is None and not call.has_unknown_arguments
    if names & {"HSET", "HSETNX", "HMSET"}:
        field = call.argument("key")
        return field is not None and field.constant is UNKNOWN
    if "SADD" in names or "ZADD" in names:
        member = next((one for one in call.arguments if one.parameter in ("values", "mapping")), None)
        return member is not None and member.constant is UNKNOWN
    return True


def only_if_missing(call: RedisCall) -> bool:
    """Whether a write only succeeds where the key does not exist (``SETNX``, ``SET ... NX``)."""
    if any(command.name in ("SETNX", "MSETNX") for command in call.commands):
        return True
    option = call.argument("nx")
    return option is not None and option.constant not in (False, None)


def patterns_of(calls: Iterable[RedisCall]) -> tuple[PatternUses, ...]:
    """The key patterns that calls touch, in alphabetical order."""
    found: dict[str, list[PatternUse]] = {}
    first: dict[str, KeyPattern] = {}
    for call in calls:
        if not call.commands and not _takes_key(call):
            continue
        for key in call.keys:
            for pattern in key.patterns:
                first.setdefault(pattern.text, pattern)
                found.setdefault(pattern.text, []).append(PatternUse(call, key))
    return tuple(
        PatternUses(first[text], tuple(sorted(uses, key=lambda use: (use.call.path, use.call.span.start))))
        for text, uses in sorted(found.items())
    )


def _takes_key(call: RedisCall) -> bool:
    return call.spec is not None and bool(call.spec.keys)
