"""Inlay hints: the TTL policy of the key behind each call that can bring it into being."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from redlint.lsp.documents import Document
from redlint.lsp.places import calls_in, uses_of
from redlint.lsp.positions import Positions
from redlint.lsp.projects import Snapshot
from redlint.model.events import RedisCall
from redlint.report.keyspace.record import pattern_record, shown_ttl


def ttl_hints(
    snapshot: Snapshot, document: Document, place: types.Range, positions: Positions
) -> Iterator[types.InlayHint]:
    """The hints of a range."""
    span = positions.span(document.source, place)
    for call in calls_in(snapshot, document):
        if span.start <= call.span.end <= span.end:
            text = _policy(snapshot, call)
            if text:
                yield types.InlayHint(
                    position=positions.position(document.source, call.span.end),
                    label=f"TTL {text}",
                    padding_left=True,
                    tooltip="Whether keys of this pattern expire, as the whole project has it (redlint)",
                )


def _policy(snapshot: Snapshot, call: RedisCall) -> str:
    """The policies of the keys that a call may create; empty where it creates none."""
    found = dict.fromkeys(
        shown_ttl(pattern_record(uses))
        for key in call.keys
        for uses in uses_of(snapshot, key)
        if any(use.call is call and use.creates for use in uses.uses)
    )
    return " or ".join(found)
