"""arq 0.25 to 0.28: a subclass of redis-py's asyncio client, and the worker's."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)

LIBRARY = Library(
    name="arq",
    import_words=("arq",),
    constructors={"arq.connections.ArqRedis": _ASYNC},
    factories={"arq.connections.create_pool": _ASYNC},
    attributes={"arq.worker.Worker.pool": _ASYNC},
    aliases={
        "arq.ArqRedis": "arq.connections.ArqRedis",
        "arq.Worker": "arq.worker.Worker",
        "arq.create_pool": "arq.connections.create_pool",
    },
)
