"""A diagnostic as the JSON formats write it."""

from __future__ import annotations

from redlint.diagnostic import Diagnostic, Fix, Related, Span
from redlint.explain import rule_url
from redlint.lint import ProjectResult
from redlint.report.places import start_and_end

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
"""What JSON can hold (of it, what redlint writes)."""


def diagnostic_record(result: ProjectResult, diagnostic: Diagnostic) -> dict[str, Json]:
    """The fields of a diagnostic; rows and columns count from 1, columns in characters."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "severity": diagnostic.severity.value,
        "confidence": diagnostic.confidence.name.lower(),
        "filename": diagnostic.path,
        **_place(result, diagnostic.path, diagnostic.span),
        "noqa_row": result.noqa_row(diagnostic),
        "url": rule_url(diagnostic.name),
        "fix": None if diagnostic.fix is None else _fix(result, diagnostic.path, diagnostic.fix),
        "related": [_related(result, one) for one in diagnostic.related],
    }


def _place(result: ProjectResult, path: str, span: Span) -> dict[str, Json]:
    start, end = start_and_end(result, path, span)
    return {
        "location": {"row": start.row, "column": start.column},
        "end_location": {"row": end.row, "column": end.column},
    }


def _fix(result: ProjectResult, path: str, fix: Fix) -> dict[str, Json]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.title,
        "edits": [{"content": edit.content, **_place(result, path, edit.span)} for edit in fix.edits],
    }


def _related(result: ProjectResult, related: Related) -> dict[str, Json]:
    return {
        "filename": related.path,
        **_place(result, related.path, related.span),
        "message": related.message,
    }
