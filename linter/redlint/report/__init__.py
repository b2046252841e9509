"""Writing what was found, in the formats of ``--output-format``. Each format is a module of its own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, TextIO

if TYPE_CHECKING:
    from redlint.lint import ProjectResult

_MODULES: Final = {
    "full": "redlint.report.full",
    "concise": "redlint.report.concise",
    "json": "redlint.report.json_array",
    "json-lines": "redlint.report.json_lines",
    "github": "redlint.report.github",
    "gitlab": "redlint.report.gitlab",
    "junit": "redlint.report.junit",
    "rdjson": "redlint.report.rdjson",
    "sarif": "redlint.report.sarif",
}

FORMATS: Final = tuple(_MODULES)
"""The names of all formats, the default first."""


class Writer(Protocol):
    """What the module of a format offers as ``write``."""

    def __call__(self, result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:
        """Write all findings; ``width`` is the number of columns that lines of source may take."""


def write_report(format: str, result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:
    """Write all findings in a format, one of :data:`FORMATS`; only that format's module is imported."""
    write: Writer = import_module(_MODULES[format]).write
    write(result, stream, color=color, width=width)
