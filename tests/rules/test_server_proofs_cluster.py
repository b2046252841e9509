"""What the cluster rules say, measured on a real cluster of three nodes: flagged code fails, its twin does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import redis
from redis import Redis
from redis.cluster import RedisCluster
from redis.exceptions import CrossSlotTransactionError, RedisClusterException, RedisError

from redlint.config import Config
from redlint.lint import lint_source
from redlint.registry import load_rules
from servers import Cluster, started, valkey_binary

HEADER = "from redis.cluster import RedisCluster\n\nclient = RedisCluster(host='localhost')\n\n"
RULES = [rule() for rule in load_rules(["redlint_rules"])]


def example(body: str) -> str:
    return HEADER + "def example():\n" + "".join(f"    {row}\n" for row in body.splitlines())


def codes(source: str) -> set[str]:
    found = lint_source("/nowhere/app.py", source.encode(), Config(root="/nowhere"), RULES).diagnostics
    return {one.code for one in found}


def run(source: str, client: object) -> Any:
    names: dict[str, Any] = {"client": client, "RedisCluster": RedisCluster}
    text = source.replace("client = RedisCluster(host='localhost')", "")
    exec(text, names)  # the code under test
    return names["example"]()


BAD_TRANSACTION = (
    "with client.pipeline(transaction=True) as pipe:\n    pipe.incr('stock:north')\n    pipe.incr('stock:south')\n"
    "    return pipe.execute()"
)
GOOD_TRANSACTION = BAD_TRANSACTION.replace("'stock:", "'{stock}:")


def test_a_transaction_over_two_slots_is_refused(cluster: RedisCluster) -> None:
    source = example(BAD_TRANSACTION)
    assert codes(source) == {"RED302"}
    with pytest.raises(redis.exceptions.CrossSlotTransactionError):
        run(source, cluster)
    assert cluster.exists("stock:north", "stock:south") == 0


def test_a_transaction_in_one_slot_is_taken(cluster: RedisCluster) -> None:
    source = example(GOOD_TRANSACTION)
    assert codes(source) == set()
    run(source, cluster)
    assert cluster.mget("{stock}:north", "{stock}:south") == [b"1", b"1"]


def test_a_plain_client_cannot_run_it_either(cluster_processes: Cluster, cluster: RedisCluster) -> None:
    """Every node refuses one of the two commands, so that EXEC discards the transaction."""
    for node in cluster_processes.nodes:
        with node.client() as client, pytest.raises(redis.ResponseError), client.pipeline() as pipe:
            pipe.incr("stock:north")
            pipe.incr("stock:south")
            pipe.execute()
    assert cluster.exists("stock:north", "stock:south") == 0


def test_a_watched_key_in_another_slot_is_refused(cluster: RedisCluster) -> None:
    body = (
        "with client.pipeline(transaction=True) as pipe:\n    pipe.watch('stock:north')\n    pipe.multi()\n"
        "    pipe.incr('stock:south')\n    return pipe.execute()"
    )
    assert codes(example(body)) == {"RED302"}
    with pytest.raises(redis.exceptions.CrossSlotTransactionError):
        run(example(body), cluster)


def test_a_pipeline_without_transaction_is_seen_half_done(cluster: RedisCluster) -> None:
    """The commands arrive without MULTI: MONITOR would show it, and so does an error in between."""
    body = (
        "with client.pipeline() as pipe:\n    pipe.delete('names')\n    pipe.sadd('names', 'a')\n"
        "    return pipe.execute()"
    )
    assert codes(example(body)) == {"RED303"}
    before = cluster.info("commandstats", target_nodes=RedisCluster.PRIMARIES)
    run(example(body), cluster)
    run(example(body.replace("pipeline()", "pipeline(transaction=True)")), cluster)
    after = cluster.info("commandstats", target_nodes=RedisCluster.PRIMARIES)

    def calls(stats: Any, name: str) -> int:
        return sum(node.get(f"cmdstat_{name}", {}).get("calls", 0) for node in stats.values())

    assert calls(after, "sadd") - calls(before, "sadd") == 2
    assert calls(after, "multi") - calls(before, "multi") == 1


@pytest.mark.parametrize("method", ["multi", "watch"])
def test_transactions_are_refused_without_the_option(cluster: RedisCluster, method: str) -> None:
    arguments = ("key",) if method == "watch" else ()
    with pytest.raises(redis.RedisClusterException), cluster.pipeline() as pipe:
        getattr(pipe, method)(*arguments)


def test_a_database_is_refused(cluster_processes: Cluster) -> None:
    node = cluster_processes.nodes[0]
    source = "from redis.cluster import RedisCluster\n\nclient = RedisCluster(host='localhost', db=1)\n"
    assert codes(source) == {"RED304"}
    with pytest.raises(redis.RedisClusterException, match="db"):
        RedisCluster(host=node.host, port=node.port, db=1)
    with Redis(host=node.host, port=node.port) as client, pytest.raises(redis.ResponseError):
        client.execute_command("SELECT", 1)


WHOLE: dict[str, tuple[str, Callable[[Any], int]]] = {
    "dbsize": ("return client.dbsize()", lambda client: client.dbsize(target_nodes=RedisCluster.PRIMARIES)),
}


@pytest.mark.parametrize(("body", "whole"), WHOLE.values(), ids=WHOLE)
def test_one_node_holds_a_part_of_the_keys(
    cluster: RedisCluster, body: str, whole: Callable[[RedisCluster], int]
) -> None:
    for number in range(300):
        cluster.set(f"key:{number}", number)
    assert codes(example(body)) == {"RED306"}
    assert 0 < run(example(body), cluster) < 300
    assert whole(cluster) == 300


def test_a_setting_is_changed_on_one_node(cluster: RedisCluster) -> None:
    body = "return client.config_set('slowlog-max-len', 77)"
    assert codes(example(body)) == {"RED105", "RED306"}

    def values() -> list[str]:
        nodes = cluster.get_primaries()
        found = [cluster.config_get("slowlog-max-len", target_nodes=node) for node in nodes]
        return [str(one["slowlog-max-len"]) for one in found]

    before = values()[0]
    try:
        run(example(body), cluster)
        assert values().count("77") == 1
        run(example(body.replace("77", "77, target_nodes='primaries'")), cluster)
        assert values() == ["77", "77", "77"]
    finally:
        cluster.config_set("slowlog-max-len", before, target_nodes="primaries")


def test_the_client_of_a_node_is_no_cluster_client(cluster: RedisCluster) -> None:
    """What the rule is silent about: each node is asked by a client of its own."""
    for number in range(300):
        cluster.set(f"key:{number}", number)
    body = "return [client.get_redis_connection(node).dbsize() for node in client.get_primaries()]"
    assert codes(example(body)) == set()
    assert sum(run(example(body), cluster)) == 300


def test_a_constant_hash_tag_puts_all_keys_on_one_node(cluster: RedisCluster) -> None:
    for number in range(100):
        cluster.set(f"{{app}}:user:{number}", number)
    sizes = [cluster.dbsize(target_nodes=node) for node in cluster.get_primaries()]
    assert sorted(sizes) == [0, 0, 100]


LOOP = """
    with client.pipeline(transaction=True) as pipe:
        for one in '1234':
            pipe.incr(f'total:{one}')
        pipe.execute()
"""
DELETE = """
    with client.pipeline(transaction=True) as pipe:
        pipe.delete('total', 'today')
        pipe.execute()
"""
READ = """
    with client.pipeline(transaction=True) as pipe:
        pipe.watch('total')
        pipe.get('today')
        pipe.multi()
        pipe.incr('total')
        pipe.execute()
"""


@pytest.mark.parametrize("body", [LOOP, DELETE, READ], ids=["loop", "delete", "read after watch"])
def test_other_transactions_that_are_refused(cluster: RedisCluster, body: str) -> None:
    with pytest.raises((CrossSlotTransactionError, RedisClusterException)):
        exec(f"if True:{body}", {"client": cluster})
    assert cluster.dbsize(target_nodes="primaries") == 0


def test_two_slots_of_one_node_are_refused_as_well(cluster_processes: Cluster) -> None:
    with cluster_processes.nodes[0].client() as client:
        client.delete("b")
        assert client.pipeline().incr("b").execute() == [1]
        other = next(name for name in map(str, range(99)) if is_of_first_node(client, name))
        with pytest.raises(RedisError, match=r"CROSSSLOT|same slot"):
            client.pipeline().incr("b").incr(other).execute()
        assert client.get("b") == b"1"
        assert client.pipeline(transaction=False).incr("b").get(other).execute() == [2, None]


def is_of_first_node(client: Redis, name: str) -> bool:
    """Whether the first of three nodes has a key, in another slot than b, which it has as well."""
    slot = client.execute_command("CLUSTER KEYSLOT", name)
    return slot != client.execute_command("CLUSTER KEYSLOT", "b") and int(slot) < 16384 // 3


def test_valkey_9_can_have_several_databases_in_a_cluster() -> None:
    options = ("--cluster-enabled", "yes", "--cluster-databases", "2", "--cluster-port")
    with started(valkey_binary(), options, own_bus_port=True) as server:
        with Redis(host=server.host, port=server.port, db=1) as client:
            assert client.ping()
        with pytest.raises(RedisClusterException):
            RedisCluster(host=server.host, port=server.port, db=1)
