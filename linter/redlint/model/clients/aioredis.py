"""aioredis 2 (a fork of redis-py's interface, since merged into it) and aioredis 1's factories."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("aioredis", Role.CLIENT, is_async=True)
_POOL = ClientType("aioredis", Role.POOL, is_async=True)

LIBRARY = Library(
    name="aioredis",
    import_words=("aioredis",),
    constructors={
        "aioredis.Redis": _CLIENT,
        "aioredis.StrictRedis": _CLIENT,
        "aioredis.client.Redis": _CLIENT,
        "aioredis.ConnectionPool": _POOL,
        "aioredis.BlockingConnectionPool": _POOL,
    },
    factories={
        "aioredis.from_url": _CLIENT,
        "aioredis.create_redis": _CLIENT,
        "aioredis.create_redis_pool": _CLIENT,
    },
)
