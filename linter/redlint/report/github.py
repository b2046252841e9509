"""Workflow commands, which GitHub shows as annotations of the changed lines."""

from __future__ import annotations

from typing import TextIO

from redlint.diagnostic import Diagnostic, Severity
from redlint.lint import ProjectResult
from redlint.report.places import shown_place, start_and_end
from redlint.report.terminal import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:  # noqa: ARG001
    """Write one workflow command per finding."""
    for diagnostic in result.diagnostics:
        stream.write(_command(result, diagnostic) + "\n")


def _command(result: ProjectResult, diagnostic: Diagnostic) -> str:
    place = shown_place(result, diagnostic.path, diagnostic.span)
    text = visible(f"{place}: {diagnostic.code} {diagnostic.message}")
    if diagnostic.help:
        text += f"\n{visible(diagnostic.help)}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(result, diagnostic))
    return f"::{_COMMANDS[diagnostic.severity]} {properties}::{_data(text)}"


def _properties(result: ProjectResult, diagnostic: Diagnostic) -> list[tuple[str, str]]:
    start, end = start_and_end(result, diagnostic.path, diagnostic.span)
    properties = [
        ("title", f"redlint ({diagnostic.code} {diagnostic.name})"),
        ("file", diagnostic.path),
        ("line", str(start.row)),
        ("endLine", str(end.row)),
    ]
    if start.row == end.row:  # columns are refused for annotations of several rows
        properties += [("col", str(start.column)), ("endColumn", str(end.column))]
    return properties


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return visible(_data(text).replace(":", "%3A").replace(",", "%2C"))
