"""What connections cost when clients are made over and over."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import warnings
from typing import Any, Final

from redis import AuthenticationError, ConnectionError, Redis

from evidence.harness import ASYNC_HEADER, Proof, Run


def connections_opened(run: Run) -> str:
    """How many connections the server accepts for ten calls."""
    with run.names() as names:
        names["client"].ping()
        before: int = run.client.info("stats")["total_connections_received"]
        for _ in range(10):
            names["example"]("a")
        after: int = run.client.info("stats")["total_connections_received"]
    return f"{after - before} connections for 10 calls"


def replies_of_many_names(run: Run) -> str:
    """What 500 names at once bring."""

    async def ask(names: dict[str, Any]) -> str:
        try:
            replies = await names["example"]([f"name:{number}" for number in range(500)])
            return f"{len(replies)} replies"
        except ConnectionError as error:
            return type(error).__name__
        finally:  # gather leaves the others running
            await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
            await names["client"].connection_pool.disconnect()

    with run.names() as names:
        return asyncio.run(ask(names))


def connections_of_a_loop(run: Run) -> str:
    """How many connections the server accepts for one call with ten names."""
    with run.names() as names:
        names["client"].ping()
        before: int = run.client.info("stats")["total_connections_received"]
        names["example"]([f"name:{number}" for number in range(10)])
        after: int = run.client.info("stats")["total_connections_received"]
    return f"{after - before} connections for 10 names"


def waited_for_a_silent_server(run: Run) -> str:
    """Whether a command gives up within two seconds while the server answers nobody."""
    seen: list[str] = []

    def work() -> None:
        try:
            run.example("a")
            seen.append("answered")
        except Exception as error:
            seen.append(type(error).__name__)

    worker = threading.Thread(target=work, daemon=True)
    run.client.client_pause(4000)
    try:
        worker.start()
        worker.join(2)
        return "gave up after a second" if seen == ["TimeoutError"] else "still waiting after two seconds"
    finally:
        run.client.client_unpause()
        worker.join(5)


def waited_for_a_connection(run: Run) -> str:
    """Whether a command gives up within two seconds where the host takes no connection."""
    seen: list[str] = []
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]  # the kernel drops what comes after the first ones
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))

        def work() -> None:
            try:
                run.example(port)
                seen.append("connected")
            except Exception as error:
                seen.append(type(error).__name__)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        worker.join(2)
        for one in waiting:
            one.close()
    return "gave up after a second" if seen == ["TimeoutError"] else "still waiting after two seconds"


def turns_of_the_event_loop(run: Run) -> str:
    """Whether other code of the event loop gets its turns while a command waits for a second."""

    async def both() -> int:
        turns = 0
        with run.names() as names:
            waiting = asyncio.ensure_future(names["example"]("nothing"))
            await asyncio.sleep(0)
            while not waiting.done():
                turns += 1
                await asyncio.sleep(0.01)
            await waiting
            close = getattr(names["client"], "aclose", None)
            if close is not None:
                await close()
        return turns

    return "others go on" if asyncio.run(both()) > 10 else "all others stand still"


def key_after_not_awaiting(run: Run) -> str:
    """Whether a key that should be deleted is still there."""
    run.client.set("user:7", "x")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        run.example("7")
        gc.collect()
    return "still there" if run.client.exists("user:7") else "deleted"


def connections_left_open(run: Run) -> str:
    """How many more connections the server has after ten calls on one event loop than before."""

    async def ten_calls() -> int:
        with run.names() as names:
            before = len(run.client.client_list())
            for _ in range(10):
                await names["example"]("a")
            gc.collect()
            after = len(run.client.client_list())
            await names["client"].connection_pool.disconnect()
        return after - before

    return f"{asyncio.run(ten_calls())} connections left open by 10 calls"


def type_of_reply(run: Run) -> str:
    """Whether text or bytes come back."""
    run.client.set("name", "x")
    return type(run.example("name")).__name__


def anybody(run: Run) -> str:
    """Whether somebody without a password gets in as the new user."""
    try:
        run.example("guest")
        with Redis(host=run.server.host, port=run.server.port) as other:
            other.execute_command("AUTH", "guest", "anything")
            return "lets everybody in"
    except AuthenticationError:
        return "asks for the password"
    finally:
        run.client.acl_deluser("guest")


PROOFS: Final = (
    Proof(
        rule="RED806",
        harm="a user with `nopass` is anybody",
        bad="""
            def example(name):
                client.acl_setuser(name, enabled=True, nopass=True)
        """,
        good="""
            def example(name):
                client.acl_setuser(name, enabled=True, passwords=["+kX9-Tr4in"])
        """,
        measure=anybody,
        bad_figure="lets everybody in",
        good_figure="asks for the password",
    ),
    Proof(
        rule="RED411",
        harm="options beside a pool are ignored without a word: bytes come back instead of text",
        header="import redis\n\nPORT = 6379\n",
        bad="""
            pool = redis.ConnectionPool(port=PORT, socket_timeout=5)
            client = redis.Redis(connection_pool=pool, decode_responses=True)

            def example(name):
                return client.get(name)
        """,
        good="""
            pool = redis.ConnectionPool(port=PORT, socket_timeout=5, decode_responses=True)
            client = redis.Redis(connection_pool=pool)

            def example(name):
                return client.get(name)
        """,
        measure=type_of_reply,
        bad_figure="bytes",
        good_figure="str",
    ),
    Proof(
        rule="RED403",
        harm="without a socket timeout a command waits for a server that does not answer, as long as that takes",
        header="import valkey\n\nPORT = 6379\n",
        bad="""
            client = valkey.Valkey(port=PORT)

            def example(name):
                return client.set(name, 1, ex=60)
        """,
        good="""
            client = valkey.Valkey(port=PORT, socket_timeout=1)

            def example(name):
                return client.set(name, 1, ex=60)
        """,
        measure=waited_for_a_silent_server,
        bad_figure="still waiting after two seconds",
        good_figure="gave up after a second",
    ),
    Proof(
        rule="RED403",
        harm="without a connect timeout a client waits for a host that takes no connection, as long as that takes",
        header="import valkey\n\n",
        bad="""
            def example(port):
                client = valkey.Valkey(port=port, socket_timeout=None)
                return client.set("a", 1, ex=60)
        """,
        good="""
            def example(port):
                client = valkey.Valkey(port=port, socket_timeout=None, socket_connect_timeout=1)
                return client.set("a", 1, ex=60)
        """,
        measure=waited_for_a_connection,
        bad_figure="still waiting after two seconds",
        good_figure="gave up after a second",
    ),
    Proof(
        rule="RED404",
        harm="a pubsub that nothing closes keeps a connection of its client's pool",
        header=ASYNC_HEADER,
        bad="""
            async def example(name):
                pubsub = client.pubsub()
                await pubsub.subscribe(name)
                return await pubsub.get_message(timeout=1)
        """,
        good="""
            async def example(name):
                async with client.pubsub() as pubsub:
                    await pubsub.subscribe(name)
                    return await pubsub.get_message(timeout=1)
        """,
        measure=connections_left_open,
        bad_figure="10 connections left open by 10 calls",
        good_figure="1 connections left open by 10 calls",
    ),
    Proof(
        rule="RED405",
        harm="a sync command in async code stops everything else on the event loop while it waits",
        bad="""
            async def example(name):
                return client.blpop(name, timeout=1)
        """,
        good="""
            import asyncio

            async def example(name):
                return await asyncio.to_thread(client.blpop, name, timeout=1)
        """,
        measure=turns_of_the_event_loop,
        bad_figure="all others stand still",
        good_figure="others go on",
    ),
    Proof(
        rule="RED405",
        harm="a plain function that sends a command stops the event loop as well",
        bad="""
            def next_of(name):
                return client.blpop(name, timeout=1)

            async def example(name):
                return next_of(name)
        """,
        good="""
            import asyncio

            def next_of(name):
                return client.blpop(name, timeout=1)

            async def example(name):
                return await asyncio.to_thread(next_of, name)
        """,
        measure=turns_of_the_event_loop,
        bad_figure="all others stand still",
        good_figure="others go on",
    ),
    Proof(
        rule="RED406",
        harm="a command that nothing awaits is never sent",
        header=ASYNC_HEADER,
        bad="""
            async def example(name):
                client.delete(f"user:{name}")
        """,
        good="""
            async def example(name):
                await client.delete(f"user:{name}")
        """,
        measure=key_after_not_awaiting,
        bad_figure="still there",
        good_figure="deleted",
    ),
    Proof(
        rule="RED401",
        harm="a client in the function is a pool and a connection for every call",
        bad="""
            def example(name):
                return redis.Redis(port=PORT, socket_timeout=5).get(name)
        """,
        good="""
            def example(name):
                return client.get(name)
        """,
        measure=connections_opened,
        bad_figure="10 connections for 10 calls",
        good_figure="0 connections for 10 calls",
    ),
    Proof(
        rule="RED402",
        harm="a client in the loop is a connection for every round",
        bad="""
            def example(names):
                return [redis.Redis(port=PORT, socket_timeout=5).get(name) for name in names]
        """,
        good="""
            def example(names):
                return client.mget(names)
        """,
        measure=connections_of_a_loop,
        bad_figure="10 connections for 10 names",
        good_figure="0 connections for 10 names",
    ),
    Proof(
        rule="RED412",
        harm="commands that are gathered take a connection each, and the pool raises when it has none left",
        header=ASYNC_HEADER.replace("socket_timeout=5)", "socket_timeout=5, max_connections=100)"),
        bad="""
            import asyncio

            async def example(names):
                return await asyncio.gather(*[client.get(name) for name in names])
        """,
        good="""
            import asyncio

            pool = redis.BlockingConnectionPool(port=PORT, socket_timeout=5, max_connections=20)
            client = redis.Redis(connection_pool=pool)

            async def example(names):
                return await asyncio.gather(*[client.get(name) for name in names])
        """,
        measure=replies_of_many_names,
        bad_figure="MaxConnectionsError",
        good_figure="500 replies",
    ),
)
