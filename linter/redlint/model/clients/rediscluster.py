"""redis-py-cluster 1 and 2: cluster clients for redis-py 3."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLUSTER = ClientType("redis", Role.CLUSTER, is_async=False)
_PIPELINE = ClientType("redis", Role.PIPELINE, is_async=False)
_PUBSUB = ClientType("redis", Role.PUBSUB, is_async=False)
_POOL = ClientType("redis", Role.POOL, is_async=False)

LIBRARY = Library(
    name="redis-py-cluster",
    import_words=("rediscluster",),
    constructors={
        "rediscluster.StrictRedisCluster": _CLUSTER,
        "rediscluster.client.RedisCluster": _CLUSTER,
        "rediscluster.connection.ClusterBlockingConnectionPool": _POOL,
        "rediscluster.connection.ClusterConnectionPool": _POOL,
        "rediscluster.pipeline.ClusterPipeline": _PIPELINE,
        "rediscluster.pubsub.ClusterPubSub": _PUBSUB,
    },
    aliases={
        "rediscluster.ClusterBlockingConnectionPool": "rediscluster.connection.ClusterBlockingConnectionPool",
        "rediscluster.ClusterConnectionPool": "rediscluster.connection.ClusterConnectionPool",
        "rediscluster.ClusterPipeline": "rediscluster.pipeline.ClusterPipeline",
        "rediscluster.RedisCluster": "rediscluster.client.RedisCluster",
    },
    only_in={"rediscluster.StrictRedisCluster": "redis-py-cluster 1"},
)
