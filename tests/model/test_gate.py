"""The gate leaves out only files that cannot touch Redis: with and without it the calls are the same."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings

from generated_projects import projects
from redlint.model.files import ProjectFiles
from redlint.model.gate import Gate
from redlint.model.importers import Import, imports_of
from redlint.model.link import analyse
from redlint.model.project import ProjectModel
from redlint.model.settings import ModelSettings


def analysed(sources: Mapping[str, str], *, gate: bool) -> ProjectModel:
    overlay = {path: dedent(source).encode() for path, source in sources.items()}
    files = ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay)
    return analyse(files, ModelSettings(gate=gate))


def calls_of(project: ProjectModel) -> list[str]:
    """The resolved calls as ``path:row method key``."""
    return [
        f"{call.path}:{call.source.location(call.span.start).row} {call.method}"
        + "".join(f" {pattern.text}" for key in call.keys for pattern in key.patterns)
        for call in project.calls()
    ]


CLIENT = "import redis\nclient = redis.Redis()\n"
STORE = "class Store:\n    def __init__(self, conn):\n        self.conn = conn\n    def load(self):\n        {}\n"
GET_IN_STORE = STORE.format("return self.conn.get('x')")

# What the project is, and calls that must be among those found.
HANDED: dict[str, tuple[dict[str, str], list[str]]] = {
    "constructor": (
        {"a.py": CLIENT + "from store import Store\nStore(client)", "store.py": GET_IN_STORE},
        ["store.py:5 get x"],
    ),
    "constructor by keyword": (
        {"a.py": CLIENT + "import store\nstore.Store(conn=client)", "store.py": GET_IN_STORE},
        ["store.py:5 get x"],
    ),
    "function": (
        {
            "a.py": CLIENT + "from app import jobs\njobs.save(client, 1)",
            "app/__init__.py": "",
            "app/jobs.py": "def save(conn, value):\n    conn.set('x', value)",
        },
        ["app/jobs.py:2 set x"],
    ),
    "through a package": (
        {
            "a.py": CLIENT + "from app import Store\nStore(client)",
            "app/__init__.py": "from app._store import Store",
            "app/_store.py": GET_IN_STORE,
        },
        ["app/_store.py:5 get x"],
    ),
    "through two packages and an alias": (
        {
            "a.py": CLIENT + "from app import Shop\nShop.build(client)",
            "app/__init__.py": "from .inner import *",
            "app/inner/__init__.py": "from .store import Store as Shop",
            "app/inner/store.py": "class Store:\n    @staticmethod\n    def build(conn):\n        conn.get('x')",
        },
        ["app/inner/store.py:4 get x"],
    ),
    "from one file to the next": (
        {
            "a.py": CLIENT + "from b import save\nsave(client)",
            "b.py": "from c import keep\ndef save(conn):\n    keep(conn)",
            "c.py": "from d import put\ndef keep(conn):\n    put(value=1, conn=conn)",
            "d.py": "def put(conn, value):\n    conn.set('x', value)",
        },
        ["d.py:2 set x"],
    ),
    "into a base class without __init__": (
        {
            "a.py": CLIENT + "from base import Base\nclass Store(Base):\n    pass\nStore(client)",
            "base.py": "from root import Root\nclass Base(Root): pass",
            "root.py": GET_IN_STORE.replace("Store", "Root"),
        },
        ["root.py:5 get x"],
    ),
    "method of an object from elsewhere": (
        {
            "a.py": CLIENT + "from make import made\nstore = made()\nstore.save(client)",
            "make.py": "from store import Store\ndef made():\n    return Store()",
            "store.py": "class Store:\n    def save(self, conn):\n        conn.set('x', 1)",
        },
        ["store.py:3 set x"],
    ),
    "inherited method": (
        {
            "a.py": CLIENT + "from base import Base\nclass A(Base):\n    def go(self):\n        self.save(client)",
            "base.py": "class Base:\n    def save(self, conn):\n        conn.set('x', 1)",
        },
        ["base.py:3 set x"],
    ),
    "object that has the client": (
        {
            "a.py": "import redis\nfrom b import run\nclass App:\n    def __init__(self):\n"
            "        self.db = redis.Redis()\nrun(App())",
            "b.py": "def run(app):\n    return app.db.get('x')",
        },
        ["b.py:2 get x"],
    ),
    "object that has the client, passed on": (
        {
            "a.py": "import redis\nfrom b import run\nclass App:\n    def __init__(self):\n"
            "        self.db = redis.Redis()\nrun(App())",
            "b.py": "import c\ndef run(app):\n    return c.go(app)",
            "c.py": "def go(app):\n    return app.db.get('x')",
        },
        ["c.py:2 get x"],
    ),
    "handed on by a file in between": (
        {
            "a.py": "import redis\nclass App:\n    db = redis.Redis()\napp = App()",
            "main.py": "from a import app\nfrom work import run\nrun(app)",
            "work.py": "def run(app):\n    return app.db.get('x')",
        },
        ["work.py:2 get x"],
    ),
    "known function behind a file in between": (
        {
            "a.py": CLIENT + "from between import save\nsave(client)",
            "between.py": "from redis_work import save",
            "redis_work.py": "'''redis'''\ndef save(conn):\n    conn.set('x', 1)",
        },
        ["redis_work.py:3 set x"],
    ),
    "wrapped and used here": (
        {
            "a.py": CLIENT + "from store import Store\nstore = Store(client)\nstore.conn.get('y')",
            "store.py": GET_IN_STORE,
        },
        ["a.py:5 get y", "store.py:5 get x"],
    ),
    "handed inside a function": (
        {
            "a.py": "import redis\nfrom work import save\ndef go():\n    with redis.Redis() as r:\n        save(r)",
            "work.py": "def save(conn):\n    conn.set('x', 1)",
        },
        ["work.py:2 set x"],
    ),
    "setting a client on a module's object": (
        {
            "a.py": CLIENT + "from ext import state\nstate.conn = client\nstate.conn.get('y')",
            "ext.py": "class State:\n    def load(self):\n        return self.conn.get('x')\nstate = State()",
        },
        [],
    ),
    "partial": (
        {
            "a.py": CLIENT
            + "from functools import partial\nfrom work import save\nkeep = partial(save, client)\nkeep()",
            "work.py": "def save(conn):\n    conn.set('x', 1)",
        },
        [],
    ),
    "thread": (
        {
            "a.py": CLIENT + "from threading import Thread\nimport work\nThread(target=work.save, args=(client,))",
            "work.py": "def save(conn):\n    conn.set('x', 1)",
        },
        [],
    ),
    "super().__init__": (
        {
            "a.py": "import redis\nfrom base import Base\nclass A(Base):\n    def __init__(self):\n"
            "        super().__init__(redis.Redis())",
            "base.py": GET_IN_STORE.replace("Store", "Base"),
        },
        [],
    ),
    "mixin that uses what the subclass sets": (
        {
            "a.py": "import redis\nfrom mixin import Mixin\nclass A(Mixin):\n    def __init__(self):\n"
            "        self.conn = redis.Redis()",
            "mixin.py": "class Mixin:\n    def load(self):\n        return self.conn.get('x')",
        },
        [],
    ),
    "setattr": (
        {
            "a.py": CLIENT + "import ext\nsetattr(ext, 'conn', client)",
            "ext.py": "conn = None\ndef load():\n    return conn.get('x')",
        },
        [],
    ),
}

IMPORTED: dict[str, tuple[dict[str, str], list[str]]] = {
    "client": ({"a.py": CLIENT, "b.py": "from a import client\nclient.get('x')"}, ["b.py:2 get x"]),
    "module as a whole": ({"a.py": CLIENT, "b.py": "import a as ext\next.client.get('x')"}, ["b.py:2 get x"]),
    "submodule of an imported package": (
        {"app/__init__.py": "", "app/ext.py": CLIENT, "b.py": "import app.ext\napp.ext.client.get('x')"},
        ["b.py:2 get x"],
    ),
    "package above an imported module": (
        {"app/__init__.py": CLIENT, "app/other.py": "", "b.py": "import app.other\napp.client.get('x')"},
        ["b.py:2 get x"],
    ),
    "star": ({"a.py": CLIENT, "b.py": "from a import *\nclient.get('x')"}, ["b.py:2 get x"]),
    "star, passed on unseen": (
        {"a.py": CLIENT, "b.py": "from a import *", "c.py": "from b import client\nclient.get('x')"},
        ["c.py:2 get x"],
    ),
    "handed to a class that a star import brings": (
        {
            "a.py": CLIENT,
            "b.py": "class Store:\n    def __init__(self, conn):\n        self.conn = conn\n"
            "    def load(self):\n        return self.conn.get('x')",
            "c.py": "from a import client\nfrom b import *\nStore(client)",
        },
        ["b.py:5 get x"],
    ),
    "module passed on": (
        {"a.py": CLIENT, "b.py": "import a as ext", "c.py": "from b import ext\next.client.get('x')"},
        ["c.py:2 get x"],
    ),
    "package passed on to a known file": (
        {
            "app/__init__.py": "'''redis'''\nfrom app.middle import store",
            "app/base.py": "import redis\nclass Store:\n    conn = redis.Redis()",
            "app/middle.py": "from app.base import Store\nstore = Store()",
            "b.py": "from app import store\nstore.conn.get('x')",
        },
        ["b.py:2 get x"],
    ),
    "chain of subclasses": (
        {
            "base.py": "import redis\nclass Base:\n    def __init__(self):\n        self.conn = redis.Redis()",
            "one.py": "from base import Base\nclass One(Base): pass",
            "two.py": "import one\nclass Two(one.One): pass",
            "job.py": "from two import Two\nclass Job(Two):\n    def run(self):\n        self.conn.get('x')",
        },
        ["job.py:4 get x"],
    ),
    "two attributes away": (
        {
            "base.py": "import redis\nclass Store:\n    def __init__(self):\n        self.conn = redis.Redis()\n"
            "class App:\n    def __init__(self):\n        self.store = Store()",
            "make.py": "import base\ndef app():\n    return base.App()",
            "use.py": "from make import app\napp().store.conn.get('x')",
        },
        ["use.py:2 get x"],
    ),
    "fixture": (
        {
            "tests/conftest.py": "import pytest, redis\n@pytest.fixture\ndef conn():\n    yield redis.Redis()",
            "tests/deep/test_it.py": "def test_no():\n    pass\ndef test_it(conn):\n    conn.get('x')",
        },
        ["tests/deep/test_it.py:4 get x"],
    ),
    "fixture of a fixture": (
        {
            "tests/conftest.py": "import pytest, redis\n@pytest.fixture\ndef conn():\n    return redis.Redis()",
            "tests/deep/conftest.py": "import pytest\ndef no(): ...\n"
            "@pytest.fixture\ndef filled(conn):\n    yield conn",
            "tests/deep/test_it.py": "def test_it(filled):\n    filled.get('x')",
        },
        ["tests/deep/test_it.py:2 get x"],
    ),
    "fixture with an attribute": (
        {
            "tests/conftest.py": "import pytest, redis\nclass Store:\n    conn = redis.Redis()\n"
            "@pytest.fixture\ndef store():\n    yield Store()",
            "tests/test_it.py": "class TestIt:\n    def no(self): ...\n"
            "    def test_it(self, store):\n        store.conn.get('x')",
        },
        ["tests/test_it.py:4 get x"],
    ),
    "command that only Redis has": ({"a.py": "def f(conn):\n    conn.hgetall('x')"}, ["a.py:2 hgetall x"]),
}

PROJECTS = {**HANDED, **IMPORTED}


@pytest.mark.parametrize(("sources", "expected"), list(PROJECTS.values()), ids=list(PROJECTS))
def test_same_calls_with_and_without_the_gate(sources: dict[str, str], expected: list[str]) -> None:
    found = calls_of(analysed(sources, gate=True))
    assert found == calls_of(analysed(sources, gate=False))
    assert set(expected) <= set(found)


@pytest.mark.parametrize("sources", [sources for sources, _ in HANDED.values()], ids=list(HANDED))
def test_files_that_are_handed_a_client_are_parsed(sources: dict[str, str]) -> None:
    assert set(analysed(sources, gate=True).modules) == set(sources)


# --- what is left out -------------------------------------------------------------------------------------

LEFT_OUT: dict[str, tuple[dict[str, str], set[str]]] = {
    "unrelated": ({"a.py": CLIENT, "b.py": "import json\njson.dumps({})"}, {"b.py"}),
    "other names of the module": ({"a.py": CLIENT + "LIMIT = 3", "b.py": "from a import LIMIT"}, {"b.py"}),
    "module without the name": ({"a.py": CLIENT + "LIMIT = 3", "b.py": "import a\na.LIMIT"}, {"b.py"}),
    "object without the attribute": (
        {
            "a.py": "import redis\nclass Store:\n    conn = redis.Redis()\n    def load(self): ...",
            "b.py": "from a import Store\nStore().load()",
            "c.py": "import b",
        },
        {"b.py", "c.py"},
    ),
    "function that is handed something else": (
        {"a.py": CLIENT + "from b import save\nsave(3)", "b.py": "def save(value):\n    value.get('x')"},
        {"b.py"},
    ),
    "fixture under another directory": (
        {
            "tests/one/conftest.py": "import pytest, redis\n@pytest.fixture\ndef conn():\n    yield redis.Redis()",
            "tests/two/test_it.py": "def test_it(conn):\n    conn.get('x')",
        },
        {"tests/two/test_it.py"},
    ),
    "fixture that no parameter names": (
        {
            "tests/conftest.py": "import pytest, redis\n@pytest.fixture\ndef conn():\n    yield redis.Redis()",
            "tests/test_it.py": "def test_it():\n    conn = open('x')",
        },
        {"tests/test_it.py"},
    ),
    "printed": ({"a.py": CLIENT + "print(client)", "b.py": "import a"}, {"b.py"}),
}


@pytest.mark.parametrize(("sources", "left_out"), list(LEFT_OUT.values()), ids=list(LEFT_OUT))
def test_files_that_cannot_touch_redis_are_not_parsed(sources: dict[str, str], left_out: set[str]) -> None:
    assert set(sources) - set(analysed(sources, gate=True).modules) == left_out


# --- bytes ------------------------------------------------------------------------------------------------

ADMITTED = {
    "import": (b"import redis", True),
    "word": (b"# our Redis is called redis-main", True),
    "english": (b"redistribute = rediscover", False),
    "short name imported": (b"from rq import Queue", True),
    "short name elsewhere": (b"rq = 3", False),
    "comment": (b"x = 1  # noqa: RED101", True),
    "command": (b"self.conn.hgetall (key)", True),
    "command that others have": (b"self.conn.get(key)", False),
    "command not called": (b"x.hgetall", False),
}


@pytest.mark.parametrize(("content", "expected"), list(ADMITTED.values()), ids=list(ADMITTED))
def test_admits(content: bytes, expected: bool) -> None:
    assert Gate().admits(content) is expected


IMPORTS = {
    "module": (b"import a", [Import("a", (), ("a",))]),
    "modules": (b"import a.b, c as d", [Import("a.b", (), ("a.b",)), Import("c", (), ("d",))]),
    "names": (b"from a import b, c as d # e", [Import("a", ("b", "c"), ("b", "d"))]),
    "parentheses": (b"from .a import (\n    b,  # first\n    c,\n)", [Import(".a", ("b", "c"), ("b", "c"))]),
    "backslash": (b"from a import b, \\\n    c", [Import("a", ("b", "c"), ("b", "c"))]),
    "tight": (b"from .import(b)", [Import(".", ("b",), ("b",))]),
    "star": (b"from a import*", [Import("a", ("*",), ("*",))]),
    "indented": (b"try:\n\timport a\nexcept E: import b", [Import("a", (), ("a",)), Import("b", (), ("b",))]),
    "semicolon": (b"import a; from b import c; d", [Import("a", (), ("a",)), Import("b", ("c",), ("c",))]),
    "byte order mark": (b"\xef\xbb\xbfimport a\r\nimport b\r\n", [Import("a", (), ("a",)), Import("b", (), ("b",))]),
    "other words": (b"x = important\nreimport(a)\n# an import of a", []),
}


@pytest.mark.parametrize(("content", "expected"), list(IMPORTS.values()), ids=list(IMPORTS))
def test_imports_of(content: bytes, expected: list[Import]) -> None:
    assert imports_of(content) == expected


# --- generated projects -----------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(projects())
def test_generated_projects_have_the_same_calls(sources: dict[str, str]) -> None:
    assert calls_of(analysed(sources, gate=True)) == calls_of(analysed(sources, gate=False))


def test_an_attribute_that_a_class_without_redis_has_is_told_from_one_set_from_outside() -> None:
    sources = {
        "app/__init__.py": "from app.one import made\nmade.conn.get('z')\n",
        "app/one.py": "import redis\nclient = redis.Redis()\nmade = client(client)\n",
        "app/two.py": "class Other:\n    def __init__(self, conn):\n        self.conn = conn\n",
        "app/three.py": "import redis\nfrom app.one import client, made\nmade.conn = client\n",
    }
    assert calls_of(analysed(sources, gate=True)) == calls_of(analysed(sources, gate=False)) == []
    del sources["app/two.py"]
    assert calls_of(analysed(sources, gate=True)) == calls_of(analysed(sources, gate=False)) != []
