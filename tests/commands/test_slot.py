"""``hash_slot`` against the specification's examples and against what real servers answer."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.cluster import RedisCluster
from redis.crc import key_slot

from redlint.commands.slot import SLOT_COUNT, hash_slot, hashed_part
from redlint.model.pattern import Hole, KeyPattern

BRACES = st.text(alphabet="{}ab", max_size=12).map(str.encode)
KEYS = st.one_of(st.binary(max_size=40), BRACES)
ON_A_SERVER = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("key", "part"),
    [
        (b"{user1000}.following", b"user1000"),
        (b"foo{}{bar}", b"foo{}{bar}"),
        (b"foo{{bar}}zap", b"{bar"),
        (b"foo{bar}{zap}", b"bar"),
        (b"}{a}", b"a"),
        (b"{a", b"{a"),
        (b"", b""),
    ],
)
def test_the_hash_tags_of_the_cluster_specification(key: bytes, part: bytes) -> None:
    assert hashed_part(key) == part
    assert hash_slot(key) == binascii.crc_hqx(part, 0) % SLOT_COUNT


def test_the_check_value_of_the_cluster_specification() -> None:
    assert hash_slot(b"123456789") == 0x31C3 % SLOT_COUNT


def test_known_slots() -> None:
    assert hash_slot(b"foo") == 12182
    assert hash_slot(b"{user1000}.following") == hash_slot(b"{user1000}.followers") == 3443


@ON_A_SERVER
@given(key=KEYS)
def test_a_cluster_computes_the_same_slot(cluster_session: RedisCluster, key: bytes) -> None:
    assert hash_slot(key) == cluster_session.execute_command("CLUSTER KEYSLOT", key)


@ON_A_SERVER
@given(key=st.binary(min_size=1, max_size=40))
def test_a_node_stores_a_key_under_that_slot(cluster: RedisCluster, key: bytes) -> None:
    slot = hash_slot(key)
    cluster.set(key, b"")
    assert cluster.execute_command("CLUSTER COUNTKEYSINSLOT", slot) == 1
    cluster.delete(key)


@given(key=KEYS)
def test_redis_py_computes_the_same_slot(key: bytes) -> None:
    assert hash_slot(key) == key_slot(key)


@given(key=st.text(alphabet=st.characters(codec="utf-8"), max_size=20) | BRACES.map(bytes.decode))
def test_a_constant_pattern_has_the_slot_of_its_text(key: str) -> None:
    assert KeyPattern.of(key).slot == hash_slot(key.encode())


@given(tag=st.text(alphabet="abc:", min_size=1, max_size=8), value=st.text(alphabet="xyz", max_size=8))
def test_a_constant_tag_decides_the_slot_whatever_the_hole_holds(tag: str, value: str) -> None:
    pattern = KeyPattern.of("{" + tag + "}:", Hole("value"))
    assert pattern.slot == hash_slot(("{" + tag + "}:" + value).encode())


def test_a_key_with_an_unknown_tag_has_no_known_slot() -> None:
    assert KeyPattern.of("{", Hole("user"), "}:a").slot is None
    assert KeyPattern.of("user:", Hole("user")).slot is None
