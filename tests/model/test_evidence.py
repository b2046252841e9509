"""Clients known by the commands they are sent, by their callers, or by where a class keeps them."""

from __future__ import annotations

import pytest

from redlint.diagnostic import Confidence
from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings


def calls(source: str) -> list[str]:
    files = ProjectFiles(lint=("a.py",), explicit=frozenset({"a.py"}), overlay={"a.py": source.encode()})
    found = []
    for call in analyse(files, ModelSettings()).calls():
        assert call.client.confidence is Confidence.INFERRED
        found.append(f"{call.receiver}.{call.method} {call.client.role.value}{' async' * call.client.is_async}")
    return found


FOUND = {
    "parameter": ("def f(r):\n    r.get('a')\n    r.hset('h', 'f', 1)\n", ["r.get client", "r.hset client"]),
    "local of an unknown function": (
        "from lib import connect\ndef f():\n    r = connect()\n    r.zadd('z', {'m': 1})\n    return r.get('a')\n",
        ["r.zadd client", "r.get client"],
    ),
    "attribute of self": (
        "class A:\n    def __init__(self, r):\n        self.r = r\n"
        "    def f(self): self.r.sadd('s', 1)\n    def g(self): return self.r.get('a')\n",
        ["self.r.sadd client", "self.r.get client"],
    ),
    "awaited": ("async def f(r):\n    await r.hset('h', 'f', 1)\n", ["r.hset client async"]),
    "pipeline": (
        "def f(p):\n    p.set('a', 1)\n    p.sadd('s', 1)\n    p.execute()\n",
        ["p.set pipeline", "p.sadd pipeline", "p.execute pipeline"],
    ),
    "caller": ("import redis\ndef f(r): return r.get('a')\nf(redis.Redis())\n", ["r.get client"]),
    "caller by keyword": (
        "import redis\ndef f(k, r=None): return r.get(k)\nf('a', r=redis.Redis())\n",
        ["r.get client"],
    ),
    "caller of a constructor": (
        "import redis\nclass A:\n    def __init__(self, r): self.r = r\n    def f(self): return self.r.get('a')\n"
        "A(redis.Redis())\n",
        ["self.r.get client"],
    ),
}


@pytest.mark.parametrize(("source", "expected"), list(FOUND.values()), ids=list(FOUND))
def test_evidence(source: str, expected: list[str]) -> None:
    assert calls(source) == expected


SILENT = {
    "generic methods only": "def f(r):\n    r.get('a')\n    r.set('a', 1)\n    r.delete('a')\n",
    "a method no client has": "def f(r):\n    r.hset('h', 'f', 1)\n    r.set_prefix('x')\n    r.get('a')\n",
    "a keyword no client takes": "def f(s):\n    s.zadd('z', 1, 'm', mode='nx')\n    s.get('a')\n",
    "too many arguments": "def f(s):\n    s.hget('h', 'f', 1, 2)\n    s.get('a')\n",
    "another known type": (
        "import shelve\ndef f():\n    s = shelve.Shelf({})\n    s.hset('h', 'f', 1)\n    s.get('a')\n"
    ),
    "a class of the project": (
        "class Store:\n    def hset(self, *a): ...\n    def get(self, k): ...\n"
        "def f(s: Store):\n    s.hset('h', 'f', 1)\n    s.get('a')\n"
    ),
}


@pytest.mark.parametrize("source", list(SILENT.values()), ids=list(SILENT))
def test_no_evidence(source: str) -> None:
    assert calls(source) == []
