"""What a linked project asked of the files that are not part of it.

Linking follows clients into ever more files. Those it never came to could have another content without any difference,
as long as that gives the same answers to what was asked of them: which names of which modules they import, whether
certain words stand in them. :class:`Surroundings` keeps these questions, so that a later run can tell of a file whether
it still stands apart, without linking anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

import msgspec

from redlint.model.class_attributes import class_attributes
from redlint.model.clients import import_words, web_packages
from redlint.model.collected import decoded
from redlint.model.gate import Gate
from redlint.model.importers import Importers
from redlint.model.modules import ModuleNames

_ALL: Final = "*"


class Surroundings(msgspec.Struct, frozen=True):
    """The files that linking came to, and what it asked of the others.

    ``inside`` are the files whose contents mattered; ``linked`` those of them that may hold a Redis object.
    ``asked`` are the names of linked modules, by path, that were looked at because other files import them;
    ``offered`` those of any module that lead to a Redis object. ``doors`` are attributes that hold one; they matter in
    the files ``watched``. ``readers`` are patterns of code that reads what others store, ``fixtures`` the names that a
    ``conftest.py`` gives to the files below, ``requested`` the names of functions that use what they are given.
    No class outside has one of the ``missing_attributes``.
    """

    inside: frozenset[str]
    linked: frozenset[str]
    asked: dict[str, frozenset[str]]
    offered: dict[str, frozenset[str]]
    doors: frozenset[str]
    watched: frozenset[str]
    readers: tuple[str, ...]
    fixtures: dict[str, frozenset[str]]
    requested: frozenset[str]
    missing_attributes: frozenset[str]
    gate_words: tuple[str, ...]


class Bystanders:
    """Tells of files whether they stand apart from a linked project."""

    def __init__(self, surroundings: Surroundings, paths: Iterable[str]) -> None:
        """``paths`` are all files of the project, which have to be those it was linked with."""
        self._around = surroundings
        self._names = ModuleNames(paths, protected=import_words())

    @cached_property
    def _gate(self) -> Gate:
        return Gate(self._around.gate_words)

    @cached_property
    def _readers(self) -> re.Pattern[bytes] | None:
        return re.compile("|".join(self._around.readers).encode()) if self._around.readers else None

    def stands_apart(self, path: str, content: bytes) -> bool:
        """Whether linking would not come to a file with this content. ``False`` where that is not certain."""
        around = self._around
        if path in around.inside or self._gate.admits(content):
            return False
        if self._readers is not None and self._readers.search(content):
            return False
        importers = Importers(self._names)
        importers.add(path, content)
        if path in around.watched and importers.has_word(path, around.doors):
            return False
        if importers.has_word(path, web_packages()) and importers.has_word(path, around.requested):
            return False
        if self._is_given_fixture(path, importers) or self._may_have_attribute(path, content, importers):
            return False
        return not any(
            self._leads_inside(path, importers, edge.source, edge.names) for edge in importers.edges_from(path)
        )

    def _is_given_fixture(self, path: str, importers: Importers) -> bool:
        above = PurePosixPath(path).parents
        return any(
            PurePosixPath(conftest).parent in above and importers.has_word(path, names)
            for conftest, names in self._around.fixtures.items()
        )

    def _may_have_attribute(self, path: str, content: bytes, importers: Importers) -> bool:
        """Whether a class of the file may have an attribute that none had."""
        missing = self._around.missing_attributes
        if b"class" not in content or not importers.has_word(path, missing):
            return False
        text = decoded(path, content)
        attributes = class_attributes(text) if text is not None else None
        if attributes is None or not all(map(str.isascii, missing)):
            return True
        return not attributes.possible.isdisjoint(missing)

    def _leads_inside(self, path: str, importers: Importers, source: str, names: tuple[str, ...]) -> bool:
        """Whether an import takes a name that leads to a Redis object, or one that nobody has asked about yet."""
        offered = self._around.offered.get(source, frozenset())
        asked = self._around.asked.get(source, frozenset())
        is_whole = not names or _ALL in names
        if is_whole and offered and (_ALL in names or importers.has_word(path, offered)):
            return True
        if not offered.isdisjoint(names):
            return True
        return source in self._around.linked and _ALL not in asked and (is_whole or not asked.issuperset(names))
