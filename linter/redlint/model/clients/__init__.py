"""What is known of each client library: which names construct a client, and of which kind.

One module per library, each a table named ``LIBRARY``. Names are the dotted names a program can import them
by. The facts come from the libraries' own sources (redis-py 3.5 to 8.1, valkey-py 6, fakeredis 2,
aioredis 1 and 2, django-redis 7).
"""

from __future__ import annotations

from functools import cache

from redlint.model.clients import aioredis, django_redis, fakeredis, frameworks, redis_py, valkey_py
from redlint.model.clients.library import ClientType, Library

LIBRARIES: tuple[Library, ...] = (
    redis_py.LIBRARY,
    valkey_py.LIBRARY,
    fakeredis.LIBRARY,
    aioredis.LIBRARY,
    django_redis.LIBRARY,
    *frameworks.LIBRARIES,
)


@cache
def constructors() -> dict[str, ClientType]:
    """Classes, by dotted name, whose instances are Redis objects."""
    return {name: kind for library in LIBRARIES for name, kind in library.constructors.items()}


@cache
def factories() -> dict[str, ClientType]:
    """Functions, by dotted name, that return a Redis object."""
    return {name: kind for library in LIBRARIES for name, kind in library.factories.items()}


@cache
def attributes() -> dict[str, ClientType]:
    """Attributes of library objects that hold a Redis object, as ``dotted.Class.attribute``."""
    return {name: kind for library in LIBRARIES for name, kind in library.attributes.items()}


@cache
def import_words() -> tuple[str, ...]:
    """Words of which at least one stands in every file that imports a client library itself."""
    return tuple(sorted({word for library in LIBRARIES for word in library.import_words}))


__all__ = ["LIBRARIES", "ClientType", "Library", "attributes", "constructors", "factories", "import_words"]
