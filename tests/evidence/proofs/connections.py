"""What connections cost when clients are made over and over."""

from __future__ import annotations

from typing import Final

from evidence.harness import Proof, Run


def connections_opened(run: Run) -> str:
    """How many connections the server accepts for ten calls."""
    with run.names() as names:
        names["client"].ping()
        before: int = run.client.info("stats")["total_connections_received"]
        for _ in range(10):
            names["example"]("a")
        after: int = run.client.info("stats")["total_connections_received"]
    return f"{after - before} connections for 10 calls"


def connections_of_a_loop(run: Run) -> str:
    """How many connections the server accepts for one call with ten names."""
    with run.names() as names:
        names["client"].ping()
        before: int = run.client.info("stats")["total_connections_received"]
        names["example"]([f"name:{number}" for number in range(10)])
        after: int = run.client.info("stats")["total_connections_received"]
    return f"{after - before} connections for 10 names"


PROOFS: Final = (
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
)
