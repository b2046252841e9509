"""Loops that ask again and again, and guards around calls: what the blocks of a call say."""

from __future__ import annotations

import re
from typing import Final

from redlint.model.events import RedisCall
from redlint.model.key_words import names_lock
from redlint.model.kinds import BlockKind

_SLEEPS: Final = re.compile(r"\b(?:sleep|wait)\s*\(")


def polling_loop(call: RedisCall) -> bool:
    """Whether a ``while`` loop around a call makes it again and again."""
    return any(block.kind is BlockKind.WHILE for block in call.blocks)


def sleeps_between(call: RedisCall) -> bool:
    """Whether the innermost ``while`` loop around a call sleeps or waits somewhere."""
    loop = next((block for block in call.blocks if block.kind is BlockKind.WHILE), None)
    return loop is not None and _SLEEPS.search(call.source.slice(loop.span)) is not None


def is_under_lock(call: RedisCall) -> bool:
    """Whether a ``with`` statement around a call holds something that is called a lock."""
    return any(block.kind is BlockKind.WITH and names_lock(block.header) for block in call.blocks)
