"""Collecting that ends its process at certain texts, as the system does when memory runs out."""

from __future__ import annotations

import os
import signal

from redlint import collecting

FATAL = "end = 'this process'\n"

_collect_batch = collecting.collect_batch


def collect_batch(texts: tuple[str, ...]) -> list[collecting.Outcome]:
    """Collect, or be killed."""
    if FATAL in texts:
        os.kill(os.getpid(), signal.SIGKILL)
    return _collect_batch(texts)
