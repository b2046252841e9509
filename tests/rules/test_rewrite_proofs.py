"""The rewrites of RED901 and RED902 on real servers: the same replies, keys and TTLs before and after."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from typing import Final

import pytest
import redis
import redis.asyncio
from packaging.version import Version
from redis import Redis

from redlint.registry import load_rules
from redlint.testing import Fixture, fixed
from servers import Server

RULES: Final = load_rules(["redlint_rules"])
VERSION: Final = Version(redis.__version__)
HEADER: Final = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n\n\n"
CALLS: Final = {
    "setex": ("client.setex('new', 60, 'x')", "set("),
    "setex over a value": ("client.setex('text', 60, 'x')", "set("),
    "psetex": ("client.psetex('new', 60_000, 'x')", "set("),
    "getset": ("client.getset('text', 'x')", "get=True"),
    "getset of a key with a TTL": ("client.getset('expiring', 'x')", "get=True"),
    "getset of nothing": ("client.getset('new', 'x')", "get=True"),
    "rpoplpush": ("client.rpoplpush('list', 'other')", "lmove("),
    "rpoplpush of nothing": ("client.rpoplpush('nothing', 'other')", "lmove("),
    "rpoplpush onto itself": ("client.rpoplpush('list', 'list')", "lmove("),
    "brpoplpush": ("client.brpoplpush('list', 'other', 1)", "blmove("),
    "zrangebyscore": ("client.zrangebyscore('scores', 2, 4)", "byscore=True"),
    "zrangebyscore with all": (
        "client.zrangebyscore('scores', '(1', '+inf', start=1, num=2, withscores=True, score_cast_func=int)",
        "byscore=True",
    ),
    "zrevrangebyscore": ("client.zrevrangebyscore('scores', 4, 2, withscores=True)", "byscore=True"),
    "zrangebylex": ("client.zrangebylex('names', '[a', '(c')", "bylex=True"),
    "zrevrangebylex": ("client.zrevrangebylex('names', '(c', '[a')", "bylex=True"),
    "substr": ("client.substr('text', 1, 3)", "getrange("),
    "substr to the end": ("client.substr('text', 1)", "getrange("),
}
CONDITIONS: Final = {
    "setnx of nothing": ("if client.setnx('new', 'x'):\n        return 1", "nx=True"),
    "setnx of a key": ("if not client.setnx('text', 'x'):\n        return 1", "nx=True"),
    "hmset": ("client.hmset('hash', {'a': 2, 'b': 3})", "hset("),
    "hmset of nothing": ("client.hmset('new', {'a': 2})", "hset("),
}


@pytest.fixture(params=["valkey_process", "redis62_process"])
def client(request: pytest.FixtureRequest) -> Iterator[Redis]:
    server: Server = request.getfixturevalue(request.param)
    with server.client() as made, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield made


def fill(client: Redis) -> None:
    client.flushall()
    client.set("text", "hello")
    client.set("expiring", "soon", ex=1000)
    client.rpush("list", "a", "b", "c")
    client.hset("hash", mapping={"a": 1})
    client.zadd("scores", {str(number): number for number in range(6)})
    client.zadd("names", dict.fromkeys("abcd", 0))


def outcome(client: Redis, source: str) -> object:
    fill(client)
    names: dict[str, object] = {}
    exec(source, names)
    names["client"] = client
    reply = names["example"]()  # type: ignore[operator]
    keys = sorted(client.keys())
    return reply, [(key, client.type(key), client.dump(key), client.ttl(key)) for key in keys]


def async_outcome(client: Redis, source: str) -> object:
    fill(client)
    port = client.connection_pool.connection_kwargs["port"]

    async def run() -> object:
        names: dict[str, object] = {}
        exec(source, names)
        async with redis.asyncio.Redis(port=port) as made:
            names["client"] = made
            return await names["example"]()  # type: ignore[operator]

    reply = asyncio.run(run())
    return reply, [(key, client.type(key), client.dump(key), client.ttl(key)) for key in sorted(client.keys())]


def rewritten(rule: str, source: str, settings: dict[str, object]) -> str:
    result = fixed(Fixture(rule, {"snippet.py": source.encode()}, settings), RULES, unsafe=False)["snippet.py"].decode()
    assert result != source
    return result


@pytest.mark.proves("deprecated-command")
@pytest.mark.parametrize(("call", "word"), CALLS.values(), ids=CALLS)
def test_the_new_call_replies_and_stores_the_same(client: Redis, call: str, word: str) -> None:
    before = f"{HEADER}def example():\n    return {call}\n"
    after = rewritten("deprecated-command", before, {"target-server": "redis>=7.4"})
    assert word in after
    assert outcome(client, before) == outcome(client, after)


@pytest.mark.proves("deprecated-command")
@pytest.mark.parametrize(("call", "word"), CALLS.values(), ids=CALLS)
def test_the_new_call_does_so_with_asyncio(client: Redis, call: str, word: str) -> None:
    before = f"{HEADER.replace('import redis', 'import redis.asyncio as redis')}async def example():\n"
    before += f"    return await {call}\n"
    after = rewritten("deprecated-command", before, {"target-server": "redis>=7.4"})
    assert word in after
    assert async_outcome(client, before) == async_outcome(client, after)


@pytest.mark.proves("deprecated-command")
@pytest.mark.parametrize(("body", "word"), CONDITIONS.values(), ids=CONDITIONS)
def test_the_new_call_decides_and_stores_the_same(client: Redis, body: str, word: str) -> None:
    before = f"{HEADER}def example():\n    {body}\n    return 0\n"
    after = rewritten("deprecated-command", before, {"target-server": "redis>=7.4"})
    assert word in after
    assert outcome(client, before) == outcome(client, after)


@pytest.mark.parametrize(
    "body",
    ["return client.setnx('new', 'x')", "return client.hmset('new', {'a': 1})", "client.setex('new', len('abc'), 'x')"],
)
def test_other_calls_have_no_safe_rewrite(body: str) -> None:
    """Their replies differ, or a TTL of ``None`` is refused by the old and dropped by the new one."""
    before = f"{HEADER}def example():\n    {body}\n"
    fixture = Fixture("deprecated-command", {"snippet.py": before.encode()}, {"target-server": "redis>=7.4"})
    assert fixed(fixture, RULES, unsafe=False)["snippet.py"].decode() == before


@pytest.mark.proves("removed-client-api")
def test_the_new_names_are_the_same_things(client: Redis) -> None:
    before = "import redis\n\nclient = redis.StrictRedis(socket_timeout=5)\n"
    after = rewritten("removed-client-api", before, {})
    assert after == before.replace("StrictRedis", "Redis")
    assert redis.StrictRedis is redis.Redis
    before = "import redis\n\nclient = redis.Redis(charset='utf-8', socket_timeout=5)\n"
    after = rewritten("removed-client-api", before, {"target-client": "redis>=8"})
    if VERSION.major >= 6:
        with pytest.raises(TypeError):
            exec(before, {})
    else:
        with pytest.warns(DeprecationWarning, match="charset"):
            exec(before, {})
    names: dict[str, object] = {}
    exec(after, names)


@pytest.mark.proves("removed-client-api")
def test_aclose_closes_as_close_did(client: Redis) -> None:
    source = "import redis.asyncio as redis\n\nclient = redis.Redis(socket_timeout=5)\n\n\nasync def example():\n"
    before = f"{source}    await client.close()\n"
    after = rewritten("removed-client-api", before, {"target-client": "redis>=8"})
    assert after == before.replace(".close()", ".aclose()")
    port = client.connection_pool.connection_kwargs["port"]

    async def run(text: str) -> int:
        made = redis.asyncio.Redis(port=port)
        await made.ping()
        names: dict[str, object] = {"client": made}
        exec(text.replace("client = redis.Redis(socket_timeout=5)", ""), names)
        names["client"] = made
        await names["example"]()  # type: ignore[operator]
        await asyncio.sleep(0.05)
        return len(client.client_list())

    assert asyncio.run(run(before)) == asyncio.run(run(after))
