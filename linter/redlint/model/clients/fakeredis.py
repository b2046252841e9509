"""fakeredis 2: subclasses of redis-py's clients that keep the data in the process."""

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
        "fakeredis.FakeValkey": _CLIENT,
        "fakeredis.FakeAsyncRedis": _ASYNC,
        "fakeredis.FakeAsyncValkey": _ASYNC,
        "fakeredis.aioredis.FakeRedis": _ASYNC,
    },
)
