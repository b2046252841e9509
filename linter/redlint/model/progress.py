"""How far linting is: what long steps tell whoever watches."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Is told of each step; called very often, so it has to be quick."""

    def __call__(self, phase: str, done: int, total: int) -> None:
        """``done`` of ``total`` steps of a phase are behind us; phases may come again."""


def unwatched(phase: str, done: int, total: int) -> None:
    """Tell nobody."""
