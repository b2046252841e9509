"""Code actions: the fixes of findings, all safe fixes of a file, a ``# noqa`` comment, and the page of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from lsprotocol import types

from redlint.add_noqa import with_noqa
from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Span
from redlint.lsp.diagnostics import DiagnosticWriter
from redlint.lsp.documents import Document
from redlint.lsp.positions import Positions
from redlint.lsp.projects import FileFindings
from redlint.source import SourceText

FIX_ALL: Final = "source.fixAll.redlint"
"""The kind of the action that applies all safe fixes; editors run it on save where they are told to."""

KINDS: Final = (types.CodeActionKind.QuickFix, FIX_ALL)
EXPLAIN: Final = "redlint.explainRule"
"""The command that shows the page of a rule; its argument is the rule's code."""


class ActionWriter:
    """Offers what can be done about the findings of an open document."""

    def __init__(self, positions: Positions, diagnostics: DiagnosticWriter) -> None:
        self._positions = positions
        self._diagnostics = diagnostics

    def of_range(
        self, document: Document, findings: FileFindings, place: types.Range, only: Sequence[str] | None
    ) -> Iterator[types.CodeAction]:
        """The actions for the findings that a range touches."""
        if not _is_wanted(types.CodeActionKind.QuickFix, only):
            return
        span = self._positions.span(document.source, place)
        touched = [one for one in findings.diagnostics if one.span.start <= span.end and span.start <= one.span.end]
        for diagnostic in touched:
            yield from self._fix(document, findings, diagnostic)
        for diagnostic in touched:
            yield from self._noqa(document, findings, diagnostic)
        for code, name in sorted({(one.code, one.name) for one in touched}):
            title = f"redlint: explain {code} {name}"
            yield types.CodeAction(
                title=title,
                kind=types.CodeActionKind.QuickFix,
                command=types.Command(title=title, command=EXPLAIN, arguments=[code]),
            )

    def fix_all(self, document: Document, text: str | None) -> types.CodeAction:
        """The action that applies all safe fixes; ``text`` is what they make of the document, if it is known yet."""
        edit = None if text is None else self.replacement(document, text)
        return types.CodeAction(
            title="redlint: apply all safe fixes", kind=FIX_ALL, edit=edit, data={"uri": document.uri}
        )

    def replacement(self, document: Document, text: str) -> types.WorkspaceEdit:
        """The edits that turn a document into a text; only the lines that differ are replaced."""
        return self._workspace_edit(document, changed_lines(document.source, text))

    def _fix(self, document: Document, findings: FileFindings, diagnostic: Diagnostic) -> Iterator[types.CodeAction]:
        fix = diagnostic.fix
        if fix is None or not fix.edits or fix.applicability is Applicability.DISPLAY:
            return
        is_safe = fix.applicability is Applicability.SAFE
        yield types.CodeAction(
            title=f"{fix.title} ({diagnostic.code})" if is_safe else f"{fix.title} ({diagnostic.code}, unsafe)",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[self._diagnostics.one(findings, diagnostic)],
            is_preferred=is_safe,
            edit=self._fixed(document, fix),
        )

    def _fixed(self, document: Document, fix: Fix) -> types.WorkspaceEdit:
        source = document.source
        return self._workspace_edit(document, [Edit(one.span, source.with_newlines(one.content)) for one in fix.edits])

    def _noqa(self, document: Document, findings: FileFindings, diagnostic: Diagnostic) -> Iterator[types.CodeAction]:
        alone = with_noqa(replace(findings.result, diagnostics=(diagnostic,)), "")
        comment = alone.diagnostics[0].fix
        if comment is None or document.is_notebook:
            return
        yield types.CodeAction(
            title=f"redlint: ignore {diagnostic.code} here with # noqa",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[self._diagnostics.one(findings, diagnostic)],
            edit=self._fixed(document, comment),
        )

    def _workspace_edit(self, document: Document, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    text_document=types.OptionalVersionedTextDocumentIdentifier(
                        uri=document.uri, version=document.version
                    ),
                    edits=[
                        types.TextEdit(self._positions.range(document.source, edit.span), edit.content)
                        for edit in edits
                    ],
                )
            ]
        )


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether an editor that asks for some kinds of actions means this one."""
    return only is None or any(kind == one or kind.startswith(f"{one}.") for one in only)


def wants_fix_all(only: Sequence[str] | None) -> bool:
    """Whether an editor asks for the action that applies all safe fixes."""
    return _is_wanted(FIX_ALL, only)


def changed_lines(source: SourceText, text: str) -> tuple[Edit, ...]:
    """The edit of whole lines that turns one text into another, from the first line that differs to the last."""
    old, new = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    if first == len(old) == len(new):
        return ()
    start = sum(map(len, old[:first]))
    end = len(source.text) - sum(map(len, old[len(old) - last :]))
    return (Edit(Span(start, end), "".join(new[first : len(new) - last])),)
