"""What the methods of django-redis's cache send that Django's own caches lack (``cache.keys``, ``cache.ttl``).

The facts were read from django-redis 7's source by ``tests/tools/django_redis_methods.py``, which tells what every
field means, and are stored in ``data/django_redis_methods.json``. The file is read when the first method is asked
for. Keys get the cache's prefix and version, values its serializer: arguments are not what Redis sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from redlint.commands.methods import KeyShape, ParameterSpec


class CacheMethod(msgspec.Struct, frozen=True):
    """One method of a cache of django-redis.

    ``client_methods`` are the methods of redis-py's client (or pipeline) that it calls, in source order, and
    ``commands`` what these may send; no command where it returns an object instead (``lock``). ``keys`` are the
    parameters from which keys are made, ``patterns`` those from which patterns of keys are.
    """

    parameters: tuple[ParameterSpec, ...] = msgspec.field(name="params")
    client_methods: tuple[str, ...]
    commands: tuple[str, ...]
    keys: Mapping[str, KeyShape]
    patterns: tuple[str, ...]


class _Recorded(msgspec.Struct, frozen=True):
    """The file."""

    django_redis: str
    methods: dict[str, CacheMethod]


@cache
def _recorded() -> _Recorded:
    text = resources.files(__package__).joinpath("data", "django_redis_methods.json").read_bytes()
    return msgspec.json.decode(text, type=_Recorded)


def recorded_version() -> str:
    """The version of django-redis that the facts were read from."""
    return _recorded().django_redis


def cache_methods() -> Mapping[str, CacheMethod]:
    """The methods by name."""
    return _recorded().methods


def cache_method(name: str) -> CacheMethod | None:
    """The method of this name, if a cache of django-redis has one that Django's own caches lack."""
    return _recorded().methods.get(name)


__all__ = ["CacheMethod", "cache_method", "cache_methods", "recorded_version"]
