"""A key that is written again, on real servers: what becomes of its TTL, with and without the fix."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import pytest
from redis import Redis

from redlint.commands.table import TtlFate, command_table
from redlint.config import Config
from redlint.lint import lint_source
from redlint.registry import load_rules
from redlint.testing import Fixture, fixed
from servers import Server

RULES = load_rules(["redlint_rules"])
HEADER = """\
import redis

client = redis.Redis()


def start(name):
    client.set(f"session:{name}", "first", ex=3600)


def shared(name):
    with client.pipeline() as pipe:
        pipe.sinterstore(f"shared:{name}", ["a", "b"])
        pipe.expire(f"shared:{name}", 3600)
        pipe.execute()


def page(name):
    found = client.get(f"page:{name}")
    if found is None:
        found = b"computed"
        client.set(f"page:{name}", found, ex=3600)
    return found


"""
LOSES = {
    "read before": ("start", "session:x", "if client.get(f'session:{name}'):\n    client.set(f'session:{name}', 1)"),
    "xx": ("start", "session:x", "client.set(f'session:{name}', 1, xx=True)"),
    "getset": ("start", "session:x", "client.getset(f'session:{name}', 1)"),
    "exists before": (
        "start",
        "session:x",
        "if client.exists(f'session:{name}'):\n    client.mset({f'session:{name}': 1})",
    ),
    "store": (
        "shared",
        "shared:x",
        "if client.exists(f'shared:{name}'):\n    client.sunionstore(f'shared:{name}', 'a')",
    ),
    "cache": ("page", "page:x", "client.set(f'page:{name}', 'new')"),
}
KEEPS = {
    "keepttl": ("start", "session:x", "client.set(f'session:{name}', 1, xx=True, keepttl=True)"),
    "new TTL": ("start", "session:x", "client.set(f'session:{name}', 1, xx=True, ex=60)"),
    "append": ("start", "session:x", "if client.exists(f'session:{name}'):\n    client.append(f'session:{name}', 1)"),
    "missing": ("page", "page:x", "if not client.get(f'page:{name}'):\n    client.set(f'page:{name}', 'new')"),
}


@pytest.fixture(params=["valkey_process", "redis62_process"])
def client(request: pytest.FixtureRequest) -> Iterator[Redis]:
    server: Server = request.getfixturevalue(request.param)
    with server.client() as made:
        made.flushall()
        made.sadd("a", "one", "two")
        made.sadd("b", "two")
        yield made


def example(body: str) -> str:
    return HEADER + "def example(name):\n" + "".join(f"    {row}\n" for row in dedent(body).splitlines())


def codes(source: str) -> set[str]:
    rules = [rule() for rule in RULES]
    found = lint_source("/nowhere/app.py", source.encode(), Config(root="/nowhere"), rules).diagnostics
    return {one.code for one in found} & {"RED203"}


def run(source: str, client: Redis, function: str) -> None:
    names: dict[str, object] = {"client": client}
    exec(source.replace("client = redis.Redis()", ""), names)  # the code under test
    names[function]("x")  # type: ignore[operator]


@pytest.mark.parametrize(("give", "key", "body"), LOSES.values(), ids=LOSES)
def test_what_is_reported_loses_the_ttl(client: Redis, give: str, key: str, body: str) -> None:
    source = example(body)
    assert codes(source) == {"RED203"}
    run(source, client, give)
    assert 0 < client.ttl(key) <= 3600
    run(source, client, "example")
    assert client.ttl(key) == -1


@pytest.mark.parametrize(("give", "key", "body"), KEEPS.values(), ids=KEEPS)
def test_what_is_not_reported_keeps_one(client: Redis, give: str, key: str, body: str) -> None:
    source = example(body)
    assert codes(source) == set()
    run(source, client, give)
    run(source, client, "example")
    assert 0 < client.ttl(key) <= 3600


@pytest.mark.parametrize("case", ["read before", "xx", "cache"])
def test_the_fix_stores_the_same_and_leaves_a_ttl(client: Redis, case: str) -> None:
    give, key, body = LOSES[case]
    before = example(body)
    fixture = Fixture("ttl-lost-on-overwrite", {"snippet.py": before.encode()}, {})
    after = fixed(fixture, RULES, unsafe=True)["snippet.py"].decode()
    assert after != before
    assert codes(after) == set()
    values = []
    for source in (before, after):
        client.delete(key)
        run(source, client, give)
        run(source, client, "example")
        values.append((client.get(key), client.ttl(key) > 3500))
    assert values == [(values[0][0], False), (values[0][0], True)]


def test_a_cache_that_is_written_first_gets_a_ttl_as_well(client: Redis) -> None:
    """Why the fix passes ``ex=`` there: ``keepttl=True`` would leave a new key without a TTL."""
    fixture = Fixture("ttl-lost-on-overwrite", {"snippet.py": example(LOSES["cache"][2]).encode()}, {})
    after = fixed(fixture, RULES, unsafe=True)["snippet.py"].decode()
    run(after, client, "example")
    assert 3500 < client.ttl("page:x") <= 3600
    client.set("page:y", "new", keepttl=True)
    assert client.ttl("page:y") == -1


def test_commands_that_the_table_says_clear_the_ttl_do(client: Redis) -> None:
    """Those that the examples above do not have."""
    clearing = {name for name, spec in command_table().items() if spec.ttl is TtlFate.CLEARS}
    ran = {
        "SUNIONSTORE": lambda: client.sunionstore("key", "a", "b"),
        "SDIFFSTORE": lambda: client.sdiffstore("key", "a", "b"),
        "ZUNIONSTORE": lambda: client.zunionstore("key", ["a", "b"]),
        "ZINTERSTORE": lambda: client.zinterstore("key", ["a", "b"]),
        "BITOP": lambda: client.bitop("OR", "key", "bits"),
        "SORT": lambda: client.sort("a", alpha=True, store="key"),
    }
    assert ran.keys() <= clearing
    client.set("bits", "x")
    for name, call in ran.items():
        client.set("key", "old", ex=3600)
        call()
        assert client.ttl("key") == -1, name
