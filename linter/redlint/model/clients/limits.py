"""limits 5: the clients of its Redis storages.

The asyncio storages are left out: which client library they use is an argument, and by default it is coredis.
"""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_CLUSTER = ClientType("redis", Role.CLUSTER, is_async=False)
_SENTINEL = ClientType("redis", Role.SENTINEL, is_async=False)

LIBRARY = Library(
    name="limits",
    # "limits" alone is an English word.
    import_words=("limits.storage",),
    weak_words={"from limits import": r"\.storage\b"},
    factories={"limits.storage.redis.RedisStorage.get_connection": _CLIENT},
    attributes={
        "limits.storage.redis.RedisStorage.storage": _CLIENT,
        "limits.storage.redis_cluster.RedisClusterStorage.storage": _CLUSTER,
        "limits.storage.redis_sentinel.RedisSentinelStorage.sentinel": _SENTINEL,
        "limits.storage.redis_sentinel.RedisSentinelStorage.storage_slave": _CLIENT,
    },
    aliases={
        "limits.storage.RedisClusterStorage": "limits.storage.redis_cluster.RedisClusterStorage",
        "limits.storage.RedisSentinelStorage": "limits.storage.redis_sentinel.RedisSentinelStorage",
        "limits.storage.RedisStorage": "limits.storage.redis.RedisStorage",
    },
    bases={
        "limits.storage.redis_cluster.RedisClusterStorage": "limits.storage.redis.RedisStorage",
        "limits.storage.redis_sentinel.RedisSentinelStorage": "limits.storage.redis.RedisStorage",
    },
)
