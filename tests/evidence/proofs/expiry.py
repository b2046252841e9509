"""What happens to keys without a TTL, and to TTLs that are set in a second step or lost."""

from __future__ import annotations

from typing import Final

from evidence.harness import Proof, Run


def ttl(run: Run) -> str:
    """The TTL of ``user:7`` after ``example``."""
    run.example("7")
    return f"TTL {run.client.ttl('user:7')}"


def ttl_after_a_crash(run: Run) -> str:
    """What is left of ``user:7`` by a process that is killed when it comes to EXPIRE, or to its end."""
    run.killed_before("EXPIRE", "7")
    return f"TTL {run.client.ttl('user:7')}"


def ttl_of_a_counter_after_a_crash(run: Run) -> str:
    """The TTL of a counter whose first process was killed and which three others have used since."""
    run.killed_before("EXPIRE", "7")
    for _ in range(3):
        run.example("7")
    return f"TTL {run.client.ttl('user:7')}"


def ttl_kept(run: Run) -> str:
    """The TTL of a key with 60 seconds left after ``example`` has written it again."""
    run.client.set("user:7", "old", ex=60)
    return ttl(run)


def length_after_events(run: Run) -> str:
    """How long ``events`` is after 300 events."""
    with run.names() as names:
        for number in range(300):
            names["example"](number)
    kind = run.client.type("events")
    return f"{run.client.xlen('events') if kind == b'stream' else run.client.llen('events')} entries after 300 events"


def keys_after_users(run: Run) -> str:
    """How many keys 50 users leave behind when the longest TTL is over."""
    with run.names() as names:
        for number in range(50):
            names["example"](number)
    lasting = sum(run.client.ttl(key) == -1 for key in run.client.scan_iter())
    return f"{lasting} of 50 keys stay for good"


def outcome_of_ttl(run: Run) -> str:
    """What the server makes of the TTL."""
    try:
        run.example("7")
    except Exception as error:
        return f"{type(error).__name__}"
    return "stored" if run.client.exists("user:7") else "nothing stored"


def moments_of_expiry(run: Run) -> str:
    """How many of 200 keys expire within one second."""
    run.example(range(200))
    with run.client.pipeline() as pipe:
        for number in range(200):
            pipe.pttl(f"page:{number}")
        left = pipe.execute()
    busiest = max(sum(abs(one - other) < 1000 for other in left) for one in left)
    return "all 200 keys expire within one second" if busiest == 200 else "the keys expire one after the other"


PROOFS: Final = (
    Proof(
        rule="RED201",
        harm="keys without a TTL stay until something deletes them",
        bad="""
            def example(user):
                client.set(f"cache:user:{user}", "value")
        """,
        good="""
            def example(user):
                client.set(f"cache:user:{user}", "value", ex=60)
        """,
        measure=keys_after_users,
        bad_figure="50 of 50 keys stay for good",
        good_figure="0 of 50 keys stay for good",
    ),
    Proof(
        rule="RED202",
        harm="a process that is killed between SET and EXPIRE leaves a key that never expires",
        bad="""
            def example(user):
                client.set(f"user:{user}", "value")
                client.expire(f"user:{user}", 60)
        """,
        good="""
            def example(user):
                client.set(f"user:{user}", "value", ex=60)
        """,
        measure=ttl_after_a_crash,
        bad_figure="TTL -1",
        good_figure="TTL 60",
    ),
    Proof(
        rule="RED203",
        harm="SET without KEEPTTL drops the TTL that other code has given the key",
        bad="""
            def create(user):
                client.set(f"user:{user}", "first", ex=60)

            def example(user):
                client.set(f"user:{user}", "second", xx=True)
        """,
        good="""
            def create(user):
                client.set(f"user:{user}", "first", ex=60)

            def example(user):
                client.set(f"user:{user}", "second", xx=True, keepttl=True)
        """,
        measure=ttl_kept,
        bad_figure="TTL -1",
        good_figure="TTL 60",
    ),
    Proof(
        rule="RED203",
        harm="RENAME gives a key the TTL of its source, here none",
        bad="""
            def create(user):
                client.set(f"user:{user}", "first", ex=60)

            def example(user):
                client.set(f"user:{user}:next", "second")
                client.rename(f"user:{user}:next", f"user:{user}")
        """,
        good="""
            def create(user):
                client.set(f"user:{user}", "first", ex=60)

            def example(user):
                client.set(f"user:{user}:next", "second", ex=60)
                client.rename(f"user:{user}:next", f"user:{user}")
        """,
        measure=ttl_kept,
        bad_figure="TTL -1",
        good_figure="TTL 60",
    ),
    Proof(
        rule="RED204",
        harm="collections without a TTL stay until something deletes them",
        bad="""
            def example(user):
                client.hset(f"session:{user}", "name", "value")
        """,
        good="""
            def example(user):
                with client.pipeline() as pipe:
                    pipe.hset(f"session:{user}", "name", "value")
                    pipe.expire(f"session:{user}", 60)
                    pipe.execute()
        """,
        measure=keys_after_users,
        bad_figure="50 of 50 keys stay for good",
        good_figure="0 of 50 keys stay for good",
    ),
    Proof(
        rule="RED205",
        harm="a counter for each user that nothing expires is a key for each user for good",
        bad="""
            def example(user_id):
                return client.incr(f"requests:{user_id}")
        """,
        good="""
            def example(user_id):
                with client.pipeline() as pipe:
                    pipe.incr(f"requests:{user_id}")
                    pipe.expire(f"requests:{user_id}", 60)
                    return pipe.execute()[0]
        """,
        measure=keys_after_users,
        bad_figure="50 of 50 keys stay for good",
        good_figure="0 of 50 keys stay for good",
    ),
    Proof(
        rule="RED206",
        harm="a counter whose first process is killed before EXPIRE never starts again",
        bad="""
            def example(user):
                count = client.incr(f"user:{user}")
                if count == 1:
                    client.expire(f"user:{user}", 60)
                return count
        """,
        good="""
            def example(user):
                with client.pipeline() as pipe:
                    pipe.incr(f"user:{user}")
                    pipe.expire(f"user:{user}", 60)
                    return pipe.execute()[0]
        """,
        measure=ttl_of_a_counter_after_a_crash,
        bad_figure="TTL -1",
        good_figure="TTL 60",
    ),
    Proof(
        rule="RED207",
        harm="the server refuses a TTL of 0, nothing is stored",
        bad="""
            def example(user):
                client.set(f"user:{user}", "value", ex=0)
        """,
        good="""
            def example(user):
                client.set(f"user:{user}", "value", ex=60)
        """,
        measure=outcome_of_ttl,
        bad_figure="ResponseError",
        good_figure="stored",
    ),
    Proof(
        rule="RED207",
        harm="EXPIRE with a TTL below zero deletes the key at once",
        bad="""
            def example(user):
                with client.pipeline() as pipe:
                    pipe.set(f"user:{user}", "value")
                    pipe.expire(f"user:{user}", -60)
                    pipe.execute()
        """,
        good="""
            def example(user):
                with client.pipeline() as pipe:
                    pipe.set(f"user:{user}", "value")
                    pipe.expire(f"user:{user}", 60)
                    pipe.execute()
        """,
        measure=outcome_of_ttl,
        bad_figure="nothing stored",
        good_figure="stored",
    ),
    Proof(
        rule="RED208",
        harm="a stream without MAXLEN keeps every entry",
        bad="""
            def example(number):
                client.xadd("events", {"number": number})
        """,
        good="""
            def example(number):
                client.xadd("events", {"number": number}, maxlen=100, approximate=False)
        """,
        measure=length_after_events,
        bad_figure="300 entries after 300 events",
        good_figure="100 entries after 300 events",
    ),
    Proof(
        rule="RED209",
        harm="a list that is only pushed to keeps every element",
        bad="""
            def example(number):
                client.lpush("events", number)

            def latest():
                return client.lrange("events", 0, 9)
        """,
        good="""
            def example(number):
                with client.pipeline() as pipe:
                    pipe.lpush("events", number)
                    pipe.ltrim("events", 0, 99)
                    pipe.execute()

            def latest():
                return client.lrange("events", 0, 9)
        """,
        measure=length_after_events,
        bad_figure="300 entries after 300 events",
        good_figure="100 entries after 300 events",
    ),
    Proof(
        rule="RED210",
        harm="keys that a loop gives the same TTL expire at the same moment",
        bad="""
            def example(pages):
                with client.pipeline(transaction=False) as pipe:
                    for page in pages:
                        pipe.set(f"page:{page}", "content", ex=3600)
                    pipe.execute()
        """,
        good="""
            import random

            def example(pages):
                with client.pipeline(transaction=False) as pipe:
                    for page in pages:
                        pipe.set(f"page:{page}", "content", ex=3600 + random.randrange(600))
                    pipe.execute()
        """,
        measure=moments_of_expiry,
        bad_figure="all 200 keys expire within one second",
        good_figure="the keys expire one after the other",
    ),
)
