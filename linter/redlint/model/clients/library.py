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
    """What a library offers. All names are dotted import names."""

    name: str
    import_words: tuple[str, ...]
    constructors: Mapping[str, ClientType] = field(default_factory=dict)
    factories: Mapping[str, ClientType] = field(default_factory=dict)
    attributes: Mapping[str, ClientType] = field(default_factory=dict)


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
