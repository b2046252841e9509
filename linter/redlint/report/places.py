"""Rows and columns of the places that diagnostics name."""

from __future__ import annotations

from redlint.diagnostic import Span
from redlint.lint import ProjectResult
from redlint.source import Location


def start_and_end(result: ProjectResult, path: str, span: Span) -> tuple[Location, Location]:
    """Where a span begins and ends; in a file that could not be read, its very beginning."""
    source = result.source(path)
    last = len(source.text)
    return source.location(min(span.start, last)), source.location(min(span.end, last))


def shown_place(result: ProjectResult, path: str, span: Span) -> str:
    """``path:row:column`` of where a span begins."""
    start, _ = start_and_end(result, path, span)
    return f"{path}:{start.row}:{start.column}"
