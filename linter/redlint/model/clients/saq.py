"""saq 0.26: the client of its Redis queue.

Which queue ``Queue.from_url`` makes is in the URL; the other queues have no attribute of this name.
"""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)

LIBRARY = Library(
    name="saq",
    import_words=("saq",),
    attributes={"saq.queue.redis.RedisQueue.redis": _ASYNC},
    objects={
        "saq.queue.base.Queue.from_url()": "saq.queue.redis.RedisQueue",
        "saq.queue.redis.RedisQueue.from_url()": "saq.queue.redis.RedisQueue",
        "saq.worker.Worker.queue": "saq.queue.redis.RedisQueue",
    },
    aliases={
        "saq.Queue": "saq.queue.base.Queue",
        "saq.Worker": "saq.worker.Worker",
        "saq.queue.Queue": "saq.queue.base.Queue",
    },
    bases={"saq.queue.redis.RedisQueue": "saq.queue.base.Queue"},
)
