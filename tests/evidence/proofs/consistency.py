"""What the server says when code and keys do not fit."""

from __future__ import annotations

import warnings
from typing import Final

from evidence.harness import Place, Proof, Run


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


def members_of_a_union(run: Run) -> str:
    """How many members of a sorted set are in what is stored as a union of it."""
    run.client.zadd("scores", {"a": 1, "b": 2})
    run.example("7")
    return f"{run.client.zcard('total:7')} of 2 members"


def warnings_of_the_client(run: Run) -> str:
    """Whether the client library warns of the method."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        run.example("7")
    return "DeprecationWarning" if any(one.category is DeprecationWarning for one in seen) else "no warning"


def outcome_of_construction(run: Run) -> str:
    """What constructing the client gives or raises."""
    try:
        with run.names():
            return "made"
    except Exception as error:
        return type(error).__name__


def outcome_on_the_server(run: Run) -> str:
    """What the server says to the command."""
    run.client.rpush("jobs", "one")
    try:
        run.example()
    except Exception as error:
        return str(error).partition(",")[0].partition("`")[0].strip().partition(" '")[0]
    return "done"


PROOFS: Final = (
    Proof(
        rule="RED901",
        harm="the client library warns of `hmset`",
        bad="""
            def example(user):
                client.hmset(f"user:{user}", {"a": 1})
        """,
        good="""
            def example(user):
                client.hset(f"user:{user}", mapping={"a": 1})
        """,
        measure=warnings_of_the_client,
        bad_figure="DeprecationWarning",
        good_figure="no warning",
    ),
    Proof(
        rule="RED902",
        harm="redis-py 6 and later have no `charset`",
        header="import redis\n\nPORT = 6379\n",
        settings={"target-client": "redis>=6"},
        bad="""
            client = redis.Redis(port=PORT, charset="utf-8", socket_timeout=5)
        """,
        good="""
            client = redis.Redis(port=PORT, encoding="utf-8", socket_timeout=5)
        """,
        measure=outcome_of_construction,
        bad_figure="TypeError",
        good_figure="made",
    ),
    Proof(
        rule="RED903",
        harm="a server does not know commands that came after it",
        settings={"target-server": "redis>=6.2"},
        bad="""
            def example():
                return client.lmpop(1, "jobs", direction="LEFT")
        """,
        good="""
            def example():
                return client.lpop("jobs", 1)
        """,
        measure=outcome_on_the_server,
        bad_figure="unknown command",
        good_figure="done",
        places=(Place.REDIS62,),
    ),
    Proof(
        rule="RED905",
        harm="a list among the keys is refused",
        bad="""
            def example(name):
                client.unlink([f"name:{name}", f"mail:{name}"])
        """,
        good="""
            def example(name):
                client.unlink(f"name:{name}", f"mail:{name}")
        """,
        measure=outcome_of_writing,
        bad_figure="DataError",
        good_figure="stored",
    ),
    Proof(
        rule="RED905",
        harm="of a text in place of a list of keys every letter is a key",
        bad="""
            def example(name):
                client.zunionstore(f"total:{name}", "scores")
        """,
        good="""
            def example(name):
                client.zunionstore(f"total:{name}", ["scores"])
        """,
        measure=members_of_a_union,
        bad_figure="0 of 2 members",
        good_figure="2 of 2 members",
    ),
    Proof(
        rule="RED905",
        harm="a list of keys in a variable is refused",
        bad="""
            def example(name):
                names = [f"{kind}:{name}" for kind in ("name", "mail")]
                client.unlink(names)
        """,
        good="""
            def example(name):
                names = [f"{kind}:{name}" for kind in ("name", "mail")]
                client.unlink(*names)
        """,
        measure=outcome_of_writing,
        bad_figure="DataError",
        good_figure="stored",
    ),
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
