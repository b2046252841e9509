"""The method table against the installed redis-py: its signatures, and the words its methods really send.

Nothing stands in for a server here: the commands are read off the client before they would go out.
"""

from __future__ import annotations

import array
import asyncio
import collections
import concurrent.futures
import hashlib
import http.client
import inspect
import io
import logging
import pathlib
import queue
import shelve
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request
import warnings
from collections.abc import Iterator, Mapping

import pytest
import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.asyncio.lock
import redis.client
import redis.cluster
import redis.lock

from redlint.commands import methods as module
from redlint.commands.methods import (
    GENERIC_NAMES,
    Awaiting,
    KeyShape,
    MethodSpec,
    Only,
    ParameterKind,
    ParameterSpec,
    client_methods,
    cluster_methods,
    distinctive_methods,
    lock_methods,
    method,
    methods_of,
    module_methods,
    module_names,
    pipeline_methods,
    pubsub_methods,
    recorded_client_version,
)
from redlint.commands.table import CommandSpec, TtlUnit, command_of, command_table, key_positions

OWNERS = ("Redis", *sorted(module_names()))
# Arguments that redis-py looks at before it sends anything.
SAMPLES: Mapping[str, object] = {
    "bit": 1,
    "algo": "LCS",
    "client_id": 5,
    "cluster_arg": "INFO",
    "count": 5,
    "data_type": "CHAR",
    "direction": "LEFT",
    "fields": {"f": "v"},
    "filters": ["l=v"],
    "group_id": "g",
    "item_ids": ["1-1", "1-2"],
    "infotype": "ENCODING",
    "items": ["a", "b"],
    "mapping": {"f": 1, "g": 2},
    "members": ["a", "b"],
    "message_ids": ["1-1", "1-2"],
    "min": True,
    "min_idle_time": 5,
    "numkeys": 2,
    "numKeys": 2,
    "num_keys": 2,
    "values": [1.0, 2.0],
    "where": "BEFORE",
}
# Methods whose arguments stand in relations that these samples do not keep.
NOT_SENT = {
    "Redis": frozenset(
        {
            *("ardelrange", "argrep", "armset", "arop", "bitfield", "bzmpop"),
            *("client_kill_filter", "client_pause", "client_reply", "geoadd", "geosearch", "geosearchstore"),
            *("himport_set", "hotkeys_start", "hset", "hsetex", "increx", "unwatch"),
            *("watch", "xcfgset", "xnack", "xtrim", "zmpop"),
        }
    ),
    "ft": frozenset({"aggregate", "alter_schema_add", "create_index", "hybrid_search", "profile", "sugadd"}),
    "json": frozenset({"debug", "jsonset", "mset", "set_file"}),
}


class Sent(Exception):
    """Raised in place of sending."""


class RecordingClient(redis.Redis):
    """A client that stops at the moment of sending and keeps the words."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[object] = []

    def execute_command(self, *args: object, **options: object) -> object:
        first = str(args[0]).split()
        self.words = [*first, *args[1:]]
        raise Sent


def sample(spec: MethodSpec, parameter: ParameterSpec) -> object:
    """A value for a parameter: names of it where it takes keys, so that they are found again."""
    name = parameter.name
    shape = spec.keys.get(name)
    if shape in (KeyShape.LIST, KeyShape.STRICT_LIST, KeyShape.LIST_OR_SCALAR, KeyShape.LIST_OR_DICT_KEYS):
        return [f"<{name}[0]>", f"<{name}[1]>"]
    if shape is KeyShape.LIST_OF_TUPLES:
        return [(f"<{name}[0]>", 1, 2), (f"<{name}[1]>", 1, 2)]
    if shape is KeyShape.DICT_KEYS:
        return {f"<{name}[0]>": "0-1", f"<{name}[1]>": "0-2"}
    return f"<{name}>" if shape else SAMPLES.get(name, f"<{name}>")


def call_arguments(spec: MethodSpec) -> tuple[list[object], dict[str, object]]:
    positional: list[object] = []
    named: dict[str, object] = {}
    for parameter in spec.parameters:
        if parameter.kind is ParameterKind.VAR_POSITIONAL:
            positional += [f"<{parameter.name}[0]>", f"<{parameter.name}[1]>"]
        elif parameter.default is not None or parameter.kind is ParameterKind.VAR_KEYWORD:
            continue
        elif parameter.kind is ParameterKind.KEYWORD_ONLY:
            named[parameter.name] = sample(spec, parameter)
        else:
            positional.append(sample(spec, parameter))
    if spec.name in ("geoadd", "zadd", "hset", "hmset"):
        positional[1:] = [{"a": 1.0}]
    return positional, named


def sent_by(spec: MethodSpec) -> list[object]:
    """The words that a call with only required arguments sends."""
    client = RecordingClient()
    target = client if spec.owner == "Redis" else getattr(client, spec.owner)()
    positional, named = call_arguments(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Sent):
            getattr(target, spec.name)(*positional, **named)
    return [word.decode() if isinstance(word, bytes) else word for word in client.words]


def sending(owner: str) -> Iterator[MethodSpec]:
    """The methods of an owner that send a command when called with the samples."""
    for spec in methods_of(owner).values():
        if not spec.helper and spec.commands and spec.name not in NOT_SENT.get(owner, ()):
            yield spec


SENDING = [spec for owner in OWNERS for spec in sending(owner)]
QUEUED = [spec for spec in SENDING if spec.in_pipeline]
all_sending = pytest.mark.parametrize("spec", SENDING, ids=[f"{spec.owner}.{spec.name}" for spec in SENDING])


def described(function: object) -> list[tuple[str, str]]:
    """Names and kinds of a method's parameters, ``self`` left out."""
    assert callable(function)
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name not in ("self", "cls")]
    return [(p.name, p.kind.name) for p in parameters]


def recorded(spec: MethodSpec) -> list[tuple[str, str]]:
    return [(parameter.name, parameter.kind.value) for parameter in spec.parameters]


def classes() -> dict[str, tuple[type, type | None]]:
    """The sync and the asyncio class of every owner."""
    sync, asynchronous = redis.Redis(), redis.asyncio.Redis()
    found: dict[str, tuple[type, type | None]] = {
        "Redis": (redis.Redis, redis.asyncio.Redis),
        "Pipeline": (redis.client.Pipeline, redis.asyncio.client.Pipeline),
        "PubSub": (redis.client.PubSub, redis.asyncio.client.PubSub),
        "Lock": (redis.lock.Lock, redis.asyncio.lock.Lock),
        "RedisCluster": (redis.cluster.RedisCluster, redis.asyncio.cluster.RedisCluster),
    }
    for name in module_names():
        found[name] = (type(getattr(sync, name)()), type(getattr(asynchronous, name)()))
    return found


def test_the_facts_are_those_of_the_installed_client() -> None:
    assert recorded_client_version() == redis.__version__, "regenerate with tests/tools/command_table"


@pytest.mark.parametrize("owner", OWNERS)
def test_every_public_method_is_in_the_table(owner: str) -> None:
    for one in classes()[owner]:
        names = {name for name in dir(one) if not name.startswith("_")}
        public = {name for name in names if callable(getattr(one, name))}
        attributes = {"response_callbacks", "RESPONSE_CALLBACKS", "connection", "single_connection_client"}
        assert public - attributes <= methods_of(owner).keys()


@pytest.mark.parametrize("owner", [*OWNERS, "Pipeline", "PubSub", "Lock", "RedisCluster"])
def test_parameters_are_those_of_the_real_signatures(owner: str) -> None:
    sync, asynchronous = classes()[owner]
    for name, spec in methods_of(owner).items():
        if spec.only is Only.CLUSTER or "property" in spec.note or spec.owner != owner:
            continue
        home = asynchronous if spec.only is Only.ASYNC else sync
        function = getattr(home, name)
        if spec.returns != "class":
            assert recorded(spec) == described(function), name


def test_defaults_are_those_of_the_real_signatures() -> None:
    for name, spec in client_methods().items():
        if spec.helper:
            continue
        real = inspect.signature(getattr(redis.Redis, name)).parameters
        for parameter in spec.parameters:
            default = real[parameter.name].default
            assert (parameter.default is None) == (default is inspect.Parameter.empty), (name, parameter.name)
            if isinstance(default, bool | int | str | None):
                assert parameter.default == repr(default), (name, parameter.name)


def test_asyncio_methods_take_the_same_parameters() -> None:
    for owner in OWNERS:
        asynchronous = classes()[owner][1]
        for name, spec in methods_of(owner).items():
            if not spec.helper and spec.commands:
                assert [row[0] for row in recorded(spec)] == [
                    row[0] for row in described(getattr(asynchronous, name))
                ], name


@pytest.mark.parametrize("owner", ["Redis", "PubSub", "Lock", "Pipeline"])
def test_what_asyncio_wants_awaited(owner: str) -> None:
    asynchronous = classes()[owner][1]
    table = {name: spec for name, spec in methods_of(owner).items() if spec.owner == owner and spec.helper}
    for name, spec in table.items():
        function = getattr(asynchronous, name, None)
        if not callable(function):
            continue
        if inspect.isasyncgenfunction(function):
            assert spec.awaitable is Awaiting.ASYNC_ITERATOR, name
        elif inspect.iscoroutinefunction(function):
            assert spec.awaitable is Awaiting.COROUTINE, name


@all_sending
def test_the_command_that_is_sent(spec: MethodSpec) -> None:
    words = sent_by(spec)
    sent = command_of(words)
    assert sent is not None, words
    assert sent.name in spec.commands
    assert spec.sends == spec.commands
    assert spec.base_call is not None


def expected_keys(spec: MethodSpec) -> set[str]:
    """The sample names of everything that the method table calls a key."""
    found: set[str] = set()
    for name, shape in spec.keys.items():
        parameter = spec.parameter(name)
        assert parameter is not None
        if parameter.default is not None:
            continue
        if shape is KeyShape.SCALAR:
            found.add(f"<{name}>")
        else:
            found |= {f"<{name}[0]>", f"<{name}[1]>"}
    return found


@all_sending
def test_the_keys_that_are_sent(spec: MethodSpec) -> None:
    """What the method table calls keys stands where the command table says that keys stand."""
    words = sent_by(spec)
    command = command_of(words)
    assert command is not None
    if command.keys is None or not command.keys.has_keys or spec.deprecated:
        assert not spec.keys or command.index_name_at or spec.deprecated
        return
    keys = {str(words[index]) for index in key_positions(command, words)}
    assert keys == expected_keys(spec) or not (keys or spec.keys)


SPLITTING = [spec for spec in SENDING if any(shape.splits_text for shape in spec.keys.values())]


@pytest.mark.parametrize("spec", SPLITTING, ids=[spec.name for spec in SPLITTING])
def test_a_string_for_a_list_is_split_into_letters(spec: MethodSpec) -> None:
    parameter = next(name for name, shape in spec.keys.items() if shape.splits_text)
    client = RecordingClient()
    target = client if spec.owner == "Redis" else getattr(client, spec.owner)()
    positional, named = call_arguments(spec)
    at = [each.name for each in spec.parameters].index(parameter)
    positional[at] = "pq"
    with pytest.raises(Sent):
        getattr(target, spec.name)(*positional, **named)
    words = [word.decode() if isinstance(word, bytes) else word for word in client.words]
    assert "pq" not in words
    assert {"p", "q"} <= set(words)


def test_a_string_for_the_keys_of_zmpop_is_refused() -> None:
    spec = method("Redis", "zmpop")
    assert spec is not None
    assert spec.keys["keys"] is KeyShape.STRICT_LIST
    with pytest.raises(TypeError):
        RecordingClient().zmpop(2, "pq", min=True)  # type: ignore[arg-type]


def test_a_string_for_the_keys_of_bzmpop_is_split() -> None:
    spec = method("Redis", "bzmpop")
    assert spec is not None
    assert spec.keys["keys"].splits_text
    client = RecordingClient()
    with pytest.raises(Sent):
        client.bzmpop(1, 2, "pq", min=True)  # type: ignore[arg-type]
    assert client.words[:5] == ["BZMPOP", 1, 2, "p", "q"]


@pytest.mark.parametrize("name", ["mget", "delete", "blpop", "sinter"])
def test_a_string_where_a_list_may_be_one_key_is_one_key(name: str) -> None:
    client = RecordingClient()
    with pytest.raises(Sent):
        getattr(client, name)("pq")
    assert client.words[1] == "pq"


@pytest.mark.parametrize("spec", QUEUED, ids=[f"{spec.owner}.{spec.name}" for spec in QUEUED])
def test_what_a_pipeline_queues(spec: MethodSpec) -> None:
    with redis.Redis() as client, client.pipeline() as pipe:
        target = pipe if spec.owner == "Redis" else getattr(pipe, spec.owner)()
        positional, named = call_arguments(spec)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert getattr(target, spec.name)(*positional, **named) is pipe
        # Search.info reads its own reply, which is the pipeline here: that queues a GET as well
        assert len(pipe) == (2 if (spec.owner, spec.name) == ("ft", "info") else 1)


def given_tokens(spec: CommandSpec) -> dict[str, TtlUnit]:
    return {argument.token: argument.unit for argument in spec.ttl_args if argument.token}


def test_ttl_parameters_add_the_words_that_the_command_table_knows() -> None:
    checked = 0
    for spec in client_methods().values():
        for name, ttl in spec.ttl.items():
            parameter = spec.parameter(name)
            if spec.helper or parameter is None or not parameter.adds:
                continue
            tokens = given_tokens(command_table()[spec.commands[0]])
            assert tokens[str(parameter.adds[0])] is ttl.unit, (spec.name, name)
            checked += 1
    assert checked >= 15


def test_lookup() -> None:
    for name in ("incr", "decr", "pipeline", "transaction", "lock", "pubsub", "execute_command", "scan_iter"):
        assert name in client_methods()
    for name in ("hscan_iter", "close", "aclose", "register_script"):
        assert name in client_methods()
    assert "mget_nonatomic" in cluster_methods()
    assert method("Redis", "mget_nonatomic") is None
    assert method("Pipeline", "get") is method("Redis", "get")
    assert method("Pipeline", "execute") is pipeline_methods()["execute"]
    assert method("Pipeline", "watch") is method("Redis", "watch")
    assert method("Pipeline", "reset") is not method("Redis", "reset")
    assert method("json", "set") is module_methods("json")["set"]
    assert method("RedisCluster", "client") is None
    assert method("nobody", "get") is None
    assert not module_methods("Redis")
    assert {"acquire", "release", "extend"} <= lock_methods().keys()
    assert {"listen", "get_message", "subscribe"} <= pubsub_methods().keys()
    nonatomic = method("RedisCluster", "mget_nonatomic")
    assert nonatomic is not None
    assert nonatomic.keys == client_methods()["mget"].keys


def test_facts_that_rules_build_on() -> None:
    methods = client_methods()
    assert methods["set"].ttl["ex"].unit is TtlUnit.SECONDS
    assert methods["set"].ttl["pxat"].unit is TtlUnit.UNIX_MILLISECONDS
    assert methods["lock"].ttl["timeout"].unit is TtlUnit.SECONDS
    assert methods["blpop"].blocks == {"timeout": TtlUnit.SECONDS}
    assert methods["xread"].blocks == {"block": TtlUnit.MILLISECONDS}
    assert methods["hmset"].is_deprecated
    assert methods["zinter"].keys["keys"].splits_text
    assert methods["scan_iter"].helper
    assert methods["scan_iter"].awaitable is Awaiting.ASYNC_ITERATOR
    assert methods["scan_iter"].sends == ("SCAN",)
    assert methods["scan_iter"].commands == ()


def test_positions_of_parameters() -> None:
    mset, delete, xadd = (client_methods()[name] for name in ("mset", "delete", "xadd"))
    first = mset.bind(0)
    assert first is not None
    assert first.name == "mapping"
    assert mset.bind(1) is None
    third = delete.bind(2)
    assert third is not None
    assert third.name == "names"
    assert xadd.bind(99) is None


OTHER_THINGS = (
    *(dict, list, set, frozenset, str, bytes, bytearray, int, float, tuple, range, memoryview, array.array),
    *(collections.deque, collections.Counter, collections.OrderedDict, collections.ChainMap),
    *(io.TextIOWrapper, io.BytesIO, pathlib.Path, socket.socket, subprocess.Popen, shelve.Shelf),
    *(sqlite3.Connection, sqlite3.Cursor, queue.Queue, threading.Thread, threading.Lock, threading.Event),
    *(asyncio.Task, asyncio.Queue, asyncio.Lock, asyncio.StreamWriter, concurrent.futures.Executor),
    *(logging.Logger, http.client.HTTPConnection, http.client.HTTPResponse, urllib.request.Request),
    type(hashlib.sha256()),
)


def test_distinctive_names_belong_to_nothing_else() -> None:
    names = distinctive_methods()
    for kind in OTHER_THINGS:
        assert not names & set(dir(kind)), kind
    assert {"hset", "zadd", "lpush", "sadd", "hgetall", "scan_iter", "setex", "xadd", "incrby"} <= names
    assert not names & {"get", "set", "delete", "keys", "pipeline", "lock", "exists", "expire", "scan"}


def test_generic_names_are_all_command_methods() -> None:
    sending_names = {name for name, spec in client_methods().items() if spec.commands}
    assert not GENERIC_NAMES - sending_names


def test_importing_reads_no_data() -> None:
    code = (
        "from redlint.commands import methods, table\n"
        "assert methods._recorded.cache_info().currsize == table._all_entries.cache_info().currsize == 0\n"
    )
    folder = str(pathlib.Path(module.__file__).parents[2])
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": folder})
