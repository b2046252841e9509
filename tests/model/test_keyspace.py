"""The ledger: what a project does with the keys of a pattern."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.keyspace import Growth, PatternUses
from redlint.model.link import analyse
from redlint.model.project import ProjectModel
from redlint.model.settings import ModelSettings
from redlint.model.ttl import TtlPolicy

SOURCE = "import redis\nc = redis.Redis()\n\ndef f(a, b, *values):\n"


def project(body: str) -> ProjectModel:
    """A project of one function."""
    text = SOURCE + indent(dedent(body), "    ")
    return analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": text.encode()}), ModelSettings())


def ledger(body: str, pattern: str = "k:{}") -> PatternUses:
    """What the function does with a pattern."""
    return of_text(project(body), pattern)


def of_text(model: ProjectModel, text: str) -> PatternUses:
    """The only pattern of a text."""
    (found,) = [uses for uses in model.patterns if uses.pattern.text == text]
    assert model.uses_of(found.pattern) is found
    return found


ACCESS = {
    "set": ("c.set(f'k:{a}', 1)", "creates writes"),
    "set with get": ("return c.set(f'k:{a}', 1, get=True)", "creates reads writes"),
    "get": ("return c.get(f'k:{a}')", "reads"),
    "exists": ("return c.exists(f'k:{a}')", "reads"),
    "delete": ("c.delete(f'k:{a}')", "deletes"),
    "getdel": ("return c.getdel(f'k:{a}')", "deletes reads"),
    "expire": ("c.expire(f'k:{a}', 9)", ""),
    "incr, reply unused": ("c.incr(f'k:{a}')", "creates writes"),
    "incr, reply used": ("return c.incr(f'k:{a}')", "creates reads writes"),
    "lpop": ("return c.lpop(f'k:{a}')", "reads takes_away writes"),
    "srem": ("c.srem(f'k:{a}', b)", "takes_away writes"),
    "hset": ("c.hset(f'k:{a}', 'f', b)", "creates writes"),
    "lset": ("c.lset(f'k:{a}', 0, b)", "writes"),
    "source of a union": ("c.zunionstore('d', [f'k:{a}', 'x'])", "reads"),
    "destination of a union": ("c.zunionstore(f'k:{a}', ['x', 'y'])", "creates writes"),
    "source of a rename": ("c.rename(f'k:{a}', 'd')", "deletes"),
    "destination of a rename": ("c.rename('x', f'k:{a}')", "creates writes"),
    "source of a move": ("c.smove(f'k:{a}', 'd', b)", "takes_away writes"),
    "destination of a move": ("c.smove('x', f'k:{a}', b)", "creates writes"),
    "iterator": ("return list(c.hscan_iter(f'k:{a}'))", "reads"),
    "lock": ("return c.lock(f'k:{a}', timeout=9)", "creates deletes writes"),
    "script": ("c.eval('return 1', 1, f'k:{a}')", "is_script"),
    "raw": ("c.execute_command('SREM', f'k:{a}', b)", "takes_away writes"),
    "consumer group": ("c.xgroup_destroy(f'k:{a}', b)", "writes"),
}


@pytest.mark.parametrize(("body", "expected"), ACCESS.values(), ids=ACCESS)
def test_access(body: str, expected: str) -> None:
    use = ledger(body).uses[0]
    names = ("creates", "deletes", "is_script", "reads", "takes_away", "writes")
    assert " ".join(name for name in names if getattr(use, name)) == expected


POLICIES = {
    "with ttl": ("c.set(f'k:{a}', b, ex=60)", TtlPolicy.ALWAYS, (60,)),
    "without": ("c.set(f'k:{a}', b)", TtlPolicy.NEVER, ()),
    "one of two": ("c.set(f'k:{a}', b)\nc.set(f'k:{a}', b, px=500)", TtlPolicy.SOMETIMES, (0.5,)),
    "expire follows": ("c.hset(f'k:{a}', 'x', b)\nc.expire(f'k:{a}', 60)", TtlPolicy.ALWAYS, (60,)),
    "expire for some": ("c.hset(f'k:{a}', 'x', b)\nif b:\n    c.expire(f'k:{a}', 60)", TtlPolicy.SOMETIMES, (60,)),
    "expire when new": ("n = c.incr(f'k:{a}')\nif n == 1:\n    c.expire(f'k:{a}', 60)", TtlPolicy.ALWAYS, (60,)),
    "persisted": ("c.set(f'k:{a}', b, ex=60)\nc.persist(f'k:{a}')", TtlPolicy.SOMETIMES, (60,)),
    "perhaps": ("c.set(f'k:{a}', b, ex=b)", TtlPolicy.ALWAYS, ()),
    "hidden option": ("c.set(f'k:{a}', b, **values)", TtlPolicy.UNKNOWN, ()),
    "script": ("c.set(f'k:{a}', b, ex=60)\nc.eval('return 1', 1, f'k:{a}')", TtlPolicy.UNKNOWN, (60,)),
    "only read": ("return c.get(f'k:{a}')", TtlPolicy.UNKNOWN, ()),
    "lock": ("return c.lock(f'k:{a}', timeout=9)", TtlPolicy.ALWAYS, (9,)),
    "lock for good": ("return c.lock(f'k:{a}')", TtlPolicy.NEVER, ()),
    "source of a copy": ("c.set(f'k:{a}', b)\nc.copy(f'k:{a}', 'd')", TtlPolicy.NEVER, ()),
}


@pytest.mark.parametrize(("body", "policy", "seconds"), POLICIES.values(), ids=POLICIES)
def test_ttl_policy(body: str, policy: TtlPolicy, seconds: tuple[float, ...]) -> None:
    found = ledger(body)
    assert (found.ttl_policy, found.ttl_seconds) == (policy, seconds)


GROWTH = {
    "list": ("c.lpush(f'k:{a}', b)", Growth.GROWS),
    "list with pops": ("c.lpush(f'k:{a}', b)\nc.rpop(f'k:{a}')", Growth.BOUNDED),
    "moved on": ("c.lpush(f'k:{a}', b)\nc.lmove(f'k:{a}', 'd')", Growth.BOUNDED),
    "left to a script": ("c.lpush(f'k:{a}', b)\nc.eval('return 1', 1, f'k:{a}')", Growth.UNKNOWN),
    "set of varying members": ("c.sadd(f'k:{a}', b)", Growth.GROWS),
    "set of members at once": ("c.sadd(f'k:{a}', *values)", Growth.UNKNOWN),
    "set of a constant": ("c.sadd(f'k:{a}', 'x')", Growth.UNKNOWN),
    "field that varies": ("c.hset(f'k:{a}', b, 1)", Growth.GROWS),
    "counter per field": ("c.hincrby(f'k:{a}', b, 1)", Growth.GROWS),
    "fields in a loop": ("for one in values:\n    c.hset(f'k:{a}', one, 1)", Growth.UNKNOWN),
    "record": ("c.hset(f'k:{a}', mapping={'x': b})", Growth.UNKNOWN),
    "stream": ("c.xadd(f'k:{a}', {'x': b})", Growth.GROWS),
    "stream with a cap": ("c.xadd(f'k:{a}', {'x': b}, maxlen=9)", Growth.UNKNOWN),
    "stream that only loses groups": ("c.xadd(f'k:{a}', {'x': b})\nc.xgroup_destroy(f'k:{a}', b)", Growth.GROWS),
    "plain value": ("c.set(f'k:{a}', b)", Growth.BOUNDED),
    "rebuilt": ("c.delete(f'k:{a}')\nc.rpush(f'k:{a}', b)", Growth.BOUNDED),
}


@pytest.mark.parametrize(("body", "expected"), GROWTH.values(), ids=GROWTH)
def test_growth(body: str, expected: Growth) -> None:
    assert ledger(body).growth_verdict is expected


def test_types_of_iterators_and_locks() -> None:
    assert ledger("return list(c.zscan_iter(f'k:{a}'))").value_types == {"zset"}
    assert ledger("return c.lock(f'k:{a}')").value_types == {"string"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("user:{}", ["user:{}", "user:{}:name", "{}:name"]),
        ("user:{}:name", ["user:{}", "user:{}:name", "{}:name"]),
        ("users", ["users"]),
    ],
)
def test_overlapping(pattern: str, expected: list[str]) -> None:
    model = project("c.get(f'user:{a}')\nc.get(f'user:{a}:name')\nc.get(f'{a}:name')\nc.get('users')")
    found = of_text(model, pattern)
    assert [uses.pattern.text for uses in model.overlapping(found.pattern)] == expected


CODECS = {
    "json": ("c.set(f'k:{a}', json.dumps(b))", {"json"}, set()),
    "encoded json": ("c.set(f'k:{a}', json.dumps(b).encode())", {"json"}, set()),
    "pickle through a variable": ("v = pickle.dumps(b)\nc.set(f'k:{a}', v)", {"pickle"}, set()),
    "compressed": ("c.set(f'k:{a}', zlib.compress(json.dumps(b).encode()))", {"compressed"}, set()),
    "number": ("c.set(f'k:{a}', 1)", {"int"}, set()),
    "text": ("c.set(f'k:{a}', f'{b}!')", {"str"}, set()),
    "members": ("c.sadd(f'k:{a}', 1, 'x')", {"int", "str"}, set()),
    "fields": ("c.hset(f'k:{a}', mapping={'x': json.dumps(b), 'y': 1})", {"json", "int"}, set()),
    "function": ("c.set(f'k:{a}', dump(b))", {"json"}, set()),
    "unknown": ("c.set(f'k:{a}', b)", set(), set()),
    "alternatives that differ": ("c.set(f'k:{a}', json.dumps(b) if b else pickle.dumps(b))", set(), set()),
    "read json": ("return json.loads(c.get(f'k:{a}'))", set(), {"json"}),
    "read decoded json": ("return json.loads(c.get(f'k:{a}').decode())", set(), {"json"}),
    "read through a variable": ("v = c.get(f'k:{a}')\nreturn pickle.loads(v)", set(), {"pickle"}),
    "read compressed": ("return json.loads(zlib.decompress(c.get(f'k:{a}')))", set(), {"compressed"}),
    "read number": ("return int(c.get(f'k:{a}') or 0)", set(), {"int"}),
    "read text": ("return c.get(f'k:{a}').decode()", set(), {"str"}),
    "read by a function": ("return load(c.get(f'k:{a}'))", set(), {"json"}),
    "read as it is": ("return c.get(f'k:{a}')", set(), set()),
    "read a part": ("v = c.hgetall(f'k:{a}')\nreturn json.loads(v['x'])", set(), set()),
}


@pytest.mark.parametrize(("body", "written", "read"), CODECS.values(), ids=CODECS)
def test_codecs(body: str, written: set[str], read: set[str]) -> None:
    before = "import json, pickle, zlib\n\ndef dump(x):\n    return json.dumps(x)\n\ndef load(raw):\n"
    before += "    return json.loads(raw) if raw else None\n\n"
    text = before + SOURCE + indent(dedent(body), "    ")
    model = analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": text.encode()}), ModelSettings())
    found = of_text(model, "k:{}")
    assert {codec.value for codec in found.codecs_written} == written
    assert {codec.value for codec in found.codecs_read} == read


PREFIXED = """
import redis

class Queue:
    def __init__(self, prefix):
        self.prefix = prefix
        self.client = redis.Redis()

    def push(self, item):
        self.client.lpush(f"{self.prefix}:items", item)

    def pop(self):
        return self.client.lpop(f"{self.prefix}:items")

class Log:
    def __init__(self, prefix):
        self.prefix = prefix
        self.client = redis.Redis()

    def add(self, item):
        self.client.sadd(f"{self.prefix}:items", item)
"""


def test_prefixes_of_two_classes_are_two_patterns() -> None:
    model = analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": PREFIXED.encode()}), ModelSettings())
    assert [sorted(uses.value_types) for uses in model.patterns] == [["set"], ["list"]]
    assert len(list(model.namesakes(model.patterns[0].pattern))) == 2
