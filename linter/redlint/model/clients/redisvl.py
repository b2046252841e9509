"""redisvl 0.28: the connection factory, and the clients of search indexes."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)
_CLUSTER = ClientType("redis", Role.CLUSTER, is_async=False)
_ASYNC_CLUSTER = ClientType("redis", Role.CLUSTER, is_async=True)

LIBRARY = Library(
    name="redisvl",
    import_words=("redisvl",),
    factories={
        "redisvl.redis.connection.RedisConnectionFactory.get_async_redis_cluster_connection": _ASYNC_CLUSTER,
        "redisvl.redis.connection.RedisConnectionFactory.get_async_redis_connection": _ASYNC,
        "redisvl.redis.connection.RedisConnectionFactory.get_redis_cluster_connection": _CLUSTER,
        "redisvl.redis.connection.RedisConnectionFactory.get_redis_connection": _CLIENT,
        "redisvl.redis.connection.RedisConnectionFactory.sync_to_async_redis": _ASYNC,
    },
    attributes={
        "redisvl.index.index.AsyncSearchIndex.client": _ASYNC,
        "redisvl.index.index.SearchIndex.client": _CLIENT,
    },
    objects={
        "redisvl.index.index.AsyncSearchIndex.from_dict()": "redisvl.index.index.AsyncSearchIndex",
        "redisvl.index.index.AsyncSearchIndex.from_existing()": "redisvl.index.index.AsyncSearchIndex",
        "redisvl.index.index.AsyncSearchIndex.from_yaml()": "redisvl.index.index.AsyncSearchIndex",
        "redisvl.index.index.SearchIndex.from_dict()": "redisvl.index.index.SearchIndex",
        "redisvl.index.index.SearchIndex.from_existing()": "redisvl.index.index.SearchIndex",
        "redisvl.index.index.SearchIndex.from_yaml()": "redisvl.index.index.SearchIndex",
        "redisvl.extensions.cache.llm.semantic.SemanticCache.index": "redisvl.index.index.SearchIndex",
    },
    aliases={
        "redisvl.extensions.cache.llm.SemanticCache": "redisvl.extensions.cache.llm.semantic.SemanticCache",
        "redisvl.index.AsyncSearchIndex": "redisvl.index.index.AsyncSearchIndex",
        "redisvl.index.SearchIndex": "redisvl.index.index.SearchIndex",
    },
)
