"""pottery 3: the client of its containers."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="pottery",
    import_words=("pottery",),
    attributes={"pottery.base._Common.redis": _CLIENT},
    aliases={
        "pottery.BloomFilter": "pottery.bloom.BloomFilter",
        "pottery.HyperLogLog": "pottery.hyper.HyperLogLog",
        "pottery.RedisCounter": "pottery.counter.RedisCounter",
        "pottery.RedisDeque": "pottery.deque.RedisDeque",
        "pottery.RedisDict": "pottery.dict.RedisDict",
        "pottery.RedisList": "pottery.list.RedisList",
        "pottery.RedisSet": "pottery.set.RedisSet",
        "pottery.RedisSimpleQueue": "pottery.queue.RedisSimpleQueue",
    },
    bases={
        "pottery.bloom.BloomFilter": "pottery.base._Common",
        "pottery.hyper.HyperLogLog": "pottery.base._Common",
        "pottery.counter.RedisCounter": "pottery.base._Common",
        "pottery.deque.RedisDeque": "pottery.base._Common",
        "pottery.dict.RedisDict": "pottery.base._Common",
        "pottery.list.RedisList": "pottery.base._Common",
        "pottery.set.RedisSet": "pottery.base._Common",
        "pottery.queue.RedisSimpleQueue": "pottery.base._Common",
    },
)
