"""django-rq 4: clients and rq queues by the names that Django's settings give them."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="django-rq",
    import_words=("django_rq",),
    factories={
        "django_rq.connection_utils.get_connection": _CLIENT,
        "django_rq.connection_utils.get_connection_by_index": _CLIENT,
        "django_rq.connection_utils.get_redis_connection": _CLIENT,
    },
    objects={
        "django_rq.queues.enqueue()": "rq.job.Job",
        "django_rq.queues.get_queue()": "rq.queue.Queue",
        "django_rq.queues.get_queue_by_index()": "rq.queue.Queue",
        "django_rq.workers.get_worker()": "rq.worker.Worker",
    },
    aliases={
        "django_rq.enqueue": "django_rq.queues.enqueue",
        "django_rq.get_connection": "django_rq.connection_utils.get_connection",
        "django_rq.get_queue": "django_rq.queues.get_queue",
        "django_rq.get_worker": "django_rq.workers.get_worker",
        "django_rq.queues.get_connection": "django_rq.connection_utils.get_connection",
        "django_rq.queues.get_redis_connection": "django_rq.connection_utils.get_redis_connection",
    },
    bases={"django_rq.queues.DjangoRQ": "rq.queue.Queue"},
)
