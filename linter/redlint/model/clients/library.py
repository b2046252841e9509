"""The shape of a client library's table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redlint.model.kinds import Role


@dataclass(frozen=True, slots=True)
class ClientType:
    """A kind of Redis object that a library makes."""

    library: str
    role: Role
    is_async: bool


@dataclass(frozen=True, slots=True)
class Library:
    """What a library offers. All names are dotted import names, each listed once, where it is defined.

    What the fields other than ``aliases`` list under its canonical name, programs may also write with any alias.
    """

    name: str
    import_words: tuple[str, ...]
    """Words of which at least one stands in every file that imports the library."""
    constructors: Mapping[str, ClientType] = field(default_factory=dict)
    """Classes whose instances are Redis objects."""
    factories: Mapping[str, ClientType] = field(default_factory=dict)
    """Functions and methods (``package.Class.method``) that return one; ``package.name[]`` for taking an element.

    What an awaitable or a context manager gives counts as returned.
    """
    attributes: Mapping[str, ClientType] = field(default_factory=dict)
    """Attributes that hold one: ``package.Class.attribute``, or ``package.module.name``."""
    objects: Mapping[str, str] = field(default_factory=dict)
    """The class of a library object that is no client itself but leads to one.

    Keys are ``package.Class.attribute`` and ``package.name``, with ``()`` for what calling it gives and ``[]``
    for its elements.
    """
    aliases: Mapping[str, str] = field(default_factory=dict)
    """The name that programs import, to the canonical name: where the class or function is defined."""
    bases: Mapping[str, str] = field(default_factory=dict)
    """A class of the library, to the class it inherits attributes and methods from."""
    only_in: Mapping[str, str] = field(default_factory=dict)
    """Names above that the newest release lacks, to the releases that have them (``aioredis 1``)."""

    @property
    def leads_to_clients(self) -> bool:
        """Whether the library itself makes Redis objects, rather than only holding those of the program."""
        return bool(self.constructors or self.factories or self.attributes)


def redis_like(library: str, package: str, client: str, cluster: str) -> dict[str, ClientType]:
    """The classes of a library laid out like redis-py, with ``client`` and ``cluster`` as class names.

    Covers the names re-exported by the package and its ``asyncio`` twin, and those of the modules that
    define them.
    """
    found: dict[str, ClientType] = {}
    for is_async in (False, True):
        root = f"{package}.asyncio" if is_async else package
        classes = {
            (client, f"Strict{client}", "Redis", "StrictRedis"): (Role.CLIENT, "client"),
            (cluster, "RedisCluster"): (Role.CLUSTER, "cluster"),
            ("Sentinel",): (Role.SENTINEL, "sentinel"),
            ("ConnectionPool", "BlockingConnectionPool"): (Role.POOL, "connection"),
            ("SentinelConnectionPool",): (Role.POOL, "sentinel"),
            ("Pipeline",): (Role.PIPELINE, "client"),
            ("ClusterPipeline",): (Role.PIPELINE, "cluster"),
            ("PubSub",): (Role.PUBSUB, "client"),
            ("Lock",): (Role.LOCK, "lock"),
        }
        for names, (role, module) in classes.items():
            for name in names:
                kind = ClientType(library, role, is_async)
                found[f"{root}.{module}.{name}"] = kind
                found[f"{root}.{name}"] = kind
    return found
