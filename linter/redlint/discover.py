"""From the paths of the command line to the files to lint."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pathspec import GitIgnoreSpec

from redlint.config import Config, absolute_path
from redlint.errors import RedlintError

SUFFIXES: Final = (".py", ".pyw")
"""Endings of the files that are taken from a directory."""

_EDITOR_LOCK = ".#"


@dataclass(frozen=True, slots=True)
class Discovered:
    """Files to lint: sorted, each once, with slashes, relative to the current directory where below it.

    ``explicit`` are those that were named, not found. ``problems`` are paths that cannot be had, with the
    reason.
    """

    paths: tuple[str, ...]
    explicit: frozenset[str]
    problems: tuple[tuple[str, str], ...]


def discover(paths: Sequence[str], config: Config) -> Discovered:
    """Find the Python files below directories, and take files that are named as they are.

    Directories are walked in order of names, without what ``exclude`` and (unless turned off)
    ``.gitignore`` files leave out, and each real directory once. Raises :class:`RedlintError` for a path
    that does not exist.
    """
    walk = _Walk(config)
    for path in paths:
        walk.add(path)
    return walk.result()


def shown_path(path: str) -> str:
    """A path as it is reported: relative to the current directory if below it, with slashes."""
    absolute = absolute_path(path)
    below = absolute.removeprefix(os.getcwd().rstrip(os.sep) + os.sep)  # noqa: PTH109 - a Path costs too much
    return below.replace(os.sep, "/")


@dataclass(frozen=True, slots=True)
class _Ignores:
    """A ``.gitignore`` file; ``directory`` is the absolute path of where it stands."""

    directory: str
    spec: GitIgnoreSpec

    def decide(self, path: str, *, directory: bool) -> bool | None:
        """Whether it ignores an absolute path; ``None`` if it does not say."""
        inside = path[len(self.directory) :].lstrip(os.sep).replace(os.sep, "/")
        return self.spec.check_file(f"{inside}/" if directory else inside).include


class _Walk:
    """The files found so far."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._files: set[str] = set()
        self._real_files: set[str] = set()
        self._explicit: set[str] = set()
        self._links: list[tuple[str, tuple[_Ignores, ...]]] = []
        self._walked: set[tuple[int, int]] = set()
        self._problems: set[tuple[str, str]] = set()

    def add(self, path: str) -> None:
        """Take one path of the command line."""
        try:
            status = Path(path).stat()
        except FileNotFoundError:
            raise RedlintError(f"{path}: no such file or directory") from None
        except (OSError, ValueError) as error:
            self._problems.add((shown_path(path), _reason(error)))
            return
        if stat.S_ISDIR(status.st_mode):
            absolute = absolute_path(path)
            self._directory(absolute, self._ignores_above(absolute))
        elif stat.S_ISREG(status.st_mode):
            self._files.add(absolute_path(path))
            self._explicit.add(shown_path(path))
        else:
            self._problems.add((shown_path(path), "is not a regular file"))

    def result(self) -> Discovered:
        """All that was found, links last so that a real path goes before a link to it."""
        if self._links:
            self._real_files = {os.path.realpath(path) for path in self._files}
        while self._links:
            link, ignores = self._links.pop(0)
            self._link(link, ignores)
        return Discovered(
            paths=tuple(sorted(shown_path(path) for path in self._files)),
            explicit=frozenset(self._explicit),
            problems=tuple(sorted(self._problems)),
        )

    def _link(self, path: str, ignores: tuple[_Ignores, ...]) -> None:
        target = Path(path)
        try:
            mode = target.stat().st_mode
        except OSError:
            if not target.name.startswith(_EDITOR_LOCK):
                self._problems.add((shown_path(path), "is a link to nothing"))
            return
        if stat.S_ISDIR(mode):
            self._directory(path, ignores)
        elif stat.S_ISREG(mode) and path.endswith(SUFFIXES):
            self._take(path)

    def _take(self, path: str) -> None:
        """Take a file behind a link, unless it is taken already."""
        real = os.path.realpath(path)
        if real not in self._real_files:
            self._real_files.add(real)
            self._files.add(path)

    def _directory(self, top: str, ignores: tuple[_Ignores, ...]) -> None:
        pending = [(top, ignores)]
        while pending:
            directory, inherited = pending.pop()
            try:
                entries = self._entries(directory)
            except OSError as error:
                self._problems.add((shown_path(directory), _reason(error)))
                continue
            here = self._with_own_ignores(directory, entries, inherited)
            for entry in entries:
                self._entry(entry, here, pending)

    def _entries(self, directory: str) -> list[os.DirEntry[str]]:
        """What a directory holds, by name; nothing if it has been walked before."""
        status = Path(directory).stat()
        identity = (status.st_dev, status.st_ino)
        if identity in self._walked:
            return []
        self._walked.add(identity)
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)

    def _entry(
        self,
        entry: os.DirEntry[str],
        ignores: tuple[_Ignores, ...],
        pending: list[tuple[str, tuple[_Ignores, ...]]],
    ) -> None:
        is_link = entry.is_symlink()
        is_directory = _is_directory(entry)
        if not (is_directory or entry.name.endswith(SUFFIXES)):
            return
        if self._is_left_out(entry.path, ignores, directory=is_directory):
            return
        if is_link:
            self._links.append((entry.path, ignores))
        elif is_directory:
            pending.append((entry.path, ignores))
        elif entry.is_file(follow_symlinks=False):
            self._files.add(entry.path)

    def _is_left_out(self, path: str, ignores: tuple[_Ignores, ...], *, directory: bool) -> bool:
        if self._config.is_excluded(path, directory=directory):
            return True
        for one in reversed(ignores):
            decided = one.decide(path, directory=directory)
            if decided is not None:
                return decided
        return False

    def _with_own_ignores(
        self, directory: str, entries: Sequence[os.DirEntry[str]], inherited: tuple[_Ignores, ...]
    ) -> tuple[_Ignores, ...]:
        if not self._config.respect_gitignore or not any(one.name == ".gitignore" for one in entries):
            return inherited
        own = _read_ignores(directory)
        return inherited if own is None else (*inherited, own)

    def _ignores_above(self, directory: str) -> tuple[_Ignores, ...]:
        """The ``.gitignore`` files between the repository's root and a directory; none outside of one."""
        if not self._config.respect_gitignore:
            return ()
        return tuple(found for one in _repository_above(directory) if (found := _read_ignores(one)) is not None)


def _is_directory(entry: os.DirEntry[str]) -> bool:
    """Whether an entry, or what a link leads to, is a directory; a link that leads to itself is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _repository_above(directory: str) -> Iterator[str]:
    """The directories above one inside its repository, outermost first."""
    above: list[str] = []
    here = Path(directory)
    while not (here / ".git").exists():
        if here.parent == here:
            return
        here = here.parent
        above.append(str(here))
    yield from reversed(above)


def _read_ignores(directory: str) -> _Ignores | None:
    try:
        text = (Path(directory) / ".gitignore").read_text(encoding="utf-8", errors="surrogateescape")
        return _Ignores(directory, GitIgnoreSpec.from_lines(text.splitlines()))
    except (OSError, ValueError):
        return None


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, PermissionError):
        return "may not be read: permission denied"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
