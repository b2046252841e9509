"""scrapy-redis 0.9: the client that spiders, queues, filters and pipelines call their server."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="scrapy-redis",
    import_words=("scrapy_redis",),
    factories={
        "scrapy_redis.connection.get_redis": _CLIENT,
        "scrapy_redis.connection.get_redis_from_settings": _CLIENT,
    },
    attributes={
        "scrapy_redis.dupefilter.RFPDupeFilter.server": _CLIENT,
        "scrapy_redis.pipelines.RedisPipeline.server": _CLIENT,
        "scrapy_redis.queue.Base.server": _CLIENT,
        "scrapy_redis.scheduler.Scheduler.server": _CLIENT,
        "scrapy_redis.spiders.RedisMixin.server": _CLIENT,
        "scrapy_redis.stats.RedisStatsCollector.server": _CLIENT,
    },
    aliases={
        "scrapy_redis.connection.from_settings": "scrapy_redis.connection.get_redis_from_settings",
        "scrapy_redis.get_redis": "scrapy_redis.connection.get_redis",
        "scrapy_redis.get_redis_from_settings": "scrapy_redis.connection.get_redis_from_settings",
    },
    bases={
        "scrapy_redis.queue.FifoQueue": "scrapy_redis.queue.Base",
        "scrapy_redis.queue.LifoQueue": "scrapy_redis.queue.Base",
        "scrapy_redis.queue.PriorityQueue": "scrapy_redis.queue.Base",
        "scrapy_redis.spiders.RedisCrawlSpider": "scrapy_redis.spiders.RedisMixin",
        "scrapy_redis.spiders.RedisSpider": "scrapy_redis.spiders.RedisMixin",
    },
)
