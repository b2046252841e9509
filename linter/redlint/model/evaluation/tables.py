"""What all modules of a project have under a name, arranged so that one module can be exchanged."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from redlint.model.index import ModuleIndex

Entry = TypeVar("Entry")


class NamedEntries(Generic[Entry]):
    """Things of all modules by name, those of one name in order of the modules' paths."""

    def __init__(
        self, of_module: Callable[[ModuleIndex], Mapping[str, Sequence[Entry]]], modules: Iterable[ModuleIndex]
    ) -> None:
        """``of_module`` gives what one module has; ``modules`` come in order of their paths."""
        self._of_module = of_module
        self._entries: dict[str, list[tuple[ModuleIndex, Entry]]] = {}
        for module in modules:
            for name, entries in of_module(module).items():
                self._entries.setdefault(name, []).extend((module, entry) for entry in entries)

    def get(self, name: str) -> list[tuple[ModuleIndex, Entry]]:
        """The entries of a name, each with its module."""
        return self._entries.get(name, [])

    def replace(self, before: ModuleIndex | None, after: ModuleIndex) -> None:
        """Put a module's new version in the place of its old one."""
        new = self._of_module(after)
        old = self._of_module(before) if before is not None else {}
        for name in old.keys() | new.keys():
            group = self._entries.setdefault(name, [])
            start = bisect_left(group, after.path, key=_path)
            end = bisect_right(group, after.path, lo=start, key=_path)
            group[start:end] = [(after, entry) for entry in new.get(name, ())]


def _path(entry: tuple[ModuleIndex, object]) -> str:
    return entry[0].path
