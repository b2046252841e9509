"""What is kept in a database, and how it comes back."""

from __future__ import annotations

from typing import Final

from evidence.harness import HEADER, Proof, Run

_DECODING: Final = HEADER.replace("socket_timeout=5", "socket_timeout=5, decode_responses=True")


def answer_for_what_is_stored(run: Run) -> str:
    """What the code says of a switch that is on."""
    run.client.set("switch:7", "on")
    try:
        return f"says {run.example('7')!r}"
    except Exception as error:
        return type(error).__name__


def keys_that_are_written(run: Run) -> str:
    """The keys that the code adds."""
    run.client.rpush("waiting", "42")
    run.example()
    return b", ".join(sorted(run.client.scan_iter())).decode()


def answer_for_a_profile(run: Run) -> str:
    """What the code finds in a hash that has the field."""
    run.client.hset("user:7", "name", "Ada")
    return f"finds {run.example('7')!r}"


PROOFS: Final = (
    Proof(
        rule="RED807",
        harm="what is stored never equals the text that it is compared with",
        bad="""
            def example(name):
                return client.get(f"switch:{name}") == "on"
        """,
        good="""
            def example(name):
                return client.get(f"switch:{name}") == b"on"
        """,
        measure=answer_for_what_is_stored,
        bad_figure="says False",
        good_figure="says True",
    ),
    Proof(
        rule="RED807",
        harm="a key that is built from a reply is another key",
        bad="""
            def example():
                number = client.lpop("waiting")
                client.set(f"job:{number}", "taken", ex=60)
        """,
        good="""
            def example():
                number = client.lpop("waiting").decode()
                client.set(f"job:{number}", "taken", ex=60)
        """,
        measure=keys_that_are_written,
        bad_figure="job:b'42'",
        good_figure="job:42",
    ),
    Proof(
        rule="RED807",
        harm="a field that is there is not found",
        bad="""
            def example(user):
                found = client.hgetall(f"user:{user}")
                return found.get("name")
        """,
        good="""
            def example(user):
                found = client.hgetall(f"user:{user}")
                return found.get(b"name")
        """,
        measure=answer_for_a_profile,
        bad_figure="finds None",
        good_figure="finds b'Ada'",
    ),
    Proof(
        rule="RED807",
        harm="`decode()` fails for what the client has decoded",
        bad="""
            def example(name):
                return client.get(f"switch:{name}").decode()
        """,
        good="""
            def example(name):
                return client.get(f"switch:{name}")
        """,
        measure=answer_for_what_is_stored,
        bad_figure="AttributeError",
        good_figure="says 'on'",
        header=_DECODING,
    ),
)
