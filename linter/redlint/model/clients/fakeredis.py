"""fakeredis 2: subclasses of redis-py's and valkey-py's clients that keep the data in the process."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("fakeredis", Role.CLIENT, is_async=False)
_ASYNC = ClientType("fakeredis", Role.CLIENT, is_async=True)

LIBRARY = Library(
    name="fakeredis",
    import_words=("fakeredis",),
    constructors={
        "fakeredis.FakeRedis": _CLIENT,
        "fakeredis.FakeStrictRedis": _CLIENT,
        "fakeredis.FakeStrictValkey": _CLIENT,
        "fakeredis.FakeValkey": _CLIENT,
        "fakeredis.FakeAsyncValkey": _ASYNC,
        "fakeredis.aioredis.FakeRedis": _ASYNC,
    },
    aliases={"fakeredis.FakeAsyncRedis": "fakeredis.aioredis.FakeRedis"},
)
