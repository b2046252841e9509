"""Which calls of small projects are Redis calls, and on what."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.project import ProjectModel
from redlint.model.settings import ModelSettings


def analysed(sources: Mapping[str, str], **settings: object) -> ProjectModel:
    overlay = {path: dedent(source).encode() for path, source in sources.items()}
    files = ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay)
    return analyse(files, ModelSettings(**settings))  # type: ignore[arg-type]


def redis_calls(sources: Mapping[str, str] | str, **settings: object) -> list[str]:
    """The resolved calls as ``path:row COMMAND key role``; async ones end in ``async``."""
    if isinstance(sources, str):
        sources = {"a.py": sources}
    found: list[str] = []
    for call in analysed(sources, **settings).calls():
        if not call.commands:
            continue
        row = call.source.location(call.span.start).row
        keys = ",".join("|".join(pattern.text for pattern in key.patterns) or "?" for key in call.keys)
        words = [f"{call.path}:{row}", call.command_name or call.method, keys, call.client.role.value]
        words += ["async"] if call.client.is_async else []
        found.append(" ".join(word for word in words if word))
    return found


# --- one module -------------------------------------------------------------------------------------------

GET = "a.py:4 GET x client"
ASYNC_GET = f"{GET} async"

CONSTRUCTORS = {
    "redis.Redis": ("import redis\n\nc = redis.Redis()\nc.get('x')", GET),
    "redis.StrictRedis": ("import redis\n\nc = redis.StrictRedis()\nc.get('x')", GET),
    "from redis import Redis": ("from redis import Redis\n\nc = Redis()\nc.get('x')", GET),
    "alias": ("from redis import Redis as Server\n\nc = Server()\nc.get('x')", GET),
    "module alias": ("import redis as store\n\nc = store.Redis()\nc.get('x')", GET),
    "redis.client.Redis": ("import redis.client\n\nc = redis.client.Redis()\nc.get('x')", GET),
    "redis.from_url": ("import redis\n\nc = redis.from_url('redis://h')\nc.get('x')", GET),
    "Redis.from_url": ("import redis\n\nc = redis.Redis.from_url('redis://h')\nc.get('x')", GET),
    "Redis.from_pool": ("import redis\n\nc = redis.Redis.from_pool(redis.ConnectionPool())\nc.get('x')", GET),
    "redis.asyncio": ("import redis.asyncio as redis\n\nc = redis.Redis()\nc.get('x')", ASYNC_GET),
    "redis.asyncio dotted": ("import redis.asyncio\n\nc = redis.asyncio.Redis()\nc.get('x')", ASYNC_GET),
    "from redis import asyncio": (
        "from redis import asyncio as aio\n\nc = aio.from_url('redis://h')\nc.get('x')",
        ASYNC_GET,
    ),
    "aioredis": ("import aioredis\n\nc = aioredis.from_url('redis://h')\nc.get('x')", ASYNC_GET),
    "valkey.Valkey": ("import valkey\n\nc = valkey.Valkey()\nc.get('x')", GET),
    "valkey.from_url": ("import valkey\n\nc = valkey.from_url('valkey://h')\nc.get('x')", GET),
    "valkey.asyncio": ("import valkey.asyncio as valkey\n\nc = valkey.Valkey()\nc.get('x')", ASYNC_GET),
    "cluster": ("from redis.cluster import RedisCluster\n\nc = RedisCluster()\nc.get('x')", "a.py:4 GET x cluster"),
    "redis.RedisCluster": ("import redis\n\nc = redis.RedisCluster()\nc.get('x')", "a.py:4 GET x cluster"),
    "async cluster": (
        "from redis.asyncio.cluster import RedisCluster\n\nc = RedisCluster()\nc.get('x')",
        "a.py:4 GET x cluster async",
    ),
    "ValkeyCluster": (
        "from valkey.cluster import ValkeyCluster\n\nc = ValkeyCluster()\nc.get('x')",
        "a.py:4 GET x cluster",
    ),
    "master_for": ("from redis.sentinel import Sentinel\ns = Sentinel([])\nc = s.master_for('m')\nc.get('x')", GET),
    "slave_for": ("from redis.sentinel import Sentinel\ns = Sentinel([])\nc = s.slave_for('m')\nc.get('x')", GET),
    "async master_for": (
        "from redis.asyncio.sentinel import Sentinel\ns = Sentinel([])\nc = s.master_for('m')\nc.get('x')",
        ASYNC_GET,
    ),
    "django_redis": (
        "from django_redis import get_redis_connection\n\n\nget_redis_connection('default').get('x')",
        GET,
    ),
    "try import": ("try:\n    import redis\nexcept ImportError: redis = None\nredis.Redis().get('x')", GET),
    "try other library": (
        "try: from valkey import Valkey as Redis\nexcept ImportError: from redis import Redis\nc = Redis()\nc.get('x')",
        GET,
    ),
    "conditional": ("import redis\n\nc = redis.Redis() if redis else None\nc.get('x')", GET),
    "or": ("import redis\n\nc = None or redis.Redis()\nc.get('x')", GET),
    "walrus": ("import redis\n\nif c := redis.Redis():\n    c.get('x')", GET),
    "with": ("import redis\n\nwith redis.Redis() as c:\n    c.get('x')", GET),
    "closing": ("import redis\nfrom contextlib import closing\nwith closing(redis.Redis()) as c:\n    c.get('x')", GET),
    "tuple": ("import redis\n\nc, d = redis.Redis(), 1\nc.get('x')", GET),
    "chained targets": ("import redis\n\nc = d = redis.Redis()\nd.get('x')", GET),
    "immediately": ("import redis\n\n\nredis.Redis().get('x')", GET),
    "annotated assignment": ("import redis\n\nc: redis.Redis = make()\nc.get('x')", GET),
    "method alias": ("import redis\nc = redis.Redis()\nget = c.get\nget('x')", GET),
    "in a list": ("import redis\nc = [redis.Redis()]\nfor one in c:\n    one.get('x')", GET),
    "in a dict": ("import redis\n\nc = {'main': redis.Redis()}\nc['main'].get('x')", GET),
    "nested function": ("import redis\nc = redis.Redis()\ndef f():\n    return (lambda: c.get('x'))", GET),
    "global": ("import redis\nc = None\ndef f():\n    c.get('x')\ndef g():\n    global c; c = redis.Redis()", GET),
    "unused argument style": ("import redis\n\nc = redis.Redis()\nc.get(name='x')", GET),
    "execute_command": ("import redis\n\nc = redis.Redis()\nc.execute_command('GET', 'x')", GET),
}


@pytest.mark.parametrize(("source", "expected"), list(CONSTRUCTORS.values()), ids=list(CONSTRUCTORS))
def test_constructors(source: str, expected: str) -> None:
    assert redis_calls(source) == [expected]


PIPELINES = {
    "with": "with c.pipeline() as p:\n    p.get('x')",
    "assigned": "p = c.pipeline()\np.get('x')",
    "transaction": "p = c.pipeline(transaction=True)\np.get('x')",
    "chained": "\nc.pipeline().get('x').execute()",
    "chained twice": "\nc.pipeline().set('y', 1).get('x')",
}


@pytest.mark.parametrize("body", list(PIPELINES.values()), ids=list(PIPELINES))
def test_pipelines(body: str) -> None:
    calls = redis_calls(f"import redis\nc = redis.Redis()\n{body}")
    assert [call for call in calls if " GET " in call] in (["a.py:4 GET x pipeline"], ["a.py:4 GET x transaction"])


def test_chained_pipeline_commands() -> None:
    calls = redis_calls("import redis\n\nredis.Redis().pipeline().get('x').set('y', 1).execute()")
    commands = sorted(call.split()[1] + " " + call.split()[2] for call in calls if " GET " in call or " SET " in call)
    assert commands == ["GET x", "SET y"]


def test_async_pipeline() -> None:
    source = """\
        import redis.asyncio as redis

        async def f():
            c = redis.Redis()
            async with c.pipeline(transaction=True) as p:
                p.get("x")
                await p.execute()
        """
    assert [call for call in redis_calls(source) if " GET " in call] in (
        ["a.py:6 GET x transaction async"],
        ["a.py:6 GET x pipeline async"],
    )


CLASSES = {
    "self in __init__": """\
        import redis
        class A:
            def __init__(self):
                self.c = redis.Redis()
            def f(self):
                self.c.get("x")
        """,
    "parameter annotation stored": """\
        import redis
        class A:
            def __init__(self, c: redis.Redis):
                self.c = c
            def f(self):
                self.c.get("x")
        """,
    "class attribute": """\
        import redis
        class A:
            c = redis.Redis()
            @classmethod
            def f(cls):
                cls.c.get("x")
        """,
    "annotated attribute": """\
        import redis
        class A:
            c: redis.Redis

            def f(self):
                self.c.get("x")
        """,
    "property": """\
        import redis
        class A:
            @property
            def c(self): return redis.Redis()
            def f(self):
                self.c.get("x")
        """,
    "method": """\
        import redis
        class A:

            def c(self): return redis.Redis()
            def f(self):
                self.c().get("x")
        """,
    "lazy": """\
        import redis
        class A:
            c = None
            def f(self):
                if self.c is None: self.c = redis.Redis()
                self.c.get("x")
        """,
    "base class": """\
        import redis
        class A:
            def __init__(self): self.c = redis.Redis()
        class B(A):
            def f(self):
                self.c.get("x")
        """,
    "subclass of the client": """\
        import redis
        class C(redis.Redis):
            pass

        def f():
            C().get("x")
        """,
    "own method of a subclass": """\
        import redis
        class C(redis.Redis):


            def f(self):
                self.get("x")
        """,
    "dataclass": """\
        import redis; from dataclasses import dataclass
        @dataclass
        class A:
            c: redis.Redis
            def f(self):
                self.c.get("x")
        """,
    "instance attribute": """\
        import redis
        class A:
            def __init__(self): self.c = redis.Redis()

        a = A()
        a.c.get("x")
        """,
}


@pytest.mark.parametrize("source", list(CLASSES.values()), ids=list(CLASSES))
def test_classes(source: str) -> None:
    row = next(row for row, line in enumerate(dedent(source).splitlines(), 1) if '.get("x")' in line)
    assert redis_calls(source) == [f"a.py:{row} GET x client"]


@pytest.mark.parametrize(
    "annotation",
    [
        *("Redis", "redis.Redis", "Optional[Redis]", "Redis | None", "'Redis'", "'redis.Redis'", "Union[Redis, None]"),
        *("typing.Optional[redis.Redis]", "'Redis | None'", "Redis[bytes]", "'Redis[str]'", "Annotated[Redis, 1]"),
    ],
)
def test_annotated_parameters(annotation: str) -> None:
    source = (
        "import redis, typing; from redis import Redis; from typing import Annotated, Optional, Union\n"
        f"def f(c: {annotation}):\n    return c\n    c.get('x')\n"
    )
    assert redis_calls(source) == [GET]


FUNCTIONS = {
    "annotated": "def make() -> redis.Redis:\n    return build()",
    "inferred": "def make():\n    return redis.Redis()",
    "by name": "def make():\n    c = redis.Redis()\n    return c",
    "cached": "@functools.lru_cache\ndef make():\n    return redis.Redis()",
    "cached with arguments": "@functools.lru_cache(maxsize=None)\ndef make():\n    return redis.Redis()",
    "through another": "def make():\n    return inner()\ndef inner():\n    return redis.Redis()",
    "one of two": "def make(flag=0):\n    if flag:\n        return redis.Redis()\n    return redis.StrictRedis(port=1)",
    "recursive": "def make(n=0):\n    if n:\n        return make(n - 1)\n    return redis.Redis()",
    "lambda": "make = lambda: redis.Redis()",
    "partial": "make = functools.partial(redis.Redis, host='h')",
}


@pytest.mark.parametrize("function", list(FUNCTIONS.values()), ids=list(FUNCTIONS))
def test_factories(function: str) -> None:
    calls = redis_calls(f"import functools, redis\n{function}\nmake().get('x')\n")
    assert [call.partition(" ")[2] for call in calls] == ["GET x client"]


def test_generators_and_context_managers() -> None:
    source = """\
        import redis
        from contextlib import contextmanager

        @contextmanager
        def session():
            c = redis.Redis()
            yield c

        with session() as s:
            s.get("x")
        """
    assert redis_calls(source) == ["a.py:10 GET x client"]


def test_async_factory_is_awaited() -> None:
    source = """\
        import redis.asyncio as redis

        async def make():
            return redis.Redis()

        async def f():
            c = await make()
            await c.get("x")
        """
    assert redis_calls(source) == ["a.py:8 GET x client async"]


# --- several modules --------------------------------------------------------------------------------------

CLIENT = "import redis\nclient = redis.Redis()\n"

PROJECTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "absolute import": (
        {"app/__init__.py": "", "app/db.py": CLIENT, "app/b.py": "from app.db import client\nclient.get('x')"},
        ["app/b.py:2 GET x client"],
    ),
    "module import": (
        {"app/__init__.py": "", "app/db.py": CLIENT, "app/b.py": "import app.db\napp.db.client.get('x')"},
        ["app/b.py:2 GET x client"],
    ),
    "from package import module": (
        {"app/__init__.py": "", "app/db.py": CLIENT, "app/b.py": "from app import db\ndb.client.get('x')"},
        ["app/b.py:2 GET x client"],
    ),
    "relative import": (
        {"app/__init__.py": "", "app/db.py": CLIENT, "app/b.py": "from .db import client as c\nc.get('x')"},
        ["app/b.py:2 GET x client"],
    ),
    "from dot import": (
        {"app/__init__.py": "", "app/db.py": CLIENT, "app/b.py": "from . import db\ndb.client.get('x')"},
        ["app/b.py:2 GET x client"],
    ),
    "two dots": (
        {
            **{"app/__init__.py": "", "app/db.py": CLIENT, "app/web/__init__.py": ""},
            "app/web/b.py": "from ..db import client\nclient.get('x')",
        },
        ["app/web/b.py:2 GET x client"],
    ),
    "re-export": (
        {
            "app/__init__.py": "from .db import client\n__all__ = ['client']",
            "app/db.py": CLIENT,
            "b.py": "from app import client\nclient.get('x')",
        },
        ["b.py:2 GET x client"],
    ),
    "re-export twice under other names": (
        {
            "app/__init__.py": "from .mid import inner as outer",
            "app/mid.py": "from .db import client as inner",
            "app/db.py": CLIENT,
            "b.py": "from app import outer\nouter.get('x')",
        },
        ["b.py:2 GET x client"],
    ),
    "star import": (
        {"db.py": CLIENT, "b.py": "from db import *\nclient.get('x')"},
        ["b.py:2 GET x client"],
    ),
    "star import of __all__": (
        {"db.py": CLIENT + "__all__ = ['client']", "b.py": "from db import *\nclient.get('x')"},
        ["b.py:2 GET x client"],
    ),
    "star import without the name": (
        {"db.py": CLIENT + "__all__ = ['redis']", "b.py": "from db import *\nclient.get('x')"},
        [],
    ),
    "factory": (
        {"db.py": "import redis\ndef make(): return redis.Redis()", "b.py": "from db import make\nmake().get('x')"},
        ["b.py:2 GET x client"],
    ),
    "base class": (
        {
            "base.py": "import redis\nclass Base:\n    def __init__(self): self.c = redis.Redis()",
            "b.py": "from base import Base\nclass B(Base):\n    def f(self): self.c.get('x')",
        },
        ["b.py:3 GET x client"],
    ),
    "base class of a base class": (
        {
            "base.py": "import redis\nclass Base:\n    def __init__(self): self.c = redis.Redis()",
            "mid.py": "import base\nclass Mid(base.Base): pass",
            "b.py": "from mid import Mid\nclass B(Mid):\n    def f(self): self.c.get('x')",
        },
        ["b.py:3 GET x client"],
    ),
    "base class under an alias": (
        {
            "base.py": "import redis\nclass Base:\n    def __init__(self): self.c = redis.Redis()",
            "mid.py": "from base import Base as Root\nclass Mid(Root): pass\n\n\nLast = Mid",
            "b.py": "from mid import Last\nclass B(Last):\n    def f(self): self.c.get('x')",
        },
        ["b.py:3 GET x client"],
    ),
    "function that gives an instance": (
        {
            "base.py": "import redis\nclass Store:\n    def __init__(self): self.c = redis.Redis()",
            "mid.py": "from base import Store\n\n\ndef store():\n    return Store()",
            "b.py": "from mid import store\nstore().c.get('x')",
        },
        ["b.py:2 GET x client"],
    ),
    "instance in a module": (
        {
            "base.py": "import redis\nclass Store:\n    def __init__(self): self.c = redis.Redis()\nstore = Store()",
            "b.py": "from base import store\nstore.c.get('x')",
        },
        ["b.py:2 GET x client"],
    ),
    "import in a function": (
        {"db.py": CLIENT, "b.py": "def f():\n    from db import client\n    client.get('x')"},
        ["b.py:3 GET x client"],
    ),
    "try import": (
        {
            "db.py": CLIENT,
            "b.py": "try:\n    from db import client\nexcept ImportError:\n    client = None\nclient.get('x')",
        },
        ["b.py:5 GET x client"],
    ),
    "conditional import": (
        {"db.py": CLIENT, "b.py": "import os\nif os.name:\n    from db import client\nclient.get('x')"},
        ["b.py:4 GET x client"],
    ),
    "through an argument": (
        {"db.py": CLIENT, "b.py": "from db import client\ndef f(c): c.get('x')\nf(client)"},
        ["b.py:2 GET x client"],
    ),
    "constant in another module": (
        {"keys.py": "KEY = 'user:{}'", "b.py": "import redis, keys\nredis.Redis().get(keys.KEY.format(1))"},
        ["b.py:2 GET user:1 client"],
    ),
    "byte order mark": (
        {"db.py": CLIENT, "b.py": "\ufefffrom db import client\nclient.get('x')"},
        ["b.py:2 GET x client"],
    ),
    "one-line statements": (
        {"db.py": CLIENT, "b.py": "import os; from db import client\nclient.get('x')"},
        ["b.py:2 GET x client"],
    ),
    "import after a colon": (
        {"db.py": CLIENT, "b.py": "if True: from db import client\nclient.get('x')"},
        ["b.py:2 GET x client"],
    ),
    "import over rows": (
        {"db.py": CLIENT, "b.py": "from db import (\n    redis,\n    client,\n)\nclient.get('x')"},
        ["b.py:5 GET x client"],
    ),
    "import with a backslash": (
        {"db.py": CLIENT, "b.py": "from db import \\\n    client\nclient.get('x')"},
        ["b.py:3 GET x client"],
    ),
    "cyclic imports": (
        {
            "a.py": "from b import client as other\nimport redis\nclient = redis.Redis()\nother.get('x')",
            "b.py": "from a import client\nclient.get('x')",
        },
        ["a.py:4 GET x client", "b.py:2 GET x client"],
    ),
    "module named redis in a package": (
        {
            "app/__init__.py": "",
            "app/redis.py": "class Redis:\n    def get(self, name): return name\nclient = Redis()",
            "app/b.py": "from app.redis import client, Redis\nclient.get('x')\nRedis().get('x')",
            "app/c.py": "from .redis import Redis\nRedis().get('x')",
        },
        [],
    ),
    "module named redis that makes a client": (
        {
            "app/__init__.py": "",
            "app/redis.py": "import redis\nclient = redis.Redis()",
            "app/b.py": "from app.redis import client\nclient.get('x')",
        },
        ["app/b.py:2 GET x client"],
    ),
}


@pytest.mark.parametrize("gate", [True, False], ids=["gate", "no-gate"])
@pytest.mark.parametrize(("sources", "expected"), list(PROJECTS.values()), ids=list(PROJECTS))
def test_projects(sources: dict[str, str], expected: list[str], gate: bool) -> None:
    assert redis_calls(sources, gate=gate) == expected


# --- what is no client ------------------------------------------------------------------------------------

TRAPS = {
    "dict": "c = {}\nc.get('x'); c.pop('x'); c.keys(); c.update(a=1); c.setdefault('x', 1)",
    "dict of an argument": "def f(c: dict):\n    c.get('x'); c.keys()",
    "requests": "import requests\ns = requests.Session()\ns.get('http://h'); s.delete('http://h'); s.close()",
    "event": "import threading\ne = threading.Event()\ne.set(); e.wait()",
    "context variable": "from contextvars import ContextVar\nv = ContextVar('v')\nv.set('x'); v.get()",
    "Django cache": "from django.core.cache import cache\ncache.get('x'); cache.set('x', 1); cache.delete('x')",
    "Django caches": "from django.core.cache import caches\ncaches['default'].get('x'); caches['default'].set('x', 1)",
    "wrapper": """\
        import redis
        class Cache:
            def __init__(self): self.rows = {}
            def get(self, name): return self.rows[name]
            def delete(self, name): del self.rows[name]
        cache = Cache()
        cache.get("x"); cache.delete("x")
        """,
    "SQLAlchemy": "def f(session, user):\n    session.delete(user); session.get(user, 1); session.flush()",
    "queue": "import queue\nq = queue.Queue()\nq.get(); q.put(1)",
    "set and list": "import redis\ns = set()\ns.pop(); l = []\nl.append(1); l.insert(0, 1); l.sort()",
    "file": "import redis\nwith open('x') as f:\n    f.append('x'); f.type('x')",
    "own class named Redis": "class Redis:\n    def get(self, x): pass\nRedis().get('x')",
    "local module shadows the name": "redis = {}\nredis.get('x'); redis.keys()",
    "parameter shadows the name": "import redis\ndef f(redis):\n    redis.get('x')",
    "mock": "from unittest import mock\nc = mock.MagicMock()\nc.get('x'); c.delete('x')",
    "environment": "import os\nos.environ.get('x'); os.environ.keys()",
    "config parser": "import configparser\nc = configparser.ConfigParser()\nc.get('a', 'b'); c.set('a', 'b', 'c')",
    "httpx": "import httpx\nc = httpx.Client()\nc.get('http://h'); c.delete('http://h')",
    "reassigned": "import redis\nc = redis.Redis()\nc = {}\nc.get('x')",
    "json": "import json\njson.dump({}, open('x')); json.loads('x').get('y')",
    "flask-caching": "from flask_caching import Cache\ncache = Cache()\ncache.get('x'); cache.delete('x')",
    "reply": "import redis\nx = redis.Redis().info()\nx.get('y'); x.keys()",
}


@pytest.mark.parametrize("source", list(TRAPS.values()), ids=list(TRAPS))
def test_traps(source: str) -> None:
    assert [call for call in redis_calls(source) if not call.endswith("INFO client")] == []


# --- termination ------------------------------------------------------------------------------------------

KNOTS: dict[str, dict[str, str]] = {
    "name of itself": {"a.py": "import redis\nc = c\nc.get('x')"},
    "two names": {"a.py": "import redis\nc = d\nd = c\nc.get('x')"},
    "star imports of each other": {
        "a.py": "from b import *\nclient.get('x')",
        "b.py": "import redis\nfrom a import *\nclient.get('x')",
    },
    "module of itself": {"a.py": "import redis\nfrom a import a\na.get('x')"},
    "function of itself": {"a.py": "import redis\ndef f(): return f()\nf().get('x')"},
    "mutual recursion": {"a.py": "import redis\ndef f(): return g()\ndef g(): return f()\nf().get('x')"},
    "class of itself": {"a.py": "import redis\nclass A(A):\n    def f(self): self.c.get('x')"},
    "mutual bases": {"a.py": "import redis\nclass A(B): pass\nclass B(A):\n    def f(self): self.c.get('x')"},
    "attribute of itself": {
        "a.py": "import redis\nclass A:\n    def __init__(self): self.a = A()\n    def f(self): self.a.a.a.get('x')"
    },
    "property of itself": {
        "a.py": "import redis\nclass A:\n    @property\n    def c(self): return self.c\nA().c.get('x')"
    },
    "decorator of itself": {"a.py": "import redis\n@f\ndef f(): return redis.Redis()\nf().get('x')"},
    "default of itself": {"a.py": "import redis\ndef f(c=f): c.get('x')"},
    "argument passed to itself": {"a.py": "import redis\ndef f(c): f(c); c.get('x')\nf(redis.Redis())"},
    "growing arguments": {"a.py": "import redis\ndef f(c): f([c]); c.get('x')\nf(redis.Redis())"},
    "key of itself": {"a.py": "import redis\nk = k + ':x'\nredis.Redis().get(k)"},
    "key function of itself": {"a.py": "import redis\ndef k(n): return 'a' + k(n)\nredis.Redis().get(k(1))"},
    "long chain": {"a.py": "import redis\nc0 = redis.Redis()\n" + "\n".join(f"c{n + 1} = c{n}" for n in range(2000))},
    "exponential key": {
        "a.py": "import redis\nk0 = 'x'\n"
        + "\n".join(f"k{n + 1} = k{n} + k{n}" for n in range(64))
        + "\nredis.Redis().get(k64)"
    },
    "exponential alternatives": {
        "a.py": "import redis\nk0 = 'x'\n"
        + "\n".join(f"k{n + 1} = (k{n} + 'a') if p else (k{n} + 'b')" for n in range(40))
        + "\nredis.Redis().get(k40)"
    },
    "closures": {"a.py": "import redis\ndef f():\n    def g(): return h()\n    def h(): return g()\n    h().get('x')"},
}


@pytest.mark.parametrize("sources", list(KNOTS.values()), ids=list(KNOTS))
def test_knots_come_to_an_end(sources: dict[str, str]) -> None:
    model = analysed(sources)
    assert model.problems == ()


def test_a_knot_does_not_hide_a_client() -> None:
    assert redis_calls("import redis\ndef f(c): f(c); c.get('x')\nf(redis.Redis())") == ["a.py:2 GET x client"]
    assert redis_calls(KNOTS["long chain"]["a.py"] + "\nc5.get('x')") == ["a.py:2003 GET x client"]


# --- settings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gate", [True, False])
def test_configured_clients(gate: bool) -> None:
    sources = {
        "app/__init__.py": "",
        "app/cache.py": "def get_it(): ...",
        "b.py": "from app.cache import get_it\nget_it().get('x')",
    }
    assert redis_calls(sources, clients={"app.cache:get_it": "redis.asyncio.Redis"}, gate=gate) == [
        "b.py:2 GET x client async"
    ]


@pytest.mark.parametrize("gate", [True, False])
def test_configured_names(gate: bool) -> None:
    source = """\
    def f(kv):
        kv.get("x")
    async def g(kv):
        await kv.get("x")
        pipe = kv.pipeline()
    class A:
        def h(self, context):
            context.kv.set("y", 1)
            kv = {}
            kv.get("x")
    """
    assert redis_calls(source, client_names=("kv",), gate=gate) == [
        "a.py:2 GET x client",
        "a.py:4 GET x client async",
        "a.py:8 SET y client",
    ]
    assert redis_calls(source, gate=gate) == []


@pytest.mark.parametrize("gate", [True, False])
def test_configured_wrappers(gate: bool) -> None:
    sources = {
        "app/__init__.py": "",
        "app/cache.py": """\
        class Retrying:
            def get(self, key): return self.retry("get", key)
            def keys(self, pattern): return self.retry("keys", pattern)
        """,
        "b.py": """\
        from app.cache import Retrying
        import acme
        Retrying().get("x")
        def f(r: acme.Wrapper): r.get("y")
        acme.Wrapper().pipeline().get("z")
        """,
    }
    assert redis_calls(sources, wrappers=("app.cache.Retrying", "acme.Wrapper"), gate=gate) == [
        "b.py:3 GET x client",
        "b.py:4 GET y client",
        "b.py:5 GET z pipeline",
    ]
    assert redis_calls(sources, gate=gate) == []


def test_a_telling_name_and_a_command_of_redis_alone() -> None:
    model = analysed(
        {"a.py": "def f(context):\n    context.redis_client.hset('h', 'f', 1)\n    context.store.hset('h')"}
    )
    assert [(call.method, call.client.confidence.name) for call in model.calls()] == [("hset", "NAMED")]


def test_files_that_do_not_parse_are_problems() -> None:
    model = analysed({"a.py": "import redis\ndef broken(:", "b.py": "import redis\nredis.Redis().get('x')"})
    assert [(problem.path, problem.kind) for problem in model.problems] == [("a.py", "syntax")]
    assert len(list(model.calls())) == 1
