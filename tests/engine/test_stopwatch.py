"""Timing phases, with a clock that the tests wind."""

from __future__ import annotations

import pytest

from redlint.model.stopwatch import Stopwatch, untimed


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_phase_counts_without_those_inside_it(clock: Clock) -> None:
    watch = Stopwatch(clock)
    with watch("follow"):
        clock.time += 1
        with watch("collect", "a.py"):
            clock.time += 10
        with watch("collect", "b.py"):
            clock.time += 20
            with watch("read"):
                clock.time += 100
    assert watch.phases == {"collect": 30, "read": 100, "follow": 1}
    assert watch.subjects("collect") == {"a.py": 10, "b.py": 20}
    assert watch.total == sum(watch.phases.values())


def test_times_of_one_subject_are_added_up(clock: Clock) -> None:
    watch = Stopwatch(clock)
    for _ in range(3):
        with watch("rules", "RED101"):
            clock.time += 2
    watch.add("rules", "RED102", 5)
    assert watch.subjects("rules") == {"RED101": 6, "RED102": 5}


def test_a_block_that_fails_counts_and_leaves_nothing_behind(clock: Clock) -> None:
    watch = Stopwatch(clock)
    with pytest.raises(ValueError, match="no"), watch("outer"), watch("inner"):
        clock.time += 3
        raise ValueError("no")
    with watch("next"):
        clock.time += 1
    assert watch.phases == {"inner": 3, "outer": 0, "next": 1}


def test_untimed_blocks_run() -> None:
    with untimed("outer"), untimed("inner", "a.py"):
        ran = True
    assert ran
