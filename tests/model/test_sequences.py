"""What is known of the order of a function's calls, and of keys that get their TTL in a second step."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from redlint.model import sequences
from redlint.model.files import ProjectFiles
from redlint.model.late_expiry import LateExpiry, late_expiries
from redlint.model.link import analyse
from redlint.model.sequences import CallSequence, call_sequences, extra_conditions, same_key, same_server
from redlint.model.settings import ModelSettings

HEADER = """\
import redis
import redis.asyncio
c = redis.Redis()
other = redis.Redis(port=6380)
a = redis.asyncio.Redis()
"""


def sequence(body: str, word: str = "def") -> CallSequence:
    """The calls of a function ``f(self, key, name, ttl, keys)``."""
    source = f"{HEADER}{word} f(self, key, name, ttl, keys):\n{indent(dedent(body).strip(), '    ')}\n"
    model = analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": source.encode()}), ModelSettings())
    return next(one for one in call_sequences(model.modules["a.py"].calls) if one.scope.name == "f")


def methods(body: str) -> tuple[list[str], list[str]]:
    """What comes after the first call and before the last one."""
    found = sequence(body)
    after = [call.method for call in found.after(found.calls[0])]
    return after, [call.method for call in found.before(found.calls[-1])]


def late(body: str, word: str = "def") -> list[LateExpiry]:
    return list(late_expiries(sequence(body, word)))


ORDER = {
    "one after the other": ("c.get(key)\nc.set(key, 1)\nc.ttl(key)", ["set", "ttl"], ["set", "get"]),
    "arguments come first": ("c.set(key, c.get(name))\nc.ttl(key)", ["set", "ttl"], ["set", "get"]),
    "other branch": ("if ttl:\n    c.get(key)\nelse:\n    c.set(key, 1)", [], []),
    "other case": ("match ttl:\n  case 1:\n    c.get(key)\n  case _:\n    c.set(key, 1)", [], []),
    "elif": ("if ttl:\n    c.get(key)\nelif name:\n    c.set(key, 1)", [], []),
    "after the branch": ("if ttl:\n    c.get(key)\nc.set(key, 1)", ["set"], ["get"]),
    "branch that returns": ("if ttl:\n    c.get(key)\n    return\nc.set(key, 1)", [], []),
    "branch that raises": ("if ttl:\n    c.get(key)\n    raise ValueError\nc.set(key, 1)", [], []),
    "returns within the same branch": ("if ttl:\n    c.get(key)\n    c.set(key, 1)\n    return", ["set"], ["get"]),
    "try and finally": ("try:\n    c.get(key)\nfinally:\n    c.set(key, 1)", ["set"], ["get"]),
    "try and except": ("try:\n    c.get(key)\nexcept OSError:\n    c.set(key, 1)", ["set"], ["get"]),
    "try and else": ("try:\n    c.get(key)\nexcept OSError:\n    pass\nelse:\n    c.set(key, 1)", ["set"], ["get"]),
    "two handlers": (
        "try:\n    pass\nexcept OSError:\n    c.get(key)\nexcept ValueError:\n    c.set(key, 1)",
        [],
        [],
    ),
    "with": ("with ttl:\n    c.get(key)\nc.set(key, 1)", ["set"], ["get"]),
}


@pytest.mark.parametrize(("body", "after", "before"), ORDER.values(), ids=ORDER)
def test_order(body: str, after: list[str], before: list[str]) -> None:
    assert methods(body) == (after, before)


def test_each_function_has_its_own_sequence() -> None:
    source = f"{HEADER}c.get('a')\ndef f():\n    c.set('a', 1)\n    def g():\n        c.ttl('a')\n"
    model = analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": source.encode()}), ModelSettings())
    found = call_sequences(model.modules["a.py"].calls)
    assert [(one.scope.qualname, [call.method for call in one.calls]) for one in found] == [
        ("", ["get"]),
        ("f", ["set"]),
        ("f.g", ["ttl"]),
    ]


KEYS = {
    "name": ("c.get(key)\nc.ttl(key)", True),
    "text": ("c.get('a')\nc.ttl('a')", True),
    "constant by another name": ("k = 'a'\nc.get(k)\nc.ttl('a')", True),
    "template": ("c.get(f'u:{name}')\nc.ttl(f'u:{name}')", True),
    "key function": ("c.get(self.key(name))\nc.ttl(self.key(name))", True),
    "attribute": ("c.get(self.key)\nc.ttl(self.key)", True),
    "other name": ("c.get(key)\nc.ttl(name)", False),
    "other text": ("c.get('a')\nc.ttl('b')", False),
    "same pattern of other names": ("c.get(f'u:{name}')\nc.ttl(f'u:{key}')", False),
    "name rebound": ("c.get(key)\nkey = name\nc.ttl(key)", False),
    "name rebound on the way": ("c.get(key)\nif ttl:\n    key = name\nc.ttl(key)", False),
    "part rebound": ("c.get(f'u:{name}')\nname = ttl\nc.ttl(f'u:{name}')", False),
    "argument rebound": ("c.get(self.key(name))\nname = ttl\nc.ttl(self.key(name))", False),
    "attribute rebound": ("c.get(self.key)\nself.key = name\nc.ttl(self.key)", False),
    "attribute of a part rebound": ("c.get(f'u:{self.id}')\nself.id = name\nc.ttl(f'u:{self.id}')", False),
    "attribute set before both": ("self.key = name\nc.get(self.key)\nc.ttl(self.key)", True),
    "attribute of another object rebound": ("c.get(self.key)\nname.key = 1\nc.ttl(self.key)", True),
    "item rebound": ("c.get(keys[0])\nkeys[0] = name\nc.ttl(keys[0])", False),
    "the next one": ("c.get(next(keys))\nc.ttl(next(keys))", False),
    "another random one": ("c.get(f'u:{uuid.uuid4()}')\nc.ttl(f'u:{uuid.uuid4()}')", False),
    "many keys": ("c.exists(*keys)\nc.delete(*keys)", False),
}


@pytest.mark.parametrize(("body", "expected"), KEYS.values(), ids=KEYS)
def test_same_key(body: str, expected: bool) -> None:
    first, second = sequence(body).calls
    assert same_key(first.keys[0], second.keys[0]) is expected


SERVERS = {
    "same receiver": ("c.get(key)\nc.ttl(key)", True),
    "pipeline": ("pipe = c.pipeline()\npipe.get(key)\nc.ttl(key)", True),
    "other client": ("c.get(key)\nother.ttl(key)", False),
    "pipeline of another": ("pipe = other.pipeline()\npipe.get(key)\nc.ttl(key)", False),
}


@pytest.mark.parametrize(("body", "expected"), SERVERS.values(), ids=SERVERS)
def test_same_server(body: str, expected: bool) -> None:
    first, second = (call for call in sequence(body).calls if call.keys)
    assert same_server(first, second) is expected


CONDITIONS = {
    "none": ("c.set(key, 1)\nc.ttl(key)", [], False),
    "both inside": ("if ttl:\n    c.set(key, 1)\n    c.ttl(key)", [], False),
    "left": ("if ttl:\n    c.set(key, 1)\nc.ttl(key)", [], False),
    "entered": ("c.set(key, 1)\nif ttl:\n    c.ttl(key)", ["ttl"], False),
    "with and try": ("c.set(key, 1)\nwith name:\n    try:\n        c.ttl(key)\n    finally:\n        pass", [], False),
    "loop": ("c.set(key, 1)\nfor one in keys:\n    c.ttl(key)", ["keys"], False),
    "reply": ("n = c.incr(key)\nif n == 1:\n    c.ttl(key)", ["n == 1"], True),
    "reply of another": ("n = c.incr(key)\nif ttl == 1:\n    c.ttl(key)", ["ttl == 1"], False),
    "tested at once": ("if c.incr(key) == 1:\n    c.ttl(key)", ["c.incr(key) == 1"], True),
    "walrus": ("if (n := c.incr(key)) == 1:\n    c.ttl(key)", ["(n := c.incr(key)) == 1"], True),
}


@pytest.mark.parametrize(("body", "headers", "reply"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(body: str, headers: list[str], reply: bool) -> None:
    first, later = sequence(body).calls
    blocks = extra_conditions(first, later)
    assert [block.header for block in blocks] == headers
    assert any(sequences.tests_reply(block, first) for block in blocks) is reply


BATCHES = {
    "one pipeline": ("p = c.pipeline()\np.sadd(key, 1)\np.expire(key, 9)\np.execute()", False),
    "with": ("with c.pipeline() as p:\n    p.sadd(key, 1)\n    p.expire(key, 9)\n    p.execute()", False),
    "chain": ("c.pipeline().sadd(key, 1).expire(key, 9).execute()", False),
    "no transaction": ("p = c.pipeline(transaction=False)\np.sadd(key, 1)\np.expire(key, 9)\np.execute()", False),
    "executed between": ("p = c.pipeline()\np.sadd(key, 1)\np.execute()\np.expire(key, 9)\np.execute()", True),
    "another is executed between": (
        "p = c.pipeline()\nq = other.pipeline()\np.sadd(key, 1)\nq.execute()\np.expire(key, 9)\np.execute()",
        False,
    ),
    "perhaps executed between": (
        "p = c.pipeline()\np.sadd(key, 1)\nif ttl:\n    p.execute()\np.expire(key, 9)\np.execute()",
        False,
    ),
    "executed, then the client": ("p = c.pipeline()\np.sadd(key, 1)\np.execute()\nc.expire(key, 9)", True),
    "two pipelines": (
        "p = c.pipeline()\np.sadd(key, 1)\np.execute()\nq = c.pipeline()\nq.expire(key, 9)\nq.execute()",
        True,
    ),
    "client": ("c.sadd(key, 1)\nc.expire(key, 9)", True),
}


@pytest.mark.parametrize(("body", "expected"), BATCHES.values(), ids=BATCHES)
def test_batches(body: str, expected: bool) -> None:
    assert bool(late(body)) is expected


LATE = {
    "set": ("c.set(key, 1)\nc.expire(key, 9)", [("set", "expire", False)]),
    "nearest write": ("c.hset(key, 'a', 1)\nc.hset(key, 'b', 1)\nc.expire(key, 9)", [("hset", "expire", False)]),
    "counter": ("n = c.incr(key)\nif n == 1:\n    c.expire(key, 9)", [("incr", "expire", True)]),
    "store": ("c.zunionstore(key, [name])\nc.pexpire(key, 9)", [("zunionstore", "pexpire", False)]),
    "source of a store": ("c.zunionstore(name, [key])\nc.expire(key, 9)", []),
    "has a TTL": ("c.set(key, 1, ex=9)\nc.expire(key, 9)", []),
    "may have a TTL": ("c.set(key, 1, **ttl)\nc.expire(key, 9)", []),
    "read": ("c.get(key)\nc.expire(key, 9)", []),
    "deleted between": ("c.set(key, 1)\nc.delete(key)\nc.expire(key, 9)", []),
    "script between": ("c.set(key, 1)\nc.eval(name, 1, key)\nc.expire(key, 9)", []),
    "asked between": ("c.set(key, 1)\nif c.ttl(key) < 0:\n    c.expire(key, 9)", []),
    "lock": ("c.lock('a')\nc.expire('a', 9)", []),
    "in a loop": ("c.set(key, 1)\nfor one in keys:\n    c.expire(key, 9)", []),
    "persist": ("c.set(key, 1)\nc.persist(key)", []),
    "getex reads as well": ("c.set(key, 1)\nc.getex(key, ex=9)", []),
}


@pytest.mark.parametrize(("body", "expected"), LATE.values(), ids=LATE)
def test_late_expiries(body: str, expected: list[tuple[str, str, bool]]) -> None:
    assert [(one.write.method, one.expiry.method, one.is_for_new_keys) for one in late(body)] == expected


@pytest.mark.parametrize(("method", "expected"), [("incr", True), ("hincrby", True), ("set", False), ("append", False)])
def test_counters(method: str, expected: bool) -> None:
    arguments = {"incr": "key", "hincrby": "key, 'f'", "set": "key, 1", "append": "key, 'x'"}[method]
    (found,) = late(f"c.{method}({arguments})\nc.expire(key, 9)")
    assert found.counts is expected


ADJACENT = {
    "next row": ("c.set(key, 1)\nc.expire(key, 9)", True),
    "empty row": ("c.set(key, 1)\n\nc.expire(key, 9)", True),
    "comment behind": ("c.set(key, 1)  # the value\nc.expire(key, 9)", True),
    "comment between": ("c.set(key, 1)\n# an hour\nc.expire(key, 9)", False),
    "call between": ("c.set(key, 1)\nprint(key)\nc.expire(key, 9)", False),
    "other block": ("if ttl:\n    c.set(key, 1)\nc.expire(key, 9)", False),
    "semicolon": ("c.set(key, 1); c.expire(key, 9)", False),
}


@pytest.mark.parametrize(("body", "expected"), ADJACENT.values(), ids=ADJACENT)
def test_neighbours(body: str, expected: bool) -> None:
    (found,) = late(body)
    assert found.is_adjacent is expected


def test_awaited_neighbours() -> None:
    (found,) = late("await a.set(key, 1)\nawait a.expire(key, 9)", "async def")
    assert found.is_adjacent
