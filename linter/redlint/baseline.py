"""A file of findings that are known and tolerated, so that only new ones are reported.

An entry is known by what :mod:`redlint.fingerprint` says of a finding, so it stays valid when the lines around it
move. Where a function was renamed the finding is still recognised by its code. Each entry stands for one finding:
of two equal ones, one of which is in the file, the other is reported.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import msgspec

from redlint.atomic_write import write_atomically
from redlint.config import absolute_path
from redlint.diagnostic import Diagnostic
from redlint.engine_rules import InternalError, SyntaxError, UnreadableFile
from redlint.errors import RedlintError
from redlint.fingerprint import Identities, Identity
from redlint.lint import ProjectResult

DEFAULT_NAME: Final = "redlint-baseline.json"
VERSION: Final = 1

NEVER_TOLERATED: Final = frozenset({InternalError.code, SyntaxError.code, UnreadableFile.code})
"""Codes that no baseline holds: with them, redlint has not looked at everything."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tolerated finding. The message is for people, and not compared."""

    code: str
    scope: str
    digest: str
    message: str

    @property
    def identity(self) -> Identity:
        """What the finding is known by."""
        return Identity(self.code, self.scope, self.digest)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The entries of a baseline file; ``findings`` are by path, relative to the directory of ``file``."""

    file: str
    findings: Mapping[str, Sequence[Entry]] = field(default_factory=dict)

    def key(self, path: str) -> str:
        """The path as the file has it: relative to its directory and with slashes."""
        directory = os.path.dirname(absolute_path(self.file))  # noqa: PTH120 - as text, like the rest
        return os.path.relpath(absolute_path(path), directory).replace(os.sep, "/")

    @property
    def size(self) -> int:
        """The number of entries."""
        return sum(map(len, self.findings.values()))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a baseline makes of a run: the findings that it does not hold, and its entries that match nothing.

    Stale are only entries of files that were linted or are gone, and of rules that were on.
    """

    result: ProjectResult
    hidden: int
    stale: Mapping[str, Sequence[Entry]]

    @property
    def stale_count(self) -> int:
        """The number of stale entries."""
        return sum(map(len, self.stale.values()))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """The content of a baseline file."""

    version: int
    findings: dict[str, list[Entry]]


def read_baseline(file: str) -> Baseline:
    """The entries of a file. Raises :class:`RedlintError` where it is missing or not such a file."""
    try:
        content = Path(file).read_bytes()
    except FileNotFoundError as error:
        raise RedlintError(f"{file}: no such baseline file; `redlint baseline` writes one") from error
    except OSError as error:
        raise RedlintError(f"{file}: cannot be read: {error.strerror or error}") from error
    try:
        read = msgspec.json.decode(content, type=_File)
    except (ValueError, RecursionError) as error:
        raise RedlintError(f"{file}: not a baseline file of redlint: {error}") from error
    if read.version != VERSION:
        raise RedlintError(f"{file}: version {read.version} of the baseline, this redlint reads version {VERSION}")
    return Baseline(file, read.findings)


def write_baseline(baseline: Baseline) -> None:
    """Write the file, sorted, one finding per line. Raises :class:`RedlintError`."""
    write_atomically(baseline.file, baseline_text(baseline).encode("utf-8"))


def baseline_text(baseline: Baseline) -> str:
    """The content of the file."""
    files = [
        f"    {json.dumps(path)}: [\n" + ",\n".join(f"      {_row(one)}" for one in entries) + "\n    ]"
        for path, entries in sorted(baseline.findings.items())
        if entries
    ]
    findings = "{\n" + ",\n".join(files) + "\n  }" if files else "{}"
    return f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'


def _row(entry: Entry) -> str:
    fields = {"code": entry.code, "scope": entry.scope, "digest": entry.digest, "message": entry.message}
    return json.dumps(fields)


# --- comparing --------------------------------------------------------------------------------------------


def compare(result: ProjectResult, baseline: Baseline, linted: Iterable[str]) -> Comparison:
    """Take the findings that a baseline holds out of a result; ``linted`` are the files that were looked at."""
    open_entries = {path: list(entries) for path, entries in baseline.findings.items()}
    found: dict[str, list[Diagnostic]] = {}
    for diagnostic in result.diagnostics:
        if diagnostic.code not in NEVER_TOLERATED:
            found.setdefault(baseline.key(diagnostic.path), []).append(diagnostic)
    identities = Identities(result)
    hidden: set[int] = set()
    for path, diagnostics in found.items():
        entries = open_entries.get(path, [])
        if entries:
            hidden |= _matched(diagnostics, entries, identities)
    kept = tuple(one for one in result.diagnostics if id(one) not in hidden)
    stale = _stale(open_entries, result, baseline, linted)
    return Comparison(replace(result, diagnostics=kept), len(hidden), stale)


def _stale(
    left: Mapping[str, Sequence[Entry]], result: ProjectResult, baseline: Baseline, linted: Iterable[str]
) -> dict[str, Sequence[Entry]]:
    """Of the entries that no finding was matched with: those that would have been, were they still true."""
    if result.failed:
        return {}
    active = {rule.code for rule in result.rules}
    seen = _seen(result, baseline, linted)
    stale: dict[str, Sequence[Entry]] = {}
    for path, entries in sorted(left.items()):
        checked = [one for one in entries if one.code in active] if path in seen else entries
        if checked and (path in seen or not _exists(baseline, path)):
            stale[path] = checked
    return stale


def _seen(result: ProjectResult, baseline: Baseline, linted: Iterable[str]) -> frozenset[str]:
    """The linted files that could be looked into."""
    broken = {one.path for one in result.diagnostics if one.code in NEVER_TOLERATED}
    return frozenset(baseline.key(path) for path in linted if path not in broken)


def _matched(diagnostics: Sequence[Diagnostic], entries: list[Entry], identities: Identities) -> set[int]:
    """The findings that entries stand for; these entries are taken out. First those that agree in everything."""
    matched: set[int] = set()
    for is_exact in (True, False):
        waiting: dict[Identity, list[Entry]] = {}
        for entry in entries:
            waiting.setdefault(_compared(entry.identity, is_exact=is_exact), []).append(entry)
        for diagnostic in diagnostics:
            equal = waiting.get(_compared(identities.of(diagnostic), is_exact=is_exact))
            if equal and id(diagnostic) not in matched:
                equal.pop()
                matched.add(id(diagnostic))
        entries[:] = [entry for equal in waiting.values() for entry in equal]
    return matched


def _compared(identity: Identity, *, is_exact: bool) -> Identity:
    return identity if is_exact else replace(identity, scope="")


def _exists(baseline: Baseline, path: str) -> bool:
    return (Path(baseline.file).absolute().parent / path).exists()


# --- writing ----------------------------------------------------------------------------------------------


def renewed(baseline: Baseline, result: ProjectResult, linted: Iterable[str]) -> Baseline:
    """A baseline with all findings of a run. Entries stay that it says nothing of: other files, rules that are off."""
    seen = _seen(result, baseline, linted)
    active = {rule.code for rule in result.rules}
    findings: dict[str, list[Entry]] = {}
    for path, entries in baseline.findings.items():
        kept = [one for one in entries if path not in seen or one.code not in active]
        if kept and _exists(baseline, path):
            findings[path] = kept
    identities = Identities(result)
    for diagnostic in result.diagnostics:
        if diagnostic.code not in NEVER_TOLERATED:
            entry = Entry(*_fields(identities.of(diagnostic)), diagnostic.message)
            findings.setdefault(baseline.key(diagnostic.path), []).append(entry)
    return replace(baseline, findings=findings)


def _fields(identity: Identity) -> tuple[str, str, str]:
    return identity.code, identity.scope, identity.digest


def pruned(baseline: Baseline, stale: Mapping[str, Sequence[Entry]]) -> Baseline:
    """A baseline without its stale entries."""
    findings: dict[str, Sequence[Entry]] = {}
    for path, entries in baseline.findings.items():
        dropped = Counter(stale.get(path, ()))
        kept: list[Entry] = []
        for entry in entries:
            if dropped[entry]:
                dropped[entry] -= 1
            else:
                kept.append(entry)
        findings[path] = kept
    return replace(baseline, findings=findings)
