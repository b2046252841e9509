"""channels-redis 4: the clients of the channel layer.

The layer is a setting; other layers have no ``connection``.
"""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_ASYNC = ClientType("redis", Role.CLIENT, is_async=True)

LIBRARY = Library(
    name="channels-redis",
    import_words=("channels_redis",),
    weak_words={"channels.layers": r"\.connection\b"},
    factories={"channels_redis.core.RedisChannelLayer.connection": _ASYNC},
    objects={"channels.layers.get_channel_layer()": "channels_redis.core.RedisChannelLayer"},
)
