"""Which errors the code around a call is ready for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.model.events import RedisCall
from redlint.model.kinds import BlockKind

_HANDLER = re.compile(r"(?:\s|#[^\r\n]*)*except\b\*?(?P<errors>[^:\r\n]*)")


def errors_after(text: str, end: int) -> str | None:
    """The text of the first ``except`` clause of a ``try`` whose block ends at a place; ``None`` without one."""
    handler = _HANDLER.match(text, end)
    return handler.group("errors").strip() if handler is not None else None


def handled_errors(call: RedisCall) -> Iterator[str]:
    """The text of the first ``except`` clause of every ``try`` that the call stands in, from the inside."""
    for block in call.blocks:
        errors = errors_after(call.source.text, block.span.end) if block.kind is BlockKind.TRY else None
        if errors is not None:
            yield errors
