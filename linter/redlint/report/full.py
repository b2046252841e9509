"""The format for people: each finding with the code it is about."""

from __future__ import annotations

from typing import TextIO

from redlint.diagnostic import Diagnostic, Severity
from redlint.explain import rule_url
from redlint.lint import ProjectResult
from redlint.report.places import shown_place, start_and_end
from redlint.report.terminal import Color, columns, expanded, link, paint, visible
from redlint.source import Location, SourceText

_CONTEXT = 2
_LEAST_WIDTH = 20
_CUT = "…"
_COLORS = {Severity.ERROR: Color.RED, Severity.WARNING: Color.YELLOW, Severity.INFO: Color.BLUE}


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:
    """Write every finding with a frame of code, its help, related places and its fix."""
    links = color and stream.isatty()
    for diagnostic in result.diagnostics:
        lines = [
            _header(result, diagnostic, color=color, links=links),
            *_frame(result, diagnostic, color=color, width=width),
        ]
        lines += _remarks(result, diagnostic, color=color)
        stream.write("\n".join(lines) + "\n\n")


def _header(result: ProjectResult, diagnostic: Diagnostic, *, color: bool, links: bool) -> str:
    place = paint(visible(shown_place(result, diagnostic.path, diagnostic.span)), Color.BOLD, on=color)
    severity = paint(diagnostic.severity.value, _COLORS[diagnostic.severity], on=color)
    code = paint(diagnostic.code, _COLORS[diagnostic.severity], on=color)
    code = link(code, rule_url(diagnostic.name), on=links)
    return f"{place}: {code} {diagnostic.name} {severity}: {visible(diagnostic.message)}"


def _remarks(result: ProjectResult, diagnostic: Diagnostic, *, color: bool) -> list[str]:
    """The lines below the frame."""
    remarks = [("note", f"{shown_place(result, one.path, one.span)}: {one.message}") for one in diagnostic.related]
    if diagnostic.help:
        remarks.insert(0, ("help", diagnostic.help))
    if diagnostic.fix is not None:
        remarks.append(("fix", f"{diagnostic.fix.title} [{diagnostic.fix.applicability.value}]"))
    return [f"{paint(f'{label}:', Color.CYAN, on=color)} {visible(text)}" for label, text in remarks]


def _frame(result: ProjectResult, diagnostic: Diagnostic, *, color: bool, width: int) -> list[str]:
    """The row of the finding, underlined, between some rows of context."""
    source = result.sources.get(diagnostic.path)
    if source is None:
        return []
    start, end = start_and_end(result, diagnostic.path, diagnostic.span)
    rows = _shown_rows(source, start.row)
    gutter = len(str(rows[-1]))
    room = max(width - gutter - 3, _LEAST_WIDTH)
    bar = paint("|", Color.BLUE, on=color)
    lines = [f"{'':{gutter}} {bar}"]
    for row in rows:
        number = paint(f"{row:>{gutter}}", Color.BLUE, on=color)
        if row != start.row:
            lines.append(f"{number} {bar} {_cut(source.line(row), room)}".rstrip())
            continue
        text, underline = _underlined(source.line(row), start, end, room)
        carets = paint(underline.lstrip(), _COLORS[diagnostic.severity], on=color)
        blanks = " " * (len(underline) - len(underline.lstrip()))
        lines += [f"{number} {bar} {text}".rstrip(), f"{'':{gutter}} {bar} {blanks}{carets}"]
    return [*lines, f"{'':{gutter}} {bar}"]


def _shown_rows(source: SourceText, row: int) -> range:
    """The row with its context; blank rows at the edges are left out."""
    first, last = max(1, row - _CONTEXT), min(source.rows, row + _CONTEXT)
    while first < row and not source.line(first).strip():
        first += 1
    while last > row and not source.line(last).strip():
        last -= 1
    return range(first, last + 1)


def _cut(line: str, room: int) -> str:
    """The beginning of a row, as much as there is room for."""
    return _fitting(expanded(line[: room + 1]), room)


def _fitting(cells: list[str], room: int) -> str:
    if columns("".join(cells)) <= room:
        return "".join(cells)
    taken, used = [], 0
    for cell in cells:
        used += columns(cell)
        if used > room - 1:
            break
        taken.append(cell)
    return "".join(taken) + _CUT


def _underlined(line: str, start: Location, end: Location, room: int) -> tuple[str, str]:
    """A row, and the carets under the part of it that the finding is about.

    Of a row that is too long only the surroundings of the finding are shown.
    """
    first = min(start.column - 1, len(line))
    last = min(end.column - 1, len(line)) if end.row == start.row else len(line)
    skipped = first - room // 3 if first > room * 2 // 3 else 0
    cells = expanded(line[skipped : skipped + room + 1])
    before = columns("".join(cells[: first - skipped]))
    marked = columns("".join(cells[first - skipped : max(last, first + 1) - skipped]))
    lead = _CUT if skipped else ""
    text = lead + _fitting(cells, room - len(lead))
    before += len(lead)
    carets = max(1, min(marked, room - before))
    return text, " " * before + "^" * carets
