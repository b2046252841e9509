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


def lock_after_an_error(run: Run) -> str:
    """Whether the lock is free after the work under it has raised an error."""

    def fail() -> None:
        raise ValueError

    try:
        run.example(fail)
    except ValueError:
        return "still taken" if run.client.exists("rebuild") else "free"
    return "no error"


def lock_released_by_another(run: Run) -> str:
    """Whether a worker that came too late releases the lock of the next one, though it compares the values."""
    with run.names() as names:
        token = names["take"]("7")
        run.client.delete("lock:7")  # its TTL is over
        names["take"]("7")  # the next one takes it
        names["release"]("7", token)
    return "kept" if run.client.exists("lock:7") else "released by the first holder"


def balance_after_a_change(run: Run) -> str:
    """What is left when the watched balance was changed between reading and writing."""
    run.client.set("balance:7", 10)
    run.example("7", 10, lambda: run.client.set("balance:7", 0))
    return f"balance {int(run.client.get('balance:7') or 0)}"


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


_RELEASE: Final = """
            RELEASE = client.register_script(
                "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
            )
"""

PROOFS: Final = (
    Proof(
        rule="RED505",
        harm="with the same value for all, a holder that comes too late releases the lock of the next one",
        bad=_RELEASE
        + """
            def take(job):
                client.set(f"lock:{job}", "locked", nx=True, ex=30)
                return "locked"

            def release(job, token):
                return RELEASE(keys=[f"lock:{job}"], args=["locked"])
        """,
        good=_RELEASE
        + """
            import uuid

            def take(job):
                token = uuid.uuid4().hex
                client.set(f"lock:{job}", token, nx=True, ex=30)
                return token

            def release(job, token):
                return RELEASE(keys=[f"lock:{job}"], args=[token])
        """,
        measure=lock_released_by_another,
        bad_figure="released by the first holder",
        good_figure="kept",
    ),
    Proof(
        rule="RED506",
        harm="an error between acquiring and releasing leaves the lock taken",
        bad="""
            def example(work):
                lock = client.lock("rebuild", timeout=60)
                lock.acquire()
                work()
                lock.release()
        """,
        good="""
            def example(work):
                with client.lock("rebuild", timeout=60):
                    work()
        """,
        measure=lock_after_an_error,
        bad_figure="still taken",
        good_figure="free",
    ),
    Proof(
        rule="RED509",
        harm="without MULTI a change of the watched key stops nothing: the balance falls below zero",
        bad="""
            def example(account, amount, meanwhile):
                with client.pipeline() as pipe:
                    pipe.watch(f"balance:{account}")
                    if int(pipe.get(f"balance:{account}") or 0) >= amount:
                        meanwhile()
                        pipe.decrby(f"balance:{account}", amount)
        """,
        good="""
            def example(account, amount, meanwhile):
                with client.pipeline() as pipe:
                    try:
                        pipe.watch(f"balance:{account}")
                        if int(pipe.get(f"balance:{account}") or 0) >= amount:
                            meanwhile()
                            pipe.multi()
                            pipe.decrby(f"balance:{account}", amount)
                            pipe.execute()
                    except redis.WatchError:
                        return
        """,
        measure=balance_after_a_change,
        bad_figure="balance -10",
        good_figure="balance 0",
    ),
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
