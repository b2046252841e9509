"""Celery 5: the client of the Redis result backend.

Which backend an application has is a setting. Of those with a ``client`` only Redis has hash, list or set commands,
so that the table takes every backend for Redis.
"""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="celery",
    import_words=(),
    weak_words={"celery": r"\.client\b"},
    attributes={"celery.backends.redis.RedisBackend.client": _CLIENT},
    objects={
        "celery._state.current_app": "celery.app.base.Celery",
        "celery._state.get_current_app()": "celery.app.base.Celery",
        "celery.app.app_or_default()": "celery.app.base.Celery",
        "celery.app.base.Celery.backend": "celery.backends.redis.RedisBackend",
        "celery.app.base.Celery.connection()": "kombu.connection.Connection",
        "celery.app.base.Celery.connection_for_read()": "kombu.connection.Connection",
        "celery.app.base.Celery.connection_for_write()": "kombu.connection.Connection",
        "celery.app.base.Celery.connection_or_acquire()": "kombu.connection.Connection",
        "celery.app.base.Celery.pool": "kombu.connection.ConnectionPool",
        "celery.app.task.Task.app": "celery.app.base.Celery",
        "celery.app.task.Task.backend": "celery.backends.redis.RedisBackend",
        "celery.result.AsyncResult.app": "celery.app.base.Celery",
        "celery.result.AsyncResult.backend": "celery.backends.redis.RedisBackend",
    },
    aliases={
        "celery.Celery": "celery.app.base.Celery",
        "celery.Task": "celery.app.task.Task",
        "celery.shared_task": "celery.app.shared_task",
        "celery.app.Celery": "celery.app.base.Celery",
        "celery.current_app": "celery._state.current_app",
    },
    tasks=frozenset({"celery.app.shared_task", "celery.app.base.Celery.task"}),
    bases={"celery.backends.redis.SentinelBackend": "celery.backends.redis.RedisBackend"},
)
