"""The options that clients work with, and the table of the libraries' defaults."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect

import pytest

from redlint.model.defaults import client_defaults, decodes_replies, effective_option, targeted_versions
from redlint.model.events import UNKNOWN, ClientRef, ConstantValue, Unknown
from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings
from redlint.model.target import ClientTarget, Target

_HEAD = "import os\nimport redis, valkey, redis.asyncio, valkey.asyncio, redis.sentinel\n"


def client(code: str) -> ClientRef:
    """The client of the only call of ``hset``."""
    files = ProjectFiles(lint=("a.py",), overlay={"a.py": (_HEAD + code).encode()})
    model = analyse(files, ModelSettings(gate=False))
    (call,) = [call for call in model.calls() if call.method == "hset"]
    return call.client


def effective(made: str, name: str, target: str = "") -> ConstantValue | Unknown:
    """The option of a client that an expression makes."""
    return effective_option(client(f"r = {made}\nr.hset('h', 'f', 1)\n"), name, _target(target))


def _target(text: str) -> Target:
    return Target(client=ClientTarget.parse(text) if text else None)


@pytest.mark.parametrize(
    ("made", "name", "target", "expected"),
    [
        ("redis.Redis(socket_timeout=3)", "socket_timeout", "", 3),
        ("redis.Redis('h', 6379, 2, None, 4)", "socket_timeout", "", 4),
        ("redis.Redis(socket_timeout=f())", "socket_timeout", "redis>=8", UNKNOWN),
        ("redis.Redis(**options())", "socket_timeout", "redis>=8", UNKNOWN),
        ("redis.Redis(socket_timeout=3, **options())", "socket_timeout", "", 3),
        ("redis.Redis()", "decode_responses", "", False),
        ("redis.Redis()", "socket_timeout", "", UNKNOWN),
        ("redis.Redis()", "socket_timeout", "redis<8", None),
        ("redis.StrictRedis()", "socket_timeout", "redis>=8", 5),
        ("redis.Redis()", "socket_timeout", "valkey", UNKNOWN),
        ("redis.Redis()", "retry", "redis>=4,<6", None),
        ("redis.Redis()", "retry", "redis>=6", UNKNOWN),
        ("redis.Redis()", "no_such_option", "redis>=8", UNKNOWN),
        ("redis.asyncio.Redis()", "socket_timeout", "redis>=8", 5),
        ("redis.from_url('redis://h')", "retry", "redis>=6", None),
        ("redis.Redis.from_url(os.environ['URL'])", "retry", "redis>=6", None),
        ("redis.Redis.from_url(os.environ['URL'])", "db", "redis>=6", UNKNOWN),
        ("redis.Redis.from_url('redis://h')", "db", "redis>=6", 0),
        ("redis.Redis.from_url('redis://h/2')", "db", "redis>=6", 2),
        ("redis.Redis.from_url('redis://h')", "host", "", UNKNOWN),
        ("redis.Redis.from_url('redis://h?socket_timeout=2&socket_keepalive=yes')", "socket_timeout", "", 2.0),
        ("redis.Redis.from_url('redis://h?socket_timeout=2&socket_keepalive=yes')", "socket_keepalive", "", True),
        ("redis.Redis.from_url('redis://h')", "socket_timeout", "redis<8", None),
        ("redis.Redis.from_url('rediss://h')", "ssl_check_hostname", "redis>=6", True),
        ("redis.Redis.from_url('rediss://h')", "ssl_check_hostname", "redis<6", False),
        ("redis.Redis.from_url('redis://h')", "single_connection_client", "", False),
        ("redis.Redis(connection_pool=redis.ConnectionPool(socket_timeout=2))", "socket_timeout", "", 2),
        ("redis.Redis(socket_timeout=3, connection_pool=redis.ConnectionPool())", "socket_timeout", "redis>=8", 5),
        ("redis.Redis(connection_pool=redis.ConnectionPool())", "retry", "redis>=6", None),
        ("redis.Redis(connection_pool=redis.ConnectionPool(**more))", "retry", "redis>=6", UNKNOWN),
        ("redis.Redis(connection_pool=unknown())", "socket_timeout", "redis>=8", UNKNOWN),
        ("redis.Redis(connection_pool=None)", "socket_timeout", "redis>=8", 5),
        ("redis.Redis.from_pool(redis.BlockingConnectionPool())", "max_connections", "", 50),
        (
            "redis.Redis(connection_pool=redis.ConnectionPool(connection_class=C))",
            "socket_timeout",
            "redis>=8",
            UNKNOWN,
        ),
        ("redis.Redis().pipeline()", "socket_timeout", "redis>=8", 5),
        ("redis.Redis(socket_timeout=1).pipeline()", "socket_timeout", "", 1),
        ("redis.RedisCluster('h')", "socket_timeout", "", UNKNOWN),
        ("redis.RedisCluster('h')", "socket_timeout", "redis>=8", 5),
        ("redis.RedisCluster('h')", "reinitialize_steps", "redis>=6,<9", 5),
        ("redis.asyncio.RedisCluster('h')", "max_connections", "redis>=8", 100),
        ("redis.asyncio.RedisCluster('h')", "max_connections", "redis<8", 2**31),
        ("valkey.Valkey()", "socket_timeout", "", None),
        ("valkey.Valkey.from_url('valkey://h')", "socket_timeout", "", 5),
        ("valkey.Valkey.from_url('unix:///s')", "socket_timeout", "", None),
        ("valkey.Valkey.from_url(os.environ['URL'])", "socket_timeout", "", UNKNOWN),
        ("valkey.asyncio.Valkey()", "socket_timeout", "", 5),
        ("valkey.ValkeyCluster('h')", "socket_timeout", "", None),
        ("redis.sentinel.Sentinel([]).master_for('m')", "socket_timeout", "redis>=8", UNKNOWN),
    ],
)
def test_effective_option(made: str, name: str, target: str, expected: ConstantValue | Unknown) -> None:
    found = effective(made, name, target)
    assert (found, type(found)) == (expected, type(expected))


def test_declared_clients_have_unknown_options() -> None:
    ref = client("def store(client: redis.Redis):\n    client.hset('h', 'f', 1)\n")
    assert effective_option(ref, "decode_responses", Target()) is UNKNOWN


def test_subclasses_have_unknown_options() -> None:
    ref = client("class Store(redis.Redis):\n    def store(self):\n        self.hset('h', 'f', 1)\n")
    assert effective_option(ref, "decode_responses", Target()) is UNKNOWN


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("redis>=5,<7", ("5.2.1", "5.3.1", "6.4.0")),
        ("redis==7.1.0", ("7.0.1", "7.4.1")),
        ("redis==5.0.*", ("4.6.0", "5.2.1")),
        ("redis==8.9", ("8.1.0",)),
        ("redis<3", ()),
    ],
)
def test_targeted_versions(target: str, expected: tuple[str, ...]) -> None:
    assert targeted_versions("redis", _target(target)) == expected


def test_without_a_target_all_versions_count() -> None:
    assert targeted_versions("valkey", _target("redis>=5")) == ("6.1.1", "6.2.0")
    assert targeted_versions("redis", Target()) == client_defaults()["redis"].versions


@pytest.mark.parametrize("library", ["redis", "valkey"])
def test_the_table_is_that_of_the_installed_library(library: str) -> None:
    pytest.importorskip(library)
    known = client_defaults()[library]
    if importlib.metadata.version(library) != known.versions[-1]:
        pytest.skip("another version than the newest recorded one")
    assert known.constructors
    for dotted, options in known.constructors.items():
        module, _, name = dotted.rpartition(".")
        signature = inspect.signature(getattr(importlib.import_module(module), name).__init__)
        actual = {
            one.name: one.default
            for one in signature.parameters.values()
            if one.name != "self" and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
        }
        newest = {option: entries[-1] for option, entries in options.items() if entries[-1].exists}
        assert set(newest) == set(actual), dotted
        for option, recorded in newest.items():
            if recorded.text == "":
                assert actual[option] is inspect.Parameter.empty
            elif isinstance(recorded.text, str):
                assert actual[option] is not inspect.Parameter.empty
            else:
                assert (actual[option], type(actual[option])) == (recorded.value, type(recorded.value)), option


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("redis.Redis()", False),
        ("redis.Redis(decode_responses=True)", True),
        ("redis.Redis(decode_responses=f())", None),
        ("redis.Redis(**options())", None),
        ("valkey.asyncio.Valkey()", False),
        ("redis.from_url('redis://h?decode_responses=True')", True),
        ("redis.from_url('redis://h?decode_responses=False')", True),  # redis-py keeps the text, and text is true
        ("redis.Redis(connection_pool=redis.ConnectionPool(decode_responses=True))", True),
        ("redis.Redis(connection_pool=redis.ConnectionPool(), decode_responses=True)", False),
        ("redis.Redis(connection_pool=pool)", None),
        ("redis.Redis().pipeline()", False),
    ],
)
def test_decoding_of_replies(made: str, expected: bool | None) -> None:
    assert decodes_replies(client(f"r = {made}\nr.hset('h', 'f', 1)\n"), Target()) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from redis_om import get_redis_connection as make", True),
        ("from aredis_om import get_redis_connection as make", True),
        ("from walrus import Database as make", False),
        ("from django_redis import get_redis_connection as make", None),
        ("from flask_redis import FlaskRedis as make", None),
    ],
)
def test_decoding_of_replies_by_other_libraries(code: str, expected: bool | None) -> None:
    assert decodes_replies(client(f"{code}\nr = make()\nr.hset('h', 'f', 1)\n"), Target()) is expected


def test_a_declared_client_has_no_defaults_also_where_it_may_be_something_else() -> None:
    code = "def f(r: redis.Redis | dict):\n    r.hset('h', 'f', 1)\n"
    assert effective_option(client(code), "decode_responses", Target()) is UNKNOWN
    code = "class Store:\n    def __init__(self, made: redis.Redis | None = None):\n        self.r = made or {}\n"
    assert (
        effective_option(client(f"{code}    def f(self):\n        self.r.hset('h', 'f', 1)\n"), "db", Target())
        is UNKNOWN
    )
