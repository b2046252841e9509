"""Which errors the code around a call is ready for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.model.events import RedisCall
from redlint.model.kinds import BlockKind

_HANDLER = re.compile(r"(?:\s|#[^\n]*\n)*except\b\*?(?P<errors>[^:\n]*)")


def handled_errors(call: RedisCall) -> Iterator[str]:
    """The text of the first ``except`` clause of every ``try`` that the call stands in, from the inside."""
    for block in call.blocks:
        handler = _HANDLER.match(call.source.text, block.span.end) if block.kind is BlockKind.TRY else None
        if handler is not None:
            yield handler.group("errors").strip()
