"""aiocache 0.12: the client of its Redis cache. The cache itself has other methods."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)

LIBRARY = Library(
    name="aiocache",
    import_words=("aiocache",),
    attributes={"aiocache.backends.redis.RedisBackend.client": _ASYNC},
    aliases={"aiocache.RedisCache": "aiocache.backends.redis.RedisCache"},
    bases={"aiocache.backends.redis.RedisCache": "aiocache.backends.redis.RedisBackend"},
)
