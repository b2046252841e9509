"""One thread that does the analyses, the most urgent first; the protocol goes on meanwhile."""

from __future__ import annotations

import enum
import threading
import time
import traceback
from collections.abc import Callable, Hashable
from dataclasses import dataclass

_STACK = 64 * 1024 * 1024
"""Evaluation follows long chains of values; threads get far less room than the first one on some systems."""


QUIET = 0.3
"""Seconds after an edit before the project is linked again: whoever types goes on, and would interrupt it."""


class Urgency(enum.IntEnum):
    """How long work may wait. An edit is waited for by somebody, and interrupts what is not."""

    EDIT = 0
    FIRST_LINK = 1
    LINK = 2
    SETTLE = 3


class InterruptedWorkError(BaseException):
    """Work was given up because something more urgent came; no rule may catch this."""


@dataclass(frozen=True, slots=True)
class _Task:
    urgency: Urgency
    work: Callable[[], None]


class Worker:
    """Runs tasks by urgency; a task that is interrupted starts again later."""

    def __init__(self, failed: Callable[[str], None]) -> None:
        """``failed`` is called, in the worker's thread, with the traceback of work that broke."""
        self._failed = failed
        self._tasks: dict[Hashable, _Task] = {}
        self._running: _Task | None = None
        self._stopped = False
        self._quiet_from = 0.0
        self._changed = threading.Condition()
        before = threading.stack_size(_STACK)
        try:
            self._thread = threading.Thread(target=self._run, name="redlint analysis", daemon=True)
            self._thread.start()
        finally:
            threading.stack_size(before)

    def submit(self, key: Hashable, urgency: Urgency, work: Callable[[], None]) -> None:
        """Have work done; it replaces work of the same key that has not begun."""
        with self._changed:
            self._tasks[key] = _Task(urgency, work)
            self._changed.notify()

    def withdraw(self, key: Hashable) -> None:
        """Leave out work that has not begun."""
        with self._changed:
            self._tasks.pop(key, None)

    def checkpoint(self) -> None:
        """Called by work that may be interrupted, in the worker's thread."""
        running = self._running
        if self._stopped:
            raise InterruptedWorkError
        if running is None or running.urgency < Urgency.LINK or not self._tasks:
            return
        with self._changed:
            more_urgent = any(task.urgency < running.urgency for task in self._tasks.values())
        if more_urgent:
            raise InterruptedWorkError

    def stop(self) -> None:
        """End the thread."""
        with self._changed:
            self._stopped = True
            self._tasks.clear()
            self._changed.notify()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            with self._changed:
                key = self._next()
                if key is None:
                    return
                task = self._running = self._tasks.pop(key)
            self._do(key, task)
            if task.urgency is Urgency.EDIT:
                self._quiet_from = time.monotonic() + QUIET

    def _next(self) -> Hashable | None:
        """Wait for the most urgent task that may begin; ``None`` when there will be none."""
        while not self._stopped:
            wait: float | None = None
            if self._tasks:
                key = min(self._tasks, key=lambda one: self._tasks[one].urgency)
                wait = self._quiet_from - time.monotonic() if self._tasks[key].urgency >= Urgency.LINK else 0
                if wait <= 0:
                    return key
            self._changed.wait(wait)
        return None

    def _do(self, key: Hashable, task: _Task) -> None:
        try:
            task.work()
        except InterruptedWorkError:
            with self._changed:
                if not self._stopped:
                    self._tasks.setdefault(key, task)
        except Exception:  # whatever breaks in an analysis, the server goes on
            self._failed(traceback.format_exc())
        finally:
            self._running = None
