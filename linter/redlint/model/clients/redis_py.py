"""redis-py 3 to 8, synchronous and asyncio, and redis-py-cluster (``rediscluster``)."""

from redlint.model.clients.library import ClientType, Library, redis_like
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)
_CLUSTER = ClientType("redis", Role.CLUSTER, is_async=False)

LIBRARY = Library(
    name="redis",
    import_words=("redis",),
    constructors={
        **redis_like("redis", "redis", "Redis", "RedisCluster"),
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
