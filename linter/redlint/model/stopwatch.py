"""Where the time of a run goes: phases that are timed, each without those inside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import MappingProxyType
from typing import Final, Protocol

READING: Final = "read and gate"
PREPARING: Final = "collect in processes"
COLLECTING: Final = "collect"
FOLLOWING: Final = "follow clients"
RESOLVING: Final = "resolve calls"
BUILDING: Final = "build the model"
RULES: Final = "run rules"


class Timer(Protocol):
    """Times what is done in a ``with`` block."""

    def __call__(self, phase: str, subject: str = "", /) -> AbstractContextManager[None]:
        """A block that belongs to a phase; ``subject`` is what it works on: a file, a rule."""


_NOTHING = nullcontext()


def untimed(_phase: str, _subject: str = "", /) -> AbstractContextManager[None]:
    """Time nothing."""
    return _NOTHING


class Stopwatch:
    """Adds up the seconds of each phase and subject; those of a block inside another count for the inner one only."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        """``now`` tells the time in seconds, from any start."""
        self._now = now
        self._start = now()
        self._seconds: dict[str, dict[str, float]] = {}
        self._inside: list[float] = [0.0]

    @property
    def total(self) -> float:
        """Seconds since the stopwatch was made."""
        return self._now() - self._start

    @property
    def phases(self) -> Mapping[str, float]:
        """The seconds of each phase, in the order in which they were first left."""
        return MappingProxyType({phase: sum(subjects.values()) for phase, subjects in self._seconds.items()})

    def subjects(self, phase: str) -> Mapping[str, float]:
        """The seconds of each subject of a phase."""
        return MappingProxyType(self._seconds.get(phase, {}))

    @contextmanager
    def __call__(self, phase: str, subject: str = "", /) -> Iterator[None]:
        """Time a block."""
        start = self._now()
        self._inside.append(0.0)
        try:
            yield
        finally:
            spent = self._now() - start
            self.add(phase, subject, spent - self._inside.pop())
            self._inside[-1] += spent

    def add(self, phase: str, subject: str, seconds: float) -> None:
        """Add seconds that were measured elsewhere."""
        subjects = self._seconds.setdefault(phase, {})
        subjects[subject] = subjects.get(subject, 0.0) + seconds
