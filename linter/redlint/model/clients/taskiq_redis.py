"""taskiq-redis 1: brokers, result backends and schedule sources hold a pool, a cluster client or a sentinel."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_ASYNC_POOL = ClientType("redis", Role.POOL, is_async=True)
_ASYNC_CLUSTER = ClientType("redis", Role.CLUSTER, is_async=True)
_ASYNC_SENTINEL = ClientType("redis", Role.SENTINEL, is_async=True)

LIBRARY = Library(
    name="taskiq-redis",
    import_words=("taskiq_redis",),
    attributes={
        "taskiq_redis.redis_backend.RedisAsyncClusterResultBackend.redis": _ASYNC_CLUSTER,
        "taskiq_redis.redis_backend.RedisAsyncResultBackend.redis_pool": _ASYNC_POOL,
        "taskiq_redis.redis_backend.RedisAsyncSentinelResultBackend.sentinel": _ASYNC_SENTINEL,
        "taskiq_redis.redis_broker.BaseRedisBroker.connection_pool": _ASYNC_POOL,
        "taskiq_redis.redis_cluster_broker.BaseRedisClusterBroker.redis": _ASYNC_CLUSTER,
        "taskiq_redis.redis_sentinel_broker.BaseSentinelBroker.sentinel": _ASYNC_SENTINEL,
        "taskiq_redis.schedule_source.RedisClusterScheduleSource.redis": _ASYNC_CLUSTER,
        "taskiq_redis.schedule_source.RedisScheduleSource.connection_pool": _ASYNC_POOL,
        "taskiq_redis.schedule_source.RedisSentinelScheduleSource.sentinel": _ASYNC_SENTINEL,
    },
    aliases={
        "taskiq_redis.ListQueueBroker": "taskiq_redis.redis_broker.ListQueueBroker",
        "taskiq_redis.ListQueueClusterBroker": "taskiq_redis.redis_cluster_broker.ListQueueClusterBroker",
        "taskiq_redis.ListQueueSentinelBroker": "taskiq_redis.redis_sentinel_broker.ListQueueSentinelBroker",
        "taskiq_redis.PubSubBroker": "taskiq_redis.redis_broker.PubSubBroker",
        "taskiq_redis.PubSubSentinelBroker": "taskiq_redis.redis_sentinel_broker.PubSubSentinelBroker",
        "taskiq_redis.RedisAsyncClusterResultBackend": "taskiq_redis.redis_backend.RedisAsyncClusterResultBackend",
        "taskiq_redis.RedisAsyncResultBackend": "taskiq_redis.redis_backend.RedisAsyncResultBackend",
        "taskiq_redis.RedisAsyncSentinelResultBackend": "taskiq_redis.redis_backend.RedisAsyncSentinelResultBackend",
        "taskiq_redis.RedisClusterScheduleSource": "taskiq_redis.schedule_source.RedisClusterScheduleSource",
        "taskiq_redis.RedisScheduleSource": "taskiq_redis.schedule_source.RedisScheduleSource",
        "taskiq_redis.RedisSentinelScheduleSource": "taskiq_redis.schedule_source.RedisSentinelScheduleSource",
        "taskiq_redis.RedisStreamBroker": "taskiq_redis.redis_broker.RedisStreamBroker",
        "taskiq_redis.RedisStreamClusterBroker": "taskiq_redis.redis_cluster_broker.RedisStreamClusterBroker",
        "taskiq_redis.RedisStreamSentinelBroker": "taskiq_redis.redis_sentinel_broker.RedisStreamSentinelBroker",
    },
    bases={
        f"taskiq_redis.{module}.{cls}": f"taskiq_redis.{module}.{base}"
        for module, base, classes in (
            ("redis_broker", "BaseRedisBroker", ("ListQueueBroker", "PubSubBroker", "RedisStreamBroker")),
            (
                "redis_cluster_broker",
                "BaseRedisClusterBroker",
                ("ListQueueClusterBroker", "RedisStreamClusterBroker"),
            ),
            (
                "redis_sentinel_broker",
                "BaseSentinelBroker",
                ("ListQueueSentinelBroker", "PubSubSentinelBroker", "RedisStreamSentinelBroker"),
            ),
        )
        for cls in classes
    },
)
