"""aioredis 2 (a fork of redis-py's interface, since merged into it) and aioredis 1, whose classes differ."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("aioredis", Role.CLIENT, is_async=True)
_POOL = ClientType("aioredis", Role.POOL, is_async=True)
_PIPELINE = ClientType("aioredis", Role.PIPELINE, is_async=True)
_PUBSUB = ClientType("aioredis", Role.PUBSUB, is_async=True)
_SENTINEL = ClientType("aioredis", Role.SENTINEL, is_async=True)
_LOCK = ClientType("aioredis", Role.LOCK, is_async=True)
_MONITOR = ClientType("aioredis", Role.MONITOR, is_async=True)
_SCRIPT = ClientType("aioredis", Role.SCRIPT, is_async=True)

LIBRARY = Library(
    name="aioredis",
    import_words=("aioredis",),
    constructors={
        "aioredis.client.Monitor": _MONITOR,
        "aioredis.client.Pipeline": _PIPELINE,
        "aioredis.client.PubSub": _PUBSUB,
        "aioredis.client.Redis": _CLIENT,
        "aioredis.client.Script": _SCRIPT,
        "aioredis.connection.BlockingConnectionPool": _POOL,
        "aioredis.connection.ConnectionPool": _POOL,
        "aioredis.lock.Lock": _LOCK,
        "aioredis.sentinel.Sentinel": _SENTINEL,
        "aioredis.sentinel.SentinelConnectionPool": _POOL,
        "aioredis.commands.Redis": _CLIENT,
        "aioredis.pool.ConnectionsPool": _POOL,
        "aioredis.sentinel.RedisSentinel": _SENTINEL,
    },
    factories={
        "aioredis.utils.from_url": _CLIENT,
        "aioredis.commands.create_redis": _CLIENT,
        "aioredis.commands.create_redis_pool": _CLIENT,
        "aioredis.pool.create_pool": _POOL,
        "aioredis.sentinel.create_sentinel": _SENTINEL,
    },
    aliases={
        "aioredis.BlockingConnectionPool": "aioredis.connection.BlockingConnectionPool",
        "aioredis.ConnectionPool": "aioredis.connection.ConnectionPool",
        "aioredis.Redis": "aioredis.client.Redis",
        "aioredis.StrictRedis": "aioredis.client.Redis",
        "aioredis.client.StrictRedis": "aioredis.client.Redis",
        "aioredis.from_url": "aioredis.utils.from_url",
        "aioredis.ConnectionsPool": "aioredis.pool.ConnectionsPool",
        "aioredis.RedisSentinel": "aioredis.sentinel.RedisSentinel",
        "aioredis.create_pool": "aioredis.pool.create_pool",
        "aioredis.create_redis": "aioredis.commands.create_redis",
        "aioredis.create_redis_pool": "aioredis.commands.create_redis_pool",
        "aioredis.create_sentinel": "aioredis.sentinel.create_sentinel",
    },
    only_in={
        "aioredis.ConnectionsPool": "aioredis 1",
        "aioredis.RedisSentinel": "aioredis 1",
        "aioredis.commands.Redis": "aioredis 1",
        "aioredis.commands.create_redis": "aioredis 1",
        "aioredis.commands.create_redis_pool": "aioredis 1",
        "aioredis.create_pool": "aioredis 1",
        "aioredis.create_redis": "aioredis 1",
        "aioredis.create_redis_pool": "aioredis 1",
        "aioredis.create_sentinel": "aioredis 1",
        "aioredis.pool.ConnectionsPool": "aioredis 1",
        "aioredis.pool.create_pool": "aioredis 1",
        "aioredis.sentinel.RedisSentinel": "aioredis 1",
        "aioredis.sentinel.create_sentinel": "aioredis 1",
    },
)
