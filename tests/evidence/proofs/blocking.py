"""What commands over whole collections and keyspaces cost a server that runs one command at a time."""

from __future__ import annotations

import time
from typing import Final

from evidence.harness import Place, Proof, Run


def longest_command_with_many_keys(run: Run) -> str:
    """Whether one command of ``example`` has to look at all of 20,000 keys, by the server's own slow log."""
    with run.client.pipeline(transaction=False) as pipe:
        for number in range(20_000):
            pipe.set(f"session:{number}", number)
        pipe.execute()
    return _most_returned(run)


def longest_command_with_many_members(run: Run) -> str:
    """How much of a set of 20,000 members one reply to ``example`` holds."""
    run.client.sadd("visitors:home", *range(20_000))
    return _most_returned(run)


def sent_for_the_size(run: Run) -> str:
    """What the server sends for the size of a set of 20,000 members."""
    run.client.sadd("visitors:home", *range(20_000))
    with run.names() as names:
        names["client"].ping()
        before: int = run.client.info("stats")["total_net_output_bytes"]
        first: int = run.client.info("stats")["total_net_output_bytes"]
        assert names["example"]("home") == [20_000]
        after: int = run.client.info("stats")["total_net_output_bytes"]
    sent = (after - first) - (first - before)  # what an INFO itself takes
    return "more than 100 kB for a number" if sent > 100_000 else "less than 1 kB for a number"


def _most_returned(run: Run) -> str:
    """The size class of the longest reply, by what the server has written to its connections per command."""
    with run.names() as names:
        names["client"].ping()
        before = run.client.info("stats")
        found = list(names["example"]("home"))
        after = run.client.info("stats")
    commands = after["total_commands_processed"] - before["total_commands_processed"] - 1
    written = after["total_net_output_bytes"] - before["total_net_output_bytes"]
    assert len(set(found)) == 20_000
    return "one reply of over 100 kB" if written / commands > 100_000 else "replies of less than 100 kB"


def thread_that_frees(run: Run) -> str:
    """Who frees a set of 20,000 members: the server counts the objects that its background thread has freed."""
    run.client.sadd("visitors:home", *range(20_000))
    before = _freed_in_background(run)
    with run.names() as names:
        names["example"]("home")
    in_background = _freed_in_background(run) - before
    return "freed in the background" if in_background else "freed while all clients wait"


def _freed_in_background(run: Run) -> int:
    """The objects that the server's background thread has freed or is about to free."""
    while run.client.info("memory")["lazyfree_pending_objects"]:
        time.sleep(0.01)
    freed: int = run.client.info("memory")["lazyfreed_objects"]
    return freed


def keys_of_others(run: Run) -> str:
    """Whether the key of another program is there afterwards."""
    run.client.set("session:of-another-program", "x")
    run.client.set("page:1", "x")
    run.example()
    assert run.client.exists("page:1") == 0
    return "kept" if run.client.exists("session:of-another-program") else "deleted"


def policy_of_others(run: Run) -> str:
    """What another program finds the policy of the server to be."""
    before = run.client.config_get("maxmemory-policy")["maxmemory-policy"]
    try:
        run.example()
        after = run.client.config_get("maxmemory-policy")["maxmemory-policy"]
    finally:
        run.client.config_set("maxmemory-policy", str(before))
    return "the same as before" if before == after else "changed for all programs"


def reply_of_a_union(run: Run) -> str:
    """How large the reply is that tells about two days with 20,000 visitors each."""
    for day in ("monday", "tuesday"):
        run.client.sadd(f"visitors:{day}", *(f"{day}:{number}" for number in range(20_000)))
        run.client.pfadd(f"seen:{day}", *(f"{day}:{number}" for number in range(20_000)))
    with run.names() as names:
        names["client"].ping()
        before: int = run.client.info("stats")["total_net_output_bytes"]
        first: int = run.client.info("stats")["total_net_output_bytes"]
        names["example"]("monday", "tuesday")
        after: int = run.client.info("stats")["total_net_output_bytes"]
    sent = (after - first) - (first - before)  # what an INFO itself takes
    return "more than 400 kB in one reply" if sent > 400_000 else "less than 1 kB"


def members_seen(run: Run) -> str:
    """Whether all of a thousand members are found."""
    run.client.sadd("group:a", *(f"member:{number}" for number in range(1000)))
    found = len(set(run.example("a")))
    return "all 1000 members" if found == 1000 else "a part of 1000 members"


PROOFS: Final = (
    Proof(
        rule="RED108",
        harm="a page of SSCAN is a part of a large set",
        bad="""
            def example(name):
                cursor, members = client.sscan(f"group:{name}")
                return members
        """,
        good="""
            def example(name):
                return list(client.sscan_iter(f"group:{name}"))
        """,
        measure=members_seen,
        bad_figure="a part of 1000 members",
        good_figure="all 1000 members",
    ),
    Proof(
        rule="RED101",
        harm="KEYS looks at every key of the database in one step and answers with all that match",
        bad="""
            def example(_):
                return client.keys("session:*")
        """,
        good="""
            def example(_):
                return client.scan_iter(match="session:*", count=1000)
        """,
        measure=longest_command_with_many_keys,
        bad_figure="one reply of over 100 kB",
        good_figure="replies of less than 100 kB",
    ),
    Proof(
        rule="RED102",
        harm="DEL frees a large collection in the thread that serves all clients (unless the server is set otherwise)",
        bad="""
            def visit(page, visitor):
                client.sadd(f"visitors:{page}", visitor)

            def example(page):
                client.delete(f"visitors:{page}")
        """,
        good="""
            def visit(page, visitor):
                client.sadd(f"visitors:{page}", visitor)

            def example(page):
                client.unlink(f"visitors:{page}")
        """,
        measure=thread_that_frees,
        bad_figure="freed while all clients wait",
        good_figure="freed in the background",
        places=(Place.REDIS62,),
    ),
    Proof(
        rule="RED112",
        harm="the whole set is sent for one number",
        bad="""
            def example(page):
                return [len(client.smembers(f"visitors:{page}"))]
        """,
        good="""
            def example(page):
                return [client.scard(f"visitors:{page}")]
        """,
        measure=sent_for_the_size,
        bad_figure="more than 100 kB for a number",
        good_figure="less than 1 kB for a number",
    ),
    Proof(
        rule="RED104",
        harm="FLUSHDB deletes the keys of all programs that use the database",
        bad="""
            def example():
                client.flushdb()
        """,
        good="""
            def example():
                for key in client.scan_iter(match="page:*", count=1000):
                    client.unlink(key)
        """,
        measure=keys_of_others,
        bad_figure="deleted",
        good_figure="kept",
    ),
    Proof(
        rule="RED105",
        harm="CONFIG SET changes the server for all programs",
        bad="""
            def example():
                client.config_set("maxmemory-policy", "allkeys-lru")
        """,
        good="""
            def example():
                return client.config_get("maxmemory-policy")
        """,
        measure=policy_of_others,
        bad_figure="changed for all programs",
        good_figure="the same as before",
    ),
    Proof(
        rule="RED103",
        harm="SMEMBERS reads the whole set in one step",
        bad="""
            def visit(page, visitor):
                client.sadd(f"visitors:{page}", visitor)

            def example(page):
                return client.smembers(f"visitors:{page}")
        """,
        good="""
            def visit(page, visitor):
                client.sadd(f"visitors:{page}", visitor)

            def example(page):
                return client.sscan_iter(f"visitors:{page}", count=500)
        """,
        measure=longest_command_with_many_members,
        bad_figure="one reply of over 100 kB",
        good_figure="replies of less than 100 kB",
    ),
    Proof(
        rule="RED107",
        harm="SUNION goes through all elements of both sets in one step and sends them",
        bad="""
            def visit(day, visitor):
                client.sadd(f"visitors:{day}", visitor)

            def example(day, other_day):
                return client.sunion(f"visitors:{day}", f"visitors:{other_day}")
        """,
        good="""
            def visit(day, visitor):
                client.pfadd(f"seen:{day}", visitor)

            def example(day, other_day):
                return client.pfcount(f"seen:{day}", f"seen:{other_day}")
        """,
        measure=reply_of_a_union,
        bad_figure="more than 400 kB in one reply",
        good_figure="less than 1 kB",
    ),
)
