"""redis-collections 0.13: the client of its containers."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="redis-collections",
    import_words=("redis_collections",),
    attributes={"redis_collections.base.RedisCollection.redis": _CLIENT},
    aliases={
        "redis_collections.Counter": "redis_collections.dicts.Counter",
        "redis_collections.DefaultDict": "redis_collections.dicts.DefaultDict",
        "redis_collections.Deque": "redis_collections.lists.Deque",
        "redis_collections.Dict": "redis_collections.dicts.Dict",
        "redis_collections.GeoDB": "redis_collections.sortedsets.GeoDB",
        "redis_collections.List": "redis_collections.lists.List",
        "redis_collections.Set": "redis_collections.sets.Set",
        "redis_collections.SortedSetCounter": "redis_collections.sortedsets.SortedSetCounter",
        "redis_collections.RedisCollection": "redis_collections.base.RedisCollection",
    },
    bases={
        "redis_collections.dicts.Counter": "redis_collections.dicts.Dict",
        "redis_collections.dicts.DefaultDict": "redis_collections.dicts.Dict",
        "redis_collections.lists.Deque": "redis_collections.lists.List",
        "redis_collections.dicts.Dict": "redis_collections.base.RedisCollection",
        "redis_collections.sortedsets.GeoDB": "redis_collections.base.RedisCollection",
        "redis_collections.lists.List": "redis_collections.base.RedisCollection",
        "redis_collections.sets.Set": "redis_collections.base.RedisCollection",
        "redis_collections.sortedsets.SortedSetCounter": "redis_collections.base.RedisCollection",
    },
)
