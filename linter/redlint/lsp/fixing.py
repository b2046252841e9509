"""All safe fixes of one document, until none is left; in the worker's thread, and without touching the disk."""

from __future__ import annotations

from dataclasses import replace

from redlint.diagnostic import Applicability, Edit, Fix
from redlint.fix import MOST_ROUNDS, apply_edits, compatible_edits, still_parses
from redlint.lsp.documents import Document
from redlint.lsp.projects import FileFindings, ProjectAnalysis
from redlint.source import SourceText


def fixed_text(project: ProjectAnalysis, document: Document) -> str:
    """What the safe fixes make of a document; the project is as before afterwards."""
    current = document
    try:
        for _ in range(MOST_ROUNDS):
            snapshot = project.edit(current)
            found = snapshot.findings.get(document.path) if snapshot is not None else None
            text = current.source.text if found is None else _one_round(current.source, found)
            if text == current.source.text:
                break
            current = replace(current, source=SourceText(document.path, text))
    finally:
        if current is not document:
            project.edit(document)
    return current.source.text


def _one_round(source: SourceText, found: FileFindings) -> str:
    """The text after the fixes that do not get in each other's way; the same text where that would not parse."""
    fixes = [(one.code, one.fix) for one in found.diagnostics if one.fix is not None and _is_safe(one.fix)]
    edits, _ = compatible_edits(fixes)
    text = apply_edits(source.text, [Edit(edit.span, source.with_newlines(edit.content)) for edit in edits])
    return text if still_parses(source.text, text) else source.text


def _is_safe(fix: Fix) -> bool:
    return fix.applicability is Applicability.SAFE and bool(fix.edits)
