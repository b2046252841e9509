"""walrus 0.9: a subclass of redis-py's client, and containers that keep it."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="walrus",
    import_words=("walrus",),
    constructors={"walrus.database.Database": _CLIENT},
    defaults={"walrus.database.Database": {"decode_responses": False}},
    attributes={
        "walrus.autocomplete.Autocomplete.database": _CLIENT,
        "walrus.cache.Cache.database": _CLIENT,
        "walrus.containers.ConsumerGroup.database": _CLIENT,
        "walrus.containers.Container.database": _CLIENT,
        "walrus.counter.Counter.database": _CLIENT,
        "walrus.lock.Lock.database": _CLIENT,
        "walrus.rate_limit.RateLimit.database": _CLIENT,
    },
    objects={
        "walrus.database.Database.cache()": "walrus.cache.Cache",
        "walrus.database.Database.counter()": "walrus.counter.Counter",
        # Not redis-py's lock: other parameters, other methods.
        "walrus.database.Database.lock()": "walrus.lock.Lock",
        "walrus.database.Database.rate_limit()": "walrus.rate_limit.RateLimit",
        "walrus.database.Database.Array()": "walrus.containers.Array",
        "walrus.database.Database.HyperLogLog()": "walrus.containers.HyperLogLog",
        "walrus.database.Database.Hash()": "walrus.containers.Hash",
        "walrus.database.Database.List()": "walrus.containers.List",
        "walrus.database.Database.Set()": "walrus.containers.Set",
        "walrus.database.Database.Stream()": "walrus.containers.Stream",
        "walrus.database.Database.ZSet()": "walrus.containers.ZSet",
    },
    aliases={
        "walrus.Autocomplete": "walrus.autocomplete.Autocomplete",
        "walrus.Cache": "walrus.cache.Cache",
        "walrus.ConsumerGroup": "walrus.containers.ConsumerGroup",
        "walrus.Container": "walrus.containers.Container",
        "walrus.Counter": "walrus.counter.Counter",
        "walrus.Database": "walrus.database.Database",
        "walrus.Lock": "walrus.lock.Lock",
        "walrus.RateLimit": "walrus.rate_limit.RateLimit",
        "walrus.Walrus": "walrus.database.Database",
        "walrus.Array": "walrus.containers.Array",
        "walrus.BitField": "walrus.containers.BitField",
        "walrus.HyperLogLog": "walrus.containers.HyperLogLog",
        "walrus.Hash": "walrus.containers.Hash",
        "walrus.List": "walrus.containers.List",
        "walrus.Set": "walrus.containers.Set",
        "walrus.Stream": "walrus.containers.Stream",
        "walrus.ZSet": "walrus.containers.ZSet",
    },
    bases={
        "walrus.containers.Array": "walrus.containers.Container",
        "walrus.containers.BitField": "walrus.containers.Container",
        "walrus.containers.HyperLogLog": "walrus.containers.Container",
        "walrus.containers.Hash": "walrus.containers.Container",
        "walrus.containers.List": "walrus.containers.Container",
        "walrus.containers.Set": "walrus.containers.Container",
        "walrus.containers.Stream": "walrus.containers.Container",
        "walrus.containers.ZSet": "walrus.containers.Container",
    },
)
