"""What earlier runs printed, to be printed again where nothing has changed since.

What a run prints depends on the files it reads, on its settings and options, on where it prints, and on the code of
redlint and of the rule packages. All of that is the key: a run that finds its key has nothing to work out.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from redlint import __version__
from redlint.cache_database import CacheDatabase
from redlint.errors import UnreadableSourceError

if TYPE_CHECKING:
    from redlint.job import Job
    from redlint.known_findings import KnownFindings
    from redlint.lint import ProjectResult
    from redlint.model.files import ProjectFiles

_RULE_PACKAGES: Final = "redlint.rules"

Kept = TypeVar("Kept", bound=msgspec.Struct)


class Printed(msgspec.Struct, frozen=True):
    """What a run wrote: its findings, what it said on standard error, and its exit code."""

    findings: str
    remarks: str
    exit_code: int


class RunMemory:
    """What is known of earlier runs like that of a job; for one more run to read or write."""

    def __init__(self, directory: Path, job: Job, shape: object) -> None:
        """``shape`` is what else the output depends on: the options, the width of the terminal."""
        self._directory = directory
        self._job = job
        self._shape = shape
        self._about = (*_code(), repr(job.config), str(Path.cwd()))
        paths = (*job.files.lint, *job.files.context)
        self._stamps = {path: _stamp(path) for path in paths}
        self._digests = {path: digest(_content(job.files, path)) for path in paths}

    # --- the same run ---------------------------------------------------------------------------------

    def recall(self) -> Printed | None:
        """What the same run has printed before."""
        return self._get(self._run, _PRINTED)

    def keep(self, printed: Printed) -> None:
        """Have it printed again next time."""
        self._put(self._run, printed)

    @property
    def _run(self) -> bytes:
        files, config = self._job.files, self._job.config
        paths = (files.lint, files.context, sorted(files.explicit))
        baseline = b"" if config.baseline_path is None else _content(files, config.baseline_path)
        what = repr((self._shape, self._job.problems, self._job.is_whole, paths))
        return _key("run", *self._about, what, *self._digests.values(), baseline)

    # --- the same project -----------------------------------------------------------------------------

    def known_findings(self) -> KnownFindings | None:
        """The findings of an earlier run that still hold; ``None`` where the project has to be linked."""
        from redlint.known_findings import LinkedProject

        linked = self._get(self._project, msgspec.msgpack.Decoder(LinkedProject))
        return None if linked is None else linked.known(self._digests, self._job.files, self._content)

    def keep_findings(self, result: ProjectResult) -> None:
        """Have later runs know what was found in the project: ``result`` is that of linting all its files."""
        from redlint.known_findings import LinkedProject

        surroundings = result.model.surroundings()
        if surroundings is not None and not result.failed:
            self._put(self._project, LinkedProject.of(result, surroundings, self._job.files, self._digests))

    def _content(self, path: str) -> bytes:
        return _content(self._job.files, path)

    @property
    def _project(self) -> bytes:
        return _key("project", *self._about, repr(sorted(self._digests)))

    # --- files that change meanwhile ------------------------------------------------------------------

    def _is_unchanged(self) -> bool:
        """Whether all files are as they were when they were read: else nobody knows what was linted."""
        return all(_stamp(path) == stamp for path, stamp in self._stamps.items())

    # --- keeping --------------------------------------------------------------------------------------

    def _get(self, key: bytes, decoder: msgspec.msgpack.Decoder[Kept]) -> Kept | None:
        with CacheDatabase(self._directory) as database:
            content = database.get(key)
        try:
            return None if content is None else decoder.decode(content)
        except msgspec.DecodeError:
            return None  # damaged or foreign

    def _put(self, key: bytes, kept: msgspec.Struct) -> None:
        if not self._is_unchanged():
            return
        try:
            content = msgspec.msgpack.encode(kept)
        except UnicodeEncodeError:  # names of files that are no text
            return
        with CacheDatabase(self._directory) as database:
            database.put(key, content)


def may_be_remembered(job: Job) -> bool:
    """Whether the files of a job say all there is to know of its run.

    Plugins of the settings are any code that can be imported, and standard input comes once.
    """
    return not job.config.plugins and not job.files.overlay


def _key(*parts: str | bytes) -> bytes:
    """A key of parts, such that no other division of the same bytes is taken for it."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "little"))
        digest.update(content)
    return digest.digest()


def digest(content: bytes) -> bytes:
    """What stands for the content of a file."""
    return hashlib.blake2b(content, digest_size=16).digest()


def _stamp(path: str) -> tuple[int, int, int, int] | None:
    """What changes with a file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path for each file of a big tree costs too much
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _content(files: ProjectFiles, path: str) -> bytes:
    try:
        return files.read(path)
    except UnreadableSourceError as error:
        return str(error).encode("utf-8", "surrogatepass")


def _code() -> Iterator[str]:
    """What tells one state of redlint, its rules and what they build on from another."""
    yield f"{__version__} {sys.version} {importlib.metadata.version('libcst')} {importlib.metadata.version('msgspec')}"
    packages = {point.value for point in importlib.metadata.entry_points(group=_RULE_PACKAGES)}
    for package in sorted({"redlint", *(name.partition(".")[0] for name in packages)}):
        spec = importlib.util.find_spec(package)
        for directory in spec.submodule_search_locations or () if spec is not None else ():
            for path, status in _modules(directory):
                yield f"{path} {status.st_size} {status.st_mtime_ns}"


def _modules(directory: str) -> Iterator[tuple[str, os.stat_result]]:
    """The files of a package, without what Python makes of them."""
    with os.scandir(directory) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _modules(entry.path)
            else:
                yield entry.path, entry.stat()


_PRINTED: Final = msgspec.msgpack.Decoder(Printed)
