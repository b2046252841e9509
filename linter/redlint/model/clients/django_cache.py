"""Django 5: the client behind Django's own Redis cache, which has no public name.

That ``caches`` hands out django-redis's caches is in that library's table; the two have no attribute in common.
"""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="django",
    import_words=(),
    weak_words={"django.core.cache": r"\._cache\b"},
    factories={"django.core.cache.backends.redis.RedisCacheClient.get_client": _CLIENT},
    objects={
        "django.core.cache.backends.redis.RedisCache._cache": "django.core.cache.backends.redis.RedisCacheClient",
        "django.core.cache.cache._cache": "django.core.cache.backends.redis.RedisCacheClient",
        "django.core.cache.caches[]._cache": "django.core.cache.backends.redis.RedisCacheClient",
    },
)
