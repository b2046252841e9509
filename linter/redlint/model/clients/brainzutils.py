"""brainzutils: the client behind the functions of its cache module. Source: metabrainz/brainzutils-python."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="brainzutils",
    import_words=("brainzutils",),
    attributes={"brainzutils.cache._r": _CLIENT},
)
