"""Whether keys lie in the same slot of a cluster.

Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ (hash tags and slots).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from redlint.commands.methods import Routing
from redlint.model.events import KeyUse, RedisCall
from redlint.model.pattern import Hole, KeyPattern


@dataclass(frozen=True, slots=True)
class SlotConflict:
    """Two keys (or several of one template) that do not surely share a slot.

    ``proven`` says that their slots differ for certain. ``because`` names them, to follow a verb: "names a in
    slot 1 and b in slot 2".
    """

    proven: bool
    one: KeyUse
    other: KeyUse
    because: str


def slot_conflict(keys: Iterable[KeyUse]) -> SlotConflict | None:
    """The first conflict among keys, those that are proven first; keys with several patterns are left out."""
    known = [key for key in keys if len(key.patterns) == 1]
    possible: SlotConflict | None = None
    for one, other in combinations(known, 2):
        found = _between(one, other)
        if found is not None and found.proven:
            return found
        possible = possible or found
    return possible or next(filter(None, map(_among_many, known)), None)


def may_share_tag(one: KeyPattern, other: KeyPattern) -> bool:
    """Whether a hole that both patterns have may hold a hash tag: a prefix from the settings, a key from elsewhere."""
    if one.is_opaque or other.is_opaque:
        return True
    common = [hole for hole in one.holes if hole in other.holes]
    return any(hole.fixed or hole in (one.parts[0], other.parts[0]) for hole in common)


def is_split(call: RedisCall) -> bool:
    """Whether a cluster client itself sends one command per slot; its transactions do not."""
    if not call.client.is_cluster:
        return False
    return call.method.endswith("_nonatomic") or (call.spec is not None and call.spec.cluster is Routing.SPLIT)


def _between(one: KeyUse, other: KeyUse) -> SlotConflict | None:
    first, second = one.patterns[0], other.patterns[0]
    if first.display == second.display and not (one.many or other.many):
        return None
    if first.slot is not None and second.slot is not None:
        if first.slot == second.slot:
            return None
        because = f"{first.display} in slot {first.slot} and {second.display} in slot {second.slot}"
        return SlotConflict(True, one, other, f"names {because}: a cluster refuses it")
    if first.hash_tag is not None and second.hash_tag is not None:
        if first.hash_tag == second.hash_tag:
            return None
        if _differ(KeyPattern(first.hash_tag), KeyPattern(second.hash_tag)):
            because = f"{first.display} and {second.display}, whose hash tags differ"
            return SlotConflict(True, one, other, f"names {because}: a cluster refuses it")
    because = f"{first.display} and {second.display}, which have no common hash tag"
    return SlotConflict(False, one, other, f"names {because}: a cluster refuses it when they fall into different slots")


def _among_many(key: KeyUse) -> SlotConflict | None:
    """Several keys of one template: they differ in a hole, which the hash tag must leave out."""
    pattern = key.patterns[0]
    if not key.many or pattern.is_constant or pattern.slot is not None:
        return None
    if pattern.hash_tag is not None and any(hole not in pattern.hash_tag for hole in pattern.holes):
        return None  # they may well differ in what stands outside of the tag
    because = f"several keys like {pattern.display}, which have no common hash tag"
    return SlotConflict(False, key, key, f"names {because}: a cluster refuses it when they fall into different slots")


def _differ(first: KeyPattern, second: KeyPattern) -> bool:
    """Whether two templates can never give the same text: they begin or end with different literals."""
    return _clash(first.parts, second.parts, -1) or _clash(first.parts[::-1], second.parts[::-1], 1)


def _clash(first: tuple[str | Hole, ...], second: tuple[str | Hole, ...], side: int) -> bool:
    if not first or not second or isinstance(first[0], Hole) or isinstance(second[0], Hole):
        return False
    one, other = first[0], second[0]
    shorter = min(len(one), len(other))
    return one[:shorter] != other[:shorter] if side < 0 else one[-shorter:] != other[-shorter:]
