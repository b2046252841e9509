"""cachelib 0.17, and Flask-Caching 2 on it: the clients behind the cache, which have no public name."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="cachelib",
    import_words=("cachelib", "flask_caching"),
    attributes={
        "cachelib.redis_base.BaseRedisCache._read_client": _CLIENT,
        "cachelib.redis_base.BaseRedisCache._write_client": _CLIENT,
    },
    objects={"flask_caching.Cache.cache": "flask_caching.backends.rediscache.RedisCache"},
    aliases={
        "cachelib.RedisCache": "cachelib.redis.RedisCache",
        "flask_caching.backends.RedisCache": "flask_caching.backends.rediscache.RedisCache",
    },
    bases={
        "cachelib.redis.RedisCache": "cachelib.redis_base.BaseRedisCache",
        "flask_caching.backends.rediscache.RedisCache": "cachelib.redis.RedisCache",
    },
)
