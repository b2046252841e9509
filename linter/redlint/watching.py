"""Running again whenever files change (``redlint check --watch``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from redlint.config import absolute_path
from redlint.console import EXIT_CLEAN, complain
from redlint.discover import SUFFIXES
from redlint.errors import RedlintError

_SETTINGS: Final = (".toml", ".lock", ".cfg", ".txt")
"""Endings of files that say what the settings and the dependencies are."""

_TIMEOUT = 200
"""Milliseconds after which watching tells that nothing has changed."""


def watch(run: Callable[[], object], directories: Sequence[str]) -> int:
    """Call ``run`` now and after each change of Python files or settings below the directories, until interrupted.

    What ``run`` raises as :class:`RedlintError` is printed, and it is called again after the next change. Raises
    :class:`RedlintError` where the extra is not installed.
    """
    try:
        from watchfiles import Change, DefaultFilter, watch
    except ImportError as error:
        raise RedlintError("--watch needs watchfiles: pip install 'redlint[watch]'") from error
    ignored = DefaultFilter()

    def concerns(change: Change, path: str) -> bool:
        return path.endswith((*SUFFIXES, *_SETTINGS)) and ignored(change, path)

    is_first = True
    try:
        # The first, empty yield says that changes are noticed from now on, so that none is lost during the first run.
        for changes in watch(*directories, watch_filter=concerns, yield_on_timeout=True, rust_timeout=_TIMEOUT):
            if changes or is_first:
                _attempt(run)
            is_first = False
    except KeyboardInterrupt:
        pass
    return EXIT_CLEAN


def _attempt(run: Callable[[], object]) -> None:
    try:
        run()
    except RedlintError as error:
        complain(f"error: {error}")


def watched(root: str, paths: Sequence[str]) -> tuple[str, ...]:
    """The directories whose changes may change findings: the project, and what was asked for outside of it."""
    found = [absolute_path(root)]
    for path in map(absolute_path, paths):
        directory = Path(path if Path(path).is_dir() else Path(path).parent)
        if not directory.is_relative_to(found[0]):
            found.append(str(directory))
    return tuple(found)
