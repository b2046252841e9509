"""valkey-py 6: redis-py 5 under other names, with redis-py's names for the classes of the two packages."""

from redlint.model.clients.library import ClientType, Library, redis_like
from redlint.model.kinds import Role

_CLIENT = ClientType("valkey", Role.CLIENT, is_async=False)
_ASYNC = ClientType("valkey", Role.CLIENT, is_async=True)
_PUBSUB = ClientType("valkey", Role.PUBSUB, is_async=False)
_CONSTRUCTORS, _ALIASES = redis_like("valkey", "valkey", "Valkey", "ValkeyCluster")

LIBRARY = Library(
    name="valkey",
    import_words=("valkey",),
    constructors={**_CONSTRUCTORS, "valkey.cluster.ClusterPubSub": _PUBSUB},
    factories={"valkey.utils.from_url": _CLIENT, "valkey.asyncio.utils.from_url": _ASYNC},
    aliases={
        **_ALIASES,
        "valkey.Redis": "valkey.client.Valkey",
        "valkey.StrictRedis": "valkey.client.Valkey",
        "valkey.RedisCluster": "valkey.cluster.ValkeyCluster",
        "valkey.from_url": "valkey.utils.from_url",
        "valkey.asyncio.Redis": "valkey.asyncio.client.Valkey",
        "valkey.asyncio.StrictRedis": "valkey.asyncio.client.Valkey",
        "valkey.asyncio.RedisCluster": "valkey.asyncio.cluster.ValkeyCluster",
        "valkey.asyncio.from_url": "valkey.asyncio.utils.from_url",
    },
)
