"""The files of a project, and the only place that reads them."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redlint.errors import UnreadableSourceError
from redlint.source import MAX_BYTES, too_large


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """The paths of a project, as they are reported.

    ``lint`` are the files whose findings are wanted, ``context`` further files that are linked with them.
    ``explicit`` are those that the user named one by one. ``overlay`` holds contents that differ from the
    disk: unsaved editors, standard input, fixes not yet written.
    """

    lint: tuple[str, ...]
    context: tuple[str, ...] = ()
    explicit: frozenset[str] = frozenset()
    overlay: Mapping[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """The bytes of a file, from the overlay where it has them.

        Raises :class:`UnreadableSourceError` where they cannot be had; only regular files are ever opened.
        """
        overlaid = self.overlay.get(path)
        return read_regular_file(path) if overlaid is None else overlaid


def read_regular_file(path: str) -> bytes:
    """The bytes of a regular file of at most :data:`redlint.source.MAX_BYTES` bytes.

    Raises :class:`UnreadableSourceError` for everything else: pipes, devices and directories are not opened.
    """
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableSourceError("is not a regular file")
        if status.st_size > MAX_BYTES:
            raise UnreadableSourceError(too_large(status.st_size))
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise UnreadableSourceError(_reason(error)) from error


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "may not be read: permission denied"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
