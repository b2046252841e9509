"""What stands at a place of a document: a Redis call, or one of its keys."""

from __future__ import annotations

from redlint.diagnostic import Span
from redlint.lsp.documents import Document
from redlint.lsp.projects import Snapshot
from redlint.model.events import KeyUse, RedisCall
from redlint.model.keyspace import PatternUses


def calls_in(snapshot: Snapshot, document: Document) -> tuple[RedisCall, ...]:
    """The Redis calls of a document; none while its text is another one than the one that was analysed."""
    module = snapshot.model.modules.get(document.path)
    if module is None or module.source.text != document.source.text:
        return ()
    return module.calls


def call_at(snapshot: Snapshot, document: Document, offset: int) -> RedisCall | None:
    """The innermost Redis call around a place."""
    around = [one for one in calls_in(snapshot, document) if _holds(one.span, offset)]
    return min(around, key=lambda one: one.span.end - one.span.start, default=None)


def key_at(call: RedisCall, offset: int) -> KeyUse | None:
    """The key of a call that stands at a place."""
    around = [key for key in call.keys if _holds(key.span, offset)]
    return min(around, key=lambda key: key.span.end - key.span.start, default=None)


def uses_of(snapshot: Snapshot, key: KeyUse) -> tuple[PatternUses, ...]:
    """What the project does with the patterns that a key may have."""
    found = (snapshot.model.uses_of(pattern) for pattern in key.patterns)
    return tuple(one for one in found if one is not None)


def _holds(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end
