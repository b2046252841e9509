"""django-redis 7: the raw client behind a cache. The cache object itself is not a client."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="django-redis",
    import_words=("django_redis",),
    factories={
        "django_redis.get_redis_connection": _CLIENT,
        "django.core.cache.cache.client.get_client": _CLIENT,
        "django_redis.client.DefaultClient.get_client": _CLIENT,
    },
)
