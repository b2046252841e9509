"""Commands and loops that wait too long, or not at all."""

from __future__ import annotations

import threading
import time
from typing import Final

from evidence.harness import Proof, Run


def after_two_seconds(run: Run) -> str:
    """Whether a command that nothing comes for has returned after two seconds; something comes then."""
    seen: list[object] = []

    def work() -> None:
        seen.append(run.example())

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(2)
    returned = list(seen)
    run.client.rpush("jobs", "late")
    worker.join(5)
    return "has returned" if returned else "still waits"


def outcome_without_work(run: Run) -> str:
    """What a blocking command gives when nothing comes."""
    try:
        return f"reply {run.example()!r}"
    except Exception as error:
        return type(error).__name__


def outcome_of_late_news(run: Run) -> str:
    """What waiting for a message gives when one is published after two seconds."""
    publisher = threading.Timer(2, run.client.publish, ("news", "late"))
    publisher.start()
    try:
        return outcome_without_work(run)
    finally:
        publisher.join()


def calls_in_a_second(run: Run) -> str:
    """How often a loop asks in one second while nothing comes."""
    asked = 0
    end = time.monotonic() + 1

    def is_going_on() -> bool:
        nonlocal asked
        asked += 1
        return time.monotonic() < end

    run.example(is_going_on)
    return "more than 100 times a second" if asked > 100 else "less than 10 times a second"


def end_of_process(run: Run) -> str:
    """Whether a process that has nothing more to do ends within five seconds."""
    return "ends" if run.ends_within(5) else "does not end"


PROOFS: Final = (
    Proof(
        rule="RED109",
        harm="BRPOPLPUSH without a timeout does not return while nothing comes",
        header="import redis\n\nPORT = 6379\nclient = redis.Redis(port=PORT, socket_timeout=None)\n",
        bad="""
            def example():
                return client.brpoplpush("jobs", "running") or "nothing"
        """,
        good="""
            def example():
                return client.brpoplpush("jobs", "running", timeout=1) or "nothing"
        """,
        measure=after_two_seconds,
        bad_figure="still waits",
        good_figure="has returned",
    ),
    Proof(
        rule="RED110",
        harm="a client does not wait longer than its socket timeout, also for a blocking command",
        header="import redis\n\nPORT = 6379\nclient = redis.Redis(port=PORT, socket_timeout=1.5, retry=None)\n",
        bad="""
            def example():
                return client.brpoplpush("jobs", "running", timeout=3)
        """,
        good="""
            def example():
                return client.brpoplpush("jobs", "running", timeout=1)
        """,
        measure=outcome_without_work,
        bad_figure="TimeoutError",
        good_figure="reply None",
    ),
    Proof(
        rule="RED110",
        harm="valkey-py gives up listening to a channel after its socket timeout",
        header="import valkey\n\nPORT = 6379\nclient = valkey.Valkey(port=PORT, socket_timeout=1)\n",
        bad="""
            def example():
                with client.pubsub(ignore_subscribe_messages=True) as pubsub:
                    pubsub.subscribe("news")
                    for message in pubsub.listen():
                        return message["data"]
        """,
        good="""
            def example():
                with client.pubsub(ignore_subscribe_messages=True) as pubsub:
                    pubsub.subscribe("news")
                    while True:
                        message = pubsub.get_message(timeout=10)
                        if message is not None:
                            return message["data"]
        """,
        measure=outcome_of_late_news,
        bad_figure="TimeoutError",
        good_figure="reply b'late'",
    ),
    Proof(
        rule="RED703",
        harm="XREAD without BLOCK returns at once: the loop asks as fast as it can",
        bad="""
            def example(is_going_on):
                while is_going_on():
                    client.xread({"events": "$"})
        """,
        good="""
            def example(is_going_on):
                while is_going_on():
                    client.xread({"events": "$"}, block=400)
        """,
        measure=calls_in_a_second,
        bad_figure="more than 100 times a second",
        good_figure="less than 10 times a second",
    ),
    Proof(
        rule="RED714",
        harm="`get_message()` without a timeout returns at once: the loop asks as fast as it can",
        bad="""
            def example(is_going_on):
                with client.pubsub() as channels:
                    channels.subscribe("news")
                    while is_going_on():
                        channels.get_message()
        """,
        good="""
            def example(is_going_on):
                with client.pubsub() as channels:
                    channels.subscribe("news")
                    while is_going_on():
                        channels.get_message(timeout=0.4)
        """,
        measure=calls_in_a_second,
        bad_figure="more than 100 times a second",
        good_figure="less than 10 times a second",
    ),
    Proof(
        rule="RED714",
        harm="a thread of `run_in_thread()` that is kept nowhere keeps the process from ending",
        bad="""
            def example():
                channels = client.pubsub()
                channels.subscribe(news=print)
                channels.run_in_thread(sleep_time=0.1)
        """,
        good="""
            def example():
                channels = client.pubsub()
                channels.subscribe(news=print)
                channels.run_in_thread(sleep_time=0.1, daemon=True)
        """,
        measure=end_of_process,
        bad_figure="does not end",
        good_figure="ends",
    ),
)
