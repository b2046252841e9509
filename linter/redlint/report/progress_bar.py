"""A progress bar on a terminal, for runs that take long; it is gone when the run ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, TextIO

PATIENCE: Final = 1.0
"""Seconds before the bar is shown: most runs are over by then."""

_INTERVAL = 0.1
_ERASE = "\r\033[K"
_BAR = 24


class ProgressBar:
    """Shows the phase and how much of it is done, in one row that is drawn again and again.

    On something that is no terminal, or where the user wants quiet, it does nothing. Used as a context manager, it
    removes itself.
    """

    def __init__(
        self, stream: TextIO, *, width: int, is_quiet: bool, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._width = width
        self._now = now
        self._next = now() + PATIENCE
        self._is_on = stream.isatty() and not is_quiet
        self._drawn = False

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Draw, unless it was drawn just before."""
        if not self._is_on or self._now() < self._next:
            return
        self._next = self._now() + _INTERVAL
        full = _BAR * done // max(total, 1)
        row = f"[{'#' * full}{'.' * (_BAR - full)}] {phase} {done}/{total}"
        self._stream.write(_ERASE + row[: self._width - 1])
        self._stream.flush()
        self._drawn = True

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._stream.write(_ERASE)
            self._stream.flush()
