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
from typing import TYPE_CHECKING, Final

import msgspec

from redlint import __version__
from redlint.cache_database import CacheDatabase
from redlint.errors import UnreadableSourceError

if TYPE_CHECKING:
    from redlint.job import Job
    from redlint.model.files import ProjectFiles

_RULE_PACKAGES: Final = "redlint.rules"
_MARK: Final = b"run"


class Printed(msgspec.Struct, frozen=True):
    """What a run wrote: its findings, what it said on standard error, and its exit code."""

    findings: str
    remarks: str
    exit_code: int


class RunMemory:
    """What the run of a job printed, if that run is kept; for one more run to read or write."""

    def __init__(self, directory: Path, job: Job, shape: object) -> None:
        """``shape`` is what else the output depends on: the options, the width of the terminal."""
        self._directory = directory
        self._key = _key(job, shape)

    def recall(self) -> Printed | None:
        """What the same run has printed before."""
        with CacheDatabase(self._directory) as database:
            content = database.get(self._key)
        try:
            return None if content is None else _DECODER.decode(content)
        except msgspec.DecodeError:
            return None  # damaged or foreign

    def keep(self, printed: Printed) -> None:
        """Have it printed again next time."""
        try:
            content = msgspec.msgpack.encode(printed)
        except UnicodeEncodeError:  # names of files that are no text
            return
        with CacheDatabase(self._directory) as database:
            database.put(self._key, content)


def may_be_remembered(job: Job) -> bool:
    """Whether the files of a job say all there is to know of its run.

    Plugins of the settings are any code that can be imported, and standard input comes once.
    """
    return not job.config.plugins and not job.files.overlay


def _key(job: Job, shape: object) -> bytes:
    digest = hashlib.blake2b(_MARK, digest_size=16)
    for part in (*_code(), repr(job.config), repr(shape), str(Path.cwd()), repr((job.problems, job.is_whole))):
        _add(digest, part.encode("utf-8", "surrogatepass"))
    _add(digest, repr((job.files.lint, job.files.context, sorted(job.files.explicit))).encode("utf-8", "surrogatepass"))
    for path in (*job.files.lint, *job.files.context):
        _add(digest, _content(job.files, path))
    if job.config.baseline_path is not None:
        _add(digest, _content(job.files, job.config.baseline_path))
    return digest.digest()


def _content(files: ProjectFiles, path: str) -> bytes:
    try:
        return files.read(path)
    except UnreadableSourceError as error:
        return str(error).encode("utf-8", "surrogatepass")


def _add(digest: hashlib.blake2b, content: bytes) -> None:
    """Add a part so that no other division of the same bytes is taken for it."""
    digest.update(len(content).to_bytes(8, "little"))
    digest.update(content)


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


_DECODER: Final = msgspec.msgpack.Decoder(Printed)
