"""What happens to the cursor of a SCAN: whether anything can ask for the next page."""

from __future__ import annotations

import re
from typing import Final

from redlint.model.events import RedisCall
from redlint.model.kinds import BlockKind, Usage

_ITEMS_ALONE: Final = re.compile(r"\s*\[\s*(?:1|-1)\s*\]")
_TWO_NAMES: Final = re.compile(r"(?:^|[\n;:])[ \t]*\(?(?P<cursor>[^\W\d]\w*)\s*,\s*[^\W\d]\w*\s*\)?\s*=\s*$")


def starts_over(call: RedisCall) -> bool:
    """Whether a SCAN surely asks for the first page: its cursor is 0 or not given."""
    if call.has_unknown_arguments or any(argument.splat for argument in call.arguments):
        return False
    cursor = call.argument("cursor")
    return cursor is None or (not isinstance(cursor.constant, bool) and cursor.constant in (0, "0", b"0"))


def drops_cursor(call: RedisCall) -> bool:
    """Whether the reply of a SCAN is taken apart so that its cursor is gone, or in a variable that nothing reads."""
    text, span = call.source.text, call.outer_span
    if call.usage is Usage.SUBSCRIPTED:
        return _ITEMS_ALONE.match(text, span.end) is not None
    if call.usage is not Usage.ASSIGNED:
        return False
    before = text[call.source.row_start(call.source.location(span.start).row) : span.start]
    found = _TWO_NAMES.search(before)
    if found is None:
        return False
    # Once as a word in the whole function: here. Nested functions and comments count, which errs towards silence.
    inside = text[call.scope.span.start : call.scope.span.end]
    is_shared = re.search(r"\b(?:global|nonlocal|locals)\b", inside) is not None
    return not is_shared and len(re.findall(rf"\b{found['cursor']}\b(?!\s*=[^=])", inside)) == 1


def works_on_page(call: RedisCall) -> bool:
    """Whether a call works on the items of one page: a variable with what SCAN replied, in a ``while`` loop."""
    loop = call.loop
    if loop is None or loop.from_command != "SCAN" or not loop.over.isidentifier():
        return False
    numbers = [block.number for block in call.blocks]
    around = call.blocks[numbers.index(loop.number) + 1 :] if loop.number in numbers else ()
    return any(block.kind is BlockKind.WHILE for block in around)
