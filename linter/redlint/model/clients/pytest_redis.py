"""pytest-redis 5: what these functions return are pytest fixtures, whose value is a client."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)

FIXTURES = {"redisdb": _CLIENT, "redisdb_async": _ASYNC}
"""The fixtures that the plugin itself defines, which tests use without importing them."""

LIBRARY = Library(
    name="pytest-redis",
    import_words=("pytest_redis",),
    factories={
        "pytest_redis.factories.client.redisdb": _CLIENT,
        "pytest_redis.factories.client_async.redisdb_async": _ASYNC,
    },
    aliases={
        "pytest_redis.factories.redisdb": "pytest_redis.factories.client.redisdb",
        "pytest_redis.factories.redisdb_async": "pytest_redis.factories.client_async.redisdb_async",
    },
)
