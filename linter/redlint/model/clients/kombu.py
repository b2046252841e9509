"""kombu 5: the clients of the channels of its Redis transport.

Which transport a connection has is in its URL; channels of other transports have no client of this name.
"""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)
_POOL = ClientType("redis", Role.POOL, is_async=False)
_PIPELINE = ClientType("redis", Role.PIPELINE, is_async=False)
_PUBSUB = ClientType("redis", Role.PUBSUB, is_async=False)

LIBRARY = Library(
    name="kombu",
    import_words=(),
    weak_words={"kombu": r"\.client\b|\bconn_or_acquire\b|\bPrefixed"},
    constructors={
        "kombu.transport.redis.PrefixedRedisPipeline": _PIPELINE,
        "kombu.transport.redis.PrefixedRedisPubSub": _PUBSUB,
        "kombu.transport.redis.PrefixedStrictRedis": _CLIENT,
    },
    factories={"kombu.transport.redis.Channel.conn_or_acquire": _CLIENT},
    attributes={
        "kombu.transport.redis.Channel.async_pool": _POOL,
        "kombu.transport.redis.Channel.client": _CLIENT,
        "kombu.transport.redis.Channel.pool": _POOL,
        "kombu.transport.redis.Channel.subclient": _PUBSUB,
    },
    objects={
        "kombu.connection.Connection.channel()": "kombu.transport.redis.Channel",
        "kombu.connection.Connection.clone()": "kombu.connection.Connection",
        "kombu.connection.Connection.default_channel": "kombu.transport.redis.Channel",
        "kombu.connection.Connection.ensure_connection()": "kombu.connection.Connection",
        "kombu.connection.ConnectionPool.acquire()": "kombu.connection.Connection",
        "kombu.messaging.Consumer.channel": "kombu.transport.redis.Channel",
        "kombu.messaging.Producer.channel": "kombu.transport.redis.Channel",
    },
    aliases={
        "kombu.BrokerConnection": "kombu.connection.Connection",
        "kombu.Connection": "kombu.connection.Connection",
        "kombu.Consumer": "kombu.messaging.Consumer",
        "kombu.Producer": "kombu.messaging.Producer",
    },
    bases={"kombu.transport.redis.SentinelChannel": "kombu.transport.redis.Channel"},
)
