"""The command table against live servers: what they say of themselves, and what their commands really do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from redlint.commands.table import (
    CommandSpec,
    Cost,
    Family,
    KeyPositions,
    TtlFate,
    TtlUnit,
    WrongType,
    command,
    command_containers,
    command_of,
    command_table,
    key_positions,
)
from servers import Server

EXAMPLES = Path(__file__).parents[1] / "tools" / "command_table" / "examples.txt"
TAGS = ("valkey-9.1", "redis-6.2")
# Redis 6.2 answers COMMAND with these two: traps for HTTP clients that talk to it by mistake.
NOT_COMMANDS = frozenset({"POST", "HOST:"})
# Flags that an older or a forked server lacks; the table has those of Redis 8.6.
FLAGS_ELSEWHERE = {
    ("valkey-9.1", "LASTSAVE"): {"admin"},
    ("valkey-9.1", "ROLE"): {"admin"},
    ("redis-6.2", "LASTSAVE"): {"admin"},
    ("redis-6.2", "ROLE"): {"admin"},
}
# Redis 6.2 has no flag for commands that may block.
FLAGS_UNKNOWN = {"redis-6.2": {"blocking"}, "valkey-9.1": set[str]()}
VALUES: Mapping[str, tuple[str, ...]] = {
    "string": ("SET @ 10",),
    "bitmap": ("SET @ abc",),
    "hll": ("PFADD @ a b",),
    "list": ("RPUSH @ a b c",),
    "set": ("SADD @ a b c",),
    "zset": ("ZADD @ 1 a 2 b 3 c",),
    "geo": ("GEOADD @ 13.361389 38.115556 a 15.087269 37.502669 b",),
    "hash": ("HSET @ f 1 g 2",),
    "stream": (
        "XADD @ 1-1 f v",
        "XADD @ 2-1 f v",
        "XADD @ 3-1 f v",
        "XGROUP CREATE @ g 0",
        "XREADGROUP GROUP g c COUNT 1 STREAMS @ >",
    ),
}
STORED_AS = {"bitmap": "string", "hll": "string", "geo": "zset"}
SOURCE_TTL, DESTINATION_TTL = 100_000_000, 200_000_000
# What happens to the TTL depends on an argument that the example does not give.
TTL_BY_ARGUMENT = {
    "EVAL": "depends on the script",
    "GETEX": "only with an option",
    "RESTORE": "its argument 0 means no TTL",
    "MOVE": "takes key and TTL to another database",
    "INCREX": "only with an option",
}
# Nothing to see of the type: no key of its own, every type, or a payload in place of a value.
TYPE_UNTESTED = frozenset(
    name for name, spec in command_table().items() if spec.wrong_type is None or name == "RESTORE"
)
# The value arrives with the TTL that it had under its old key.
TTL_TRAVELS = frozenset({"RENAME", "RENAMENX", "COPY"})


@dataclass(frozen=True)
class ServerCommand:
    """What a server says of one of its commands."""

    arity: int
    flags: frozenset[str]
    positions: tuple[int, int, int]
    is_container: bool


def raw_client(server: Server) -> Redis:
    """A client that hands over replies as the server sent them (protocol 2)."""
    client = Redis(host=server.host, port=server.port, protocol=2, decode_responses=True)
    client.response_callbacks.clear()
    return client


def commands_of(server: Server) -> dict[str, ServerCommand]:
    """Everything that COMMAND tells, subcommands included."""
    found = {}
    with raw_client(server) as client:
        for row in client.execute_command("COMMAND"):
            subcommands = row[9] if len(row) > 9 else []
            for name, arity, flags, *places in (
                [*row[:6], subcommands],
                *[[*sub[:6], []] for sub in subcommands],
            ):
                found[name.upper().replace("|", " ")] = ServerCommand(
                    arity, frozenset(flags), (places[0], places[1], places[2]), bool(places[3])
                )
    return found


@pytest.fixture(scope="module", params=TAGS)
def tag(request: pytest.FixtureRequest) -> str:
    """The name of a server in the table's ``servers``."""
    return str(request.param)


@pytest.fixture(scope="module")
def server(tag: str, request: pytest.FixtureRequest) -> Server:
    name = {"valkey-9.1": "valkey_process", "redis-6.2": "redis62_process"}[tag]
    found = request.getfixturevalue(name)
    assert isinstance(found, Server)
    return found


@pytest.fixture(scope="module")
def known(server: Server) -> dict[str, ServerCommand]:
    return commands_of(server)


@pytest.fixture(scope="module")
def shared(known: dict[str, ServerCommand]) -> dict[str, tuple[CommandSpec, ServerCommand]]:
    """The commands that the table and the server both know."""
    table = command_table()
    return {name: (table[name], row) for name, row in known.items() if name in table and not row.is_container}


def test_every_command_of_the_server_is_in_the_table(tag: str, known: dict[str, ServerCommand]) -> None:
    table, containers = command_table(), command_containers()
    missing = {name for name in known if name not in table and name not in containers}
    assert missing <= NOT_COMMANDS
    unlisted = {name for name in known if name in table and tag not in table[name].servers}
    assert not unlisted


def test_the_table_names_no_command_that_the_server_lacks(tag: str, known: dict[str, ServerCommand]) -> None:
    listed = {name for name, spec in command_table().items() if tag in spec.servers}
    if tag == "redis-6.2":  # it tells nothing of subcommands
        listed = {name.split()[0] for name in listed}
    assert listed <= known.keys()


def test_arity(tag: str, shared: dict[str, tuple[CommandSpec, ServerCommand]]) -> None:
    wrong = {
        name: (spec.arity, row.arity)
        for name, (spec, row) in shared.items()
        if spec.arity_elsewhere.get(tag, spec.arity) != row.arity
    }
    assert not wrong


@pytest.mark.parametrize("flag", ["write", "readonly", "blocking", "admin", "pubsub"])
def test_flags(flag: str, tag: str, shared: dict[str, tuple[CommandSpec, ServerCommand]]) -> None:
    if flag in FLAGS_UNKNOWN[tag]:
        assert not any(flag in row.flags for _, row in shared.values())
        return
    for name, (spec, row) in shared.items():
        differs = getattr(spec, flag) != (flag in row.flags)
        assert differs == (flag in FLAGS_ELSEWHERE.get((tag, name), ())), name


def positions_told(keys: KeyPositions | None) -> tuple[int, int, int]:
    """The part of the key positions that fits the three numbers of the COMMAND reply."""
    if keys is None:
        return (0, 0, 0)
    place = keys.channels or keys.routed_like_a_key
    if place is not None:
        return (place.first, place.last, place.step)
    if keys.destination is not None:
        return (keys.destination, keys.destination, 1)
    return (keys.first, keys.last, keys.step) if keys.first is not None else (0, 0, 0)


def test_key_positions_and_multi_key(tag: str, shared: dict[str, tuple[CommandSpec, ServerCommand]]) -> None:
    for name, (spec, row) in shared.items():
        if (tag, name) == ("redis-6.2", "MIGRATE"):  # movable there, a fixed place later
            continue
        assert positions_told(spec.keys) == row.positions, name
        first, last, step = row.positions
        if first and spec.keys is not None and spec.keys.has_keys:
            assert spec.multi_key or "movablekeys" in row.flags or last in (first, first + step - 1), name


def examples() -> Iterator[tuple[str, list[str]]]:
    """One runnable call for every command that takes keys: its name, its words."""
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            words = shlex.split(line)
            spec = command_of(words)
            assert spec is not None, line
            yield spec.name, words


CALLS = dict(examples())


def own_type(spec: CommandSpec) -> str:
    """A type of value that the command works on."""
    types = sorted(spec.value_types - {"any", "search_index"})
    return types[0] if types else "string"


def on_servers(leave_out: Container[str] = ()) -> pytest.MarkDecorator:
    """Run a test for every example call on every server that knows the command."""
    pairs = [
        (tag, name) for tag in TAGS for name in CALLS if tag in command_table()[name].servers and name not in leave_out
    ]
    return pytest.mark.parametrize(("tag", "name"), pairs, indirect=["tag"])


@on_servers()
def test_the_server_finds_the_same_keys(name: str, tag: str, server: Server) -> None:
    spec, words = command_table()[name], CALLS[name]
    with raw_client(server) as client:
        try:
            found = client.execute_command("COMMAND GETKEYS", *words)
        except ResponseError as error:
            assert re.search("no key arguments|does not support|Invalid command|Unknown", str(error)), error
            assert not key_positions(spec, words) or tag == "redis-6.2"
            return
    expected = [words[index] for index in key_positions(spec, words)]
    corrected = {"SORT", "GEORADIUS", "GEORADIUSBYMEMBER"} if tag == "redis-6.2" else set()
    assert sorted(found) == sorted(expected) or (name in corrected and set(found) <= set(expected))


def arguments(client: Redis, words: list[str]) -> list[str | bytes]:
    """The words of an example with its placeholders filled in."""
    special: dict[str, str | bytes] = {"FUTURE": "4102444800", "FUTUREMS": "4102444800000"}
    if "PAYLOAD" in words:
        client.execute_command("SET", "p", "v")
        special["PAYLOAD"] = client.execute_command("DUMP", "p")
    return [special.get(word, word) for word in words]


def fill(client: Redis, key: str, value_type: str) -> None:
    for call in VALUES[value_type]:
        client.execute_command(*[key if word == "@" else word for word in call.split()])


@pytest.fixture
def empty(server: Server) -> Iterator[Redis]:
    """A client of an emptied server that hands over replies as bytes, as they came."""
    with Redis(host=server.host, port=server.port, protocol=2) as client:
        client.response_callbacks.clear()
        client.execute_command("FLUSHALL")
        yield client


@on_servers(TTL_BY_ARGUMENT)
def test_what_happens_to_the_ttl(name: str, tag: str, empty: Redis) -> None:
    """The fate of an existing TTL, seen by running the command on keys that have one."""
    spec, words = command_table()[name], CALLS[name]
    for key in ("K1", "K2", "D"):
        if key in words:
            fill(empty, key, own_type(spec))
            empty.execute_command("PEXPIRE", key, DESTINATION_TTL if key == "D" else SOURCE_TTL)
    try:
        empty.execute_command(*arguments(empty, words))
    except ResponseError as error:
        pytest.fail(f"{words}: {error}")
    target = next((key for key in ("D2", "D", "K1") if key in words), None)
    if target is None:
        return
    before = SOURCE_TTL if target == "K1" or name in TTL_TRAVELS else DESTINATION_TTL
    assert fate(empty.execute_command("PTTL", target), before, spec) is spec.ttl


def fate(left: int, before: int, spec: CommandSpec) -> TtlFate:
    """The word for what became of a TTL, ``left`` and ``before`` in ms."""
    if left == -2:
        return TtlFate.NONE
    if left == -1:
        return TtlFate.CLEARS
    if abs(left - before) < 60_000:
        return spec.ttl if spec.ttl in (TtlFate.KEEPS, TtlFate.NONE) else TtlFate.KEEPS
    return TtlFate.SETS


@on_servers(TYPE_UNTESTED)
def test_the_type_of_value_and_what_another_type_does(name: str, tag: str, empty: Redis) -> None:
    spec, words = command_table()[name], CALLS[name]
    stored = {STORED_AS.get(each, each) for each in spec.value_types}
    other = next(each for each in ("hash", "string") if each not in stored)
    for key in ("K1", "K2"):
        if key in words:
            fill(empty, key, other)
    try:
        empty.execute_command(*arguments(empty, words))
        outcome = "runs"
    except ResponseError as error:
        outcome = "error"
        assert "WRONGTYPE" in str(error) or "wrong kind" in str(error) or "must contain string" in str(error), error
    assert outcome == ("error" if spec.wrong_type is WrongType.ERROR else "runs")


@on_servers(TYPE_UNTESTED)
def test_which_other_types_are_refused(name: str, tag: str, empty: Redis) -> None:
    """All types but its own, apart from the plain sets that commands on several sorted sets read."""
    spec, words = command_table()[name], CALLS[name]
    if spec.wrong_type is not WrongType.ERROR:
        return
    stored = {STORED_AS.get(each, each) for each in spec.value_types}
    others = {"string", "hash", "list", "set", "zset", "stream"} - stored
    taken = set()
    for other in sorted(others):
        empty.execute_command("FLUSHALL")
        for key in ("K1", "K2"):
            if key in words:
                fill(empty, key, other)
        try:
            empty.execute_command(*arguments(empty, words))
            taken.add(other)
        except ResponseError:
            pass
    assert taken == ({"set"} if spec.takes_sets_for_sorted_sets else set())


@on_servers({"EVAL", "MOVE", "RESTORE"})
def test_what_creates_a_key(name: str, tag: str, empty: Redis) -> None:
    spec, words = command_table()[name], CALLS[name]
    if any(key in words for key in ("D", "D2")):
        for key in ("K1", "K2"):
            if key in words:
                fill(empty, key, own_type(spec))
    before = {key for key in ("K1", "K2", "K9", "D", "D2") if empty.execute_command("EXISTS", key)}
    try:
        empty.execute_command(*arguments(empty, words))
    except ResponseError:
        assert not spec.creates
    after = {key for key in ("K1", "K2", "K9", "D", "D2") if empty.execute_command("EXISTS", key)}
    assert bool(after - before) == spec.creates


@pytest.mark.parametrize(
    ("call", "unit"),
    [
        (("SET", "k", "v", "EX", "500"), TtlUnit.SECONDS),
        (("SET", "k", "v", "PX", "500000"), TtlUnit.MILLISECONDS),
        (("SET", "k", "v", "EXAT", "4102444800"), TtlUnit.UNIX_SECONDS),
        (("SET", "k", "v", "PXAT", "4102444800000"), TtlUnit.UNIX_MILLISECONDS),
        (("SET", "k", "v", "KEEPTTL"), TtlUnit.KEEP),
        (("GETEX", "k", "PERSIST"), TtlUnit.REMOVE),
        (("GETEX", "k", "EX", "500"), TtlUnit.SECONDS),
        (("SETEX", "k", "500", "v"), TtlUnit.SECONDS),
        (("PSETEX", "k", "500000", "v"), TtlUnit.MILLISECONDS),
        (("EXPIRE", "k", "500"), TtlUnit.SECONDS),
        (("PEXPIREAT", "k", "4102444800000"), TtlUnit.UNIX_MILLISECONDS),
    ],
)
def test_how_a_ttl_is_given(call: tuple[str, ...], unit: TtlUnit, empty: Redis) -> None:
    spec = command(call[0])
    assert spec is not None
    given = [each for each in spec.ttl_args if (each.token in call if each.token else call[each.arg or 0])]
    assert [each.unit for each in given] == [unit]
    empty.execute_command("SET", "k", "v", "EX", "9000")
    now = int(empty.execute_command("TIME")[0])
    empty.execute_command(*call)
    left = empty.execute_command("TTL", "k")
    expected = {TtlUnit.KEEP: 9000, TtlUnit.REMOVE: -1, TtlUnit.SECONDS: 500, TtlUnit.MILLISECONDS: 500}
    assert abs(left - expected.get(unit, 4102444800 - now)) <= 2


def test_set_drops_the_ttl_and_incr_keeps_it(valkey: Redis, redis62: Redis) -> None:
    for client in (valkey, redis62):
        client.set("a", "1", ex=100)
        client.incr("a")
        assert client.ttl("a") > 0
        client.set("a", "1")
        assert client.ttl("a") == -1


def test_lookup_ignores_case() -> None:
    assert command("config set") is command("CONFIG SET") is command_table()["CONFIG SET"]
    assert command("CLIENT") is None
    assert command("no such command") is None
    assert "LIST" in command_containers()["CLIENT"]
    assert command_of([b"client", b"list", b"TYPE"]) is command("CLIENT LIST")
    assert command_of(["get", object()]) is command("GET")
    assert command_of([object(), "get"]) is None


def test_versions_of_both_families() -> None:
    def since(name: str, family: Family) -> str | None:
        spec = command(name)
        assert spec is not None
        return spec.since_in(family)

    assert (since("GET", Family.REDIS), since("GET", Family.VALKEY)) == ("1.0.0", "1.0.0")
    assert (since("HEXPIRE", Family.REDIS), since("HEXPIRE", Family.VALKEY)) == ("7.4.0", "9.0.0")
    assert (since("DELIFEQ", Family.REDIS), since("DELIFEQ", Family.VALKEY)) == (None, "9.0.0")
    assert (since("VADD", Family.REDIS), since("VADD", Family.VALKEY)) == ("8.0.0", None)
    assert (since("JSON.SET", Family.REDIS), since("JSON.SET", Family.VALKEY)) == ("8.0.0", None)
    assert (since("INCREX", Family.REDIS), since("INCREX", Family.VALKEY)) == ("8.8.0", None)


def test_deprecation_in_both_families(valkey: Redis) -> None:
    """Valkey 9 took back what Redis deprecates; checked against its own COMMAND DOCS."""
    deprecated = {name for name, spec in command_table().items() if spec.deprecated_since}
    assert "GETSET" in deprecated
    raw = {name: spec for name, spec in command_table().items() if "valkey-9.1" in spec.servers}
    docs = valkey.execute_command("COMMAND DOCS")
    told = _deprecated_in_docs(docs)
    assert {name for name, spec in raw.items() if spec.deprecated_in(Family.VALKEY)} == told


def _deprecated_in_docs(docs: object) -> set[str]:
    found: set[str] = set()
    for name, fields in _pairs(docs):
        rows = dict(_pairs(fields))
        if b"deprecated_since" in rows:
            found.add(name.decode().upper().replace("|", " "))
        found |= _deprecated_in_docs(rows.get(b"subcommands", []))
    return found


def _pairs(reply: object) -> list[tuple[bytes, object]]:
    """The pairs of a map reply, whether it came as a dict or as a flat list."""
    if isinstance(reply, dict):
        return list(reply.items())
    assert isinstance(reply, list)
    return list(zip(reply[::2], reply[1::2], strict=True))


def test_key_positions_with_unknown_words() -> None:
    unknown = object()

    def keys(*words: object) -> tuple[int, ...]:
        spec = command_of(words)
        assert spec is not None
        return key_positions(spec, words)

    assert keys("GET", unknown) == (1,)
    assert keys("MSET", unknown, unknown, "b", "2") == (1, 3)
    assert keys("EVAL", "return 1", unknown, "a") == ()
    assert keys("EVAL", "return 1", 2, "a", unknown, "argument") == (3, 4)
    assert keys("EVAL", "return 1", "x", "a") == ()
    assert keys("EVAL", "return 1") == ()
    assert keys("XREAD", "COUNT", 1, "STREAMS", unknown, "b", "0", "0") == (4, 5)
    assert keys("SORT", "a", "STORE", "b") == (1, 3)
    assert keys("ZUNIONSTORE", "d", 1, "a") == (1, 3)
    assert keys("SUBSCRIBE", "channel") == ()
    assert keys("PING") == ()


def test_value_types() -> None:
    def types(name: str) -> frozenset[str]:
        spec = command(name)
        assert spec is not None
        return spec.value_types

    assert types("GET") == {"string"}
    assert types("SORT") == {"list", "set", "zset"}
    assert types("PING") == frozenset()


def test_the_table_is_consistent() -> None:
    for name, spec in command_table().items():
        assert spec.name == name
        assert not (spec.write and spec.readonly), name
        assert spec.write or not (spec.creates or spec.deletes) or spec.cost is Cost.DEPENDS or spec.scripting, name
        assert not any(argument.unit.gives_ttl for argument in spec.ttl_args) or spec.write, name
        if spec.replaced_by is not None:
            assert all(command(other) for other in spec.replaced_by.commands), name
