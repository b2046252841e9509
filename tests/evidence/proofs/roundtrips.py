"""How often client and server talk to each other."""

from __future__ import annotations

from typing import Final

from evidence.harness import Proof, Run


def round_trips(run: Run) -> str:
    """How often the server reads from its connection for 100 keys."""
    return f"{run.round_trips([f'name:{number}' for number in range(100)])} round trips for 100 keys"


PROOFS: Final = (
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
)
