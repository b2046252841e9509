"""Applying fixes: collect, apply, lint again, until nothing is left to fix."""

from __future__ import annotations

import ast
import contextlib
import difflib
import errno
import gc
import os
import re
import stat
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from redlint.config import Config
from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix
from redlint.errors import SourceSyntaxError, UnreadableSourceError
from redlint.lint import ProjectResult, lint_project
from redlint.model.collect import collect
from redlint.model.collected import KeptFiles
from redlint.model.files import ProjectFiles
from redlint.model.progress import Progress, unwatched
from redlint.model.stopwatch import Timer, untimed
from redlint.rule import Rule
from redlint.source import SourceText

MOST_ROUNDS: Final = 10
"""After so many rounds fixing stops, though there may be more to fix."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was not fixed or not written, with the reason."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class FixOutcome:
    """What fixing made of a project; nothing is written yet.

    ``original`` and ``changed`` hold the bytes of the changed files before and after, ``fixed`` how many
    findings of each code were fixed. ``result`` is what linting finds afterwards. ``refused`` are files whose
    fixes were not applied. ``settled`` is false if there was more to fix after the last round.
    """

    original: Mapping[str, bytes]
    changed: Mapping[str, bytes]
    fixed: Mapping[str, int]
    result: ProjectResult
    refused: tuple[Problem, ...]
    settled: bool


def fix_files(
    files: ProjectFiles,
    config: Config,
    rules: Sequence[Rule],
    *,
    unsafe: bool,
    gate: bool = True,
    problems: Sequence[tuple[str, str]] = (),
    progress: Progress = unwatched,
    narrow: Callable[[ProjectResult], ProjectResult] = lambda result: result,
    kept: KeptFiles | None = None,
    timer: Timer = untimed,
) -> FixOutcome:
    """Fix what can be fixed in ``files.lint``, in memory: safe fixes, with ``unsafe`` those as well.

    ``narrow`` leaves of each result the findings that count; the others are not fixed. The other arguments are those
    of :func:`redlint.lint.lint_project`.
    """
    fixing = _Fixing(files, unsafe=unsafe)
    kept = kept or KeptFiles()
    lint = partial(lint_project, gate=gate, problems=problems, progress=progress, kept=kept, timer=timer)
    result = narrow(lint(files, config, rules))
    for _ in range(MOST_ROUNDS):
        if not fixing.apply(result):
            return fixing.outcome(result, settled=True)
        gc.collect()  # the command line leaves garbage alone, and the model of each round is big
        result = narrow(lint(fixing.files, config, rules))
    return fixing.outcome(result, settled=not fixing.fixable(result))


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """A text with all edits applied. Raises :class:`ValueError` for edits that overlap."""
    parts: list[str] = []
    position = 0
    for edit in sorted(edits):
        if not position <= edit.span.start <= edit.span.end <= len(text):
            raise ValueError(f"edit at {edit.span.start} overlaps another one or is outside of the text")
        parts += (text[position : edit.span.start], edit.content)
        position = edit.span.end
    return "".join((*parts, text[position:]))


def unified_diff(path: str, old: bytes, new: bytes) -> str:
    """The difference of two contents, as ``patch`` reads it.

    Bytes that are not UTF-8 become lone surrogates; encode the text with ``surrogateescape`` to have them back.
    """
    before, after = ([*map(str, _LINE.findall(one.decode("utf-8", "surrogateescape")))] for one in (old, new))
    name = f"{path}\t" if " " in path else path
    lines = difflib.unified_diff(before, after, name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def write_changes(changed: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Write files, each at once or not at all; the files that could not be written are returned.

    Modes are kept, and behind a symbolic link it is the file that is written.
    """
    reasons = {path: _write(path, content) for path, content in changed.items()}
    return tuple(Problem(path, reason) for path, reason in reasons.items() if reason is not None)


def _write(path: str, content: bytes) -> str | None:
    try:
        _replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        return f"cannot be written: {error.strerror or error}"
    return None


def _replace(target: Path, content: bytes) -> None:
    status = target.stat()
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "permission denied")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".redlint")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _keep_owner(name, status)
        Path(name).chmod(stat.S_IMODE(status.st_mode))
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _keep_owner(name: str, status: os.stat_result) -> None:
    """Give a file the owner of the one it replaces, where we may."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(name, status.st_uid, status.st_gid)


# --- rounds -----------------------------------------------------------------------------------------------


class _RefusedError(Exception):
    """Why a file keeps its content."""


class _Fixing:
    """The state between rounds."""

    def __init__(self, files: ProjectFiles, *, unsafe: bool) -> None:
        self.files = files
        self._wanted = frozenset(files.lint)
        self._allowed = {Applicability.SAFE, Applicability.UNSAFE} if unsafe else {Applicability.SAFE}
        self._original: dict[str, bytes] = {}
        self._changed: dict[str, bytes] = {}
        self._fixed: Counter[str] = Counter()
        self._refused: dict[str, str] = {}

    def fixable(self, result: ProjectResult) -> dict[str, list[tuple[str, Fix]]]:
        """The fixes to apply by path, each with the code of its finding."""
        found: dict[str, list[tuple[str, Fix]]] = {}
        for diagnostic in result.diagnostics:
            fix = diagnostic.fix
            if fix is not None and fix.edits and self._is_allowed(diagnostic, fix):
                found.setdefault(diagnostic.path, []).append((diagnostic.code, fix))
        return found

    def _is_allowed(self, diagnostic: Diagnostic, fix: Fix) -> bool:
        path = diagnostic.path
        return fix.applicability in self._allowed and path in self._wanted and path not in self._refused

    def apply(self, result: ProjectResult) -> bool:
        """Apply one round of fixes; whether any file changed."""
        changed: dict[str, bytes] = {}
        for path, fixes in self.fixable(result).items():
            edits, codes = compatible_edits(fixes)
            try:
                content = self._edited(result.source(path), edits)
            except _RefusedError as error:
                self._refused[path] = f"{error} ({', '.join(sorted(codes))})"
                continue
            if content is not None:
                changed[path] = content
                self._fixed.update(codes)
        self._changed.update(changed)
        self.files = self.files.with_overlay(changed)
        return bool(changed)

    def _edited(self, source: SourceText, edits: Sequence[Edit]) -> bytes | None:
        """The new bytes of a file; ``None`` if the edits change nothing."""
        old = self._old_bytes(source)
        text = apply_edits(source.text, [Edit(edit.span, source.with_newlines(edit.content)) for edit in edits])
        if text == source.text:
            return None
        if not still_parses(source.text, text):
            raise _RefusedError("the fixed code would not parse")
        new = _encoded(source, text)
        self._original.setdefault(source.path, old)
        return new

    def _old_bytes(self, source: SourceText) -> bytes:
        """The bytes a text was decoded from; refused unless exactly they would be written back."""
        try:
            old = self.files.read(source.path)
        except UnreadableSourceError as error:
            raise _RefusedError(str(error)) from error
        if _encoded(source, source.text) != old:
            raise _RefusedError("its bytes changed meanwhile, or would not survive its encoding")
        return old

    def outcome(self, result: ProjectResult, *, settled: bool) -> FixOutcome:
        """What came out of it all."""
        changed = {path: new for path, new in sorted(self._changed.items()) if new != self._original[path]}
        return FixOutcome(
            original={path: self._original[path] for path in changed},
            changed=changed,
            fixed=dict(sorted(self._fixed.items())),
            result=result,
            refused=tuple(Problem(path, reason) for path, reason in sorted(self._refused.items())),
            settled=settled,
        )


def compatible_edits(fixes: Sequence[tuple[str, Fix]]) -> tuple[list[Edit], list[str]]:
    """The edits of those fixes that do not get in each other's way, first come first served; and their codes.

    A fix is applied as a whole or not at all. Equal edits are made once.
    """
    taken: set[Edit] = set()
    codes: list[str] = []
    for code, fix in sorted(fixes, key=lambda one: (one[1].edits, one[0])):
        fresh = [edit for edit in fix.edits if edit not in taken]
        if any(edit.span.overlaps(other.span) for edit in fresh for other in taken):
            continue
        taken.update(fresh)
        codes.append(code)
    return sorted(taken), codes


def _encoded(source: SourceText, text: str) -> bytes:
    """The bytes of a text that decode to it again."""
    try:
        content = source.encode(text)
        again = SourceText.decode(source.path, content)
    except UnreadableSourceError as error:
        raise _RefusedError(f"the fixed code {error}") from error
    if again.text != text:
        raise _RefusedError("the fixed code would be read in another encoding")
    return content


def still_parses(old: str, new: str) -> bool:
    """Whether no parser that took the old text refuses the new one.

    Python's own knows errors that LibCST does not look for, LibCST may know newer syntax.
    """
    if not _is_collectable(new):
        return False
    return _is_python(new) or not _is_python(old)


def _is_collectable(text: str) -> bool:
    try:
        collect(text)
    except (SourceSyntaxError, RecursionError):
        return False
    return True


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
