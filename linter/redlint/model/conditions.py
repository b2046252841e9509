"""What linking needs of the interpreter."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_RECURSION: Final = 10_000


@contextmanager
def linking_conditions() -> Iterator[None]:
    """What linking needs of the interpreter: room for long chains of values, and no search for garbage."""
    with deep_recursion(), _collector_paused():
        yield


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Chains of values are longer than the interpreter's default allows for."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Trees, facts and values are many and free of cycles: looking for cycles in them costs half the parse again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
