"""Keys that are kept in other keys: a set of the sessions of a user, a list of the jobs to do.

A key that was read out of a collection (or a string) has the patterns of everything that the project puts into that.
Where one writer cannot be told, it stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from redlint.model.events import KeyUse, RedisCall
from redlint.model.pattern import KeyPattern
from redlint.model.texts.parts import MOST_PATTERNS

_READS_ELEMENTS: Final = frozenset(
    {
        *("SMEMBERS", "SRANDMEMBER", "SPOP", "SSCAN", "LRANGE", "LINDEX", "LPOP", "RPOP"),
        *("ZRANGE", "ZREVRANGE", "ZRANGEBYSCORE", "ZREVRANGEBYSCORE", "ZRANGEBYLEX", "ZREVRANGEBYLEX"),
        *("ZRANDMEMBER", "ZPOPMIN", "ZPOPMAX", "ZSCAN", "GET", "GETDEL", "GETEX"),
    }
)
"""Commands whose reply is made of values or elements of their key (https://redis.io/docs/latest/commands/)."""

_MOVES: Final = frozenset({"LMOVE", "BLMOVE", "RPOPLPUSH", "BRPOPLPUSH"})
"""Commands that take an element from their first key, put it into the second one and reply with it."""

Stored = Callable[[RedisCall], tuple[KeyPattern, ...]]
"""What a call stores, as patterns; empty where that is unknown."""


class Registries:
    """The elements of the project's collections, as far as all that is put into them is known."""

    def __init__(self, calls: Iterable[RedisCall], stored: Stored) -> None:
        self._stored = stored
        self._at: dict[tuple[str, int], list[RedisCall]] = {}
        self._writers: dict[str, list[RedisCall]] = {}
        for call in calls:
            self._at.setdefault((call.path, call.span.start), []).append(call)
            for key in call.keys:
                if key.access is not None and (key.access.inserts or key.access.updates):
                    for pattern in key.patterns:
                        self._writers.setdefault(pattern.identity, []).append(call)

    def resolved(self, call: RedisCall) -> RedisCall:
        """The call with the patterns of those keys that it got out of other keys."""
        if not any(key.from_command and not key.patterns for key in call.keys):
            return call
        return replace(call, keys=tuple(self._key(key, call) for key in call.keys))

    def _key(self, key: KeyUse, call: RedisCall) -> KeyUse:
        if key.patterns or key.from_place is None:
            return key
        place = (key.from_place.path, key.from_place.span.start)
        found: dict[str, KeyPattern] = {}
        for source in self._at.get(place, ()):
            if source.command_name == key.from_command:
                elements = self._elements(source, call.production, frozenset())
                if not elements:
                    return key
                found.update(elements)
        return replace(key, patterns=tuple(found.values())) if len(found) <= MOST_PATTERNS else key

    def _elements(
        self, source: RedisCall, is_production: bool, asked: frozenset[str]
    ) -> Mapping[str, KeyPattern] | None:
        """What the reply of a call is made of, by identity; ``None`` where that is unknown."""
        if source.command_name in _MOVES:
            read = source.keys[:1]
        elif source.command_name in _READS_ELEMENTS:
            read = source.keys
        else:
            return None
        found: dict[str, KeyPattern] = {}
        for key in read:
            for pattern in key.patterns:
                inside = self._inside(pattern.identity, is_production, asked)
                if inside is None:
                    return None
                found.update(inside)
            if not key.patterns:
                return None
        return found

    def _inside(self, identity: str, is_production: bool, asked: frozenset[str]) -> Mapping[str, KeyPattern] | None:
        """What the keys of a pattern hold; elements that are moved in circles bring nothing new."""
        if identity in asked:
            return {}
        found: dict[str, KeyPattern] = {}
        for writer in self._writers.get(identity, ()):
            if is_production and not writer.production:
                continue
            if writer.command_name in _MOVES:
                stored = self._elements(writer, is_production, asked | {identity})
            else:
                stored = {pattern.identity: pattern for pattern in self._stored(writer)} or None
            if stored is None:
                return None
            found.update(stored)
        return found
