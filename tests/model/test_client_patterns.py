"""The ways in which real code gets hold of a client, one small project each.

A row that sends a command ends in a comment that says what must be found there, ``#: GET x client async inferred``:
command, keys, role, and how sure it is where it is not proven. Where no comment stands, no call may be found. The
comments are taken out before the model reads the sources. ``--- path`` begins another file.
"""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Final

import pytest

from redlint.diagnostic import Confidence
from redlint.model.events import RedisCall
from redlint.model.files import ProjectFiles
from redlint.model.kinds import Role
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings

_WITHOUT_COMMANDS: Final = (Role.PUBSUB, Role.LOCK)
"""Objects whose methods are not one command each."""

_COMMENT: Final = re.compile(r"\s*#: (.+)$")


def files_of(source: str) -> dict[str, str]:
    """The files of a project, by path; the first is ``a.py`` unless it has a name."""
    files: dict[str, list[str]] = {}
    path = "a.py"
    for line in dedent(source).lstrip("\n").splitlines():
        if line.startswith("--- "):
            path = line[4:].strip()
            files[path] = []
        else:
            files.setdefault(path, []).append(line)
    return {path: "\n".join(lines) + "\n" for path, lines in files.items()}


def split(source: str) -> tuple[dict[str, str], list[str]]:
    """The files without their comments, and the calls that these ask for."""
    files: dict[str, str] = {}
    expected: list[str] = []
    for path, text in files_of(source).items():
        rows: list[str] = []
        for row, line in enumerate(text.splitlines(), 1):
            found = _COMMENT.search(line)
            rows.append(line[: found.start()] if found else line)
            expected += [f"{path}:{row} {one.strip()}" for one in found.group(1).split(";")] if found else []
        files[path] = "\n".join(rows) + "\n"
    return files, expected


def rendered(call: RedisCall) -> str:
    row = call.source.location(call.method_span.start).row
    keys = ",".join("|".join(pattern.text for pattern in key.patterns) or "?" for key in call.keys)
    words = [f"{call.path}:{row}", call.command_name or call.method, keys, call.client.role.value]
    words += ["async"] if call.client.is_async else []
    words += [call.client.confidence.name.lower()] if call.client.confidence is not Confidence.PROVEN else []
    words += [f"through {call.through}"] if call.through else []
    return " ".join(word for word in words if word)


def redis_calls(files: dict[str, str], *, gate: bool = True) -> list[str]:
    """The calls that send something; what only makes pipelines, locks and the like is left out."""
    overlay = {path: text.encode() for path, text in files.items()}
    project = analyse(ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay), ModelSettings(gate=gate))
    assert project.problems == ()
    return [rendered(call) for call in project.calls() if call.commands or call.client.role in _WITHOUT_COMMANDS]


# --- containers -------------------------------------------------------------------------------------------

CONTAINERS = {
    "list display": """
        import redis
        shards = [redis.Redis(port=1), redis.Redis(port=2)]
        shards[0].get("x")  #: GET x client
        """,
    "list and append": """
        import redis
        def connect(ports):
            nodes = []
            for port in ports:
                nodes.append(redis.Redis(port=port))
            for node in nodes:
                node.get("x")  #: GET x client
        """,
    "list comprehension": """
        import redis
        nodes = [redis.Redis(host=host) for host in ("a", "b")]
        for node in nodes:
            node.get("x")  #: GET x client
        """,
    "list of an attribute": """
        import redis
        class Redlock:
            def __init__(self, urls):
                self.servers = []
                for url in urls:
                    self.servers.append(redis.from_url(url))
            def unlock(self, name):
                for server in self.servers:
                    server.delete(name)  #: DEL ? client
        """,
    "annotated list": """
        from redis import Redis
        def flush(nodes: list[Redis]):
            for node in nodes:
                node.flushdb()  #: FLUSHDB client annotated
        """,
    "annotated sequence of tuples": """
        from collections.abc import Sequence
        from redis import Redis
        def first(nodes: Sequence[Redis]):
            return nodes[0].get("x")  #: GET x client annotated
        """,
    "list of other things": """
        import redis
        nodes = [redis.Redis()]
        names = ["a"]
        for name in names:
            name.get("x")
        """,
    "extend": """
        import redis
        nodes = []
        nodes.extend([redis.Redis()])
        nodes[0].get("x")  #: GET x client
        """,
    "starred display": """
        import redis
        old = [redis.Redis()]
        for node in [*old, redis.Redis(port=1)]:
            node.get("x")  #: GET x client
        """,
    "deque": """
        from collections import deque
        import redis
        free = deque()
        free.append(redis.Redis())
        def work():
            client = free.popleft()
            client.get("x")  #: GET x client
        """,
    "pop from a list": """
        import redis
        class Pool:
            def __init__(self):
                self._free = [redis.Redis()]
            def take(self):
                return self._free.pop()
        Pool().take().get("x")  #: GET x client
        """,
    "constant keys are told apart": """
        import redis
        state = {"cache": redis.Redis(), "rows": {}}
        state["cache"].get("x")  #: GET x client
        state["rows"].get("x")
        """,
    "constant keys added one by one": """
        import redis
        state = {}
        state["cache"] = redis.Redis()
        state["rows"] = {}
        state["cache"].get("x")  #: GET x client
        state["rows"].get("x")
        """,
    "constant key by get": """
        import redis
        state = {"cache": redis.Redis(), "limit": 3}
        state.get("cache").get("x")  #: GET x client
        """,
    "constant key from a constant": """
        import redis
        MAIN = "main"
        state = {"main": redis.Redis(), "size": 1}
        state[MAIN].get("x")  #: GET x client
        """,
    "variable key": """
        import redis
        clients = {}
        def connect(alias, url):
            clients[alias] = redis.from_url(url)
        def read(alias):
            return clients[alias].get("x")  #: GET x client
        """,
    "get of a variable key": """
        import redis
        clients = {"a": redis.Redis(), "b": redis.Redis(port=1)}
        def read(alias):
            client = clients.get(alias)
            return client.get("x")  #: GET x client
        """,
    "values": """
        import redis
        clients = {"a": redis.Redis(), "b": redis.Redis(port=1)}
        for client in clients.values():
            client.get("x")  #: GET x client
        """,
    "items": """
        import redis
        clients = {"a": redis.Redis()}
        for name, client in clients.items():
            client.get("x")  #: GET x client
            name.get("y")
        """,
    "list of values": """
        import redis
        clients = {}
        clients["a"] = redis.Redis()
        for client in list(clients.values()):
            client.get("x")  #: GET x client
        """,
    "setdefault": """
        import redis
        clients = {}
        def connect(url):
            return clients.setdefault(url, redis.from_url(url))
        connect("u").get("x")  #: GET x client
        """,
    "defaultdict": """
        from collections import defaultdict
        import redis
        clients = defaultdict(dict)
        clients["main"] = redis.Redis()
        clients["main"].get("x")  #: GET x client
        """,
    "weak dict": """
        import weakref
        import redis
        clients = weakref.WeakValueDictionary()
        clients["a"] = redis.Redis()
        clients["a"].get("x")  #: GET x client
        """,
    "dict comprehension": """
        import redis
        clients = {name: redis.Redis(db=number) for number, name in enumerate("ab")}
        clients["a"].get("x")  #: GET x client
        """,
    "dict of another module": """
        --- db.py
        import redis
        clients = {}
        clients["a"] = redis.Redis()
        --- b.py
        from db import clients
        clients["a"].get("x")  #: GET x client
        """,
    "dict of an attribute": """
        import redis
        class Manager:
            def __init__(self):
                self._pools = {}
            def client(self, key):
                if key not in self._pools:
                    self._pools[key] = redis.Redis(db=key)
                return self._pools[key]
            def read(self, key):
                return self.client(key).get("x")  #: GET x client
        """,
    "dict of a class": """
        import redis
        class Manager:
            _clients = {}
            @classmethod
            def client(cls, key):
                cls._clients[key] = redis.Redis()
                return cls._clients[key]
        Manager.client("a").get("x")  #: GET x client
        """,
    "annotated dict": """
        from redis import Redis
        clients: dict[str, Redis] = {}
        def read(name):
            return clients[name].get("x")  #: GET x client annotated
        """,
    "annotated dict of async clients": """
        from redis.asyncio import Redis
        class Manager:
            def __init__(self):
                self._clients: dict[str, Redis] = {}
            async def read(self, name):
                return await self._clients[name].get("x")  #: GET x client async annotated
        """,
    "general store": """
        import redis
        store = {}
        def put(key, value):
            store[key] = value
        put("client", redis.Redis())
        put("rows", {})
        store["other"].get("x")
        """,
    "general store under variable keys": """
        import redis
        cache = {}
        def fill(key):
            cache[key] = redis.Redis()
            cache[key] = {"a": 1}
        def read(key):
            return cache[key].get("x")
        """,
    "dict of settings": """
        import redis
        options = {"host": "h", "port": 1}
        client = redis.Redis(**options)
        options.get("host"); options.pop("port")
        client.get("x")  #: GET x client
        """,
    "tuple": """
        import redis
        def connect():
            return redis.Redis(), {}
        client, rows = connect()
        client.get("x")  #: GET x client
        rows.get("x")
        """,
    "nested tuple": """
        import redis
        (client, (rows, count)) = redis.Redis(), ({}, 1)
        client.get("x")  #: GET x client
        rows.get("x")
        """,
    "starred target": """
        import redis
        client, *rest = redis.Redis(), 1, 2
        client.get("x")  #: GET x client
        """,
    "for over pairs": """
        import redis
        for client, name in [(redis.Redis(), "a"), (redis.Redis(port=1), "b")]:
            client.get("x")  #: GET x client
        """,
    "for over a display": """
        import redis
        main, replica = redis.Redis(), redis.Redis(port=1)
        for client in (main, replica):
            client.get("x")  #: GET x client
        """,
    "context variable with annotation": """
        from contextvars import ContextVar
        from redis import Redis
        current: ContextVar[Redis] = ContextVar("current")
        def read():
            return current.get().get("x")  #: GET x client annotated
        """,
    "context variable that is set": """
        from contextvars import ContextVar
        import redis
        current = ContextVar("current")
        current.set(redis.Redis())
        def read():
            return current.get().get("x")  #: GET x client
        """,
    "context variable with default": """
        from contextvars import ContextVar
        import redis
        current = ContextVar("current", default=redis.Redis())
        current.get().get("x")  #: GET x client
        """,
    "queue of clients": """
        import queue
        import redis
        free = queue.Queue()
        free.put(redis.Redis())
        def read():
            client = free.get()
            return client.get("x")  #: GET x client
        """,
    "asyncio queue of clients": """
        import asyncio
        from redis.asyncio import Redis
        class Pool:
            def __init__(self):
                self._free = asyncio.Queue()
            def fill(self):
                self._free.put_nowait(Redis())
            async def read(self):
                client = await self._free.get()
                return await client.get("x")  #: GET x client async
        """,
    "next of a generator": """
        import redis
        def connections():
            while True:
                yield redis.Redis()
        client = next(connections())
        client.get("x")  #: GET x client
        """,
}

# --- proxies, wrappers, protocols -------------------------------------------------------------------------

WRAPPERS = {
    "proxy": """
        import redis
        class Proxy:
            def __init__(self):
                self._client = redis.Redis()
            def __getattr__(self, name):
                return getattr(self._client, name)
        Proxy().get("x")  #: GET x client inferred
        """,
    "proxy that retries": """
        import functools
        import redis
        class Retrying:
            def __init__(self, client):
                self._client = client
            def __getattr__(self, name):
                method = getattr(self._client, name)
                @functools.wraps(method)
                def call(*args, **kwargs):
                    for _ in range(3):
                        try:
                            return method(*args, **kwargs)
                        except redis.ConnectionError:
                            pass
                return call
        store = Retrying(redis.Redis())
        store.get("x")  #: GET x client inferred
        """,
    "proxy with methods of its own": """
        import redis
        class Proxy:
            def __init__(self):
                self._client = redis.Redis()
                self.rows = {}
            def __getattr__(self, name):
                return getattr(self._client, name)
            def get(self, key):
                return self.rows[key]
        proxy = Proxy()
        proxy.get("x")
        proxy.ttl("x")  #: TTL x client inferred
        """,
    "lazy proxy": """
        import redis
        class Lazy:
            _client = None
            def _connect(self):
                if self._client is None:
                    self._client = redis.Redis()
                return self._client
            def __getattr__(self, name):
                return getattr(self._connect(), name)
        lazy = Lazy()
        lazy.get("x")  #: GET x client inferred
        """,
    "forwarding method": """
        import redis
        class Cache:
            def __init__(self):
                self.client = redis.Redis()
            def get(self, key):
                return self.client.get(key)  #: GET x client
        Cache().get("x")  #: GET x client inferred through Cache.get
        """,
    "forwarding coroutine": """
        from redis.asyncio import Redis
        class Cache:
            def __init__(self, client: Redis):
                self.client = client
            async def delete(self, *keys):
                return await self.client.delete(*keys)  #: DEL ? client async annotated
        async def drop(cache: Cache):
            await cache.delete("x")  #: DEL x client async inferred through Cache.delete
        """,
    "wrapper that changes the key": """
        import redis
        class Cache:
            def __init__(self):
                self.client = redis.Redis()
            def get(self, key):
                return self.client.get("p:" + key)  #: GET p:{} client
        Cache().get("x")
        """,
    "wrapper that decodes": """
        import json
        import redis
        class Cache:
            def __init__(self):
                self.client = redis.Redis()
            def get(self, key):
                return json.loads(self.client.get(key))  #: GET x client
        Cache().get("x")
        """,
    "wrapper with another order": """
        import redis
        class Cache:
            def __init__(self):
                self.client = redis.Redis()
            def setex(self, name, value, time):
                return self.client.setex(name, time, value)  #: SETEX x client
        Cache().setex("x", "v", 1)
        """,
    "wrapper that calls another command": """
        import redis
        class Cache:
            def __init__(self):
                self.client = redis.Redis()
            def get(self, key):
                return self.client.hgetall(key)  #: HGETALL x client
        Cache().get("x")
        """,
    "protocol": """
        from typing import Protocol
        class Store(Protocol):
            def get(self, name): ...
            def hset(self, name, key, value): ...
        def read(store: Store):
            store.hset("x", "f", 1)  #: HSET x client annotated
            return store.get("x")  #: GET x client annotated
        """,
    "async protocol": """
        from typing import Protocol
        class Store(Protocol):
            async def get(self, name: str) -> bytes | None: ...
            async def hset(self, name: str, key: str, value: str) -> int: ...
        async def read(store: Store):
            await store.hset("x", "f", 1)  #: HSET x client async annotated
            return await store.get("x")  #: GET x client async annotated
        """,
    "pipeline protocol": """
        from typing import Protocol
        class Batch(Protocol):
            def hset(self, name, key, value): ...
            def execute(self): ...
        def write(batch: Batch):
            batch.hset("x", "f", 1)  #: HSET x pipeline annotated
        """,
    "protocol of something else": """
        from typing import Protocol
        import redis
        class Store(Protocol):
            def get(self, name): ...
            def hset(self, name, key, value): ...
            def render(self): ...
        def read(store: Store):
            return store.get("x")
        """,
    "protocol of a mapping": """
        from typing import Protocol
        import redis
        class Store(Protocol):
            def get(self, name): ...
            def set(self, name, value): ...
        def read(store: Store):
            return store.get("x")
        """,
}

# --- classes ----------------------------------------------------------------------------------------------

CLASSES = {
    "bound type variable": """
        from typing import TypeVar
        from redis import Redis
        T = TypeVar("T", bound=Redis)
        def read(client: T):
            return client.get("x")  #: GET x client annotated
        """,
    "constrained type variable": """
        from typing import TypeVar
        from redis import Redis
        from redis.cluster import RedisCluster
        T = TypeVar("T", Redis, RedisCluster)
        def read(client: T):
            return client.get("x")  #: GET x client annotated
        """,
    "generic base class": """
        from typing import Generic, TypeVar
        from redis import Redis
        T = TypeVar("T", bound=Redis)
        class Store(Generic[T]):
            def __init__(self, client: T):
                self.client = client
        class Users(Store[Redis]):
            def read(self):
                return self.client.get("x")  #: GET x client annotated
        """,
    "metaclass attribute": """
        import redis
        class Connected(type):
            @property
            def client(cls):
                return redis.Redis()
        class Model(metaclass=Connected):
            @classmethod
            def read(cls):
                return cls.client.get("x")  #: GET x client
        """,
    "mixin and subclass": """
        import redis
        class Reads:
            def read(self):
                return self.client.get("x")  #: GET x client inferred
        class Store(Reads):
            def __init__(self):
                self.client = redis.Redis()
        """,
    "mixin and sibling": """
        import redis
        class Reads:
            def read(self):
                return self.client.get("x")  #: GET x client inferred
        class Connects:
            def __init__(self):
                self.client = redis.Redis()
        class Store(Reads, Connects):
            pass
        """,
    "mixin in another file": """
        --- mixin.py
        class Reads:
            def read(self):
                return self.client.get("x")  #: GET x client inferred
        --- store.py
        import redis
        from mixin import Reads
        class Store(Reads):
            def __init__(self):
                self.client = redis.Redis()
        """,
    "class held by a class": """
        import redis
        class Queue:
            def __init__(self, connection):
                self.connection = connection
            def size(self):
                return self.connection.llen("q")  #: LLEN q client inferred
        class Worker:
            queue_class = Queue
            def __init__(self):
                self.queue = self.queue_class(redis.Redis())
        """,
    "module in a class body": """
        import redis
        class Settings:
            redis = redis
        Settings.redis.Redis().get("x")  #: GET x client
        """,
    "client class in a class body": """
        import redis
        class Base:
            client_class = redis.Redis
            def connect(self):
                return self.client_class()
        Base().connect().get("x")  #: GET x client
        """,
    "client of a base class's __init__": """
        import redis
        class Base:
            def __init__(self, client):
                self._client = client
        class Users(Base):
            def __init__(self):
                super().__init__(redis.Redis())
            def read(self):
                return self._client.get("x")  #: GET x client inferred
        """,
    "base class's __init__ by name": """
        import redis
        class Base:
            def __init__(self, client):
                self._client = client
        class Users(Base):
            def __init__(self):
                Base.__init__(self, redis.Redis())
            def read(self):
                return self._client.get("x")  #: GET x client inferred
        """,
    "super() in a subclass of the client": """
        import redis
        class Prefixed(redis.Redis):
            def get(self, name):
                return super().get("p:" + name)  #: GET p:{} client
        def read(client: Prefixed):
            return client.get("x")
        """,
    "super().execute_command": """
        import redis
        class Logged(redis.Redis):
            def execute_command(self, *args, **options):
                return super().execute_command(*args, **options)
            def ping_twice(self):
                return super().execute_command("PING")  #: PING client
        """,
    "inherited method of a subclass": """
        import redis
        class Named(redis.Redis):
            name = "named"
        def read(client: Named):
            return client.ttl("x")  #: TTL x client annotated
        """,
    "NamedTuple": """
        from typing import NamedTuple
        from redis import Redis
        class Deps(NamedTuple):
            client: Redis
            rows: dict
        def read(deps: Deps):
            deps.rows.get("x")
            return deps.client.get("x")  #: GET x client annotated
        """,
    "TypedDict": """
        import redis
        def read():
            deps = dict(client=redis.Redis(), rows={})
            deps["rows"].get("x")
            return deps["client"].get("x")  #: GET x client
        """,
    "singleton": """
        import redis
        class Singleton:
            _instance = None
            def __new__(cls):
                self = super().__new__(cls)
                self.client = redis.Redis()
                return self
            def read(self):
                return self.client.get("x")  #: GET x client inferred
        """,
    "instance of a class method": """
        import redis
        class Store:
            _instance = None
            @classmethod
            def get_instance(cls):
                if cls._instance is None:
                    cls._instance = cls()
                    cls._instance.client = redis.Redis()
                return cls._instance
        def read():
            return Store.get_instance().client.get("x")  #: GET x client inferred
        """,
    "cached property": """
        from functools import cached_property
        import redis
        class Store:
            @cached_property
            def client(self):
                return redis.Redis()
            def read(self):
                return self.client.get("x")  #: GET x client
        """,
    "descriptor used as property": """
        import redis
        class lazy:
            def __init__(self, function):
                self.function = function
            def __get__(self, instance, owner):
                return self.function(instance)
        class Store:
            @lazy
            def client(self):
                return redis.Redis()
            def read(self):
                return self.client.get("x")  #: GET x client
        """,
    "quoted type of a model": """
        import redis
        class Model:
            client = redis.Redis()
        def read(cls: "type[Model]"):
            return cls
        def count(cls: type["Model"]):
            return cls.client.get("x")  #: GET x client
        """,
    "PEP 695 alias": """
        --- types_.py
        import redis
        type Client = redis.Redis
        --- b.py
        from types_ import Client
        def read(client: Client):
            client.hlen("h")  #: HLEN h client annotated
            return client.get("x")  #: GET x client annotated
        """,
    "union alias of another module": """
        --- types_.py
        from typing import Union
        from redis import Redis
        from redis.cluster import RedisCluster
        Client = Union[Redis, RedisCluster]
        --- b.py
        from types_ import Client
        def read(client: Client):
            client.hlen("h")  #: HLEN h client annotated
            return client.get("x")  #: GET x client annotated
        """,
    "TypeAlias of another module": """
        --- types_.py
        from typing import TypeAlias
        from redis.asyncio import Redis
        Client: TypeAlias = Redis | None
        --- b.py
        from types_ import Client
        async def read(client: Client):
            await client.hlen("h")  #: HLEN h client async annotated
            return await client.get("x")  #: GET x client async annotated
        """,
    "quoted alias": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from redis import Redis
        def read(client: "Redis | None"):
            return client.get("x")  #: GET x client annotated
        """,
}

# --- set from outside -------------------------------------------------------------------------------------

OUTSIDE = {
    "state of an application": """
        --- main.py
        import redis.asyncio as redis
        from fastapi import FastAPI
        app = FastAPI()
        app.state.redis = redis.Redis()
        --- routes.py
        from fastapi import Request
        async def read(request: Request):
            return await request.app.state.redis.get("x")  #: GET x client async inferred
        """,
    "setattr and getattr": """
        import redis
        NAME = "_redis_client"
        def setup(app):
            setattr(app, NAME, redis.Redis())
        def read(app):
            return getattr(app, NAME).get("x")  #: GET x client inferred
        """,
    "attribute of a project object": """
        import redis
        class Job:
            def run(self):
                return self.client.get("x")  #: GET x client inferred
        job = Job()
        job.client = redis.Redis()
        """,
    "attribute of a project object that begins as None": """
        --- job.py
        class Job:
            def __init__(self):
                self.client = None
            def run(self):
                return self.client.get("x")  #: GET x client inferred
        --- main.py
        import redis
        from job import Job
        job = Job()
        job.client = redis.Redis()
        """,
    "attribute of a project class": """
        import redis
        class Model:
            @classmethod
            def read(cls):
                return cls.client.get("x")  #: GET x client
        Model.client = redis.Redis()
        """,
    "attribute of a module": """
        --- ext.py
        redis = None
        --- main.py
        import redis
        import ext
        ext.redis = redis.Redis()
        --- b.py
        import ext
        def read():
            return ext.redis.get("x")  #: GET x client inferred
        """,
    "entry of an aiohttp application": """
        --- main.py
        import redis.asyncio as redis
        from aiohttp import web
        app = web.Application()
        app["redis"] = redis.Redis()
        --- views.py
        from aiohttp import web
        async def read(request: web.Request):
            return await request.app["redis"].get("x")  #: GET x client async inferred
        """,
    "flask.g": """
        import redis
        from flask import g
        def before():
            g.redis = redis.Redis()
        def read():
            return g.redis.get("x")  #: GET x client inferred
        """,
    "flask.g in two files": """
        --- main.py
        import redis
        from flask import g
        def before():
            g.redis = redis.Redis()
        --- views.py
        from flask import g
        def read():
            return g.redis.get("x")  #: GET x client inferred
        """,
    "current_app": """
        --- main.py
        import redis
        from flask import Flask
        def create_app():
            app = Flask(__name__)
            app.redis = redis.from_url(app.config["REDIS_URL"])
            return app
        --- views.py
        from flask import current_app
        def read():
            return current_app.redis.get("x")  #: GET x client inferred
        """,
    "Flask extensions": """
        --- main.py
        from flask import Flask
        import redis
        app = Flask("a")
        app.extensions["redis"] = redis.Redis()
        --- views.py
        from flask import current_app
        def read():
            return current_app.extensions["redis"].get("x")  #: GET x client inferred
        """,
    "extension": """
        --- ext.py
        from flask_redis import FlaskRedis
        redis_client = FlaskRedis()
        --- views.py
        from ext import redis_client
        def read():
            return redis_client.get("x")  #: GET x client
        """,
    "bot": """
        import redis.asyncio as redis
        from somewhere import Bot
        bot = Bot()
        bot.redis = redis.Redis()
        async def read(ctx):
            return await ctx.bot.redis.get("x")  #: GET x client async inferred
        """,
    "context of a Sanic application": """
        import redis.asyncio as redis
        from sanic import Sanic
        app = Sanic("a")
        app.ctx.redis = redis.Redis()
        async def read(request):
            return await request.app.ctx.redis.get("x")  #: GET x client async inferred
        """,
}

# --- functions --------------------------------------------------------------------------------------------

FUNCTIONS = {
    "isinstance": """
        from redis import Redis
        def read(backend):
            if isinstance(backend, Redis):
                return backend.get("x")  #: GET x client annotated
            return backend.get("y")
        """,
    "isinstance, else": """
        from redis import Redis
        from redis.cluster import RedisCluster
        def read(backend: Redis | RedisCluster):
            if isinstance(backend, RedisCluster):
                backend.get("x")  #: GET x cluster annotated
            else:
                backend.get("y")  #: GET y client annotated
        """,
    "isinstance, early return": """
        from redis import Redis
        def read(backend: Redis | dict):
            if isinstance(backend, Redis):
                return None
            return backend.get("y")
        """,
    "not isinstance, early return": """
        from redis import Redis
        def read(backend):
            if not isinstance(backend, Redis):
                return backend.get("y")
            return backend.get("x")  #: GET x client annotated
        """,
    "isinstance in assert": """
        from redis import Redis
        def read(backend):
            assert isinstance(backend, Redis)
            return backend.get("x")  #: GET x client annotated
        """,
    "isinstance and more": """
        from redis import Redis
        def read(backend, key):
            if isinstance(backend, Redis) and key:
                return backend.get("x")  #: GET x client annotated
        """,
    "isinstance of an attribute": """
        import redis
        class Store:
            def read(self):
                if isinstance(self.backend, redis.Redis):
                    return self.backend.get("x")  #: GET x client annotated
        """,
    "isinstance in elif": """
        import redis
        def read(backend):
            if backend is None:
                return None
            elif isinstance(backend, redis.Redis):
                return backend.get("x")  #: GET x client annotated
        """,
    "isinstance of one of two": """
        import redis
        import redis.asyncio
        def read(backend):
            if isinstance(backend, (redis.Redis, redis.RedisCluster)):
                backend.get("x")  #: GET x client annotated
        """,
    "kwargs": """
        import redis
        def read(**kwargs):
            return kwargs["redis"].get("x")  #: GET x client inferred
        read(redis=redis.Redis())
        """,
    "kwargs.get": """
        import redis
        def read(**kwargs):
            client = kwargs.get("redis")
            kwargs.get("other").get("y")
            return client.get("x")  #: GET x client inferred
        read(redis=redis.Redis(), other={})
        """,
    "forwarded options": """
        import redis
        def outer(**options):
            inner(**options)
        def inner(client=None):
            client.get("x")  #: GET x client inferred
        outer(client=redis.Redis())
        """,
    "dict that is spread": """
        import redis
        def read(client, limit):
            return client.get("x")  #: GET x client inferred
        options = {"client": redis.Redis(), "limit": 1}
        read(**options)
        """,
    "dict display that is spread": """
        import redis
        def read(client, limit):
            return client.get("x")  #: GET x client inferred
        read(**{"client": redis.Redis(), "limit": 1})
        """,
    "keyword argument": """
        import redis
        def read(name, *, conn=None):
            return conn.get("x")  #: GET x client inferred
        read("a", conn=redis.Redis())
        """,
    "default": """
        import redis
        def read(client=redis.Redis()):
            return client.get("x")  #: GET x client
        """,
    "partial": """
        from functools import partial
        import redis
        def work(client, job):
            client.get("x")  #: GET x client inferred
        run = partial(work, redis.Redis())
        """,
    "thread": """
        import threading
        import redis
        def work(client):
            client.get("x")  #: GET x client inferred
        threading.Thread(target=work, args=(redis.Redis(),)).start()
        """,
    "thread with keywords": """
        from threading import Thread
        import redis
        def work(client=None):
            client.get("x")  #: GET x client inferred
        Thread(target=work, kwargs={"client": redis.Redis()}).start()
        """,
    "thread of a method": """
        from threading import Thread
        import redis
        class Consumer:
            def work(self, client):
                client.get("x")  #: GET x client inferred
            def start(self):
                Thread(target=self.work, args=[redis.Redis()]).start()
        """,
    "thread in another file": """
        --- main.py
        from threading import Thread
        import redis
        from work import consume
        Thread(target=consume, args=(redis.Redis(),)).start()
        --- work.py
        def consume(conn):
            conn.get("x")  #: GET x client inferred
        """,
    "executor.submit": """
        from concurrent.futures import ThreadPoolExecutor
        import redis
        def work(client, key):
            client.get("x")  #: GET x client inferred
        with ThreadPoolExecutor() as executor:
            executor.submit(work, redis.Redis(), "a")
        """,
    "to_thread": """
        import asyncio
        import redis
        client = redis.Redis()
        async def read():
            return await asyncio.to_thread(client.get, "x")  #: GET x client through asyncio.to_thread
        """,
    "to_thread of a function": """
        import asyncio
        import redis
        def work(client):
            client.get("x")  #: GET x client inferred
        async def main():
            await asyncio.to_thread(work, redis.Redis())
        """,
    "sync_to_async": """
        from asgiref.sync import sync_to_async
        import redis
        client = redis.Redis()
        async def read():
            return await sync_to_async(client.get)("x")  #: GET x client through sync_to_async
        """,
    "bound method": """
        import redis
        client = redis.Redis()
        def read():
            get = client.get
            return get("x")  #: GET x client
        """,
    "run_in_executor": """
        import asyncio
        import redis
        client = redis.Redis()
        async def read():
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(None, client.get, "x")  #: GET x client through loop.run_in_executor
        """,
    "submit of a method": """
        from concurrent.futures import ThreadPoolExecutor
        import redis
        client = redis.Redis()
        executor = ThreadPoolExecutor()
        executor.submit(client.delete, "x")  #: DEL x client through executor.submit
        """,
    "decorator that injects": """
        import functools
        import redis
        def with_redis(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                client = redis.Redis()
                return function(client, *args, **kwargs)
            return wrapper
        @with_redis
        def read(client, key):
            return client.get("x")  #: GET x client inferred
        """,
    "decorator with arguments": """
        import redis
        def with_redis(name):
            def outer(function):
                def wrapper(*args):
                    return function(redis.Redis(), *args)
                return wrapper
            return outer
        @with_redis("cache")
        def read(client, key):
            return client.get("x")  #: GET x client inferred
        """,
    "decorator of a method": """
        import redis
        def with_redis(function):
            def wrapper(self, *args):
                return function(self, redis.Redis(), *args)
            return wrapper
        class Store:
            @with_redis
            def read(self, client, key):
                return client.get("x")  #: GET x client inferred
        """,
    "transaction": """
        import redis
        client = redis.Redis()
        def move(pipe):
            pipe.multi()
            pipe.set("x", 1)  #: SET x pipeline
        client.transaction(move, "x")
        """,
    "pipeline of another module": """
        --- db.py
        import redis
        def batch():
            return redis.Redis().pipeline()
        --- b.py
        from db import batch
        with batch() as pipe:
            pipe.set("x", 1)  #: SET x pipeline
        """,
    "script": """
        import redis
        client = redis.Redis()
        bump = client.register_script("return 1")
        bump(keys=["x"], args=[1])  #: EVALSHA x script
        """,
    "script of an attribute": """
        import redis
        class Limiter:
            def __init__(self):
                self.client = redis.Redis()
                self.script = self.client.register_script("return 1")
            def hit(self):
                return self.script(keys=["x"])  #: EVALSHA x script
        """,
    "recursion": """
        import redis
        def walk(client, depth):
            client.get("x")  #: GET x client inferred
            if depth:
                walk(client, depth - 1)
        walk(redis.Redis(), 3)
        """,
    "exit stack": """
        from contextlib import ExitStack
        import redis
        stack = ExitStack()
        client = stack.enter_context(redis.Redis())
        client.get("x")  #: GET x client
        """,
    "async exit stack": """
        from contextlib import AsyncExitStack
        from redis.asyncio import Redis
        async def main():
            stack = AsyncExitStack()
            client = await stack.enter_async_context(Redis())
            await client.get("x")  #: GET x client async
        """,
    "cast": """
        from typing import cast
        from redis import Redis
        def read(backend):
            return cast(Redis, backend)
        def other(backend):
            client: Redis = backend
            return client.get("x")  #: GET x client annotated
        """,
    "run_until_complete": """
        import asyncio
        import redis.asyncio as redis
        async def connect():
            return redis.Redis()
        def main(loop: asyncio.AbstractEventLoop):
            client = loop.run_until_complete(connect())
            client.get("x")  #: GET x client async
        """,
    "wait_for": """
        import asyncio
        import redis.asyncio as redis
        async def connect():
            return await redis.from_url("redis://h")
        async def main():
            client = await asyncio.wait_for(connect(), 3)
            await client.get("x")  #: GET x client async
        """,
    "lazy function with a global": """
        import redis
        _client = None
        def get_client():
            global _client
            if _client is None:
                _client = redis.Redis()
            return _client
        get_client().get("x")  #: GET x client
        """,
    "context manager that is a method": """
        from contextlib import contextmanager
        import redis
        class Store:
            @contextmanager
            def connection(self):
                yield redis.Redis()
            def read(self):
                with self.connection() as client:
                    return client.get("x")  #: GET x client
        """,
}

# --- dependency injection ---------------------------------------------------------------------------------

INJECTED = {
    "Depends": """
        import redis
        from fastapi import Depends
        def get_redis():
            return redis.Redis()
        def read(client=Depends(get_redis)):
            return client.get("x")  #: GET x client
        """,
    "Depends on a generator": """
        import redis.asyncio as redis
        from fastapi import Depends
        async def get_redis():
            client = redis.Redis()
            try:
                yield client
            finally:
                await client.aclose()
        async def read(client=Depends(get_redis)):
            return await client.get("x")  #: GET x client async
        """,
    "Annotated": """
        from typing import Annotated
        import redis
        from fastapi import Depends
        def get_redis():
            return redis.Redis()
        def read(client: Annotated[object, Depends(get_redis)]):
            return client.get("x")  #: GET x client
        """,
    "Annotated with the class": """
        from typing import Annotated
        from fastapi import Depends
        from redis.asyncio import Redis
        from somewhere import get_redis
        async def read(client: Annotated[Redis, Depends(get_redis)]):
            return await client.get("x")  #: GET x client async annotated
        """,
    "alias of another module": """
        --- deps.py
        from typing import Annotated
        from fastapi import Depends
        from redis.asyncio import Redis
        async def get_redis() -> Redis:
            return Redis()
        RedisDep = Annotated[Redis, Depends(get_redis)]
        --- routes.py
        from deps import RedisDep
        async def read(client: RedisDep):
            await client.hlen("h")  #: HLEN h client async annotated
            return await client.get("x")  #: GET x client async annotated
        """,
    "dependency of a class": """
        from fastapi import Depends
        import redis
        class Store:
            def __init__(self):
                self.client = redis.Redis()
        def get_store():
            return Store()
        def read(store: Store = Depends(get_store)):
            return store.client.get("x")  #: GET x client
        """,
    "SimpleLazyObject": """
        import redis
        from django.utils.functional import SimpleLazyObject
        client = SimpleLazyObject(lambda: redis.Redis())
        client.get("x")  #: GET x client
        """,
    "LazyObject as decorator": """
        import redis
        from funcy import LazyObject
        @LazyObject
        def client():
            return redis.Redis()
        client.get("x")  #: GET x client
        """,
    "LocalProxy": """
        import redis
        from werkzeug.local import LocalProxy
        def _connect():
            return redis.Redis()
        client = LocalProxy(_connect)
        client.get("x")  #: GET x client
        """,
    "LocalProxy of another module": """
        --- db.py
        import redis
        from werkzeug.local import LocalProxy
        client = LocalProxy(lambda: redis.Redis())
        --- b.py
        from db import client
        client.get("x")  #: GET x client
        """,
    "container": """
        --- containers.py
        import redis
        from dependency_injector import containers, providers
        class Container(containers.DeclarativeContainer):
            client = providers.Singleton(redis.Redis, host="h")
        --- b.py
        from containers import Container
        def read():
            return Container.client().hlen("x")  #: HLEN x client
        """,
    "Provide": """
        --- containers.py
        import redis
        from dependency_injector import containers, providers
        class Container(containers.DeclarativeContainer):
            client = providers.Singleton(redis.Redis)
        --- b.py
        from dependency_injector.wiring import Provide, inject
        from containers import Container
        @inject
        def read(client=Provide[Container.client]):
            return client.hlen("x")  #: HLEN x client
        """,
    "resource": """
        import redis
        from dependency_injector import containers, providers
        def connect(url):
            client = redis.from_url(url)
            yield client
            client.close()
        class Container(containers.DeclarativeContainer):
            client = providers.Resource(connect, url="redis://h")
        Container.client().get("x")  #: GET x client
        """,
    "fixture of the module": """
        import pytest
        import redis
        @pytest.fixture
        def client():
            return redis.Redis()
        def test_it(client):
            client.get("x")  #: GET x client
        """,
    "fixture that yields": """
        import pytest
        import redis
        @pytest.fixture(scope="session")
        def client():
            client = redis.Redis()
            yield client
            client.flushdb()  #: FLUSHDB client
        def test_it(client):
            client.get("x")  #: GET x client
        """,
    "fixture with another name": """
        import pytest
        import redis
        @pytest.fixture(name="client")
        def client_fixture():
            return redis.Redis()
        def test_it(client):
            client.get("x")  #: GET x client
        """,
    "fixture of a class": """
        import pytest
        import redis
        class TestStore:
            @pytest.fixture
            def client(self):
                return redis.Redis()
            def test_it(self, client):
                client.get("x")  #: GET x client
        """,
    "fixture of a conftest": """
        --- tests/conftest.py
        import pytest
        import redis
        def pytest_configure(config):
            config.addinivalue_line("markers", "slow")
        @pytest.fixture
        def client():
            return redis.Redis()
        --- tests/unit/test_it.py
        def test_it(client):
            client.get("x")  #: GET x client
        def helper(client):
            client.get("x")
        --- other/test_it.py
        def test_it(client):
            client.get("x")
        """,
    "fixture of a fixture": """
        --- conftest.py
        import fakeredis
        import pytest
        @pytest.fixture
        def client():
            return fakeredis.FakeRedis()
        @pytest.fixture
        def store(client):
            client.set("x", 1)  #: SET x client
            return client
        --- test_it.py
        def test_it(store):
            store.get("x")  #: GET x client
        """,
    "async fixture": """
        import pytest_asyncio
        import redis.asyncio as redis
        @pytest_asyncio.fixture
        async def client():
            async with redis.Redis() as client:
                yield client
        async def test_it(client):
            await client.get("x")  #: GET x client async
        """,
    "fixture of pytest-redis": """
        import pytest_redis
        def test_it(redisdb):
            redisdb.get("x")  #: GET x client inferred
        """,
}

# --- libraries and frameworks -----------------------------------------------------------------------------

FRAMEWORKS = {
    "django-redis client": """
        from django.core.cache import cache
        client = cache.client.get_client()
        client.get("x")  #: GET x client
        """,
    "django-redis write client": """
        from django.core.cache import caches
        caches["default"].client.get_client(write=True).set("x", 1)  #: SET x client
        """,
    "django-redis connection": """
        from django_redis import get_redis_connection
        def read():
            with get_redis_connection("default") as conn:
                return conn.get("x")  #: GET x client
        """,
    "django-redis cache": """
        from django.core.cache import cache
        cache.keys("*")  #: KEYS cache inferred
        cache.get("x")
        cache.set("x", 1)
        cache.delete("x")
        cache.get_many(["x"])
        """,
    "django-redis caches": """
        from django.core.cache import caches
        caches["x"].ttl("y")  #: ttl {}:{}:y cache inferred
        caches["x"].get("y")
        """,
    "django-redis lock": """
        from django.core.cache import cache
        with cache.lock("x"):
            cache.get("y")
        """,
    "Django's own client": """
        from django.core.cache import cache
        cache._cache.get_client().get("x")  #: GET x client
        """,
    "celery backend": """
        from celery import Celery
        app = Celery("a")
        app.backend.client.get("x")  #: GET x client inferred
        app.send_task("x")
        """,
    "celery task": """
        from celery import Celery, Task
        class Base(Task):
            def run(self):
                return self.backend.client.get("x")  #: GET x client inferred
        """,
    "rq queue": """
        from rq import Queue
        queue = Queue("q")
        queue.connection.llen("x")  #: LLEN x client inferred
        queue.delete()
        """,
    "rq job": """
        from redis import Redis
        from rq.job import Job
        job = Job.fetch("id", connection=Redis())
        job.connection.get("x")  #: GET x client inferred
        job.delete()
        """,
    "kombu channel": """
        from kombu import Connection
        connection = Connection("redis://")
        connection.default_channel.client.llen("celery")  #: LLEN celery client inferred
        """,
    "redisvl index": """
        from redisvl.index import SearchIndex
        index = SearchIndex.from_yaml("schema.yaml")
        index.client.get("x")  #: GET x client inferred
        index.delete()
        """,
    "walrus": """
        from walrus import Database
        db = Database()
        db.get("x")  #: GET x client
        cache = db.cache()
        cache.get("y")
        """,
    "flask_redis": """
        from flask import Flask
        from flask_redis import FlaskRedis
        app = Flask(__name__)
        store = FlaskRedis(app)
        store.get("x")  #: GET x client
        """,
    "huey": """
        from huey import RedisHuey
        huey = RedisHuey()
        huey.storage.conn.get("x")  #: GET x client inferred
        """,
    "arq": """
        from arq import create_pool
        from arq.connections import RedisSettings
        async def main():
            pool = await create_pool(RedisSettings())
            await pool.enqueue_job("work")
            await pool.hlen("x")  #: HLEN x client async
        """,
    "fakeredis": """
        import fakeredis
        client = fakeredis.FakeStrictRedis(server=fakeredis.FakeServer())
        client.get("x")  #: GET x client
        """,
    "JSON": """
        import redis
        client = redis.Redis()
        client.json().set("x", "$", {})  #: JSON.SET x module
        """,
    "search": """
        import redis
        client = redis.Redis()
        index = client.ft("idx")
        index.search("*")  #: FT.SEARCH module
        """,
    "pipeline of a module": """
        import redis
        client = redis.Redis()
        pipe = client.json().pipeline()
        pipe.jsonget("x")
        pipe.get("x")  #: GET x pipeline
        """,
    "node of a cluster": """
        from redis.cluster import RedisCluster
        cluster = RedisCluster(host="h")
        for node in cluster.get_primaries():
            cluster.get_redis_connection(node).dbsize()  #: DBSIZE client
        """,
    "pub/sub": """
        import redis
        pubsub = redis.Redis().pubsub()
        pubsub.subscribe("x")  #: subscribe pubsub
        for message in pubsub.listen():  #: listen pubsub
            message.get("data")
        """,
    "lock": """
        import redis
        lock = redis.Redis().lock("x", timeout=3)
        lock.acquire()  #: acquire lock
        """,
    "sentinel": """
        from redis.sentinel import Sentinel
        class Store:
            def __init__(self, hosts):
                self.sentinel = Sentinel(hosts)
                self.master = self.sentinel.master_for("m")
            def read(self):
                return self.master.get("x")  #: GET x client
        """,
}

ELSEWHERE: Final = {
    "arq and django-rq": """
        from django_rq import get_connection
        get_connection("default").get("x")  #: GET x client
        --- b.py
        from arq import create_pool
        async def work():
            pool = await create_pool()
            await pool.get("x")  #: GET x client async
        """,
    "list of another file": """
        import redis
        nodes = []
        nodes.append(redis.Redis())
        --- b.py
        from a import nodes
        nodes[0].get("x")  #: GET x client
        """,
    "context variable of another file": """
        import redis
        from contextvars import ContextVar
        current = ContextVar("current")
        current.set(redis.Redis())
        --- b.py
        from a import current
        current.get().get("x")  #: GET x client
        """,
    "lambda of another file": """
        import redis
        make = lambda: redis.Redis()
        --- b.py
        from a import make
        make().get("x")  #: GET x client
        """,
    "class under another name": """
        try:
            from valkey import Valkey as Client
        except ImportError:
            from redis import Redis as Client
        --- b.py
        from a import Client
        Client().get("x")  #: GET x client
        """,
    "type alias of another file": """
        from redis import Redis
        from redis.cluster import RedisCluster
        Client = Redis | RedisCluster
        --- b.py
        from a import Client
        def read(client: Client):
            client.get("x")  #: GET x client annotated
        """,
    "forwarding wrapper of another file": """
        import redis
        class Cache:
            def __init__(self):
                self.client = redis.Redis()
            def get(self, key):
                return self.client.get(key)  #: GET x client
        cache = Cache()
        --- b.py
        from a import cache
        cache.get("x")  #: GET x client inferred through Cache.get
        """,
    "first fixture of a conftest": """
        def test_it(client):
            client.get("x")  #: GET x client
        --- conftest.py
        import pytest
        import redis
        @pytest.fixture
        def client():
            return redis.Redis()
        """,
    "class default set from outside": """
        import redis
        class Job:
            client = None
            def run(self):
                return self.client.get("x")  #: GET x client inferred
        job = Job()
        job.client = redis.Redis()
        """,
    "exit stack": """
        import redis
        from contextlib import ExitStack
        with ExitStack() as stack:
            client = stack.enter_context(redis.Redis())
            client.get("x")  #: GET x client
        """,
    "keyword after others": """
        import redis
        def with_client(function):
            def wrapper(*args, **kwargs):
                return function(*args, client=redis.Redis(), **kwargs)
            return wrapper
        @with_client
        def read(key, client=None):
            client.get("x")  #: GET x client inferred
        """,
    "loop of an event loop": """
        import asyncio
        import redis.asyncio as redis
        async def connect():
            return redis.Redis()
        client = asyncio.new_event_loop().run_until_complete(connect())
        async def read():
            await client.get("x")  #: GET x client async
        """,
    "functions of the standard library": """
        import random
        from collections import defaultdict
        import redis
        nodes = [redis.Redis(), redis.Redis()]
        random.choice(nodes).get("a")  #: GET a client
        for number, node in enumerate(nodes):
            node.get("b")  #: GET b client
        for name, node in zip("ab", nodes):
            node.get("c")  #: GET c client
        pools = defaultdict(redis.Redis)
        pools["x"].get("d")  #: GET d client
        """,
    "what narrowing rules out": """
        import redis
        def f(b: redis.Redis | dict):
            if isinstance(b, dict):
                b.get("x")
                b.keys()
            else:
                b.get("y")  #: GET y client annotated
        """,
    "one of several things": """
        import redis
        try:
            client = redis.Redis()
        except Exception:
            client = {}
        client.get("x")  #: GET x client inferred
        """,
}

PATTERNS: Final = {
    f"{group}/{name}": source
    for group, rows in {
        "containers": CONTAINERS,
        "wrappers": WRAPPERS,
        "classes": CLASSES,
        "outside": OUTSIDE,
        "functions": FUNCTIONS,
        "injected": INJECTED,
        "frameworks": FRAMEWORKS,
        "elsewhere": ELSEWHERE,
    }.items()
    for name, source in rows.items()
}


@pytest.mark.parametrize("gate", [True, False], ids=["gate", "no-gate"])
@pytest.mark.parametrize("source", list(PATTERNS.values()), ids=list(PATTERNS))
def test_patterns(source: str, gate: bool) -> None:
    files, expected = split(source)
    assert sorted(redis_calls(files, gate=gate)) == sorted(expected)
