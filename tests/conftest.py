"""Fixtures that every test may use: real servers, started once per session and emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis
from redis.cluster import RedisCluster

from servers import Cluster, Server, redis_server, valkey_cluster, valkey_server


@pytest.fixture(scope="session")
def valkey_process() -> Iterator[Server]:
    """A Valkey 9 server for the whole session."""
    with valkey_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis62_process() -> Iterator[Server]:
    """A Redis 6.2 server for the whole session."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def cluster_processes() -> Iterator[Cluster]:
    """A Valkey 9 cluster of three primaries for the whole session."""
    with valkey_cluster(nodes=3) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def valkey_session(valkey_process: Server) -> Iterator[Redis]:
    """A client of the Valkey server that is not emptied; for tests that only read facts."""
    with valkey_process.client() as client:
        yield client


@pytest.fixture(scope="session")
def redis62_session(redis62_process: Server) -> Iterator[Redis]:
    """A client of the Redis 6.2 server that is not emptied; for tests that only read facts."""
    with redis62_process.client() as client:
        yield client


@pytest.fixture(scope="session")
def cluster_session(cluster_processes: Cluster) -> Iterator[RedisCluster]:
    """A client of the cluster that is not emptied; for tests that only read facts."""
    client = cluster_processes.client()
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
def valkey(valkey_session: Redis) -> Redis:
    """A client of an empty Valkey 9 server."""
    valkey_session.flushall()
    return valkey_session


@pytest.fixture
def redis62(redis62_session: Redis) -> Redis:
    """A client of an empty Redis 6.2 server."""
    redis62_session.flushall()
    return redis62_session


@pytest.fixture
def cluster(cluster_session: RedisCluster) -> RedisCluster:
    """A client of an empty cluster of three nodes."""
    cluster_session.flushall()
    return cluster_session
