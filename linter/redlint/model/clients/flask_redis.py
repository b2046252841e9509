"""flask-redis 0.4: an extension object that passes every attribute on to its client."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="flask-redis",
    import_words=("flask_redis",),
    constructors={"flask_redis.client.FlaskRedis": _CLIENT},
    factories={"flask_redis.client.FlaskRedis.from_custom_provider": _CLIENT},
    aliases={"flask_redis.FlaskRedis": "flask_redis.client.FlaskRedis"},
)
