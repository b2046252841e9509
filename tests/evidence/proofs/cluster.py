"""What a cluster refuses, and what it does only on one of its nodes."""

from __future__ import annotations

import re
from typing import Final

from evidence.harness import CLUSTER_HEADER, Place, Proof, Run


def outcome(run: Run) -> str:
    """What ``example`` gives or raises."""
    try:
        run.example()
    except Exception as error:
        return type(error).__name__
    return "done"


def replies(run: Run) -> str:
    """How many replies ``example`` gets for its two commands."""
    return f"{len(run.example())} of 2 replies"


def messages_between_nodes(run: Run) -> str:
    """How many messages the nodes have sent to each other for 100 that are published."""
    assert run.cluster is not None
    before = _messages_sent(run)
    for number in range(100):
        run.example("news", number)
    return f"{_messages_sent(run) - before} between nodes"


def _messages_sent(run: Run) -> int:
    assert run.cluster is not None
    total = 0
    for node in run.cluster.nodes:
        with node.client() as client:
            told = client.execute_command("CLUSTER INFO")
        total += sum(int(number) for name, number in told.items() if re.fullmatch(r".*_publish(?:shard)?_sent", name))
    return total


def outcome_of_construction(run: Run) -> str:
    """What the constructor gives or raises."""
    try:
        with run.names():
            return "done"
    except Exception as error:
        return type(error).__name__


def transactions(run: Run) -> str:
    """How many MULTI the nodes of the cluster have got."""
    assert run.cluster is not None
    before = _calls(run, "multi")
    run.example()
    return f"{_calls(run, 'multi') - before} MULTI"


def _calls(run: Run, command: str) -> int:
    assert run.cluster is not None
    total = 0
    for node in run.cluster.nodes:
        with node.client() as client:
            total += client.info("commandstats").get(f"cmdstat_{command}", {}).get("calls", 0)
    return total


def keys_found(run: Run) -> str:
    """How many of 300 keys are counted."""
    assert run.cluster is not None
    client = run.cluster.client()
    for number in range(300):
        client.set(f"key:{number}", number)
    client.close()
    found = run.example()
    return "all of 300 keys" if found == 300 else f"{'some' if 0 < found < 300 else 'none'} of 300 keys"


PROOFS: Final = (
    Proof(
        rule="RED308",
        harm="the pipeline of a cluster client refuses MGET, also where all keys are in one slot",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                with client.pipeline() as pipe:
                    pipe.mget("{name}:1", "{name}:2")
                    return pipe.execute()
        """,
        good="""
            def example():
                with client.pipeline() as pipe:
                    pipe.get("{name}:1")
                    pipe.get("{name}:2")
                    return pipe.execute()
        """,
        measure=outcome,
        bad_figure="RedisClusterException",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED308",
        harm="the pipeline of a cluster client refuses DEL of several keys",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                with client.pipeline() as pipe:
                    pipe.delete("{name}:1", "{name}:2")
                    return pipe.execute()
        """,
        good="""
            def example():
                with client.pipeline() as pipe:
                    pipe.delete("{name}:1")
                    pipe.delete("{name}:2")
                    return pipe.execute()
        """,
        measure=outcome,
        bad_figure="RedisClusterException",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED308",
        harm="the pipeline of a cluster client refuses EVAL",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                with client.pipeline() as pipe:
                    pipe.eval("return KEYS[1]", 1, "{name}:1")
                    return pipe.execute()
        """,
        good="""
            def example():
                return client.eval("return KEYS[1]", 1, "{name}:1")
        """,
        measure=outcome,
        bad_figure="TypeError",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED308",
        harm="the pipeline of a cluster client sends TOUCH at once, and gives no reply for it",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                with client.pipeline() as pipe:
                    pipe.get("{name}:1")
                    pipe.touch("{name}:1")
                    return pipe.execute()
        """,
        good="""
            def example():
                with client.pipeline() as pipe:
                    pipe.get("{name}:1")
                    pipe.exists("{name}:1")
                    return pipe.execute()
        """,
        measure=replies,
        bad_figure="1 of 2 replies",
        good_figure="2 of 2 replies",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED308",
        harm="a cluster client cannot be made with db, not even with 0",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                return RedisCluster(host="127.0.0.1", port=PORT, db=0, socket_timeout=5).close()
        """,
        good="""
            def example():
                return RedisCluster(host="127.0.0.1", port=PORT, socket_timeout=5).close()
        """,
        measure=outcome,
        bad_figure="RedisClusterException",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED308",
        harm="a cluster client cannot be made with dicts as startup nodes",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                nodes = [{"host": "127.0.0.1", "port": PORT}]
                return RedisCluster(startup_nodes=nodes, socket_timeout=5).close()
        """,
        good="""
            from redis.cluster import ClusterNode

            def example():
                nodes = [ClusterNode("127.0.0.1", PORT)]
                return RedisCluster(startup_nodes=nodes, socket_timeout=5).close()
        """,
        measure=outcome,
        bad_figure="AttributeError",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED307",
        harm="a message that is published goes to both other nodes, a sharded one to none",
        header=CLUSTER_HEADER,
        bad="""
            def example(channel, message):
                client.publish(channel, message)
        """,
        good="""
            def example(channel, message):
                client.spublish(channel, message)
        """,
        measure=messages_between_nodes,
        bad_figure="200 between nodes",
        good_figure="0 between nodes",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED301",
        harm="a command whose keys lie in two slots is refused",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                return client.mget("total:orders", "total:users")
        """,
        good="""
            def example():
                return client.mget("{total}:orders", "{total}:users")
        """,
        measure=outcome,
        bad_figure="RedisClusterException",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED302",
        harm="a transaction whose keys lie in two slots is refused",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                with client.pipeline(transaction=True) as pipe:
                    pipe.decrby("stock:north", 1)
                    pipe.incrby("stock:south", 1)
                    pipe.execute()
        """,
        good="""
            def example():
                with client.pipeline(transaction=True) as pipe:
                    pipe.decrby("{stock}:north", 1)
                    pipe.incrby("{stock}:south", 1)
                    pipe.execute()
        """,
        measure=outcome,
        bad_figure="CrossSlotTransactionError",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED303",
        harm="the default pipeline of a cluster client sends no MULTI: others see the steps in between",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                with client.pipeline() as pipe:
                    pipe.delete("names")
                    pipe.sadd("names", "a")
                    pipe.execute()
        """,
        good="""
            def example():
                with client.pipeline(transaction=True) as pipe:
                    pipe.delete("names")
                    pipe.sadd("names", "a")
                    pipe.execute()
        """,
        measure=transactions,
        bad_figure="0 MULTI",
        good_figure="1 MULTI",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED304",
        harm="a cluster has one database, the client refuses others",
        header="from redis.cluster import RedisCluster\n\nPORT = 6379\n",
        bad="""
            client = RedisCluster(host="127.0.0.1", port=PORT, socket_timeout=5, db=1)
        """,
        good="""
            client = RedisCluster(host="127.0.0.1", port=PORT, socket_timeout=5)
        """,
        measure=outcome_of_construction,
        bad_figure="RedisClusterException",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED304",
        harm="COPY to another database is refused",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                client.set("{cart}:7", "tea", ex=60)
                return client.copy("{cart}:7", "{cart}:8", destination_db=1)
        """,
        good="""
            def example():
                client.set("{cart}:7", "tea", ex=60)
                return client.copy("{cart}:7", "{cart}:8")
        """,
        measure=outcome,
        bad_figure="ResponseError",
        good_figure="done",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED306",
        harm="SCAN of one node finds a part of the keys",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                return len(set(client.scan_iter(match="key:*", target_nodes=RedisCluster.RANDOM)))
        """,
        good="""
            def example():
                return len(set(client.scan_iter(match="key:*")))
        """,
        measure=keys_found,
        bad_figure="some of 300 keys",
        good_figure="all of 300 keys",
        places=(Place.CLUSTER,),
    ),
    Proof(
        rule="RED306",
        harm="DBSIZE asks one node of the cluster and counts its keys only",
        header=CLUSTER_HEADER,
        bad="""
            def example():
                return client.dbsize()
        """,
        good="""
            def example():
                return client.dbsize(target_nodes=RedisCluster.PRIMARIES)
        """,
        measure=keys_found,
        bad_figure="some of 300 keys",
        good_figure="all of 300 keys",
        places=(Place.CLUSTER,),
    ),
)
