"""A code quality report of GitLab: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""

from __future__ import annotations

import hashlib
import json
from typing import TextIO

from redlint.diagnostic import Diagnostic, Severity
from redlint.fingerprint import fingerprints
from redlint.lint import ProjectResult
from redlint.report.json_record import Json
from redlint.report.places import start_and_end

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:  # noqa: ARG001
    """Write a list of objects, indented."""
    marks = fingerprints(result, result.diagnostics)
    records = [_record(result, one, mark) for one, mark in zip(result.diagnostics, marks, strict=True)]
    stream.write(json.dumps(records, indent=2) + "\n")


def _record(result: ProjectResult, diagnostic: Diagnostic, mark: str) -> Json:
    start, end = start_and_end(result, diagnostic.path, diagnostic.span)
    return {
        "description": f"{diagnostic.code} {diagnostic.message}",
        "check_name": diagnostic.name,
        "fingerprint": _fingerprint(diagnostic.path, mark),
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {"path": diagnostic.path, "lines": {"begin": start.row, "end": end.row}},
    }


def _fingerprint(path: str, mark: str) -> str:
    """GitLab wants one that no other finding of the project has."""
    return hashlib.sha256(f"{path}\0{mark}".encode("utf-8", "surrogatepass")).hexdigest()
