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


def outcome_of_writing(run: Run) -> str:
    """What storing gives or raises."""
    try:
        run.example("a")
    except Exception as error:
        return type(error).__name__
    return "stored"


PROOFS: Final = (
    Proof(
        rule="RED810",
        harm="the client refuses values that are no text, bytes or numbers",
        bad="""
            def example(name):
                client.set(f"flag:{name}", True, ex=60)
        """,
        good="""
            def example(name):
                client.set(f"flag:{name}", 1, ex=60)
        """,
        measure=outcome_of_writing,
        bad_figure="DataError",
        good_figure="stored",
    ),
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
