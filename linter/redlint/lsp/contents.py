"""The bytes of a project's files, read again only where they changed."""

from __future__ import annotations

import os
from collections.abc import Iterable

from redlint.errors import UnreadableSourceError
from redlint.model.files import read_regular_file

_Signature = tuple[int, int, int]


class DiskContents:
    """What files hold on disk, by path."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[_Signature, bytes]] = {}

    def of(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those files that can be read."""
        found = {path: held for path in paths if (held := self._held(path)) is not None}
        self._kept = found
        return {path: content for path, (_, content) in found.items()}

    def _held(self, path: str) -> tuple[_Signature, bytes] | None:
        try:
            status = os.stat(path)  # noqa: PTH116 - a Path for each file of a big tree costs too much
            signature = (status.st_mtime_ns, status.st_size, status.st_ino)
            kept = self._kept.get(path)
            return kept if kept is not None and kept[0] == signature else (signature, read_regular_file(path))
        except (OSError, ValueError, UnreadableSourceError):
            return None
