"""valkey-py 6: redis-py 5 under other names, with redis-py's names as aliases."""

from redlint.model.clients.library import ClientType, Library, redis_like
from redlint.model.kinds import Role

LIBRARY = Library(
    name="valkey",
    import_words=("valkey",),
    constructors=redis_like("valkey", "valkey", "Valkey", "ValkeyCluster"),
    factories={
        "valkey.from_url": ClientType("valkey", Role.CLIENT, is_async=False),
        "valkey.utils.from_url": ClientType("valkey", Role.CLIENT, is_async=False),
        "valkey.asyncio.from_url": ClientType("valkey", Role.CLIENT, is_async=True),
        "valkey.asyncio.utils.from_url": ClientType("valkey", Role.CLIENT, is_async=True),
    },
)
