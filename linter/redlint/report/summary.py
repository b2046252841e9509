"""The findings in numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TextIO

from redlint.diagnostic import Applicability, Diagnostic, Severity
from redlint.explain import rule_url
from redlint.lint import ProjectResult

_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def counted(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary(result: ProjectResult) -> str:
    """How many findings there are and how many of them can be fixed, in one line."""
    found = result.diagnostics
    where = f"in {counted(result.checked, 'file')}"
    if not found:
        return f"Found no problems {where}"
    severities = Counter(one.severity for one in found)
    kinds = ", ".join(counted(severities[one], word) for one, word in _WORDS.items() if severities[one])
    fixes = _fixes(found)
    return f"Found {counted(len(found), 'finding')} ({kinds}{f'; {fixes}' if fixes else ''}) {where}"


def grouped(result: ProjectResult) -> Iterator[str]:
    """A row for each rule with its number of findings and the address of its page, the most frequent first."""
    rules = {one.code: one for one in result.diagnostics}
    counts = Counter(one.code for one in result.diagnostics)
    digits = max((len(str(count)) for count in counts.values()), default=0)
    names = max((len(one.name) for one in rules.values()), default=0)
    for code, count in sorted(counts.items(), key=lambda row: (-row[1], row[0])):
        yield f"{count:>{digits}} {code} {rules[code].name:<{names}}  {rule_url(rules[code].name)}"


def _fixes(found: Iterable[Diagnostic]) -> str:
    applicabilities = Counter(one.fix.applicability for one in found if one.fix is not None and one.fix.edits)
    safe, unsafe = applicabilities[Applicability.SAFE], applicabilities[Applicability.UNSAFE]
    if safe and unsafe:
        return f"{safe} fixable with --fix, {unsafe} more with --unsafe-fixes"
    if safe:
        return f"{safe} fixable with --fix"
    return f"{unsafe} fixable with --fix --unsafe-fixes" if unsafe else ""


def write_statistics(result: ProjectResult, stream: TextIO, output_format: str) -> None:
    """How often each rule was broken, the most frequent first."""
    names = {one.code: one.name for one in result.diagnostics}
    counts = Counter(one.code for one in result.diagnostics)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if output_format in ("json", "json-lines"):
        records = [{"code": code, "name": names[code], "count": count} for code, count in rows]
        write_records(records, output_format, stream)
        return
    digits = max((len(str(count)) for _, count in rows), default=0)
    for code, count in rows:
        stream.write(f"{count:>{digits}} {code} {names[code]}\n")


def write_records(records: Iterable[object], output_format: str, stream: TextIO) -> None:
    """Write objects as a JSON list, or one per line for ``json-lines``."""
    if output_format == "json-lines":
        stream.write("".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records))
    else:
        stream.write(json.dumps(list(records), indent=2) + "\n")
