"""What the rules on TTLs and value types say of the server, measured on real ones."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import pytest
from redis import DataError, Redis, ResponseError

from servers import Server

Command = Callable[[Redis], object]


@pytest.fixture(params=["valkey_process", "redis62_process"])
def client(request: pytest.FixtureRequest) -> Iterator[Redis]:
    """A client of each server, with one string that never expires."""
    server: Server = request.getfixturevalue(request.param)
    with server.client() as made, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.flushall()
        made.set("key", "old")
        yield made


REFUSED: dict[str, Command] = {
    "ex=0": lambda client: client.set("key", "new", ex=0),
    "px=-5": lambda client: client.set("key", "new", px=-5),
    "exat=0": lambda client: client.set("key", "new", exat=0),
    "setex 0": lambda client: client.setex("key", 0, "new"),
    "psetex -1": lambda client: client.psetex("key", -1, "new"),
    "getex 0": lambda client: client.getex("key", ex=0),
    "ex=1.5": lambda client: client.set("key", "new", ex=1.5),  # type: ignore[arg-type]
    "expire 0.5": lambda client: client.expire("key", 0.5),  # type: ignore[arg-type]
    "expire True": lambda client: client.expire("key", True),
    "setex swapped": lambda client: client.setex("key", "open", 3600),  # type: ignore[arg-type]
    "psetex swapped": lambda client: client.psetex("key", "open", 3600),  # type: ignore[arg-type]
    "ex and px": lambda client: client.set("key", "new", ex=60, px=60_000),
    "ex and keepttl": lambda client: client.set("key", "new", ex=60, keepttl=True),
    "ex and persist": lambda client: client.getex("key", ex=60, persist=True),
}
GONE: dict[str, Command] = {
    "expire -1": lambda client: client.expire("key", -1),
    "expire 0": lambda client: client.expire("key", 0),
    "pexpire 0": lambda client: client.pexpire("key", 0),
    "expireat 3600": lambda client: client.expireat("key", 3600),
    "pexpireat in seconds": lambda client: client.pexpireat("key", 1_900_000_000),
    "exat=3600": lambda client: client.set("key", "new", exat=3600),
}
ACCEPTED: dict[str, Command] = {
    "ex=60": lambda client: client.set("key", "new", ex=60),
    "ex of digits": lambda client: client.set("key", "new", ex="60"),  # type: ignore[arg-type]
    "ex=None, px": lambda client: client.set("key", "new", ex=None, px=1500),
    "setex in order": lambda client: client.setex("key", 3600, "open"),
    "the largest": lambda client: client.set("key", "new", ex=2**31 - 1),
}


@pytest.mark.parametrize("command", REFUSED.values(), ids=REFUSED.keys())
def test_refused_ttl_leaves_the_key_as_it_was(client: Redis, command: Command) -> None:
    with pytest.raises((ResponseError, DataError)):
        command(client)
    assert client.get("key") == b"old"
    assert client.ttl("key") == -1


@pytest.mark.parametrize("command", GONE.values(), ids=GONE.keys())
def test_ttl_that_is_over_deletes_the_key(client: Redis, command: Command) -> None:
    command(client)
    assert not client.exists("key")


@pytest.mark.parametrize("command", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_ttl_of_the_near_misses_is_taken(client: Redis, command: Command) -> None:
    command(client)
    assert client.ttl("key") > 0


def test_stream_without_a_limit_keeps_acknowledged_entries(client: Redis) -> None:
    client.xgroup_create("orders", "workers", mkstream=True)
    names = [f"{number}-1" for number in range(1, 1001)]
    for name in names:
        client.xadd("orders", {"name": name}, id=name)
    client.xreadgroup("workers", "one", {"orders": ">"}, count=1000)
    assert client.xack("orders", "workers", *names) == 1000
    assert client.xlen("orders") == 1000


def test_maxlen_bounds_a_stream(client: Redis) -> None:
    """The approximate limit, redis-py's default, keeps at most one node of 100 entries more."""
    for number in range(1000):
        client.xadd("orders", {"id": number}, maxlen=200)
        client.xadd("exact", {"id": number}, maxlen=200, approximate=False)
    assert 200 <= client.xlen("orders") <= 300
    assert client.xlen("exact") == 200


def test_xtrim_bounds_a_stream(client: Redis) -> None:
    for number in range(1000):
        client.xadd("orders", {"id": number})
    client.xtrim("orders", maxlen=200, approximate=False)
    assert client.xlen("orders") == 200


TYPES: dict[str, tuple[Command, Command]] = {
    "list and set": (lambda client: client.lpush("new", 1), lambda client: client.sismember("new", "1")),
    "string and hash": (lambda client: client.set("new", 1), lambda client: client.hget("new", "f")),
    "set algebra and sorted set": (lambda client: client.zadd("new", {"a": 1}), lambda client: client.sunion(["new"])),
    "range of sorted set and set": (
        lambda client: client.sadd("new", "a"),
        lambda client: client.zrangestore("part", "new", 0, -1),
    ),
    "sorted set and list": (lambda client: client.zadd("new", {"a": 1}), lambda client: client.lindex("new", 0)),
    "stream and list": (lambda client: client.xadd("new", {"a": 1}), lambda client: client.llen("new")),
}
ONE_TYPE: dict[str, tuple[Command, Command]] = {
    "bitmap and string": (lambda client: client.setbit("new", 1, 1), lambda client: client.get("new")),
    "places and sorted set": (
        lambda client: client.geoadd("new", (1, 2, "a")),
        lambda client: client.zrange("new", 0, -1),
    ),
    "counts and string": (lambda client: client.pfadd("new", "a"), lambda client: client.strlen("new")),
    "any type": (lambda client: client.lpush("new", 1), lambda client: client.expire("new", 60)),
    "sorted set algebra and set": (
        lambda client: client.sadd("new", "a"),
        lambda client: client.zunionstore("sum", {"new": 1}),
    ),
    "overwritten": (lambda client: client.lpush("new", 1), lambda client: client.set("new", 1)),
}


@pytest.mark.parametrize(("create", "use"), TYPES.values(), ids=TYPES.keys())
def test_commands_of_another_type_are_refused(client: Redis, create: Command, use: Command) -> None:
    create(client)
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        use(client)


@pytest.mark.parametrize(("create", "use"), ONE_TYPE.values(), ids=ONE_TYPE.keys())
def test_commands_of_the_stored_type_are_taken(client: Redis, create: Command, use: Command) -> None:
    create(client)
    use(client)


LOSING: dict[str, Command] = {
    "set": lambda client: client.set("key", "new"),
    "getset": lambda client: client.getset("key", "new"),
    "mset": lambda client: client.mset({"key": "new"}),
    "sunionstore": lambda client: client.sunionstore("key", ["one", "two"]),
}
KEEPING: dict[str, Command] = {
    "keepttl": lambda client: client.set("key", "new", keepttl=True),
    "append": lambda client: client.append("key", "new"),
    "setrange": lambda client: client.setrange("key", 1, "new"),
}


@pytest.mark.parametrize("command", LOSING.values(), ids=LOSING.keys())
def test_replacing_a_key_drops_its_ttl(client: Redis, command: Command) -> None:
    client.sadd("one", 1)
    client.expire("key", 60)
    command(client)
    assert client.ttl("key") == -1


@pytest.mark.parametrize("command", KEEPING.values(), ids=KEEPING.keys())
def test_changing_a_key_keeps_its_ttl(client: Redis, command: Command) -> None:
    client.expire("key", 60)
    command(client)
    assert 0 < client.ttl("key") <= 60
