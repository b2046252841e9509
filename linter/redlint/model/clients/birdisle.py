"""birdisle 0.2: subclasses of redis-py's client with a server in the process."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="birdisle",
    import_words=("birdisle",),
    constructors={"birdisle.redis.Redis": _CLIENT, "birdisle.redis.StrictRedis": _CLIENT},
)
