"""What two processes do to each other when they do the same thing at the same time."""

from __future__ import annotations

import pickle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evidence.harness import Proof, Run


def counted(run: Run) -> str:
    """How many of two increments of one counter are left."""
    run.side_by_side("7", after="GET")
    return f"{int(run.client.get('views:7') or 0)} of 2 counted"


def registered(run: Run) -> str:
    """How many of two that want the same name are told that they have it."""
    replies = run.side_by_side("7", after="EXISTS")
    return f"{sum(bool(reply) for reply in replies)} of 2 have the name"


def members_after_a_crash(run: Run) -> str:
    """What is left of a set when the process is killed before it fills it again."""
    run.client.sadd("roles:7", "reader")
    run.killed_before("SADD", "7")
    return f"{run.client.scard('roles:7')} members left"


def workers_inside(run: Run) -> str:
    """How many workers work while another one holds the lock."""
    run.client.set("lock:rebuild", "another", ex=60)
    inside: list[int] = []
    run.example(lambda: inside.append(1))
    return f"{len(inside)} let in"


class _GivenUpError(Exception):
    """Enough tries."""


def tries(run: Run) -> str:
    """How often a transaction runs its function before it is done, or before we give up."""
    count = 0

    def tried() -> None:
        nonlocal count
        count += 1
        if count > 50:
            raise _GivenUpError

    try:
        run.example(tried)
    except _GivenUpError:
        return "given up after 50 tries"
    return f"done after {count} try"


def code_run_by_reading(run: Run) -> str:
    """Whether reading a value that somebody else has stored runs their code."""
    with TemporaryDirectory() as folder:
        proof = Path(folder) / "was-here"
        run.client.set("job:7", pickle.dumps(_Payload(str(proof))))
        try:
            run.example("7")
        except UnicodeDecodeError:
            return "refused"
        return "their code was run" if proof.exists() else "nothing was run"


class _Payload:
    """An object whose pickle makes a file when it is read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path(self.path),)


PROOFS: Final = (
    Proof(
        rule="RED507",
        harm="of two increments by GET and SET at the same time, one is lost",
        bad="""
            def example(page):
                views = int(client.get(f"views:{page}") or 0)
                client.set(f"views:{page}", views + 1, ex=60)
        """,
        good="""
            def example(page):
                return client.incr(f"views:{page}")
        """,
        measure=counted,
        bad_figure="1 of 2 counted",
        good_figure="2 of 2 counted",
    ),
    Proof(
        rule="RED508",
        harm="two processes find that a name is free, and both take it",
        bad="""
            def example(name):
                if not client.exists(f"name:{name}"):
                    client.set(f"name:{name}", "me", ex=60)
                    return True
                return False
        """,
        good="""
            def example(name):
                return client.set(f"name:{name}", "me", nx=True, ex=60)
        """,
        measure=registered,
        bad_figure="2 of 2 have the name",
        good_figure="1 of 2 have the name",
    ),
    Proof(
        rule="RED513",
        harm="a function that writes the watched key without multi() is run again and again",
        bad="""
            def example(tried):
                def run(pipe):
                    tried()
                    pipe.incr("visits")

                client.transaction(run, "visits")
        """,
        good="""
            def example(tried):
                def run(pipe):
                    tried()
                    pipe.multi()
                    pipe.incr("visits")

                client.transaction(run, "visits")
        """,
        measure=tries,
        bad_figure="given up after 50 tries",
        good_figure="done after 1 try",
    ),
    Proof(
        rule="RED511",
        harm="a process that is killed between deleting and filling leaves nothing",
        bad="""
            def example(user):
                client.unlink(f"roles:{user}")
                client.sadd(f"roles:{user}", "reader", "writer")
        """,
        good="""
            def example(user):
                with client.pipeline() as pipe:
                    pipe.unlink(f"roles:{user}")
                    pipe.sadd(f"roles:{user}", "reader", "writer")
                    pipe.execute()
        """,
        measure=members_after_a_crash,
        bad_figure="0 members left",
        good_figure="2 members left",
    ),
    Proof(
        rule="RED504",
        harm="who does not look at the reply works next to the holder of the lock",
        bad="""
            def example(work):
                lock = client.lock("lock:rebuild", timeout=60)
                lock.acquire(blocking=False)
                work()
        """,
        good="""
            def example(work):
                lock = client.lock("lock:rebuild", timeout=60)
                if lock.acquire(blocking=False):
                    work()
        """,
        measure=workers_inside,
        bad_figure="1 let in",
        good_figure="0 let in",
    ),
    Proof(
        rule="RED504",
        harm="`acquire()` of a lock that was made with `blocking_timeout` gives up, and does not raise",
        bad="""
            def example(work):
                lock = client.lock("lock:rebuild", timeout=60, blocking_timeout=0.2)
                lock.acquire()
                work()
        """,
        good="""
            def example(work):
                lock = client.lock("lock:rebuild", timeout=60, blocking_timeout=0.2)
                if lock.acquire():
                    work()
        """,
        measure=workers_inside,
        bad_figure="1 let in",
        good_figure="0 let in",
    ),
    Proof(
        rule="RED512",
        harm="`acquire()` of a lock on a pipeline says yes without taking anything",
        bad="""
            def example(work):
                with client.pipeline() as pipe:
                    if pipe.lock("lock:rebuild", timeout=60).acquire(blocking=False):
                        work()
        """,
        good="""
            def example(work):
                if client.lock("lock:rebuild", timeout=60).acquire(blocking=False):
                    work()
        """,
        measure=workers_inside,
        bad_figure="1 let in",
        good_figure="0 let in",
    ),
    Proof(
        rule="RED801",
        harm="unpickling a value runs the code that it names",
        bad="""
            import pickle

            def example(name):
                return pickle.loads(client.get(f"job:{name}"))
        """,
        good="""
            import json

            def example(name):
                return json.loads(client.get(f"job:{name}"))
        """,
        measure=code_run_by_reading,
        bad_figure="their code was run",
        good_figure="refused",
    ),
)
