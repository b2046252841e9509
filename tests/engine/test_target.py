"""Version ranges of servers and clients."""

from __future__ import annotations

import pytest

from redlint.model.target import ClientTarget, ServerTarget, Target


@pytest.mark.parametrize(
    ("server", "redis", "valkey", "expected"),
    [
        ("redis>=7.2", "7.2", None, True),
        ("redis>=7.2", "7.4", None, None),
        ("redis>=6,<7", "7", None, False),
        ("redis<=7", "7", None, None),
        ("redis>=7.2", None, "8", False),
        ("valkey>=8,<10", None, "8", True),
        ("valkey>=8,<10", "7.2", None, False),
        ("redis", "7", None, None),
        ("redis==7.*", "7", None, True),
        ("redis~=7.2", "8", None, False),
        ("redis~=7.2.1", "7.3", None, False),
        (">=8", "8", "8", True),
        (">=8", "8", None, None),
    ],
)
def test_server_at_least(server: str, redis: str | None, valkey: str | None, expected: bool | None) -> None:
    assert Target(server=ServerTarget.parse(server)).server_at_least(redis=redis, valkey=valkey) is expected


@pytest.mark.parametrize(
    ("client", "redis", "expected"),
    [("redis>=7.1", "7.1", True), ("redis<7", "7.1", False), ("redis", "7.1", None), ("valkey>=6", "7.1", False)],
)
def test_client_at_least(client: str, redis: str, expected: bool | None) -> None:
    assert Target(client=ClientTarget.parse(client)).client_at_least(redis=redis) is expected


def test_no_target_is_unknown() -> None:
    assert Target().server_at_least(redis="1", valkey="1") is None
    assert Target().client_at_least(redis="1") is None


@pytest.mark.parametrize("text", ["", "mongo>=4", "redis>=x", "redis 7 or so", "redis>>7"])
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"redis|range of versions"):
        ServerTarget.parse(text)


def test_a_client_needs_a_name() -> None:
    with pytest.raises(ValueError, match="names no client library"):
        ClientTarget.parse(">=5")


@pytest.mark.parametrize("text", ["redis>=7.2", "valkey<10,>=8", "redis"])
def test_targets_are_written_as_they_are_read(text: str) -> None:
    assert ServerTarget.parse(str(ServerTarget.parse(text))) == ServerTarget.parse(text)
