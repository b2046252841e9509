"""One line per finding."""

from __future__ import annotations

from typing import TextIO

from redlint.lint import ProjectResult
from redlint.report.places import shown_place
from redlint.report.terminal import Color, paint, visible


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:  # noqa: ARG001
    """Write ``path:row:column: CODE message`` for every finding."""
    for diagnostic in result.diagnostics:
        place = paint(visible(shown_place(result, diagnostic.path, diagnostic.span)), Color.BOLD, on=color)
        code = paint(diagnostic.code, Color.RED, on=color)
        stream.write(f"{place}: {code} {visible(diagnostic.message)}\n")
