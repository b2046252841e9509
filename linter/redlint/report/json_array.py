"""All findings as one JSON list."""

from __future__ import annotations

import json
from typing import TextIO

from redlint.lint import ProjectResult
from redlint.report.json_record import diagnostic_record


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:  # noqa: ARG001
    """Write a list of objects, indented."""
    records = [diagnostic_record(result, diagnostic) for diagnostic in result.diagnostics]
    stream.write(json.dumps(records, indent=2) + "\n")
