"""The files of a project, and the only place that reads them."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from redlint.errors import UnreadableSourceError
from redlint.source import MAX_BYTES, too_large

# Without O_NONBLOCK, opening a pipe waits for its writer; other systems than Unix lack the flag.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


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

    def all_linted(self) -> ProjectFiles:
        """The same files, with the findings of all of them wanted."""
        return replace(self, lint=tuple(sorted({*self.lint, *self.context})), context=())

    def with_overlay(self, changes: Mapping[str, bytes]) -> ProjectFiles:
        """The same files with other contents for some paths, on top of the overlay there is."""
        return replace(self, overlay={**self.overlay, **changes})


def read_regular_file(path: str) -> bytes:
    """The bytes of a regular file of at most :data:`redlint.source.MAX_BYTES` bytes.

    Raises :class:`UnreadableSourceError` for everything else: pipes, devices and directories are not opened.
    """
    try:
        _require_regular(os.stat(path))  # noqa: PTH116 - a Path for each file of a big tree costs too much
        descriptor = os.open(path, _OPEN_FLAGS)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            _require_regular(os.fstat(descriptor))
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UnreadableSourceError(_reason(error)) from error
    if len(content) > MAX_BYTES:
        raise UnreadableSourceError(too_large(len(content)))
    return content


def _require_regular(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableSourceError("is a directory")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableSourceError("is not a regular file")
    if status.st_size > MAX_BYTES:
        raise UnreadableSourceError(too_large(status.st_size))


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "may not be read: permission denied"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
