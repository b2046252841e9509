"""redis-py 3 to 8, synchronous and asyncio, its re-releases under another name (``redis5``), and redis-py-cluster."""

from redlint.model.clients.library import ClientType, Library, redis_like
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)
_CLUSTER = ClientType("redis", Role.CLUSTER, is_async=False)

_RERELEASES = ("redis2", "redis3", "redis5")
"""Packages on PyPI that hold a version of redis-py under another name, so that two can be installed."""

_RERELEASED = {
    name: kind
    for package in _RERELEASES
    for name, kind in redis_like("redis", package, "Redis", "RedisCluster").items()
}

LIBRARY = Library(
    name="redis",
    import_words=("redis",),
    constructors={
        **redis_like("redis", "redis", "Redis", "RedisCluster"),
        **_RERELEASED,
        "rediscluster.RedisCluster": _CLUSTER,
        "rediscluster.StrictRedisCluster": _CLUSTER,
    },
    factories={
        "redis.from_url": _CLIENT,
        "redis.utils.from_url": _CLIENT,
        "redis.asyncio.from_url": _ASYNC,
        "redis.asyncio.utils.from_url": _ASYNC,
    },
)
