"""What the server says when code and keys do not fit."""

from __future__ import annotations

from typing import Final

from evidence.harness import Proof, Run


def reply_to_the_reader(run: Run) -> str:
    """What reading gives after writing."""
    with run.names() as names:
        names["store"]("7")
        try:
            return f"reply {names['example']('7')!r}"
        except Exception as error:
            return str(error).partition(" ")[0]


PROOFS: Final = (
    Proof(
        rule="RED904",
        harm="a command for another type of value is refused",
        bad="""
            def store(user):
                client.set(f"profile:{user}", "name", ex=3600)

            def example(user):
                return client.hget(f"profile:{user}", "name")
        """,
        good="""
            def store(user):
                client.set(f"profile:{user}", "name", ex=3600)

            def example(user):
                return client.get(f"profile:{user}")
        """,
        measure=reply_to_the_reader,
        bad_figure="WRONGTYPE",
        good_figure="reply b'name'",
    ),
)
