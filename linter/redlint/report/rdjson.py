"""The diagnostic format of reviewdog: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, TextIO

from redlint.diagnostic import Diagnostic, Edit, Severity, Span
from redlint.explain import DOCUMENTATION_URL, rule_url
from redlint.lint import ProjectResult
from redlint.report.json_record import Json
from redlint.report.places import shown_place
from redlint.source import SourceText

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}

_MOST_ROWS: Final = 20
"""Rows that a suggestion may replace: it is shown in a comment, and has to stay within the rows of a diff."""


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:  # noqa: ARG001
    """Write one object, indented."""
    document: dict[str, Json] = {
        "source": {"name": "redlint", "url": DOCUMENTATION_URL},
        "diagnostics": [_record(result, one) for one in result.diagnostics],
    }
    stream.write(json.dumps(document, indent=2) + "\n")


def _record(result: ProjectResult, diagnostic: Diagnostic) -> Json:
    source = result.source(diagnostic.path)
    record: dict[str, Json] = {
        "message": "\n".join(_lines(result, diagnostic)),
        "location": {"path": diagnostic.path, "range": _range(source, diagnostic.span)},
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code, "url": rule_url(diagnostic.name)},
    }
    suggestion = _suggestion(source, diagnostic)
    if suggestion is not None:
        record["suggestions"] = [suggestion]
    return record


def _lines(result: ProjectResult, diagnostic: Diagnostic) -> Iterator[str]:
    yield diagnostic.message
    if diagnostic.help:
        yield diagnostic.help
    for related in diagnostic.related:
        yield f"{shown_place(result, related.path, related.span)}: {related.message}"


def _suggestion(source: SourceText, diagnostic: Diagnostic) -> Json:
    """The fix. Each suggestion stands for itself there, so all edits become one, with the text between them."""
    edits = diagnostic.fix.edits if diagnostic.fix is not None else ()
    if not edits:
        return None
    whole = Span(edits[0].span.start, edits[-1].span.end)
    if source.location(whole.end).row - source.location(whole.start).row >= _MOST_ROWS:
        return None
    return {"range": _range(source, whole), "text": _replaced(source, whole, edits)}


def _replaced(source: SourceText, whole: Span, edits: tuple[Edit, ...]) -> str:
    parts: list[str] = []
    position = whole.start
    for edit in edits:
        parts += (source.text[position : edit.span.start], source.with_newlines(edit.content))
        position = edit.span.end
    return "".join(parts)


def _range(source: SourceText, span: Span) -> Json:
    return {"start": _position(source, span.start), "end": _position(source, span.end)}


def _position(source: SourceText, offset: int) -> Json:
    """Columns are counted in bytes of UTF-8."""
    offset = min(offset, len(source.text))
    place = source.location(offset)
    before = source.text[offset - place.column + 1 : offset]
    return {"line": place.row, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
