"""All places that use the same key pattern, anywhere in the project."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types

from redlint.lsp.documents import Document
from redlint.lsp.places import call_at, key_at, uses_of
from redlint.lsp.positions import Positions
from redlint.lsp.projects import Snapshot


def references(
    snapshot: Snapshot,
    document: Document,
    position: types.Position,
    positions: Positions,
    uri_of: Callable[[str], str],
) -> list[types.Location]:
    """The keys of the same pattern as the one at a place, by path and place; on a method's name, as its keys."""
    offset = positions.offset(document.source, position)
    call = call_at(snapshot, document, offset)
    if call is None:
        return []
    key = key_at(call, offset)
    on_method = call.method_span.start <= offset <= call.method_span.end
    keys = (key,) if key is not None else call.keys if on_method else ()
    found = {
        (use.call.path, use.key.span): use.call.source
        for one in keys
        for uses in uses_of(snapshot, one)
        for use in uses.uses
    }
    return [
        types.Location(uri_of(path), positions.range(source, span))
        for (path, span), source in sorted(found.items(), key=lambda item: item[0])
    ]
