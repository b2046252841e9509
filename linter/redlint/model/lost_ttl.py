"""Writes that take the TTL from a key that other code has given one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from redlint.commands.access import AccessMode
from redlint.model.events import Unknown
from redlint.model.keyspace import PatternUse, PatternUses, only_if_missing
from redlint.model.pattern import KeyPattern
from redlint.model.presence import Presence, presence
from redlint.model.ttl import TtlEffect

_UPDATES: Final = re.compile(
    r"_*(?:async_|a)?(?:updat|refresh|replac|modif|patch|edit|rotat|renam|overwrit|renew|chang|alter|merg)"
)
_MAY_BE_THERE: Final = "it may be there already, since"
_DECIDED: Final = (TtlEffect.SETS, TtlEffect.MAY_SET, TtlEffect.KEEPS)


@dataclass(frozen=True, slots=True, eq=False)
class LostTtl:
    """A write of a whole value that leaves the key without a TTL, and where such a key gets one.

    ``because`` tells in words what shows that the key has a TTL that is lost. ``is_new_value`` says that
    nothing but the other code tells it: the write may as well create the key, so that there is no TTL to keep.
    """

    write: PatternUse
    given: PatternUse
    because: str
    is_new_value: bool


def lost_ttls(uses: PatternUses, is_lasting: Callable[[KeyPattern], bool]) -> Iterator[LostTtl]:
    """The writes of a pattern that drop the TTL which another function of the program gives.

    ``is_lasting`` tells of a pattern that nothing ever gives its keys a TTL: RENAME brings what its source has.

    Only writes that are seen to meet a key that is there: their function looked at it first, they replace only
    what exists, or the other function fills a cache, to which all writes are the same. None for counters, for
    keys whose TTL is also taken away on purpose, and for functions that handle the TTL themselves.
    """
    used = [use for use in uses.uses if use.call.production]
    given = [use for use in used if _gives(use, used)]
    if not given or any(use.counts for use in used) or any(True for _ in uses.of_commands({"PERSIST"})):
        return
    for write in used:
        is_renamed = _is_renamed_onto(write, is_lasting)
        if not (_clears(write) or is_renamed) or any(_handles_ttl(use) for use in _beside(write, used)):
            continue
        others = [use for use in given if not _are_alternatives(use, write)]
        if is_renamed and others:
            yield LostTtl(write, others[0], "RENAME puts a key without one in its place", is_new_value=False)
            continue
        because = _why_there(write, used) if others else None
        fill = next((use for use in others if _fills(use, used)), None)
        if because:
            yield LostTtl(write, fill or others[0], f"{_MAY_BE_THERE} {because}", is_new_value=False)
        elif because is not None and fill is not None:
            yield LostTtl(write, fill, f"{_MAY_BE_THERE} the other code fills it as a cache", is_new_value=True)


def _clears(use: PatternUse) -> bool:
    return (
        use.effect is TtlEffect.CLEARS and use.creates and len(use.key.patterns) == 1 and not only_if_missing(use.call)
    )


def _is_renamed_onto(use: PatternUse, is_lasting: Callable[[KeyPattern], bool]) -> bool:
    """Whether it puts a key that has no TTL in the place of this one."""
    access = use.key.access
    if use.call.command_name != "RENAME" or access is None or access.mode is not AccessMode.OVERWRITE:
        return False
    source = use.call.keys[0].patterns
    return bool(source) and all(map(is_lasting, source)) and len(use.key.patterns) == 1


def _gives(use: PatternUse, used: list[PatternUse]) -> bool:
    """Whether a key gets its TTL when it is written: in the same command, or in the same function."""
    if use.effect is not TtlEffect.SETS or len(use.key.patterns) != 1 or use.call.makes_lock:
        return False
    return use.creates or any(other.creates for other in _beside(use, used))


def _handles_ttl(use: PatternUse) -> bool:
    """Whether a call makes a function responsible for the TTL itself: it gives or reads one, or removes the key."""
    asks = any(command.name in ("TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME") for command in use.call.commands)
    return asks or use.deletes or use.is_script or use.effect in _DECIDED


def _beside(use: PatternUse, used: list[PatternUse]) -> Iterator[PatternUse]:
    for other in used:
        if other is not use and other.call.scope == use.call.scope:
            yield other


def _are_alternatives(one: PatternUse, other: PatternUse) -> bool:
    """Whether two methods of the same name are in different classes, of which a program uses one or the other."""
    first, second = one.call.scope, other.call.scope
    return first.name == second.name and (first.path, first.qualname) != (second.path, second.qualname)


def _why_there(write: PatternUse, used: list[PatternUse]) -> str | None:
    """What shows that a write meets a key that is there; empty where nothing does, ``None`` where it meets none."""
    found = {presence(read.call, write.call) for read in _reads_before(write, used)}
    if Presence.MISSING in found:
        return None
    if found:
        return "the function looks at it before"
    if _is_on(write, "xx") or _is_on(write, "get") or any(one.name == "GETSET" for one in write.call.commands):
        return "the command replaces an old value"
    if _UPDATES.match(write.call.scope.name):
        return f"the function is called {write.call.scope.name}"
    return ""


def _is_on(use: PatternUse, option: str) -> bool:
    argument = use.call.argument(option)
    return argument is not None and (isinstance(argument.constant, Unknown) or bool(argument.constant))


def _fills(use: PatternUse, used: list[PatternUse]) -> bool:
    """Whether a write only stores what its function did not find: it fills a cache."""
    return any(presence(read.call, use.call) is Presence.MISSING for read in _reads_before(use, used))


def _reads_before(write: PatternUse, used: list[PatternUse]) -> Iterator[PatternUse]:
    for use in _beside(write, used):
        access = use.key.access
        is_read = access is not None and access.mode is AccessMode.READ
        if is_read and use.key.patterns == write.key.patterns and use.call.span.end <= write.call.span.end:
            yield use
