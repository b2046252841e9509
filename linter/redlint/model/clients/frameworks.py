"""Libraries that hand out redis-py clients: rq, django-rq, redis-om, flask-redis, walrus, arq, scrapy-redis."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)

LIBRARIES = (
    Library(
        name="rq",
        import_words=("rq",),
        factories={"rq.connections.get_current_connection": _CLIENT, "rq.get_current_connection": _CLIENT},
        attributes={
            "rq.Queue.connection": _CLIENT,
            "rq.queue.Queue.connection": _CLIENT,
            "rq.job.Job.connection": _CLIENT,
            "rq.Worker.connection": _CLIENT,
            "rq.worker.Worker.connection": _CLIENT,
        },
    ),
    Library(
        name="django-rq",
        import_words=("django_rq",),
        factories={
            "django_rq.get_connection": _CLIENT,
            "django_rq.queues.get_connection": _CLIENT,
            "django_rq.queues.get_redis_connection": _CLIENT,
        },
    ),
    Library(
        name="redis-om",
        import_words=("redis_om", "aredis_om"),
        factories={
            "redis_om.get_redis_connection": _CLIENT,
            "redis_om.connections.get_redis_connection": _CLIENT,
            "aredis_om.get_redis_connection": _ASYNC,
            "aredis_om.connections.get_redis_connection": _ASYNC,
        },
    ),
    Library(
        name="flask-redis",
        import_words=("flask_redis",),
        constructors={"flask_redis.FlaskRedis": _CLIENT, "flask_redis.client.FlaskRedis": _CLIENT},
    ),
    Library(
        name="walrus",
        import_words=("walrus",),
        constructors={
            "walrus.Database": _CLIENT,
            "walrus.Walrus": _CLIENT,
            "walrus.database.Database": _CLIENT,
        },
    ),
    Library(
        name="arq",
        import_words=("arq",),
        constructors={"arq.ArqRedis": _ASYNC, "arq.connections.ArqRedis": _ASYNC},
        factories={"arq.create_pool": _ASYNC, "arq.connections.create_pool": _ASYNC},
    ),
    Library(
        name="scrapy-redis",
        import_words=("scrapy_redis",),
        factories={
            "scrapy_redis.connection.get_redis": _CLIENT,
            "scrapy_redis.connection.get_redis_from_settings": _CLIENT,
            "scrapy_redis.get_redis": _CLIENT,
            "scrapy_redis.get_redis_from_settings": _CLIENT,
        },
    ),
)
