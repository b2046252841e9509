"""django-redis 7: the raw client behind a cache. The cache object itself is not a client.

Which backend Django's caches have is a setting; others have no ``client`` of this kind. What the cache's own methods
send is in :mod:`redlint.model.clients.cache_methods`.
"""

from redlint.model.clients.cache_methods import cache_methods
from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_LOCK = ClientType("redis", Role.LOCK, is_async=False)

_OWN_METHODS = "|".join(sorted(cache_methods()))
_REST = r"[\w\[\]()\"'.]*"

LIBRARY = Library(
    name="django-redis",
    import_words=("django_redis",),
    weak_words={"django.core.cache": rf"\.client\b|cache{_REST}\.(?:{_OWN_METHODS})\("},
    factories={
        "django_redis.cache.RedisCache.lock": _LOCK,
        "django_redis.client.default.DefaultClient.connect": _CLIENT,
        "django_redis.client.default.DefaultClient.get_client": _CLIENT,
        "django_redis.client.default.DefaultClient.lock": _LOCK,
        "django_redis.get_redis_connection": _CLIENT,
        "django.core.cache.cache.client.get_client": _CLIENT,
    },
    objects={
        "django.core.cache.cache": "django_redis.cache.RedisCache",
        "django.core.cache.caches[]": "django_redis.cache.RedisCache",
        "django_redis.cache.RedisCache.client": "django_redis.client.default.DefaultClient",
    },
    aliases={
        "django_redis.client.DefaultClient": "django_redis.client.default.DefaultClient",
        "django_redis.client.HerdClient": "django_redis.client.herd.HerdClient",
        "django_redis.client.SentinelClient": "django_redis.client.sentinel.SentinelClient",
        "django_redis.client.ShardClient": "django_redis.client.sharded.ShardClient",
    },
    bases={
        "django_redis.client.herd.HerdClient": "django_redis.client.default.DefaultClient",
        "django_redis.client.sentinel.SentinelClient": "django_redis.client.default.DefaultClient",
        "django_redis.client.sharded.ShardClient": "django_redis.client.default.DefaultClient",
    },
)
