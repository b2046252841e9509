"""async-rediscache 1 (a prerelease): the client of the session. In 0.2 the session's pool is an aioredis 1 client."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)

LIBRARY = Library(
    name="async-rediscache",
    import_words=("async_rediscache",),
    attributes={"async_rediscache.session.RedisSession.client": _ASYNC},
    objects={
        "async_rediscache.session.RedisSession.connect()": "async_rediscache.session.RedisSession",
        "async_rediscache.session.RedisSession.get_current_session()": "async_rediscache.session.RedisSession",
        "async_rediscache.types.base.RedisObject.redis_session": "async_rediscache.session.RedisSession",
    },
    aliases={
        "async_rediscache.RedisCache": "async_rediscache.types.cache.RedisCache",
        "async_rediscache.RedisQueue": "async_rediscache.types.queue.RedisQueue",
        "async_rediscache.RedisSession": "async_rediscache.session.RedisSession",
    },
    bases={
        "async_rediscache.types.cache.RedisCache": "async_rediscache.types.base.RedisObject",
        "async_rediscache.types.queue.RedisQueue": "async_rediscache.types.base.RedisObject",
    },
)
