"""SARIF 2.1.0, which GitHub code scanning, Azure DevOps and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import quote

from redlint import __version__
from redlint.diagnostic import Diagnostic, Fix, Related, Severity, Span
from redlint.explain import DOCUMENTATION_URL, rule_page, rule_summary, rule_text, rule_url
from redlint.fingerprint import fingerprints
from redlint.lint import ProjectResult, RuleFailure
from redlint.report.json_record import Json
from redlint.report.places import start_and_end
from redlint.rule import Rule, rule_name

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "redlintFingerprint/v1"
"""The name of the fingerprint; its version rises with the way it is made."""

_ROOT = "SRCROOT"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:  # noqa: ARG001
    """Write a log of one run."""
    stream.write(json.dumps(sarif_log(result), indent=2) + "\n")


def sarif_log(result: ProjectResult) -> dict[str, Json]:
    """The findings of one run; of the rules those that have findings."""
    codes = {one.code for one in result.diagnostics}
    rules = [rule for rule in result.rules if rule.code in codes]
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    marks = fingerprints(result, result.diagnostics)
    run: dict[str, Json] = {
        "tool": {
            "driver": {
                "name": "redlint",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": DOCUMENTATION_URL,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not result.failed,
                "toolExecutionNotifications": [_notification(one) for one in result.failures],
            }
        ],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The directory that redlint ran in, usually the root of the repository."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(result, one, mark, numbers.get(one.code))
            for one, mark in zip(result.diagnostics, marks, strict=True)
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: type[Rule]) -> Json:
    name = rule_name(rule.__name__)
    return {
        "id": rule.code,
        "name": rule.__name__,
        "shortDescription": {"text": rule_summary(rule)},
        "fullDescription": {"text": f"{rule.message}. {rule.help}."},
        "help": {"text": rule_text(rule), "markdown": rule_page(rule)},
        "helpUri": rule_url(name),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["redis", name], "problem.severity": _PROBLEMS[rule.severity], "since": rule.since},
    }


def _notification(failure: RuleFailure) -> Json:
    return {
        "level": "error",
        "message": {"text": f"The rule {failure.rule} failed"},
        "locations": [
            {"physicalLocation": {"artifactLocation": _file(failure.path), "region": {"startLine": failure.row}}}
        ],
        "exception": {"message": failure.traceback},
    }


def _result(result: ProjectResult, diagnostic: Diagnostic, mark: str, rule: int | None) -> Json:
    record: dict[str, Json] = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _text(diagnostic)},
        "locations": [{"physicalLocation": _place(result, diagnostic.path, diagnostic.span)}],
        "partialFingerprints": {FINGERPRINT: mark},
        "properties": {"confidence": diagnostic.confidence.name.lower()},
    }
    if rule is not None:
        record["ruleIndex"] = rule
    if diagnostic.related:
        record["relatedLocations"] = [
            _related(result, one, number) for number, one in enumerate(diagnostic.related, start=1)
        ]
    if diagnostic.fix is not None and diagnostic.fix.edits:
        record["fixes"] = [_fix(result, diagnostic.path, diagnostic.fix)]
    return record


def _text(diagnostic: Diagnostic) -> str:
    """What the finding says, as sentences. Braces stay single: nothing is filled in."""
    sentences = [one for one in (diagnostic.message, diagnostic.help) if one]
    return ". ".join(sentences) + "."


def _related(result: ProjectResult, related: Related, number: int) -> Json:
    return {
        "id": number,
        "message": {"text": related.message},
        "physicalLocation": _place(result, related.path, related.span),
    }


def _fix(result: ProjectResult, path: str, fix: Fix) -> Json:
    source = result.source(path)
    return {
        "description": {"text": f"{fix.title} ({fix.applicability.value})"},
        "artifactChanges": [
            {
                "artifactLocation": _file(path),
                "replacements": [
                    {
                        "deletedRegion": _region(result, path, edit.span),
                        "insertedContent": {"text": source.with_newlines(edit.content)},
                    }
                    for edit in fix.edits
                ],
            }
        ],
    }


def _place(result: ProjectResult, path: str, span: Span) -> Json:
    return {"artifactLocation": _file(path), "region": _region(result, path, span)}


def _region(result: ProjectResult, path: str, span: Span) -> Json:
    start, end = start_and_end(result, path, span)
    return {
        "startLine": start.row,
        "startColumn": start.column,
        "endLine": end.row,
        "endColumn": end.column,
    }


def _file(path: str) -> Json:
    """The address of a file: below the current directory relative to it, else in full."""
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": _ROOT}
