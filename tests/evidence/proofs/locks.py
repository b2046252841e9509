"""What happens to locks whose holders crash, or work longer than their locks last."""

from __future__ import annotations

from typing import Final

from evidence.harness import Proof, Run


def lock_after_a_crash(run: Run) -> str:
    """Whether the lock can be taken some time after its holder was killed before EXPIRE."""
    run.killed_before("EXPIRE", "7")
    return "never free again" if run.client.ttl("running:7") == -1 else "free when its TTL is over"


def lock_after_its_holder_was_killed(run: Run) -> str:
    """What is left of a lock whose holder is killed while it works."""
    run.killed_before("PING", "7")
    assert run.client.exists("running:7") == 1
    return "never free again" if run.client.ttl("running:7") == -1 else "free when its TTL is over"


def lock_of_the_next_holder(run: Run) -> str:
    """Whether a worker that outlasts its lock releases that of the next one."""

    def outlast(*_: object) -> None:
        run.client.set("lock:7", "next", ex=30)

    with run.names() as names:
        try:
            names["example"]("7", "first", outlast)
        except Exception as error:
            assert type(error).__name__ == "LockNotOwnedError"
    return "kept" if run.client.get("lock:7") == b"next" else "released by the first holder"


PROOFS: Final = (
    Proof(
        rule="RED501",
        harm="a worker that outlasts its lock deletes the lock of the next holder",
        bad="""
            def example(job, token, work):
                if client.set(f"lock:{job}", token, nx=True, ex=30):
                    work(job)
                    client.delete(f"lock:{job}")
        """,
        good="""
            def example(job, token, work):
                with client.lock(f"lock:{job}", timeout=30):
                    work(job)
        """,
        measure=lock_of_the_next_holder,
        bad_figure="released by the first holder",
        good_figure="kept",
    ),
    Proof(
        rule="RED502",
        harm="a lock without a TTL whose holder is killed is never free again",
        bad="""
            def example(job):
                lock = client.lock(f"running:{job}", blocking_timeout=1)
                if lock.acquire():
                    client.ping()
                    lock.release()
        """,
        good="""
            def example(job):
                lock = client.lock(f"running:{job}", timeout=30, blocking_timeout=1)
                if lock.acquire():
                    client.ping()
                    lock.release()
        """,
        measure=lock_after_its_holder_was_killed,
        bad_figure="never free again",
        good_figure="free when its TTL is over",
    ),
    Proof(
        rule="RED503",
        harm="a process that is killed between SETNX and EXPIRE leaves a lock that is never free again",
        bad="""
            def example(job):
                if client.setnx(f"running:{job}", "worker"):
                    client.expire(f"running:{job}", 30)
                    return True
                return False
        """,
        good="""
            def example(job):
                return client.set(f"running:{job}", "worker", nx=True, ex=30)
        """,
        measure=lock_after_a_crash,
        bad_figure="never free again",
        good_figure="free when its TTL is over",
    ),
)
