"""Reading the files of a project."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from redlint.errors import UnreadableSourceError
from redlint.model.files import ProjectFiles
from redlint.source import MAX_BYTES


def read(path: Path) -> bytes:
    return ProjectFiles(lint=(str(path),)).read(str(path))


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n")
    assert read(tmp_path / "a.py") == b"x = 1\r\n"


def test_the_overlay_goes_before_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"disk")
    files = ProjectFiles(lint=(str(path),), overlay={"b.py": b"kept"})
    changed = files.with_overlay({str(path): b""})
    assert changed.read(str(path)) == b""
    assert changed.read("b.py") == b"kept"
    assert files.read(str(path)) == b"disk"


@pytest.mark.parametrize("name", ["missing.py", "", "nul\0.py", "x" * 5000])
def test_what_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableSourceError):
        ProjectFiles(lint=()).read(str(tmp_path / name))


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes in the file system")
def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    for path in (tmp_path / "pipe.py", Path("/dev/zero")):
        with pytest.raises(UnreadableSourceError, match="regular"):
            read(path)


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.py").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UnreadableSourceError, match="too large"):
        read(tmp_path / "a.py")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_permission_denied_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"")
    (tmp_path / "a.py").chmod(0)
    with pytest.raises(UnreadableSourceError, match="permission denied"):
        read(tmp_path / "a.py")
