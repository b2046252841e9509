"""redis-om 1: the connection function, and the client of a model class."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)

LIBRARY = Library(
    name="redis-om",
    import_words=("redis_om", "aredis_om"),
    factories={
        "redis_om.connections.get_redis_connection": _CLIENT,
        "redis_om.model.model.RedisModel.db": _CLIENT,
        "aredis_om.connections.get_redis_connection": _ASYNC,
        "aredis_om.model.model.RedisModel.db": _ASYNC,
    },
    defaults={
        f"{package}.connections.get_redis_connection": {"decode_responses": True}
        for package in ("redis_om", "aredis_om")
    },
    aliases={
        f"{package}.{name}": f"{package}.{module}.{name}"
        for package in ("redis_om", "aredis_om")
        for module, name in (
            ("connections", "get_redis_connection"),
            ("model.model", "EmbeddedJsonModel"),
            ("model.model", "HashModel"),
            ("model.model", "JsonModel"),
            ("model.model", "RedisModel"),
        )
    },
    bases={
        f"{package}.model.model.{cls}": f"{package}.model.model.{base}"
        for package in ("redis_om", "aredis_om")
        for cls, base in (
            ("EmbeddedJsonModel", "JsonModel"),
            ("HashModel", "RedisModel"),
            ("JsonModel", "RedisModel"),
        )
    },
)
