"""Findings as the protocol writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Final

from lsprotocol import types

from redlint.diagnostic import Applicability, Diagnostic, Severity, Span
from redlint.engine_rules import UnusedSuppression
from redlint.explain import rule_url
from redlint.lsp.positions import Positions
from redlint.lsp.projects import FileFindings
from redlint.source import SourceText

SOURCE: Final = "redlint"
"""What editors show as the origin of a diagnostic."""

_SEVERITIES: Final = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


class DiagnosticWriter:
    """Writes findings for one client."""

    def __init__(self, positions: Positions, uri_of: Callable[[str], str]) -> None:
        self._positions = positions
        self._uri_of = uri_of

    def of_file(self, findings: FileFindings) -> list[types.Diagnostic]:
        """The findings of a file."""
        return [self.one(findings, diagnostic) for diagnostic in findings.diagnostics]

    def one(self, findings: FileFindings, diagnostic: Diagnostic) -> types.Diagnostic:
        """One finding; the help sentence stands under the message."""
        has_no_effect = diagnostic.code == UnusedSuppression.code
        fix = diagnostic.fix
        advice = [fix.title] if fix is not None and fix.applicability is Applicability.DISPLAY else []
        return types.Diagnostic(
            range=self._positions.range(findings.source, diagnostic.span),
            message="\n".join([diagnostic.message, diagnostic.help, *advice]),
            severity=_SEVERITIES[diagnostic.severity],
            code=diagnostic.code,
            code_description=types.CodeDescription(rule_url(diagnostic.name)),
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if has_no_effect else None,
            related_information=[
                types.DiagnosticRelatedInformation(
                    self._location(findings, related.path, related.span), related.message
                )
                for related in diagnostic.related
            ]
            or None,
            data={"name": diagnostic.name, "start": diagnostic.span.start, "end": diagnostic.span.end},
        )

    def _location(self, findings: FileFindings, path: str, span: Span) -> types.Location:
        source = findings.result.sources.get(path) or SourceText(path, "")
        return types.Location(self._uri_of(path), self._positions.range(source, span))


def result_id(diagnostics: Iterable[types.Diagnostic]) -> str:
    """A text that is equal for equal findings."""
    return hashlib.sha256(repr(list(diagnostics)).encode("utf-8", "backslashreplace")).hexdigest()[:16]
