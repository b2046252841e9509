"""``while`` loops that ask again and again."""

from __future__ import annotations

import re
from typing import Final

from redlint.model.events import Block, RedisCall
from redlint.model.kinds import BlockKind, Usage

_SLEEPS: Final = re.compile(r"\b(?:sleep|wait)\s*\(")


def polling_loop(call: RedisCall) -> bool:
    """Whether a ``while`` loop around a call makes it again and again, also when the reply is empty."""
    loop = _loop(call)
    return loop is not None and not _ends_with_reply(loop, call)


def _ends_with_reply(loop: Block, call: RedisCall) -> bool:
    """Whether the loop goes on only while there is a reply: ``while message:``, ``while job := client.lpop(key):``."""
    if loop.span.start <= call.span.start and call.source.slice(call.span) in loop.header:
        return True
    if call.usage is not Usage.ASSIGNED or not call.consumer.isidentifier():
        return False
    if re.search(rf"\b{call.consumer}\b", loop.header) is not None:
        return True
    leaves = re.compile(rf"\bif (?:not {call.consumer}|{call.consumer} is None):\s*(?:break|return)\b")
    return leaves.search(call.source.slice(loop.span)) is not None


def _loop(call: RedisCall) -> Block | None:
    return next((block for block in call.blocks if block.kind is BlockKind.WHILE), None)


def sleeps_between(call: RedisCall) -> bool:
    """Whether the innermost ``while`` loop around a call sleeps or waits somewhere."""
    loop = _loop(call)
    return loop is not None and _SLEEPS.search(call.source.slice(loop.span)) is not None
