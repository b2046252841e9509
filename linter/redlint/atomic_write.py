"""Writing a file at once or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from redlint.errors import RedlintError


def write_atomically(path: str, content: bytes) -> None:
    """Write a file; readers see the old content or the new one, never a part.

    An existing file keeps its mode, and behind a symbolic link it is the file that is written. What is no
    regular file (``/dev/stdout``) is written as it is. Raises :class:`RedlintError`.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = _mode(target)
        if mode is None:
            target.write_bytes(content)
        else:
            _replace(target, content, mode)
    except OSError as error:
        raise RedlintError(f"{path}: cannot be written: {error.strerror or error}") from error


def _mode(target: Path) -> int | None:
    """The mode that the file gets, or ``None`` where it is something else than a file."""
    try:
        status = target.stat()
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
    return stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else None


def _replace(target: Path, content: bytes, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:64]}.", suffix=".redlint")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
