"""How often client and server talk to each other."""

from __future__ import annotations

import asyncio
from typing import Final
from unittest.mock import patch

from redis.client import Pipeline

from evidence.harness import ASYNC_HEADER, Proof, Run


def round_trips(run: Run) -> str:
    """How often the server reads from its connection for 100 keys."""
    return f"{run.round_trips([f'name:{number}' for number in range(100)])} round trips for 100 keys"


def stored(run: Run) -> str:
    """What of the two keys is there afterwards."""
    run.example("7")
    return f"{run.client.exists('user:7', 'users')} of 2 keys written"


def registered_twice(run: Run) -> str:
    """Whether a name that is not there yet can be registered."""
    run.example("7")
    return "registered" if run.client.sismember("users", "7") else "taken for registered already"


def longest_batch(run: Run) -> str:
    """How many commands the server gets in one transaction (or batch), by the replies that one ``execute`` gives."""
    for number in range(5000):
        run.client.set(f"page:{number}", "x")
    sizes: list[int] = []
    execute = Pipeline.execute

    def counted(pipe: Pipeline, raise_on_error: bool = True) -> list[object]:
        replies: list[object] = execute(pipe, raise_on_error)
        sizes.append(len(replies))
        return replies

    with patch.object(Pipeline, "execute", counted):
        run.example()
    assert run.client.dbsize() == 0
    return "5000 commands at once" if max(sizes) == 5000 else f"at most {max(sizes)} commands at once"


def round_trips_for_one_user(run: Run) -> str:
    """How often the server reads from the connection of one call."""
    return _shown(run.round_trips("7"))


def awaited_round_trips_for_one_user(run: Run) -> str:
    """How often the server reads from the connection of one call of an async client."""

    async def count() -> int:
        with run.names() as names:
            await names["client"].ping()  # what a new connection sends by itself does not count
            before: int = run.client.info("stats")["total_reads_processed"]
            await names["example"]("7")
            after: int = run.client.info("stats")["total_reads_processed"]
            await names["client"].aclose()
        return after - before - 1  # the first INFO

    return _shown(asyncio.run(count()))


def _shown(round_trips: int) -> str:
    return f"{round_trips} round trip{'s' if round_trips > 1 else ''}"


PROOFS: Final = (
    Proof(
        rule="RED602",
        harm="commands on a pipeline that nothing executes never reach the server",
        bad="""
            def example(name):
                with client.pipeline() as pipe:
                    pipe.hset(f"user:{name}", "mail", "x")
                    pipe.sadd("users", name)
        """,
        good="""
            def example(name):
                with client.pipeline() as pipe:
                    pipe.hset(f"user:{name}", "mail", "x")
                    pipe.sadd("users", name)
                    pipe.execute()
        """,
        measure=stored,
        bad_figure="0 of 2 keys written",
        good_figure="2 of 2 keys written",
    ),
    Proof(
        rule="RED603",
        harm="a queued command returns the pipeline, which is always true",
        bad="""
            def example(name):
                with client.pipeline() as pipe:
                    if pipe.sismember("users", name):
                        return
                    pipe.sadd("users", name)
                    pipe.execute()
        """,
        good="""
            def example(name):
                if client.sismember("users", name):
                    return
                with client.pipeline() as pipe:
                    pipe.sadd("users", name)
                    pipe.execute()
        """,
        measure=registered_twice,
        bad_figure="taken for registered already",
        good_figure="registered",
    ),
    Proof(
        rule="RED604",
        harm="a pipeline that is filled in a loop over all keys holds a command and a reply for each of them",
        bad="""
            def example():
                with client.pipeline(transaction=False) as pipe:
                    for key in client.scan_iter(match="page:*", count=1000):
                        pipe.unlink(key)
                    pipe.execute()
        """,
        good="""
            def example():
                with client.pipeline(transaction=False) as pipe:
                    for key in client.scan_iter(match="page:*", count=1000):
                        pipe.unlink(key)
                        if len(pipe) >= 1000:
                            pipe.execute()
                    pipe.execute()
        """,
        measure=longest_batch,
        bad_figure="5000 commands at once",
        good_figure="at most 1000 commands at once",
    ),
    Proof(
        rule="RED601",
        harm="a GET for each key waits for a round trip for each key",
        bad="""
            def example(keys):
                return [client.get(key) for key in keys]
        """,
        good="""
            def example(keys):
                return client.mget(keys)
        """,
        measure=round_trips,
        bad_figure="100 round trips for 100 keys",
        good_figure="1 round trips for 100 keys",
    ),
    Proof(
        rule="RED601",
        harm="a DEL for each key waits for a round trip for each key",
        bad="""
            def example(keys):
                for key in keys:
                    client.delete(key)
        """,
        good="""
            def example(keys):
                with client.pipeline(transaction=False) as pipe:
                    for key in keys:
                        pipe.delete(key)
                    pipe.execute()
        """,
        measure=round_trips,
        bad_figure="100 round trips for 100 keys",
        good_figure="1 round trips for 100 keys",
    ),
    Proof(
        rule="RED606",
        harm="commands that need nothing of each other wait for a round trip each",
        bad="""
            def example(user):
                client.srem("users", user)
                client.hdel("views", user)
                client.zrem("ranking", user)
                client.publish("users", user)
        """,
        good="""
            def example(user):
                with client.pipeline(transaction=False) as pipe:
                    pipe.srem("users", user)
                    pipe.hdel("views", user)
                    pipe.zrem("ranking", user)
                    pipe.publish("users", user)
                    pipe.execute()
        """,
        measure=round_trips_for_one_user,
        bad_figure="4 round trips",
        good_figure="1 round trip",
    ),
    Proof(
        rule="RED607",
        harm="awaiting commands one by one waits for a round trip each",
        header=ASYNC_HEADER,
        bad="""
            async def example(user):
                name = await client.get(f"name:{user}")
                mail = await client.get(f"mail:{user}")
                city = await client.get(f"city:{user}")
                return name, mail, city
        """,
        good="""
            async def example(user):
                async with client.pipeline(transaction=False) as pipe:
                    pipe.get(f"name:{user}")
                    pipe.get(f"mail:{user}")
                    pipe.get(f"city:{user}")
                    return await pipe.execute()
        """,
        measure=awaited_round_trips_for_one_user,
        bad_figure="3 round trips",
        good_figure="1 round trip",
    ),
)
