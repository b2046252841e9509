"""Calls that look like Redis on something unknown, and the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings


def unresolved(sources: Mapping[str, str] | str, *, gate: bool = False) -> list[str]:
    """The unresolved calls as ``path:row method receiver: reason``."""
    if isinstance(sources, str):
        sources = {"a.py": sources}
    overlay = {path: dedent(source).encode() for path, source in sources.items()}
    files = ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay)
    return [
        f"{call.path}:{call.source.location(call.span.start).row} {call.method} {call.receiver}: {call.reason}"
        for call in analyse(files, ModelSettings(gate=gate)).unresolved()
    ]


# A method that no client has keeps the commands from being evidence.
MISFIT = "    client.prefix('x')\n    client.hset('h', 'f', 1)\n"
NO_CALL = "`client.prefix` (a.py:2) is no call that a Redis client takes"

REASONS: dict[str, tuple[str, str]] = {
    "nobody calls": (
        f"def save(client):\n{MISFIT}",
        f"parameter `client` of `save` (a.py:1): no call in the project is known to pass it; {NO_CALL}",
    ),
    "called with something unknown": (
        f"def save(client):\n{MISFIT}from lib import make\nsave(make())\n",
        "parameter `client` of `save` (a.py:1) is called with something unknown, `make()` (a.py:5); "
        f"`make` is from outside the project (`lib.make`); {NO_CALL}",
    ),
    "called with None": (
        f"def save(client=None):\n{MISFIT}save(None)\n",
        f"parameter `client` of `save` (a.py:1) is only called with `None` (a.py:4); {NO_CALL}",
    ),
    "any arguments": (
        "def save(*clients):\n    clients[0].hset('h', 'f', 1)\n",
        "parameter `clients` of `save` (a.py:1) collects any number of arguments",
    ),
    "no fixture": (
        f"def test_save(client):\n{MISFIT}",
        f"parameter `client` of `test_save` (a.py:1): no pytest fixture `client` of the project tells; {NO_CALL}",
    ),
    "stored from a function outside": (
        """\
        from acme.cache import get_backend
        class Store:
            def __init__(self): self.backend = get_backend()
            def save(self): self.backend.client().hset("h", "f", 1)
        """,
        "`self.backend` is stored from `get_backend()` (a.py:3); "
        "`get_backend` is from outside the project (`acme.cache.get_backend`)",
    ),
    "imported from outside": (
        "import acme\nacme.cache.hset('h', 'f', 1)\n",
        "`acme.cache` is from outside the project (`acme.cache`)",
    ),
    "imported name": (
        "from acme import cache\ncache.prefix('x')\ncache.hset('h', 'f', 1)\n",
        "`cache` is imported from outside the project (`acme.cache`); "
        "`cache.prefix` (a.py:2) is no call that a Redis client takes",
    ),
    "never set": (
        "class Store:\n    def save(self): self.conn.hset('h', 'f', 1)\n",
        "attribute `conn` of class `Store` is never set in the project",
    ),
    "never set, base outside": (
        "from acme import Base\nclass Store(Base):\n    def save(self): self.conn.hset('h', 'f', 1)\n",
        "attribute `conn` of class `Store` is never set in the project, "
        "but its base `acme.Base` is outside the project",
    ),
    "set by another base": (
        "class Store:\n    def save(self): self.conn.hset('h', 'f', 1)\nclass Main(Store): pass\n",
        "attribute `conn` of class `Store` is never set in the project "
        "(`Main`, which derives from it, may have it from another base)",
    ),
    "only None": (
        "class Store:\n    conn = None\n    def save(self):\n        self.conn.prefix()\n"
        "        self.conn.hset('h', 'f', 1)\n",
        "`self.conn` is only ever set to None in the project (a.py:2); "
        "`self.conn.prefix` (a.py:4) is no call that a Redis client takes",
    ),
    "attribute of a library object": (
        "from acme import App\napp = App()\napp.redis.hset('h', 'f', 1)\n",
        "`app.redis` is an attribute of a `acme.App`, a class outside the project",
    ),
    "method of a library object": (
        "from acme import App\napp = App()\napp.redis().hset('h', 'f', 1)\n",
        "`app.redis` is a method of a `acme.App`, a class outside the project",
    ),
    "returned": (
        "import acme\ndef make():\n    return acme.make()\nmake().hset('h', 'f', 1)\n",
        "`make` returns `acme.make()` (a.py:3); `acme.make` is from outside the project (`acme.make`)",
    ),
    "nothing returned": (
        "def make():\n    pass\nmake().hset('h', 'f', 1)\n",
        "`make` is `make` (a.py:1), which returns nothing known",
    ),
    "decorated": (
        "from acme import Lazy\n@Lazy\ndef client():\n    return 1\nclient.hset('h', 'f', 1)\n",
        "`client` is what the decorator `Lazy` makes of a function (a.py:3)",
    ),
    "built-in function": (
        "def save(app):\n    getattr(app, 'x').hset('h', 'f', 1)\n",
        "parameter `app` of `save` (a.py:1): no call in the project is known to pass it",
    ),
    "property": (
        "import acme\nclass A:\n    @property\n    def db(self): return acme.make()\n"
        "    def f(self):\n        self.db.prefix()\n        self.db.hset('h', 'f', 1)\n",
        "`A.db` returns `acme.make()` (a.py:4); `acme.make` is from outside the project (`acme.make`); "
        "`self.db.prefix` (a.py:6) is no call that a Redis client takes",
    ),
    "cycle": (
        "def odd(n): return even(n)\ndef even(n): return odd(n)\nodd(1).hset('h', 'f', 1)\n",
        "`odd` returns `even(n)` (a.py:1); `even` returns `odd(n)` (a.py:2)",
    ),
    "undefined": ("client.hset('h', 'f', 1)\n", "nothing binds `client`"),
}


@pytest.mark.parametrize(("source", "reason"), list(REASONS.values()), ids=list(REASONS))
def test_reason(source: str, reason: str) -> None:
    (found,) = unresolved(source)
    assert found.partition(": ")[2] == reason


SILENT = {
    "resolved": "import redis\nredis.Redis().hset('h', 'f', 1)\n",
    "known by evidence": "def f(r):\n    r.hset('h', 'f', 1)\n",
    "wrapper of the project": "class W:\n    def hset(self): pass\n    def f(self): self.hset()\nW().hset()\n",
    "instance without the method": "class W: pass\nW().hset()\n",
    "library object": "import acme\nacme.Batch().hset('h', 'f', 1)\n",
    "dict and list": "{}.hset()\n[].lpush(1)\n'text'.zadd()\n",
    "methods that others have": "import acme\nacme.get('x')\nacme.make().delete('y')\n",
    "reply": "import redis\nredis.Redis().get('x').hset()\n",
    "class": "import acme\nacme.Redis.hset(1)\n",
}


@pytest.mark.parametrize("source", list(SILENT.values()), ids=list(SILENT))
def test_what_is_known_is_not_listed(source: str) -> None:
    assert unresolved(source) == []


def test_through_files() -> None:
    sources = {
        "store.py": "from factory import make\nclass Store:\n    def __init__(self): self.db = make()\n",
        "factory.py": "import acme\ndef make():\n    return acme.connect()\n",
        "jobs.py": "from store import Store\nStore().db.hset('h', 'f', 1)\n",
    }
    assert unresolved(sources) == [
        "jobs.py:2 hset Store().db: `Store().db` is stored from `make()` (store.py:3); "
        "`make` returns `acme.connect()` (factory.py:3); "
        "`acme.connect` is from outside the project (`acme.connect`)"
    ]


def test_a_command_that_only_redis_has_opens_the_gate() -> None:
    assert unresolved("import acme\nacme.make().hset('h', 'f', 1)\n", gate=True) == [
        "a.py:2 hset acme.make(): `acme.make` is from outside the project (`acme.make`)"
    ]


def test_order() -> None:
    sources = {"b.py": "import acme\nacme.x.lpush('l', 1)\nacme.x.hset('h', 'f', 1)\n", "a.py": "y.zadd('z', {})\n"}
    assert [one.partition(":")[0] + " " + one.split()[1] for one in unresolved(sources)] == [
        "a.py zadd",
        "b.py lpush",
        "b.py hset",
    ]
