"""huey 3: the client of its Redis storage."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_POOL = ClientType("redis", Role.POOL, is_async=False)

LIBRARY = Library(
    name="huey",
    import_words=("huey",),
    attributes={
        "huey.storage.RedisStorage.conn": _CLIENT,
        "huey.storage.RedisStorage.pool": _POOL,
    },
    objects={"huey.api.RedisHuey.storage": "huey.storage.RedisStorage"},
    aliases={
        "huey.PriorityRedisExpireHuey": "huey.api.PriorityRedisExpireHuey",
        "huey.PriorityRedisHuey": "huey.api.PriorityRedisHuey",
        "huey.RedisExpireHuey": "huey.api.RedisExpireHuey",
        "huey.RedisHuey": "huey.api.RedisHuey",
    },
    bases={
        "huey.api.PriorityRedisExpireHuey": "huey.api.RedisHuey",
        "huey.api.PriorityRedisHuey": "huey.api.RedisHuey",
        "huey.api.RedisExpireHuey": "huey.api.RedisHuey",
        "huey.storage.PriorityRedisExpireStorage": "huey.storage.RedisExpireStorage",
        "huey.storage.PriorityRedisStorage": "huey.storage.RedisStorage",
        "huey.storage.RedisExpireStorage": "huey.storage.RedisStorage",
    },
)
