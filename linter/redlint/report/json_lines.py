"""One JSON object per line and finding."""

from __future__ import annotations

import json
from typing import TextIO

from redlint.lint import ProjectResult
from redlint.report.json_record import diagnostic_record


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:  # noqa: ARG001
    """Write an object per line."""
    for diagnostic in result.diagnostics:
        stream.write(json.dumps(diagnostic_record(result, diagnostic), separators=(",", ":")) + "\n")
