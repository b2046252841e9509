"""What the reply of a read tells of the key at a later call: whether it is there."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator
from typing import Final

from redlint.model.events import RedisCall
from redlint.model.kinds import BlockKind, Usage


class Presence(enum.Enum):
    """``MISSING``: the call is only made where the key was not found. ``EITHER``: the reply does not decide."""

    PRESENT = "present"
    MISSING = "missing"
    EITHER = "either"


_OPPOSITE: Final = {Presence.PRESENT: Presence.MISSING, Presence.MISSING: Presence.PRESENT}


def presence(read: RedisCall, later: RedisCall) -> Presence:
    """Whether the key that was read before is there where a later call of the same function is made.

    By the conditions around the later call, and by those of the branches before it that have left: ``if cached:
    return cached`` leaves only missing keys to what follows.
    """
    for condition, holds in _conditions(read, later):
        found = _told(condition, _subjects(read), holds=holds)
        if found is not None:
            return found
    return Presence.EITHER


def _conditions(read: RedisCall, later: RedisCall) -> Iterator[tuple[ast.expr, bool]]:
    """The conditions that were decided between the two calls, and how."""
    around = {block.number for block in read.blocks}
    for block in later.blocks:
        if block.number not in around and block.kind in (BlockKind.IF, BlockKind.ELSE):
            condition = _parsed(block.header)
            if condition is not None:
                yield condition, block.kind is BlockKind.IF
    for block in later.passed:
        condition = _parsed(block.header) if block.span.start >= read.span.end else None
        if condition is not None:
            yield condition, False


def _subjects(read: RedisCall) -> frozenset[str]:
    """What stands for the reply: the call itself, awaited or not, and the variable that it is assigned to."""
    texts = [read.source.slice(read.span), read.source.slice(read.outer_span)]
    found = {ast.dump(tree) for text in texts if (tree := _parsed(text)) is not None}
    if read.usage is Usage.ASSIGNED and read.consumer.isidentifier():
        found.add(ast.dump(ast.Name(read.consumer, ast.Load())))
    return frozenset(found)


def _told(condition: ast.expr, subjects: frozenset[str], *, holds: bool) -> Presence | None:
    """What a condition that held, or did not, says of the key; ``None`` where it says nothing."""
    if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        return _told(condition.operand, subjects, holds=not holds)
    if isinstance(condition, ast.BoolOp):
        if isinstance(condition.op, ast.And) is not holds:
            return None
        told = (_told(one, subjects, holds=holds) for one in condition.values)
        return next((one for one in told if one is not None), None)
    if isinstance(condition, ast.NamedExpr):
        return _told(condition.value, subjects, holds=holds) or _told(condition.target, subjects, holds=holds)
    if ast.dump(condition) in subjects:
        return Presence.PRESENT if holds else Presence.MISSING
    if not isinstance(condition, ast.Compare) or len(condition.ops) != 1:
        return None
    left = condition.left.value if isinstance(condition.left, ast.NamedExpr) else condition.left
    if ast.dump(left) not in subjects:
        return None
    found = _compared(condition.ops[0], condition.comparators[0])
    return found if found is None or holds else _OPPOSITE[found]


def _compared(operator: ast.cmpop, other: ast.expr) -> Presence | None:
    """What ``reply <operator> other`` says: with nothing (``None``, 0), or with a number of keys."""
    if not isinstance(other, ast.Constant):
        return None
    if other.value is None or other.value is False or other.value == 0:
        if isinstance(operator, ast.Is | ast.Eq):
            return Presence.MISSING
        return Presence.PRESENT if isinstance(operator, ast.IsNot | ast.NotEq | ast.Gt) else None
    if other.value is True or other.value == 1:
        return Presence.PRESENT if isinstance(operator, ast.Is | ast.Eq | ast.GtE) else None
    return None


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(f"(\n{text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
