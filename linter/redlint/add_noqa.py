"""``# noqa: RED…`` comments for findings that are to stay, written like fixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Span
from redlint.engine_rules import ENGINE_RULES
from redlint.lint import ProjectResult
from redlint.source import SourceText
from redlint.suppress import noqa_list

_NEVER: Final = frozenset(rule.code for rule in ENGINE_RULES)
"""What redlint says of files and comments is to be mended, not silenced."""


def is_reason(text: str) -> bool:
    """Whether a text can stand as the reason in a comment: one row, and no further comment in it."""
    return text.isprintable() and bool(text.strip()) and "#" not in text


def with_noqa(result: ProjectResult, reason: str) -> ProjectResult:
    """A result in which the fix of each finding is to write a comment that hides it.

    All findings of a row have the same edit, so that it is made once. A comment that is there is added to. Without a
    ``reason`` the comment gives none.
    """
    rows: dict[tuple[str, int], set[str]] = {}
    for diagnostic in result.diagnostics:
        if diagnostic.code not in _NEVER:
            rows.setdefault((diagnostic.path, result.noqa_row(diagnostic)), set()).add(diagnostic.code)
    comments = {path: _comments(result, path) for path, _ in rows}
    edits = {
        (path, row): _edit(result.source(path), row, comments[path].get(row), sorted(codes), reason)
        for (path, row), codes in rows.items()
    }
    silenced = (_silenced(one, edits.get((one.path, result.noqa_row(one)))) for one in result.diagnostics)
    return replace(result, diagnostics=tuple(silenced))


def _silenced(diagnostic: Diagnostic, edit: Edit | None) -> Diagnostic:
    if edit is None or diagnostic.code in _NEVER:
        return replace(diagnostic, fix=None)
    return replace(diagnostic, fix=Fix(Applicability.SAFE, "Silence it", (edit,)))


def _comments(result: ProjectResult, path: str) -> Mapping[int, tuple[int, str]]:
    """The offset and text of the comment of each row."""
    module = result.model.modules.get(path)
    if module is None:
        return {}
    return {module.source.location(offset).row: (offset, text) for offset, text in module.comments}


def _edit(source: SourceText, row: int, comment: tuple[int, str] | None, codes: list[str], reason: str) -> Edit | None:
    """What to write on a row; ``None`` where nothing that could be written would help."""
    remark = f" -- {reason.strip()}" if reason.strip() else ""
    listed = noqa_list(comment[1]) if comment is not None else None
    if comment is not None and listed is not None:
        end, has_reason = listed
        place = comment[0] + end
        return Edit(Span(place, place), f", {', '.join(codes)}{'' if has_reason else remark}")
    line = source.line(row)
    code = line.rstrip()
    start = source.row_start(row)
    gap = "  " if code else ""
    return Edit(Span(start + len(code), start + len(line)), f"{gap}# noqa: {', '.join(codes)}{remark}")
