"""The lines that changed since a git revision, and the findings on them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from redlint.diagnostic import Diagnostic
from redlint.engine_rules import ALWAYS_ON
from redlint.errors import RedlintError
from redlint.lint import ProjectResult

_HUNK: Final = re.compile(rb"@@ -\d+(?:,(?P<removed>\d+))? \+(?P<first>\d+)(?:,(?P<added>\d+))? @@")
_DIFF: Final = (
    *("diff", "--unified=0", "--inter-hunk-context=0", "--find-renames", "--text"),
    *("--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules", "--src-prefix=a/", "--dst-prefix=b/"),
)
"""Whatever the user's git is set to."""


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """What changed in a work tree; ``lines`` are rows, counted from 1, by path from its ``root``.

    Files that are not in ``tracked`` are new as a whole.
    """

    root: str
    tracked: frozenset[str]
    lines: Mapping[str, Sequence[range]]

    def on_changed_lines(self, result: ProjectResult) -> ProjectResult:
        """A result with only those findings of which a row was changed."""
        kept = tuple(one for one in result.diagnostics if one.code in ALWAYS_ON or self._concerns(result, one))
        return replace(result, diagnostics=kept)

    def _concerns(self, result: ProjectResult, diagnostic: Diagnostic) -> bool:
        path = os.path.relpath(_real(diagnostic.path), self.root).replace(os.sep, "/")
        if path not in self.tracked:
            return True
        ranges = self.lines.get(path)
        if not ranges:
            return False
        text = result.source(diagnostic.path).text
        first, last = (text.count("\n", 0, offset) + 1 for offset in (diagnostic.span.start, diagnostic.span.end))
        return any(changed.start <= last and first < changed.stop for changed in ranges)


class _GitError(RedlintError):
    """Git ran, and could not do what it was asked for."""


def changed_lines(revision: str, directory: str) -> ChangedLines:
    """What changed in the work tree around a directory since a revision.

    That is since the last commit that the revision and the checked-out branch have in common, so that what others
    changed on a branch meanwhile does not count. Raises :class:`RedlintError` where git does not tell.
    """
    root = _root(directory)
    commit = _commit(root, revision)
    base = _common_commit(root, commit)
    tracked = frozenset(os.fsdecode(path) for path in _git(root, "ls-files", "-z").split(b"\0") if path)
    return ChangedLines(os.path.realpath(root), tracked, dict(_files(_git(root, *_DIFF, base, "--"))))


def _root(directory: str) -> str:
    try:
        return os.fsdecode(_git(directory, "rev-parse", "--show-toplevel").removesuffix(b"\n"))
    except _GitError as error:
        raise RedlintError(f"--diff-base: {directory} is not in the work tree of a git repository") from error


def _commit(root: str, revision: str) -> str:
    try:
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except _GitError as error:
        raise RedlintError(
            f"--diff-base: git knows no revision {revision!r} here (in a shallow clone it may have to be fetched first)"
        ) from error
    return found.decode("ascii").strip()


def _common_commit(root: str, commit: str) -> str:
    """The last common commit; the commit itself where there is none, or where its history was not fetched."""
    try:
        return _git(root, "merge-base", commit, "HEAD").decode("ascii").strip()
    except _GitError:
        return commit


def _git(directory: str, *arguments: str) -> bytes:
    command = ("git", "-C", directory, *arguments)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise RedlintError(f"--diff-base needs git, which cannot be run: {error.strerror or error}") from error
    if done.returncode:
        reason = os.fsdecode(done.stderr).strip().partition("\n")[0] or f"exit code {done.returncode}"
        raise _GitError(f"--diff-base: git {arguments[0]} failed in {directory}: {reason}")
    return done.stdout


def _files(diff: bytes) -> Iterator[tuple[str, list[range]]]:
    """The changed rows of each file, read from the output of ``git diff``."""
    ranges: list[range] = []
    skipped = 0
    for line in diff.split(b"\n"):
        if skipped and line[:1] in (b"+", b"-"):
            skipped -= 1  # a row of the file, which may look like anything
        elif line.startswith(b"+++ "):
            ranges = []
            yield _path(line.removeprefix(b"+++ ")), ranges
        elif found := _HUNK.match(line):
            added = _count(found["added"])
            skipped = _count(found["removed"]) + added
            first = int(found["first"])
            if added:
                ranges.append(range(first, first + added))


def _count(digits: bytes | None) -> int:
    return 1 if digits is None else int(digits)


def _path(written: bytes) -> str:
    """A path as git writes it after ``+++``: quoted like a string of C where it has unusual characters."""
    path = written.removesuffix(b"\t")  # which follows a path with blanks
    if path.startswith(b'"'):
        path = path[1:-1].decode("unicode_escape").encode("latin-1")
    return os.fsdecode(path.removeprefix(b"b/"))


def _real(path: str) -> str:
    """A path without links in its directories; a file that is a link stays one, as in git."""
    absolute = Path(path).absolute()
    return str(Path(os.path.realpath(absolute.parent)) / absolute.name)
