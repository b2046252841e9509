"""Why a call's receiver is taken for a client, in words."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.provenance import MOST_STEPS
from redlint.model.settings import ModelSettings


def chain(sources: Mapping[str, str] | str, method: str = "hset", **settings: object) -> list[str]:
    """The chain of the only call of a method."""
    if isinstance(sources, str):
        sources = {"a.py": sources}
    overlay = {path: dedent(source).encode() for path, source in sources.items()}
    files = ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay)
    model = analyse(files, ModelSettings(gate=False, **settings))  # type: ignore[arg-type]
    (call,) = [call for call in model.calls() if call.method == method]
    return list(model.chain(call))


def test_through_files() -> None:
    sources = {
        "ext.py": "import redis\n\nkv = redis.Redis(host='h')\n",
        "importer.py": """\
            class Importer:
                def __init__(self, db):
                    self.db = db

                def run(self):
                    self.db.hset("h", "f", 1)
            """,
        "jobs.py": "import ext\nfrom importer import Importer\n\nImporter(ext.kv).run()\n",
    }
    assert chain(sources) == [
        "parameter `db` of `Importer.__init__` (importer.py:2)",
        "called in jobs.py:4 with `ext.kv`",
        "`redis.Redis(host='h')` in ext.py:3",
    ]


CHAINS: dict[str, tuple[str, list[str]]] = {
    "constructor": ("import redis\nredis.Redis().hset('h', 'f', 1)", ["`redis.Redis()` in a.py:2"]),
    "assigned": ("import redis\nr = redis.Redis()\nr.hset('h', 'f', 1)", ["`redis.Redis()` in a.py:2"]),
    "assigned twice": (
        "import redis\nr = redis.Redis()\ns = r\ns.hset('h', 'f', 1)",
        ["`s`, assigned (a.py:3)", "`redis.Redis()` in a.py:2"],
    ),
    "entered": ("import redis\nwith redis.Redis() as r:\n    r.hset('h', 'f', 1)", ["`redis.Redis()` in a.py:2"]),
    "long constructor": (
        f"import redis\nr = redis.Redis(password='{'x' * 90}')\nr.hset('h', 'f', 1)",
        ["`redis.Redis(...)` in a.py:2"],
    ),
    "long receiver of a factory": (
        f"from redis.sentinel import Sentinel\nSentinel(['h']).master_for('{'x' * 90}').hset('h', 'f', 1)",
        ["`Sentinel(['h']).master_for(...)` in a.py:2", "`Sentinel(['h'])` in a.py:2"],
    ),
    "item": (
        "import redis\nrs = {'main': redis.Redis()}\nrs['main'].hset('h', 'f', 1)",
        ["an item of `rs` (a.py:3)", "`rs`, assigned (a.py:2)", "`redis.Redis()` in a.py:2"],
    ),
    "iterated": (
        "import redis\nrs = [redis.Redis()]\nfor r in rs:\n    r.hset('h', 'f', 1)",
        ["`r`, an item of `rs` (a.py:3)", "`rs`, assigned (a.py:2)", "`redis.Redis()` in a.py:2"],
    ),
    "method alias": (
        "import redis\nr = redis.Redis()\nhset = r.hset\nhset('h', 'f', 1)",
        ["`hset`, assigned (a.py:3)", "`redis.Redis()` in a.py:2"],
    ),
    "property": (
        """\
        import redis
        class A:
            @property
            def db(self): return redis.Redis()
            def f(self): self.db.hset("h", "f", 1)
        """,
        ["property `A.db` (a.py:4)", "`redis.Redis()` in a.py:4"],
    ),
    "class attribute": (
        "import redis\nclass A:\n    db = redis.Redis()\n    def f(self): self.db.hset('h', 'f', 1)",
        ["class attribute `A.db` (a.py:3)", "`redis.Redis()` in a.py:3"],
    ),
    "attribute": (
        """\
        import redis
        class A:
            def connect(self): self.db = redis.Redis()
            def f(self): self.db.hset("h", "f", 1)
        """,
        ["attribute `db` of `A`, stored in `A.connect` (a.py:3)", "`redis.Redis()` in a.py:3"],
    ),
    "inherited": (
        """\
        import redis
        class A:
            def __init__(self): self.db = redis.Redis()
        class B(A):
            def f(self): self.db.hset("h", "f", 1)
        """,
        [
            "`B` inherits `db` from `A`",
            "attribute `db` of `A`, stored in `A.__init__` (a.py:3)",
            "`redis.Redis()` in a.py:3",
        ],
    ),
    "attribute of another class": (
        """\
        import redis
        class A:
            def __init__(self, db: redis.Redis): self.db = db
        class B:
            def __init__(self, a: A): self.mine = a.db
            def f(self): self.mine.hset("h", "f", 1)
        """,
        [
            "attribute `mine` of `B`, stored in `B.__init__` (a.py:5)",
            "attribute `db` of `A`, stored in `A.__init__` (a.py:3)",
            "parameter `db` of `A.__init__` (a.py:3), annotated `redis.Redis`",
        ],
    ),
    "own subclass": (
        "import redis\nclass R(redis.Redis): pass\n\nR().hset('h', 'f', 1)",
        ["`R()` in a.py:4, which is a `redis.Redis`"],
    ),
    "inside of a subclass": (
        "import redis\nclass R(redis.Redis):\n    def f(self): self.hset('h', 'f', 1)",
        ["`R` derives from `redis.Redis` (a.py:2)"],
    ),
    "factory": (
        "import redis\ndef make():\n    return redis.Redis()\n\nmake().hset('h', 'f', 1)",
        ["returned by `make` (a.py:2)", "`redis.Redis()` in a.py:3"],
    ),
    "declared factory": (
        "import redis\ndef make() -> redis.Redis:\n    return lib()\n\nmake().hset('h', 'f', 1)",
        ["returned by `make` (a.py:2), annotated `redis.Redis`"],
    ),
    "generator": (
        """\
        import redis
        from contextlib import contextmanager
        @contextmanager
        def session():
            yield redis.Redis()
        with session() as r:
            r.hset("h", "f", 1)
        """,
        ["`r`, entered with `session()` (a.py:6)", "yielded by `session` (a.py:4)", "`redis.Redis()` in a.py:5"],
    ),
    "pipeline": (
        """\
        import redis
        r = redis.Redis()
        with r.pipeline() as p:
            p.hset("h", "f", 1)
        """,
        ["`r.pipeline()` in a.py:3", "`redis.Redis()` in a.py:2"],
    ),
    "chained pipeline": (
        "import redis\nr = redis.Redis()\nr.pipeline().get('x').hset('h', 'f', 1)",
        ["`r.pipeline()` in a.py:3", "`redis.Redis()` in a.py:2"],
    ),
    "pool": (
        "import redis\npool = redis.ConnectionPool()\nr = redis.Redis(connection_pool=pool)\nr.hset('h', 'f', 1)",
        ["`redis.Redis(connection_pool=pool)` in a.py:3"],
    ),
    "sentinel": (
        "from redis.sentinel import Sentinel\ns = Sentinel([])\ns.master_for('m').hset('h', 'f', 1)",
        ["`s.master_for('m')` in a.py:3", "`Sentinel([])` in a.py:2"],
    ),
    "framework": (
        "from django_redis import get_redis_connection\nr = get_redis_connection('default')\nr.hset('h', 'f', 1)",
        ["`get_redis_connection('default')` in a.py:2, which is `django_redis.get_redis_connection`"],
    ),
    "factory under its own name": (
        "import redis\nredis.from_url('redis://h').hset('h', 'f', 1)",
        ["`redis.from_url('redis://h')` in a.py:2"],
    ),
    "factory under another name": (
        "from redis import from_url as make\nmake('redis://h').hset('h', 'f', 1)",
        ["`make('redis://h')` in a.py:2, which is `redis.from_url`"],
    ),
    "attribute of a framework": (
        "import rq\nq = rq.Queue()\nq.connection.hset('h', 'f', 1)",
        ["`q.connection` in a.py:3, which is `rq.queue.Queue.connection`"],
    ),
    "annotated parameter": (
        "from redis import Redis\ndef f(r: Redis): r.hset('h', 'f', 1)",
        ["parameter `r` of `f` (a.py:2), annotated `Redis`"],
    ),
    "default": (
        "import redis\nMAIN = redis.Redis()\ndef f(r=MAIN): r.hset('h', 'f', 1)",
        ["parameter `r` of `f` (a.py:3)", "default `MAIN`", "`redis.Redis()` in a.py:2"],
    ),
    "fixture": (
        """\
        import pytest, redis
        @pytest.fixture
        def r():
            return redis.Redis()

        def test_it(r):
            r.hset("h", "f", 1)
        """,
        ["parameter `r` of `test_it` (a.py:6)", "pytest fixture `r` (a.py:3)", "`redis.Redis()` in a.py:4"],
    ),
    "evidence for a parameter": (
        "def f(r):\n    r.get('x')\n    r.hset('h', 'f', 1)",
        ["parameter `r` of `f` (a.py:1)", "sent `hset` in a.py:3, which only Redis has"],
    ),
    "evidence for a name": (
        "from lib import make\nr = make()\nr.hset('h', 'f', 1)",
        ["sent `hset` in a.py:3, which only Redis has"],
    ),
    "evidence for an attribute": (
        "from lib import make\nclass A:\n    def __init__(self): self.r = make()\n"
        "    def f(self): self.r.hset('h', 'f', 1)\n",
        ["sent `hset` in a.py:4, which only Redis has"],
    ),
    "cycle": (
        """\
        import redis
        def make(n=0):
            if n:
                return make(n - 1)
            return redis.Redis()
        make().hset("h", "f", 1)
        """,
        ["returned by `make` (a.py:2)", "`redis.Redis()` in a.py:5"],
    ),
    "two functions that call each other": (
        """\
        import redis
        def even(r, n):
            odd(r, n - 1)
        def odd(r, n):
            r.hset("h", "f", 1)
            even(r, n - 1)
        even(redis.Redis(), 4)
        """,
        [
            "parameter `r` of `odd` (a.py:4)",
            "called in a.py:3 with `r`",
            "parameter `r` of `even` (a.py:2)",
            "called in a.py:7 with `redis.Redis()`",
            "`redis.Redis()` in a.py:7",
        ],
    ),
}


@pytest.mark.parametrize(("source", "expected"), list(CHAINS.values()), ids=list(CHAINS))
def test_chain(source: str, expected: list[str]) -> None:
    assert chain(source) == expected


def test_imported() -> None:
    sources = {
        "db.py": "import redis\nkv = redis.Redis()\n",
        "mid.py": "from db import *\n",
        "b.py": "from mid import kv as store\nstore.hset('h', 'f', 1)\n",
    }
    assert chain(sources) == [
        "`store`, imported from `mid` (b.py:1)",
        "imported with * from db.py",
        "`redis.Redis()` in db.py:2",
    ]


@pytest.mark.parametrize(
    ("declared", "use"), [("db:make", "make().hset('h', 'f', 1)"), ("db:make()", "make().hset('h', 'f', 1)")]
)
def test_configured(declared: str, use: str) -> None:
    sources = {"db.py": "from lib import make\n", "b.py": f"from db import make\n{use}\n"}
    assert chain(sources, clients={declared: "redis.Redis"}) == [
        "`make`, imported from `db` (b.py:1)",
        f"`{declared}` is configured as `redis.Redis` (`clients` in the config)",
    ]


def test_long_chains_are_cut() -> None:
    functions = "".join(f"def f{number}():\n    return f{number + 1}()\n" for number in range(40))
    steps = chain(f"import redis\n{functions}def f40():\n    return redis.Redis()\nf0().hset('h', 'f', 1)\n")
    assert len(steps) == MOST_STEPS
    assert steps[0] == "returned by `f0` (a.py:2)"
    assert steps[-2:] == ["(31 more steps)", "`redis.Redis()` in a.py:83"]


def test_no_call_without_a_chain() -> None:
    source = "import redis\nr = redis.Redis()\np = r.pipeline()\np.hset('h', 'f', 1)\nl = r.lock('x')\nl.acquire()\n"
    files = ProjectFiles(lint=("a.py",), overlay={"a.py": source.encode()})
    model = analyse(files, ModelSettings())
    assert [model.chain(call)[-1] for call in model.calls()] == ["`redis.Redis()` in a.py:2"] * 4
