"""Fixes proven on real servers: the code before and after runs on equal data, and the outcomes are compared."""

from __future__ import annotations

import ast
import asyncio
import gc
import re
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import redis
import redis.asyncio
from redis import Redis
from redis.cluster import RedisCluster

from redlint.commands.slot import hash_slot
from redlint.config import Config
from redlint.lint import lint_source
from redlint.registry import load_rules
from redlint.rule import rule_name
from redlint.testing import Fixture, fixed
from servers import Cluster, Server

RULES: Final = load_rules(["redlint_rules"])
SERVERS: Final = ["valkey_process", "redis62_process"]
HEADER: Final = """\
import redis
from redis.cluster import RedisCluster

client = redis.Redis()
"""
ASYNC_HEADER: Final = "import redis.asyncio as redis\n\nclient = redis.Redis()\n"
CLUSTER_HEADER: Final = "from redis.cluster import RedisCluster\n\nclient = RedisCluster(host='localhost')\n"


@dataclass(frozen=True)
class Outcome:
    """What running a piece of code gave: its reply, and all that is on the server afterwards."""

    reply: object
    keys: dict[bytes, tuple[str, bytes | None]]
    lifetimes: dict[bytes, int]


def after_fixing(rule: str, source: str, *, unsafe: bool, settings: dict[str, object] | None = None) -> str:
    """The fixed code; the fix must have changed it."""
    fixture = Fixture(rule, {"snippet.py": source.encode()}, settings or {})
    result = fixed(fixture, RULES, unsafe=unsafe)["snippet.py"].decode()
    assert result != source, f"{rule} fixed nothing"
    return result


def function(source: str, client: object) -> Callable[..., Any]:
    """The function ``example`` of some code, with another ``client`` in place of its own."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    names: dict[str, Any] = {"client": client, "redis": redis}
    exec(compile(tree, "snippet.py", "exec", dont_inherit=True), names)  # the code under test
    return names["example"]  # type: ignore[no-any-return]


def contents(client: Any) -> tuple[dict[bytes, tuple[str, bytes | None]], dict[bytes, int]]:
    """Every key with its type and value, and the absolute time at which it expires."""
    keys: dict[bytes, tuple[str, bytes | None]] = {}
    lifetimes: dict[bytes, int] = {}
    for key in client.scan_iter(count=1000):
        keys[key] = (client.type(key).decode(), canonical(client, key))
        lifetimes[key] = client.ttl(key)
    return keys, lifetimes


def canonical(client: Any, key: bytes) -> bytes:
    """The value of a key as text that does not depend on its encoding."""
    readers: dict[str, Callable[[bytes], object]] = {
        "string": client.get,
        "list": lambda name: client.lrange(name, 0, -1),
        "set": lambda name: sorted(client.smembers(name)),
        "zset": lambda name: client.zrange(name, 0, -1, withscores=True),
        "hash": lambda name: sorted(client.hgetall(name).items()),
        "stream": client.xrange,
    }
    return repr(readers[client.type(key).decode()](key)).encode()


def fill(client: Any) -> None:
    """Equal data before each run: all types, with and without a time to live."""
    client.flushall()
    client.set("greeting", "hello")
    client.set("expiring", "soon", ex=1000)
    numbers = range(300)
    client.sadd("visitors:home", *numbers)
    client.rpush("visitors:list", *numbers)
    client.zadd("visitors:ranking", {str(number): number for number in numbers})
    client.hset("visitors:hash", mapping={str(number): number for number in numbers})
    client.xadd("visitors:stream", {"a": "1"}, id="1-1")
    client.sadd("visitors:expiring", "a", "b")
    client.expire("visitors:expiring", 1000)


def outcome(source: str, client: Any, arguments: Sequence[object]) -> Outcome:
    fill(client)
    reply = function(source, client)(*arguments)
    return Outcome(reply, *contents(client))


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def client(server: Server) -> Iterator[Redis]:
    with server.client() as made:
        made.flushall()
        yield made


# --- RED102: delete becomes unlink ------------------------------------------------------------------------

DELETES: Final = {
    "grown set": ("return client.delete(name)", ["visitors:home"]),
    "grown list": ("return client.delete(name)", ["visitors:list"]),
    "grown hash": ("return client.delete(name)", ["visitors:hash"]),
    "grown stream": ("return client.delete(name)", ["visitors:stream"]),
    "with time to live": ("return client.delete(name)", ["visitors:expiring"]),
    "missing": ("return client.delete(name)", ["visitors:nobody"]),
    "bytes": ("return client.delete(name)", [b"visitors:home"]),
    "several and twice": ("return client.delete(name, 'greeting', name, 'nothing')", ["visitors:home"]),
    "splat": ("return client.delete(*client.keys('visitors:*'))", ["x"]),
    "loop": ("return [client.delete(key) for key in client.scan_iter(match='visitors:*')].count(1)", ["x"]),
    "pipeline": (
        "with client.pipeline() as pipe:\n        pipe.delete(*client.keys(name + '*'))\n        return pipe.execute()",
        ["visitors:"],
    ),
    "transaction": (
        "with client.pipeline(transaction=True) as pipe:\n        pipe.multi()\n"
        "        pipe.delete(*client.keys(name + '*')).get('greeting')\n        return pipe.execute()",
        ["visitors:"],
    ),
}


def snippet(header: str, body: str, *, is_async: bool = False) -> str:
    """A function that deletes, in a project that lets the keys grow."""
    word = "async def" if is_async else "def"
    wait = "await " if is_async else ""
    grows = f"{word} grow(who):\n    {wait}client.sadd('visitors:home', who)\n"
    return f"{header}\n\n{grows}\n\n{word} example(name):\n    {body}\n"


def known_key(body: str, arguments: Sequence[object]) -> str:
    """The rule speaks only of keys it knows: a key that grows stands in place of the parameter."""
    return body if "keys(" in body or "scan_iter" in body else body.replace("name", "'visitors:home'")


@pytest.mark.proves("blocking-delete-of-large-key")
@pytest.mark.parametrize(("body", "arguments"), list(DELETES.values()), ids=list(DELETES))
def test_unlink_does_what_delete_does(client: Redis, body: str, arguments: Sequence[object]) -> None:
    before = snippet(HEADER, body)
    fixable = snippet(HEADER, known_key(body, arguments))
    after = after_fixing("blocking-delete-of-large-key", fixable, unsafe=False)
    assert "delete" not in after
    # The fix renames the method and nothing else, so the same code runs with any key.
    assert after == fixable.replace(".delete(", ".unlink(")
    assert outcome(before, client, arguments) == outcome(before.replace(".delete(", ".unlink("), client, arguments)
    assert outcome(fixable, client, arguments) == outcome(after, client, arguments)


@pytest.mark.proves("blocking-delete-of-large-key")
def test_unlink_with_decoded_replies(server: Server) -> None:
    with server.client(decode_responses=True) as client:
        client.flushall()
        client.sadd("visitors:home", "a")
        assert client.unlink("visitors:home", "nothing") == 1
        client.sadd("visitors:home", "a")
        assert client.delete("visitors:home", "nothing") == 1


@pytest.mark.proves("blocking-delete-of-large-key")
def test_unlink_does_what_delete_does_with_asyncio(server: Server, client: Redis) -> None:
    body = "return await client.delete('visitors:home', name)"
    before = snippet(ASYNC_HEADER, body, is_async=True)
    after = after_fixing("blocking-delete-of-large-key", before, unsafe=False)
    assert after == before.replace(".delete(", ".unlink(")

    async def run(source: str) -> object:
        async with redis.asyncio.Redis(host=server.host, port=server.port) as asynchronous:
            return await function(source, asynchronous)("expiring")

    outcomes = []
    for source in (before, after):
        fill(client)
        outcomes.append(Outcome(asyncio.run(run(source)), *contents(client)))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].reply == 2


@pytest.mark.proves("blocking-delete-of-large-key")
def test_unlink_does_what_delete_does_on_a_cluster(cluster: RedisCluster) -> None:
    body = "return client.delete('visitors:home', 'greeting', 'expiring', 'nothing')"
    before = snippet(CLUSTER_HEADER, body)
    after = after_fixing("blocking-delete-of-large-key", before, unsafe=False)
    assert after == before.replace(".delete(", ".unlink(")
    first, second = (outcome(source, cluster, ["x"]) for source in (before, after))
    assert first == second
    assert first.reply == 3


@pytest.mark.proves("blocking-delete-of-large-key")
def test_unlink_does_what_delete_does_in_a_cluster_pipeline(cluster: RedisCluster) -> None:
    replies = []
    for method in ("delete", "unlink"):
        fill(cluster)
        with cluster.pipeline() as pipe:
            getattr(pipe, method)("visitors:home")
            getattr(pipe, method)("nothing")
            replies.append((pipe.execute(), contents(cluster)))
    assert replies[0] == replies[1]


@pytest.mark.proves("blocking-delete-of-large-key")
def test_both_raise_the_same_without_keys(client: Redis) -> None:
    messages = []
    for method in ("delete", "unlink"):
        with pytest.raises(redis.ResponseError) as caught:
            getattr(client, method)()
        messages.append(str(caught.value).replace("'unlink'", "'del'").replace("'UNLINK'", "'DEL'"))
    assert messages[0] == messages[1]


# --- RED202: set and expire become one set ----------------------------------------------------------------

SETS: Final = {
    "new key": ("client.set(name, 'x')\n    client.expire(name, 500)", "nothing"),
    "key with a value": ("client.set(name, 'x')\n    client.expire(name, 500)", "greeting"),
    "key with a TTL": ("client.set(name, b'x')\n    client.expire(name, time=500)", "expiring"),
    "key of another type": ("client.set(name, 1.5)\n    client.expire(name, 500)", "visitors:hash"),
    "milliseconds": ("client.set(name, 'x')\n    client.pexpire(name, 500_000)", "greeting"),
    "only if it exists": ("client.set(name, 'x', xx=True)\n    client.expire(name, 500)", "greeting"),
}


@pytest.mark.proves("set-then-expire")
@pytest.mark.parametrize(("body", "key"), list(SETS.values()), ids=list(SETS))
def test_set_with_ttl_does_what_set_and_expire_do(client: Redis, body: str, key: str) -> None:
    before = f"{HEADER}\n\ndef example(name):\n    {body}\n"
    after = after_fixing("set-then-expire", before, unsafe=False)
    assert "expire" not in after
    first, second = outcome(before, client, [key]), outcome(after, client, [key])
    assert first == second
    assert first.lifetimes[key.encode()] > 0


@pytest.mark.parametrize("ttl", ["2**62", "9223372036854775807", "True", "0", "-1"])
def test_a_ttl_that_the_two_take_differently_has_no_safe_fix(client: Redis, ttl: str) -> None:
    """SET refuses it and stores nothing; EXPIRE comes when the value is stored, and deletes the key for 0 and less."""
    before = f"{HEADER}\n\ndef example(name):\n    client.set(name, 'x')\n    client.expire(name, {ttl})\n"
    fixture = Fixture("set-then-expire", {"snippet.py": before.encode()}, {})
    assert fixed(fixture, RULES, unsafe=False)["snippet.py"].decode() == before
    seen = []
    for body in (f"client.set('new', 'x')\nclient.expire('new', {ttl})", f"client.set('new', 'x', ex={ttl})"):
        client.delete("new")
        try:
            exec(body, {"client": client})
        except (redis.ResponseError, redis.DataError):
            seen.append((client.get("new"), "refused"))
        else:
            seen.append((client.get("new"), "taken"))
    assert seen[0] != seen[1]


@pytest.mark.proves("set-then-expire")
def test_set_only_if_it_exists_does_not_lose_the_expiry_of_others(client: Redis) -> None:
    """``set(xx=True)`` of a missing key creates none, and EXPIRE then does nothing either."""
    before = f"{HEADER}\n\ndef example(name):\n    {SETS['only if it exists'][0]}\n"
    after = after_fixing("set-then-expire", before, unsafe=False)
    assert outcome(before, client, ["nothing"]) == outcome(after, client, ["nothing"])


# --- RED202: a write and expire on one pipeline -----------------------------------------------------------

WRITES: Final = {
    "sadd": "client.sadd(name, 'a', 'b')\n    client.expire(name, 500)",
    "hset": "client.hset(name, mapping={'a': 1})\n    client.expire(name, 500)",
    "rpush": "client.rpush(name, 'a')  # the first\n\n    client.pexpire(name, 500_000)  # a while",
    "counter": "client.incr(name)\n    client.expire(name, 500)",
    "counter in a hash": "client.hincrby(name, 'field', 3)\n    client.expire(name, 500)",
    "rows": "client.zadd(\n        name,\n        {'a': 1},\n    )\n    client.expire(\n        name, 500\n    )",
    "branch": "if name:\n        client.xadd(name, {'a': 1}, id='1-1')\n        client.expire(name, 500)\n    return 1",
}


@pytest.mark.parametrize("body", WRITES.values(), ids=WRITES)
def test_a_transaction_stores_what_the_two_commands_store(client: Redis, body: str) -> None:
    before = f"{HEADER}\n\ndef example(name):\n    {body}\n"
    rule = "incr-then-expire" if "incr" in body else "set-then-expire"
    after = after_fixing(rule, before, unsafe=True)
    assert "with client.pipeline() as pipe:" in after
    assert after.count("#") == before.count("#")
    first, second = outcome(before, client, ["new"]), outcome(after, client, ["new"])
    assert first == second
    assert first.lifetimes[b"new"] == 500


def test_a_transaction_does_so_with_asyncio(server: Server, client: Redis) -> None:
    body = "await client.sadd(name, 'a')\n    await client.expire(name, 500)"
    before = f"{ASYNC_HEADER}\n\nasync def example(name):\n    {body}\n"
    after = after_fixing("set-then-expire", before, unsafe=True)
    assert "async with client.pipeline() as pipe:" in after

    async def run(source: str) -> None:
        async with redis.asyncio.Redis(host=server.host, port=server.port) as asynchronous:
            await function(source, asynchronous)("new")

    outcomes = []
    for source in (before, after):
        fill(client)
        asyncio.run(run(source))
        outcomes.append(contents(client))
    assert outcomes[0] == outcomes[1]


UNFIXED: Final = {
    "cluster": "cluster.sadd(name, 'a')\n    cluster.expire(name, 500)",
    "result used": "added = client.sadd(name, 'a')\n    client.expire(name, 500)\n    return added",
    "not neighbours": "client.sadd(name, 'a')\n    print(name)\n    client.expire(name, 500)",
    "text over rows": 'client.sadd(name, """a\nb""")\n    client.expire(name, 500)',
    "name in use": "pipe = 1\n    client.sadd(name, 'a')\n    client.expire(name, pipe)",
}


@pytest.mark.parametrize("body", UNFIXED.values(), ids=UNFIXED)
def test_other_writes_are_left_as_they_are(body: str) -> None:
    before = f"{HEADER}cluster = RedisCluster(host='localhost')\n\n\ndef example(name):\n    {body}\n"
    fixture = Fixture("set-then-expire", {"snippet.py": before.encode()}, {})
    assert fixed(fixture, RULES, unsafe=True)["snippet.py"].decode() == before


# --- RED601: the commands of a loop on one pipeline -------------------------------------------------------

LOOPS: Final = {
    "set": "for name in names:\n        client.set(name, 'x', ex=500)",
    "two commands": "for name in names:\n        client.sadd(name, 'a')  # 1\n        client.expire(name, 500)  # 2",
    "rows": "for name in names:\n        client.hset(\n            name,\n            'f', 1,\n        )\n    return 1",
    "branches": "for name in names:\n        if name < 'b':\n            continue\n        client.rpush(name, name)",
    "nested": "for name in names:\n        for letter in name:\n            client.incr(letter)\n    return names",
    "script": "for name in names:\n        client.eval(\"return redis.call('SET', KEYS[1], 1)\", 1, name)",
}


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b", "a", "ab"]], ids=len)
@pytest.mark.parametrize("body", LOOPS.values(), ids=LOOPS)
def test_a_pipeline_stores_what_the_loop_stores(client: Redis, body: str, names: list[str]) -> None:
    before = f"{HEADER}\n\ndef example(names):\n    {body}\n"
    after = after_fixing("command-in-loop", before, unsafe=True)
    assert "pipe = client.pipeline(transaction=False)\n" in after
    assert after.count("#") == before.count("#")
    assert outcome(before, client, [names]) == outcome(after, client, [names])


def test_a_pipeline_stores_it_with_asyncio(server: Server, client: Redis) -> None:
    body = "for name in names:\n        await client.sadd(name, 'a')\n        await client.expire(name, 500)"
    before = f"{ASYNC_HEADER}\n\nasync def example(names):\n    {body}\n"
    after = after_fixing("command-in-loop", before, unsafe=True)
    assert "    await pipe.execute()\n" in after

    async def run(source: str) -> None:
        async with redis.asyncio.Redis(host=server.host, port=server.port) as asynchronous:
            await function(source, asynchronous)(["a", "b"])

    outcomes = []
    for source in (before, after):
        fill(client)
        asyncio.run(run(source))
        outcomes.append(contents(client))
    assert outcomes[0] == outcomes[1]


def test_after_an_error_the_pipeline_has_sent_the_rest(client: Redis) -> None:
    """Why the fix is not safe."""
    before = f"{HEADER}\n\ndef example(names):\n    for name in names:\n        client.sadd(name, 'a')\n"
    after = after_fixing("command-in-loop", before, unsafe=True)
    left = []
    for source in (before, after):
        fill(client)
        with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
            function(source, client)(["greeting", "later"])
        left.append(client.exists("later"))
    assert left == [0, 1]


# --- RED404: the client is entered ------------------------------------------------------------------------

ENTERED: Final = {
    "client": "own = redis.asyncio.from_url(url)\n    return await own.get('greeting')",
    "awaited": "own = await redis.asyncio.from_url(url)  # a\n\n    text = await own.get('greeting')\n    return text",
    "branch": "if url:\n        own = redis.asyncio.from_url(url)\n        return await own.get('greeting')",
}


@pytest.mark.parametrize("body", ENTERED.values(), ids=ENTERED)
def test_an_entered_client_replies_the_same_and_is_closed(server: Server, client: Redis, body: str) -> None:
    before = f"import redis.asyncio\n\n\nasync def example(url):\n    {body}\n"
    after = after_fixing("client-not-closed", before, unsafe=True)
    assert "async with redis.asyncio.from_url(url) as own:" in after
    fill(client)

    async def run(source: str, name: str) -> object:
        return await function(source, None)(f"redis://{server.host}:{server.port}?client_name={name}")

    def is_open(name: str) -> bool:
        return any(one["name"] == name for one in client.client_list())

    async def run_and_wait() -> object:
        reply = await run(after, "entered")
        for _ in range(100):  # the server takes a moment to notice
            if not is_open("entered"):
                return reply
            await asyncio.sleep(0.02)
        return "left open"

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        assert asyncio.run(run(before, "dropped")) == b"hello"
        gc.collect()
    assert asyncio.run(run_and_wait()) == b"hello"


# --- RED511: delete and write become a transaction -------------------------------------------------------

REFILLS: Final = {
    "set": "client.unlink('visitors:home')\n    client.sadd('visitors:home', 'a', 'b')",
    "list": "client.delete('visitors:list')\n    client.rpush('visitors:list', *range(3))",
    "hash with a comment": "client.delete('visitors:hash')  # anew\n    client.hset('visitors:hash', mapping={'a': 1})",
    "nothing there": "client.unlink('new')\n    client.zadd('new', {'a': 1})",
}


@pytest.mark.parametrize("body", REFILLS.values(), ids=REFILLS)
def test_a_transaction_leaves_what_delete_and_write_leave(client: Redis, body: str) -> None:
    before = f"{HEADER}\n\ndef example():\n    {body}\n"
    after = after_fixing("delete-then-write", before, unsafe=True)
    assert "pipe.execute()" in after
    assert outcome(before, client, ()) == outcome(after, client, ())


# --- RED507: counting in one step -------------------------------------------------------------------------

COUNTS: Final = {
    "new": "n = int(client.get('new') or 0)\n    client.set('new', n + 1)",
    "down": "n = int(client.get('number'))\n    client.set('number', n - 3)",
    "by a parameter": "n = int(client.get('number') or 0)\n    client.set('number', n + step)",
}


@pytest.mark.parametrize("body", COUNTS.values(), ids=COUNTS)
def test_counting_in_one_step_gives_the_same_number(client: Redis, body: str) -> None:
    before = f"{HEADER}\n\ndef example(step):\n    {body}\n"
    after = after_fixing("read-modify-write", before, unsafe=True)
    assert "crby(" in after and "int(" not in after
    seen = []
    for source in (before, after):
        client.flushall()
        client.set("number", 40)
        function(source, client)(2)
        seen.append(contents(client))
    assert seen[0] == seen[1]


# --- RED505: a token of its own -----------------------------------------------------------------------------


def test_each_holder_stores_a_token_of_its_own(client: Redis) -> None:
    body = "if client.set('lock:a', '1', nx=True, ex=60):\n        client.delete('lock:a')"
    before = f"{HEADER}\n\ndef example():\n    {body}\n"
    after = after_fixing("constant-lock-token", before, unsafe=True)
    assert "import uuid\n" in after
    taken = after.replace("        client.delete('lock:a')", "        return client.get('lock:a')")
    tokens = set()
    for _ in range(2):
        client.flushall()
        made = function(taken, client)
        made.__globals__["uuid"] = uuid
        tokens.add(made())
    assert len(tokens) == 2 and None not in tokens


# --- every safe fix has a proof ---------------------------------------------------------------------------

PROOFS: Final = ("test_fix_proofs.py", "test_rewrite_proofs.py")
"""The files whose proofs run with other versions of the client as well (test_client_versions.py)."""

_PROVES = re.compile(r'@pytest\.mark\.proves\("([\w-]+)"\)')


def emits_safe_fixes(rule: type) -> bool:
    """Whether the module of a rule mentions the applicability of safe fixes."""
    path = Path(sys.modules[rule.__module__].__file__ or "")
    nodes = ast.walk(ast.parse(path.read_text()))
    return any(isinstance(node, ast.Attribute) and node.attr == "SAFE" for node in nodes)


def test_every_safe_fix_is_proven() -> None:
    rules = [rule for rule in RULES if rule.__module__.startswith("redlint_rules.")]
    here = Path(__file__).parent
    proven = {name for file in PROOFS for name in _PROVES.findall((here / file).read_text("utf-8"))}
    assert {rule_name(rule.__name__) for rule in rules if emits_safe_fixes(rule)} == proven


# --- RED101: keys becomes scan_iter -----------------------------------------------------------------------


@pytest.mark.parametrize("call", ["client.keys('visitors:*')", "client.keys()", "client.keys(pattern='v*:h*')"])
def test_scan_iter_finds_the_keys_that_keys_finds(client: Redis, call: str) -> None:
    before = f"{HEADER}\n\ndef example():\n    return {call}\n"
    after = after_fixing("keys-command", before, unsafe=True)
    first, second = outcome(before, client, []), outcome(after, client, [])
    assert isinstance(first.reply, list) and isinstance(second.reply, list)
    assert set(first.reply) == set(second.reply)
    assert first.keys == second.keys


def test_scan_iter_finds_them_with_asyncio(server: Server, client: Redis) -> None:
    before = f"{ASYNC_HEADER}\n\nasync def example():\n    return await client.keys('visitors:*')\n"
    after = after_fixing("keys-command", before, unsafe=True)
    fill(client)

    async def run(source: str) -> set[bytes]:
        async with redis.asyncio.Redis(host=server.host, port=server.port) as asynchronous:
            return set(await function(source, asynchronous)())

    assert asyncio.run(run(before)) == asyncio.run(run(after)) == set(client.keys("visitors:*"))


def test_iterating_gives_the_same_keys(client: Redis) -> None:
    before = f"{HEADER}\n\ndef example():\n    return sorted(key for key in client.keys('visitors:*'))\n"
    after = after_fixing("keys-command", before, unsafe=True)
    assert "list(" not in after
    assert outcome(before, client, []) == outcome(after, client, [])


def test_on_a_cluster_the_fix_sees_all_primaries(cluster: RedisCluster) -> None:
    """Why the fix is not safe: ``keys()`` of a cluster client asks one node in some versions."""
    fill(cluster)
    assert set(cluster.scan_iter(match="visitors:*", count=1000)) >= set(cluster.keys("visitors:*"))


# --- RED201: ex= is passed --------------------------------------------------------------------------------


def test_the_default_ttl_is_set(client: Redis) -> None:
    before = f"{HEADER}\n\ndef example(user_id):\n    return client.set(f'token:{{user_id}}', 'x')\n"
    settings: dict[str, object] = {"rules": {"set-without-ttl": {"default-ttl": 900}}}
    after = after_fixing("set-without-ttl", before, unsafe=True, settings=settings)
    first, second = outcome(before, client, [7]), outcome(after, client, [7])
    assert first.reply is second.reply is True
    assert first.keys == second.keys
    assert first.lifetimes[b"token:7"] == -1
    assert 890 <= second.lifetimes[b"token:7"] <= 900


# --- RED301: slots ----------------------------------------------------------------------------------------

RED301: Final = next(rule for rule in RULES if rule.code == "RED301")
KEYS: Final = [
    *("total:orders", "total:users", "{total}:orders", "{total}:users", "foo{bar}", "bar", "foo{}{bar}", "foo{{bar}}"),
    *("", "{", "}{", "{}", "123456789", "käse", "\N{GRINNING FACE}", "{user:1}:name", "a{b", "a}b{c}d"),
]


@pytest.mark.parametrize("key", KEYS)
def test_slots_are_those_of_the_server(cluster: RedisCluster, key: str) -> None:
    assert cluster.cluster_keyslot(key) == hash_slot(key.encode())


def test_what_is_reported_is_refused(cluster_processes: Cluster) -> None:
    nodes = [node.client() for node in cluster_processes.nodes]
    try:
        refused = [reply(node, "total:orders", "total:users") for node in nodes]
        assert all("crossslot" in text.lower() for text in refused)
        taken = [reply(node, "{total}:orders", "{total}:users") for node in nodes]
        assert not any("crossslot" in text.lower() for text in taken)
        assert taken.count("[None, None]") == 1
    finally:
        for node in nodes:
            node.close()


def reply(client: Redis, *keys: str) -> str:
    try:
        return str(client.mget(*keys))
    except redis.ResponseError as error:
        return f"{type(error).__name__} {error}"


def test_the_documented_examples_are_as_the_cluster_says(cluster: RedisCluster) -> None:
    with pytest.raises(redis.RedisClusterException):
        cluster.mget("total:orders", "total:users")
    assert cluster.mget("{total}:orders", "{total}:users") == [None, None]
    source = f"{CLUSTER_HEADER}\n\ndef example():\n    return client.mget('total:orders', 'total:users')\n"
    found = lint_source("/nowhere/snippet.py", source.encode(), Config(root="/nowhere"), [RED301()]).diagnostics
    assert [one.code for one in found] == ["RED301"]
    assert str(hash_slot(b"total:orders")) in found[0].message
    assert str(hash_slot(b"total:users")) in found[0].message


@pytest.mark.parametrize("method", ["delete", "unlink", "exists", "touch"])
def test_split_commands_are_taken_by_the_cluster_client(cluster: RedisCluster, method: str) -> None:
    cluster.set("total:orders", 1)
    assert getattr(cluster, method)("total:orders", "total:users") == 1


def test_nonatomic_commands_are_taken_by_the_cluster_client(cluster: RedisCluster) -> None:
    cluster.mset_nonatomic({"total:orders": 1, "total:users": 2})
    assert cluster.mget_nonatomic("total:orders", "total:users") == [b"1", b"2"]


# --- RED501: compare and delete ---------------------------------------------------------------------------

LOCK: Final = f"""{HEADER}

def example(token, steal):
    client.set("lock:job", token, nx=True, ex=30)
    steal()
    return client.delete("lock:job")
"""


def run_lock(source: str, client: Redis, stolen_by: str | None) -> tuple[object, object]:
    """The reply of the release, and who holds the lock afterwards."""
    client.flushall()

    def steal() -> None:
        if stolen_by is not None:
            client.set("lock:job", stolen_by, ex=30)

    return function(source, client)("mine", steal), client.get("lock:job")


def test_plain_delete_steals_and_the_script_does_not(client: Redis) -> None:
    after = after_fixing("lock-release-without-owner-check", LOCK, unsafe=True)
    assert "eval" in after
    assert run_lock(LOCK, client, None) == run_lock(after, client, None) == (1, None)
    assert run_lock(LOCK, client, "other") == (1, None), "the lock of another process is gone"
    assert run_lock(after, client, "other") == (0, b"other")


def test_delifeq_does_the_same_on_valkey_9(valkey: Redis) -> None:
    settings: dict[str, object] = {"target-server": "valkey>=9"}
    after = after_fixing("lock-release-without-owner-check", LOCK, unsafe=True, settings=settings)
    assert "DELIFEQ" in after
    assert run_lock(after, valkey, None) == (1, None)
    assert run_lock(after, valkey, "other") == (0, b"other")


def test_the_script_works_with_asyncio(server: Server, client: Redis) -> None:
    source = f"""{ASYNC_HEADER}

async def example(token):
    await client.set("lock:job", token, nx=True, ex=30)
    return await client.delete("lock:job")
"""
    after = after_fixing("lock-release-without-owner-check", source, unsafe=True)

    async def run() -> object:
        async with redis.asyncio.Redis(host=server.host, port=server.port) as asynchronous:
            return await function(after, asynchronous)("mine")

    assert asyncio.run(run()) == 1
    assert client.get("lock:job") is None


# --- RED503: setnx and expire become one set --------------------------------------------------------------

TAKES: Final = {
    "free": ("expire(name, 500)", "nothing"),
    "taken": ("expire(name, 500)", "greeting"),
    "taken with a TTL": ("expire(name, 500)", "expiring"),
    "taken by another type": ("expire(name, 500)", "visitors:hash"),
    "milliseconds": ("pexpire(name, 500_000)", "nothing"),
}


@pytest.mark.proves("setnx-then-expire")
@pytest.mark.parametrize(("expiry", "key"), TAKES.values(), ids=TAKES)
@pytest.mark.parametrize("write", ["setnx(name, 'me')", "set(name, 'me', nx=True)"], ids=["setnx", "set nx"])
def test_one_set_takes_a_key_as_setnx_and_expire_do(client: Redis, write: str, expiry: str, key: str) -> None:
    body = f"if client.{write}:\n        client.{expiry}\n    else:\n        return 'taken'\n    return 'free'"
    before = f"{HEADER}\n\ndef example(name):\n    {body}\n"
    after = after_fixing("setnx-then-expire", before, unsafe=False)
    assert "expire" not in after
    first, second = outcome(before, client, [key]), outcome(after, client, [key])
    assert first == second
    assert first.reply == ("free" if key == "nothing" else "taken")


@pytest.mark.proves("setnx-then-expire")
def test_one_set_takes_a_key_with_asyncio(server: Server, client: Redis) -> None:
    body = "if await client.setnx(name, 'me'):\n        await client.expire(name, 500)"
    before = f"{ASYNC_HEADER}\n\nasync def example(name):\n    {body}\n"
    after = after_fixing("setnx-then-expire", before, unsafe=False)

    async def run(source: str, key: str) -> None:
        async with redis.asyncio.Redis(host=server.host, port=server.port) as asynchronous:
            await function(source, asynchronous)(key)

    for key in ("new", "expiring"):
        outcomes = []
        for source in (before, after):
            fill(client)
            asyncio.run(run(source, key))
            outcomes.append(contents(client))
        assert outcomes[0] == outcomes[1]


KEPT: Final = {
    "more under the test": "if client.setnx(name, 'me'):\n        client.expire(name, 500)\n        return 1",
    "computed TTL": "if client.setnx(name, 'me'):\n        client.expire(name, len(name))",
    "TTL of 0": "if client.setnx(name, 'me'):\n        client.expire(name, 0)",
    "reply kept": "taken = client.setnx(name, 'me')\n    if taken:\n        client.expire(name, 500)",
    "in any case": "client.setnx(name, 'me')\n    client.expire(name, 500)",
}


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_other_takes_have_no_safe_fix(body: str) -> None:
    before = f"{HEADER}\n\ndef example(name):\n    {body}\n"
    fixture = Fixture("setnx-then-expire", {"snippet.py": before.encode()}, {})
    assert fixed(fixture, RULES, unsafe=False)["snippet.py"].decode() == before


# --- RED112: a size is asked for instead of counted ---------------------------------------------------------

COUNTED: Final = {
    "smembers": ("client.smembers(name)", "visitors:home"),
    "hgetall": ("client.hgetall(name)", "visitors:hash"),
    "hkeys": ("client.hkeys(name)", "visitors:hash"),
    "hvals": ("client.hvals(name)", "visitors:hash"),
    "lrange": ("client.lrange(name, 0, -1)", "visitors:list"),
    "zrange": ("client.zrange(name, 0, -1)", "visitors:ranking"),
    "zrevrange": ("client.zrevrange(name, 0, -1)", "visitors:ranking"),
}


@pytest.mark.proves("whole-read-for-one-answer")
@pytest.mark.parametrize(("call", "key"), COUNTED.values(), ids=COUNTED)
def test_the_server_counts_as_len_does(client: Redis, call: str, key: str) -> None:
    before = f"{HEADER}\n\ndef example(name):\n    return len({call})\n"
    after = after_fixing("whole-read-for-one-answer", before, unsafe=False)
    assert "return len(" not in after
    for name, size in ((key, 300), ("nothing", 0)):
        first, second = outcome(before, client, [name]), outcome(after, client, [name])
        assert first == second
        assert first.reply == size
    for source in (before, after):
        with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
            outcome(source, client, ["greeting"])


# --- RED406: the command is awaited -------------------------------------------------------------------------


@pytest.mark.proves("unawaited-command")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_an_awaited_command_is_sent(server: Server, client: Redis) -> None:
    """The one fix that changes what is stored: the code before sends nothing, whatever it was meant to do."""
    before = f"{ASYNC_HEADER}\n\nasync def example(name):\n    client.set(name, 'x')\n"
    after = after_fixing("unawaited-command", before, unsafe=False)
    assert after == before.replace("client.set(", "await client.set(")

    async def run(source: str) -> None:
        async with redis.asyncio.Redis(host=server.host, port=server.port) as asynchronous:
            await function(source, asynchronous)("new")

    seen = []
    for source in (before, after):
        client.flushall()
        asyncio.run(run(source))
        seen.append(client.get("new"))
    assert seen == [None, b"x"]


# --- RED206: the first expiry of a counter becomes EXPIRE NX ----------------------------------------------

NX: Final[dict[str, object]] = {"target-server": "valkey>=8"}


@pytest.mark.parametrize("calls", [1, 3])
def test_expire_nx_does_what_the_test_of_the_count_does(valkey: Redis, calls: int) -> None:
    """Not on Redis 6.2, whose EXPIRE knows no NX: there the fix is not offered."""
    body = "count = client.incr(name)\n    if count == 1:\n        client.expire(name, 500)\n    return count"
    before = f"{HEADER}\n\ndef example(name):\n    {body}\n"
    after = after_fixing("incr-then-expire", before, unsafe=True, settings=NX)
    seen = []
    for source in (before, after):
        valkey.flushall()
        seen.append(([function(source, valkey)("hits") for _ in range(calls)], valkey.get("hits"), valkey.ttl("hits")))
    assert seen[0] == seen[1] == ([*range(1, calls + 1)], str(calls).encode(), 500)


def test_expire_nx_is_not_offered_for_older_servers() -> None:
    body = "count = client.incr(name)\n    if count == 1:\n        client.expire(name, 500)\n    return count"
    before = f"{HEADER}\n\ndef example(name):\n    {body}\n"
    fixture = Fixture("incr-then-expire", {"snippet.py": before.encode()}, {"target-server": "redis>=6.2"})
    assert fixed(fixture, RULES, unsafe=True)["snippet.py"].decode() == before


# --- RED706: the script is registered -----------------------------------------------------------------------

SCRIPT: Final = """redis.call('SET', KEYS[1], ARGV[1])
    -- a script that is long enough to be worth it, and does nothing more than to set and to expire
    redis.call('EXPIRE', KEYS[1], 500)
    -- its reply has all that it was given, so that keys and values that change places are seen: numbers become text
    return {KEYS, ARGV, #KEYS, #ARGV}"""
EVALS: Final = {
    "eval(SCRIPT, 1, name, 1, 'b')": b"1",
    "eval(SCRIPT, 2, name, 'second', b'c', 2.5)": b"c",
    'eval(SCRIPT, 1, name, "it\'s")': b"it's",
}
"""Calls, and what the script sets."""


@pytest.mark.parametrize("call", EVALS)
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_registered_script_does_what_eval_does(server: Server, client: Redis, call: str, is_async: bool) -> None:
    start, wait = ("async ", "await ") if is_async else ("", "")
    text = f"{start}def example(name):\n    SCRIPT = '''{SCRIPT}'''\n    return {wait}client.{call}\n"
    before = f"{ASYNC_HEADER if is_async else HEADER}\n\n{text}"
    after = after_fixing("script-body-per-call", before, unsafe=True)
    assert "register_script" in after

    async def run(source: str) -> object:
        async with redis.asyncio.Redis(host=server.host, port=server.port) as asynchronous:
            return await function(source, asynchronous)("new")

    seen = []
    for source in (before, after):
        client.flushall()
        client.script_flush()
        replies = [asyncio.run(run(source)) if is_async else function(source, client)("new") for _ in range(2)]
        seen.append((replies, client.get("new"), client.ttl("new")))
    assert seen[0] == seen[1]
    assert seen[0][1:] == (EVALS[call], 500)


@pytest.mark.parametrize("arguments", ["SCRIPT, 1, *names", "SCRIPT, count, 'a', 'b'", "SCRIPT, 3, 'a', 'b'"])
def test_a_script_whose_keys_are_not_known_is_left(arguments: str) -> None:
    body = f"    SCRIPT = '''{SCRIPT}'''\n    return client.eval({arguments})\n"
    before = f"{HEADER}\n\ndef example(count, names):\n{body}"
    fixture = Fixture("script-body-per-call", {"snippet.py": before.encode()}, {})
    assert fixed(fixture, RULES, unsafe=True)["snippet.py"].decode() == before
