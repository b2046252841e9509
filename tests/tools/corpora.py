"""Fetches real packages that use Redis, to read redlint's findings on them.

``python tests/tools/corpora.py DIRECTORY [NAME]...`` downloads the packages of ``corpora.json`` (or those
named) with pip and unpacks each into ``DIRECTORY/<name>-<version>``; those that are there already are left
alone. Nothing of them is installed or built, and only their Python files are unpacked.

A source distribution is taken with ``pip download --no-binary``, for which pip asks the package's build
backend for its metadata: run it where you would also install the package.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

TABLE: Final = Path(__file__).with_name("corpora.json")
MOST_BYTES: Final = 10 * 1024 * 1024
"""Larger files are left out; they are data."""


class CorpusError(Exception):
    """A package cannot be had."""


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned package; ``kind`` is ``"wheel"`` or ``"sdist"``."""

    name: str
    version: str
    kind: str

    @property
    def directory(self) -> str:
        """The name of the directory it is unpacked into."""
        return f"{self.name}-{self.version}"


def packages() -> tuple[Package, ...]:
    """All packages of the table."""
    return tuple(Package(**row) for row in json.loads(TABLE.read_text(encoding="utf-8")))


def fetch(package: Package, directory: Path) -> Path:
    """Download and unpack a package, unless that was done before. Raises :class:`CorpusError`."""
    target = directory / package.directory
    if target.is_dir():
        return target
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".fetch-") as temporary:
        archive = _download(package, Path(temporary))
        unpacked = Path(temporary) / "unpacked"
        count = unpack(archive, unpacked)
        if not count:
            raise CorpusError(f"{archive.name} holds no Python files")
        unpacked.rename(target)
    return target


def _download(package: Package, directory: Path) -> Path:
    form = ["--only-binary", ":all:"] if package.kind == "wheel" else ["--no-binary", package.name]
    wanted = f"{package.name}=={package.version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    done = subprocess.run([*command, *form, "--dest", str(directory), wanted], check=False)
    archives = [path for path in directory.iterdir() if path.is_file()]
    if done.returncode or len(archives) != 1:
        raise CorpusError(f"pip could not download {wanted}")
    return archives[0]


def unpack(archive: Path, target: Path) -> int:
    """Unpack the Python files of a wheel, zip or tar archive; how many there were.

    Contents are copied one by one: links, devices, modes and owners in the archive have no effect, and a name
    that leads out of ``target`` raises :class:`CorpusError`.
    """
    count = 0
    for name, stream in _members(archive):
        path = target / _inside(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with stream, path.open("wb") as file:
            shutil.copyfileobj(stream, file)
        count += 1
    return count


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            for one in opened.infolist():
                if not one.is_dir() and _is_wanted(one.filename, one.file_size):
                    yield one.filename, opened.open(one)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isreg() and _is_wanted(member.name, member.size) else None
            if stream is not None:
                yield member.name, stream


def _is_wanted(name: str, size: int) -> bool:
    return name.endswith(".py") and size <= MOST_BYTES


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
        raise CorpusError(f"the archive holds the name {name!r}, which leads out of its directory")
    return path


def main() -> int:
    """Fetch what the command line names."""
    known = {package.name: package for package in packages()}
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(known)}")
    arguments = parser.parse_args()
    names: list[str] = arguments.names or list(known)
    failed = False
    for name in names:
        if name not in known:
            parser.error(f"{name!r} is not in {TABLE.name}")
        try:
            print(fetch(known[name], arguments.directory), flush=True)
        except (CorpusError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
