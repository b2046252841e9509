"""dramatiq 2: the clients of its Redis broker and backends."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="dramatiq",
    import_words=("dramatiq",),
    attributes={
        "dramatiq.brokers.redis.RedisBroker.client": _CLIENT,
        "dramatiq.rate_limits.backends.redis.RedisBackend.client": _CLIENT,
        "dramatiq.results.backends.redis.RedisBackend.client": _CLIENT,
    },
    aliases={
        "dramatiq.rate_limits.backends.RedisBackend": "dramatiq.rate_limits.backends.redis.RedisBackend",
        "dramatiq.results.backends.RedisBackend": "dramatiq.results.backends.redis.RedisBackend",
    },
)
