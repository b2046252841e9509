"""Messages that are lost, and messages that stay."""

from __future__ import annotations

import time
from typing import Final

from evidence.harness import Proof, Run


def pending_entries(run: Run) -> str:
    """How many entries the server still keeps for the group after they have been read, and the stream emptied."""
    run.client.xgroup_create("jobs", "workers", id="0", mkstream=True)
    for number in range(100):
        run.client.xadd("jobs", {"number": number})
    run.example(lambda _: None)
    run.client.xtrim("jobs", maxlen=0, approximate=False)
    return f"{run.client.xpending('jobs', 'workers')['pending']} entries pending"


def job_after_a_crash(run: Run) -> str:
    """Whether the job of a worker that was killed is anywhere on the server."""
    run.client.rpush("jobs", "job:7")
    run.killed_before("PING")
    kept = [name for name in ("jobs", "running") if b"job:7" in run.client.lrange(name, 0, -1)]
    return f"in {kept[0]}" if kept else "gone"


def message_for_a_late_reader(run: Run) -> str:
    """Whether a reader that comes after the message gets it."""
    with run.client.pubsub() as channels:
        run.example("tea")
        channels.subscribe("orders")
        messages = [channels.get_message(timeout=0.2) for _ in range(3)]
    published = [one for one in messages if one is not None and one["type"] == "message"]
    kept = run.client.xread({"orders": "0"}) if run.client.exists("orders") else []
    return "gets it" if published or kept else "never gets it"


def entries_of_a_dead_consumer(run: Run) -> str:
    """Whether another worker gets the entry that a consumer has read before it died."""
    run.client.xgroup_create("jobs", "workers", id="0", mkstream=True)
    run.client.xadd("jobs", {"number": 7})
    run.client.xreadgroup("workers", "dead", {"jobs": ">"})
    time.sleep(0.05)
    with run.names() as names:
        return "gets it" if names["take"]() else "never gets it"


def bytes_for_scripts(run: Run) -> str:
    """What the server receives for 100 calls of a script of some 3 kB."""
    with run.names() as names:
        names["client"].ping()
        before: int = run.client.info("stats")["total_net_input_bytes"]
        names["example"](range(100))
        after: int = run.client.info("stats")["total_net_input_bytes"]
    return "more than 200 kB" if after - before > 200_000 else "less than 30 kB"


def injected(run: Run) -> str:
    """What a value with a quote in it does to the key of somebody else."""
    run.client.set("secret", "x")
    run.example("7", "' .. redis.call('del', 'secret') .. '")
    return "kept" if run.client.exists("secret") else "deleted by the value"


def scripts_kept(run: Run) -> str:
    """How many scripts the server keeps after 100 different values."""
    run.client.script_flush()
    for number in range(100):
        run.example(f"user{number}")
    return f"{run.client.info('memory')['number_of_cached_scripts']} kept"


PROOFS: Final = (
    Proof(
        rule="RED702",
        harm="entries that a consumer has read before it died are given to nobody else",
        bad="""
            def take():
                return client.xreadgroup("workers", "two", {"jobs": ">"}, count=10)

            def done(entry):
                client.xack("jobs", "workers", entry)
        """,
        good="""
            def take():
                entries = client.xautoclaim("jobs", "workers", "two", min_idle_time=10)[1]
                return entries or client.xreadgroup("workers", "two", {"jobs": ">"}, count=10)

            def done(entry):
                client.xack("jobs", "workers", entry)
        """,
        measure=entries_of_a_dead_consumer,
        bad_figure="never gets it",
        good_figure="gets it",
    ),
    Proof(
        rule="RED706",
        harm="EVAL sends the whole script with every call, EVALSHA its hash",
        bad="""
            SCRIPT = "-- a long explanation" * 150 + "\\nreturn redis.call('lpush', KEYS[1], ARGV[1])"

            def example(jobs):
                for job in jobs:
                    client.eval(SCRIPT, 1, "seen", job)
        """.replace('" * 150 + "', " " * 3000),
        good="""
            SCRIPT = "-- a long explanation" * 150 + "\\nreturn redis.call('lpush', KEYS[1], ARGV[1])"
            SEEN = client.register_script(SCRIPT)

            def example(jobs):
                for job in jobs:
                    SEEN(keys=["seen"], args=[job])
        """.replace('" * 150 + "', " " * 3000),
        measure=bytes_for_scripts,
        bad_figure="more than 200 kB",
        good_figure="less than 30 kB",
    ),
    Proof(
        rule="RED707",
        harm="a value with a quote in it is run as code of the script",
        bad="""
            def example(user, name):
                return client.eval(f"return redis.call('set', KEYS[1], '{name}')", 1, f"name:{user}")
        """,
        good="""
            def example(user, name):
                return client.eval("return redis.call('set', KEYS[1], ARGV[1])", 1, f"name:{user}", name)
        """,
        measure=injected,
        bad_figure="deleted by the value",
        good_figure="kept",
    ),
    Proof(
        rule="RED701",
        harm="entries that nothing acknowledges stay in the list of pending ones, also when the stream is trimmed",
        bad="""
            def example(handle):
                handle(client.xreadgroup("workers", "one", {"jobs": ">"}, count=100))
        """,
        good="""
            def example(handle):
                for stream, entries in client.xreadgroup("workers", "one", {"jobs": ">"}, count=100):
                    handle(entries)
                    client.xack(stream, "workers", *(entry for entry, _ in entries))
        """,
        measure=pending_entries,
        bad_figure="100 entries pending",
        good_figure="0 entries pending",
    ),
    Proof(
        rule="RED704",
        harm="a worker that is killed takes the job with it",
        bad="""
            def example():
                while True:
                    client.brpop("jobs", timeout=1)
                    client.ping()
        """,
        good="""
            def example():
                while True:
                    client.brpoplpush("jobs", "running", timeout=1)
                    client.ping()
        """,
        measure=job_after_a_crash,
        bad_figure="gone",
        good_figure="in running",
    ),
    Proof(
        rule="RED705",
        harm="who does not listen when a message is published never gets it",
        bad="""
            def example(order):
                client.publish("orders", order)
        """,
        good="""
            def example(order):
                client.xadd("orders", {"order": order}, maxlen=1000)
        """,
        measure=message_for_a_late_reader,
        bad_figure="never gets it",
        good_figure="gets it",
    ),
    Proof(
        rule="RED707",
        harm="the server keeps a script for each of 100 values that are written into it",
        bad="""
            def example(name):
                return client.register_script(f"return redis.call('GET', '{name}')")()
        """,
        good="""
            def example(name):
                return client.register_script("return redis.call('GET', KEYS[1])")(keys=[name])
        """,
        measure=scripts_kept,
        bad_figure="100 kept",
        good_figure="1 kept",
    ),
)
