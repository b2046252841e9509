"""Dividing the work of a project among machines."""

from __future__ import annotations

import heapq
from collections.abc import Iterable


def shards_of(texts: Iterable[str], count: int) -> list[list[str]]:
    """The texts in ``count`` parts of about the same size; the order in which they come does not matter.

    The largest text that is left goes to the part that has least.
    """
    parts: list[list[str]] = [[] for _ in range(count)]
    loads = [(0, number) for number in range(count)]
    for text in sorted(texts, key=lambda text: (-len(text), text)):
        load, number = loads[0]
        heapq.heapreplace(loads, (load + len(text), number))
        parts[number].append(text)
    return parts
