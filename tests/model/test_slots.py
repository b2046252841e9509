"""Which keys conflict, against the slots that a real cluster computes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.cluster import RedisCluster

from redlint.diagnostic import Span
from redlint.model.events import KeyUse
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.slots import may_share_tag, slot_conflict

ON_A_SERVER = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LITERALS = st.text(alphabet="{}ab:\N{LATIN SMALL LETTER E WITH ACUTE}\N{GRINNING FACE}", max_size=6)
VALUES = st.text(alphabet="xyz:\N{LATIN SMALL LETTER E WITH ACUTE}", min_size=1, max_size=4)
PATTERNS = st.lists(LITERALS | st.sampled_from([Hole("one"), Hole("two")]), min_size=1, max_size=4).map(
    lambda parts: KeyPattern.of(*parts)
)


def use(pattern: KeyPattern, *, many: bool = False) -> KeyUse:
    return KeyUse("key", Span(0, 0), (pattern,), many=many)


def key(*parts: str | Hole, many: bool = False) -> KeyUse:
    return use(KeyPattern.of(*parts), many=many)


def filled(pattern: KeyPattern, values: dict[str, str]) -> bytes:
    return "".join(part if isinstance(part, str) else values[part.name] for part in pattern.parts).encode()


@ON_A_SERVER
@given(one=PATTERNS, other=PATTERNS, first=VALUES, second=VALUES)
def test_what_is_proven_is_what_the_cluster_says(
    cluster_session: RedisCluster, one: KeyPattern, other: KeyPattern, first: str, second: str
) -> None:
    """Silence means one slot for all values; known slots are the cluster's."""
    found = slot_conflict((use(one), use(other)))
    values = {"one": first, "two": second}
    slots = [cluster_session.execute_command("CLUSTER KEYSLOT", filled(pattern, values)) for pattern in (one, other)]
    if found is None and one.is_constant == other.is_constant:
        assert slots[0] == slots[1]
    if found is not None and found.proven and one.slot is not None and other.slot is not None:
        assert slots == [one.slot, other.slot]
        assert slots[0] != slots[1]


@pytest.mark.parametrize(
    ("one", "other", "proven"),
    [
        (key("foo{bar}"), key("bar"), None),
        (key("{}a"), key("{}b"), True),
        (key("total:a"), key("total:b"), True),
        (key("{", Hole("user"), "}:a"), key("{", Hole("user"), "}:b"), None),
        (key("{u:", Hole("user"), "}:a"), key("{o:", Hole("user"), "}:a"), True),
        (key("{", Hole("user"), "}:a"), key("{", Hole("other"), "}:a"), False),
        (key("u:", Hole("user")), key("o:", Hole("user")), False),
        (key("u:", Hole("user")), key("u:", Hole("user")), None),
        (KeyUse("x", Span(0, 0), ()), key("a"), None),
    ],
)
def test_two_keys(one: KeyUse, other: KeyUse, proven: bool | None) -> None:
    for keys in ((one, other), (other, one)):
        found = slot_conflict(keys)
        assert (found.proven if found is not None else None) is proven


def test_several_keys_of_one_pattern() -> None:
    assert slot_conflict((key("u:", Hole("user"), many=True),)) is not None
    assert slot_conflict((key("{u}:", Hole("user"), many=True),)) is None
    assert slot_conflict((key("{", Hole("user"), "}:", Hole("field"), many=True),)) is None


def test_a_proven_conflict_goes_before_a_possible_one() -> None:
    found = slot_conflict((key("u:", Hole("user")), key("a"), key("b")))
    assert found is not None
    assert found.proven
    assert "slot 15495" in found.because


def test_a_common_hole_may_hold_a_tag() -> None:
    prefix, name = Hole("self.prefix", fixed=True), Hole("name")
    assert may_share_tag(KeyPattern.of("app:", prefix, ":a"), KeyPattern.of("app:", prefix, ":b"))
    assert may_share_tag(KeyPattern.of(name, ":a"), KeyPattern.of(name, ":b"))
    assert not may_share_tag(KeyPattern.of("a:", name), KeyPattern.of("b:", name))
