"""redis-py 3 to 8, synchronous and asyncio, and its re-releases under another name (``redis5``)."""

from redlint.model.clients.library import ClientType, Library, redis_like
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)
_PUBSUB = ClientType("redis", Role.PUBSUB, is_async=False)
_ASYNC_PUBSUB = ClientType("redis", Role.PUBSUB, is_async=True)
_PIPELINE = ClientType("redis", Role.PIPELINE, is_async=False)
_ASYNC_PIPELINE = ClientType("redis", Role.PIPELINE, is_async=True)

_CONSTRUCTORS, _ALIASES = redis_like("redis", "redis", "Redis", "RedisCluster")

LIBRARY = Library(
    name="redis",
    import_words=("redis",),
    constructors={
        **_CONSTRUCTORS,
        "redis.cluster.ClusterPubSub": _PUBSUB,
        "redis.asyncio.cluster.ClusterPubSub": _ASYNC_PUBSUB,
        # Clients of several databases at once, with the commands of one (redis-py 7).
        "redis.multidb.client.MultiDBClient": _CLIENT,
        "redis.multidb.client.Pipeline": _PIPELINE,
        "redis.multidb.client.PubSub": _PUBSUB,
        "redis.asyncio.multidb.client.MultiDBClient": _ASYNC,
        "redis.asyncio.multidb.client.Pipeline": _ASYNC_PIPELINE,
        "redis.asyncio.multidb.client.PubSub": _ASYNC_PUBSUB,
        "redis.commands.json.AsyncJSON": ClientType("redis", Role.MODULE, is_async=True, module="json"),
        "redis.commands.timeseries.AsyncTimeSeries": ClientType("redis", Role.MODULE, is_async=True, module="ts"),
        "redis.commands.vectorset.VectorSet": ClientType("redis", Role.MODULE, is_async=False, module="vset"),
    },
    factories={"redis.utils.from_url": _CLIENT, "redis.asyncio.utils.from_url": _ASYNC},
    aliases={
        **_ALIASES,
        "redis.client.Script": "redis.commands.core.Script",
        "redis.from_url": "redis.utils.from_url",
        "redis.asyncio.from_url": "redis.asyncio.utils.from_url",
    },
)

_RERELEASES = ("redis2", "redis3", "redis5")
"""Packages on PyPI that hold redis-py 2.10, 3.5 and 5.0 under another name, so that two can be installed."""

_AFTER_REDIS_PY_3 = frozenset({"asyncio", "cluster", "commands"})
"""Modules that the first two of them do not have yet."""


def _rereleased(package: str) -> tuple[dict[str, ClientType], dict[str, str]]:
    constructors, aliases = redis_like("redis", package, "Redis", "RedisCluster")
    if package == "redis5":
        return constructors, aliases
    known = {name: kind for name, kind in constructors.items() if _AFTER_REDIS_PY_3.isdisjoint(name.split("."))}
    if package == "redis2":
        del known["redis2.client.Monitor"]
    known[f"{package}.client.Script"] = ClientType("redis", Role.SCRIPT, is_async=False)
    reexported = {
        alias: target
        for alias, target in aliases.items()
        if target in known and _AFTER_REDIS_PY_3.isdisjoint(alias.split(".")) and ".sentinel." not in target
    }
    return known, reexported


_RERELEASED = [_rereleased(package) for package in _RERELEASES]

RERELEASES = Library(
    name="redis re-released",
    import_words=_RERELEASES,
    constructors={name: kind for constructors, _ in _RERELEASED for name, kind in constructors.items()},
    factories={f"{package}.utils.from_url": _CLIENT for package in _RERELEASES},
    aliases={
        **{alias: target for _, aliases in _RERELEASED for alias, target in aliases.items()},
        **{f"{package}.from_url": f"{package}.utils.from_url" for package in _RERELEASES},
    },
)
