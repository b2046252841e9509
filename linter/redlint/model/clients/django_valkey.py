"""django-valkey 0.4: the raw client behind a cache, synchronous or asyncio."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("valkey", Role.CLIENT, is_async=False)
_ASYNC = ClientType("valkey", Role.CLIENT, is_async=True)

LIBRARY = Library(
    name="django-valkey",
    import_words=("django_valkey",),
    factories={
        "django_valkey.async_cache.get_valkey_connection": _ASYNC,
        "django_valkey.base_client.AsyncClientCommands.get_client": _ASYNC,
        "django_valkey.base_client.ClientCommands.get_client": _CLIENT,
        "django_valkey.get_valkey_connection": _CLIENT,
    },
    objects={
        "django_valkey.async_cache.cache.AsyncValkeyCache.client": (
            "django_valkey.async_cache.client.default.AsyncDefaultClient"
        ),
        "django_valkey.cache.ValkeyCache.client": "django_valkey.client.default.DefaultClient",
    },
    aliases={
        "django_valkey.client.DefaultClient": "django_valkey.client.default.DefaultClient",
    },
    bases={
        "django_valkey.async_cache.client.default.AsyncDefaultClient": "django_valkey.base_client.AsyncClientCommands",
        "django_valkey.client.default.DefaultClient": "django_valkey.base_client.ClientCommands",
    },
)
