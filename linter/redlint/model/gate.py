"""Which files are worth parsing: those that name a client library, and those that import from such files.

Parsing costs far more than searching bytes, and most files of a project never touch Redis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from redlint.model.clients import import_words
from redlint.model.modules import ModuleNames

_SUPPRESSION = re.compile(rb"#[^\n]*(?:redlint|\bRED\d)")
_ENGLISH = rb"(?!tribut|cover|cuss|play|solv|patch)"


class Gate:
    """Tells from a file's bytes whether it names a client library, a word of the config or a redlint comment."""

    def __init__(self, extra_words: Iterable[str] = ()) -> None:
        words = sorted({*import_words(), *extra_words} - {""})
        distinct = [word for word in words if not any(other != word and other in word for other in words)]
        self._words = tuple((word.encode(), _word_pattern(word)) for word in distinct)

    def admits(self, content: bytes) -> bool:
        """Whether the file is worth parsing for its own sake."""
        for word, pattern in self._words:
            if word in content and pattern.search(content):
                return True
        return (b"redlint" in content or b"RED" in content) and _SUPPRESSION.search(content) is not None


def _word_pattern(word: str) -> re.Pattern[bytes]:
    """Short names of libraries count only where they are imported; ``redistribute`` is no library."""
    escaped = re.escape(word).encode()
    if len(word) <= 4:
        return re.compile(rb"\b(?:import|from)\s+" + escaped + rb"\b")
    return re.compile(escaped + _ENGLISH)


_FROM = re.compile(rb"^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*(?:\\\\\r?\n[^\n]*)*)", re.MULTILINE)
_IMPORT = re.compile(rb"^[ \t]*import[ \t]+([^\n#;]+)", re.MULTILINE)
_COMMENT = re.compile(rb"#[^\n]*")
_NAME = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class Import:
    """``from module import names`` (``*`` among them for a star import), or ``import module`` without names."""

    module: str
    names: tuple[str, ...]


def imports_of(content: bytes) -> list[Import]:
    """The import statements in the bytes of a file, found without parsing it.

    Text inside strings may be mistaken for an import; that only costs parsing a file in vain.
    """
    found: list[Import] = []
    for match in _FROM.finditer(content):
        body = _COMMENT.sub(b"", match.group(2)).decode("utf-8", "replace")
        names = ["*"] if "*" in body else [part.split()[0] for part in _parts(body)]
        found.append(Import(match.group(1).decode("utf-8", "replace"), tuple(names)))
    for match in _IMPORT.finditer(content):
        found.extend(Import(part.split()[0], ()) for part in _parts(match.group(1).decode("utf-8", "replace")))
    return found


def _parts(body: str) -> list[str]:
    cleaned = body.replace("(", " ").replace(")", " ").replace("\\", " ").replace(";", ",")
    return [part for part in cleaned.split(",") if part.strip()]


class Importers:
    """Finds the files that import client-bearing names of modules."""

    def __init__(self, names: ModuleNames) -> None:
        self._names = names
        self._imports: dict[str, list[Import]] = {}

    def add(self, path: str, content: bytes) -> None:
        """Remember the imports of a file that is not parsed (yet)."""
        self._imports[path] = imports_of(content)

    def of(self, bearing: Mapping[str, frozenset[str]], known: set[str]) -> list[str]:
        """The files, not among ``known``, that import one of the names of a module in ``bearing`` (by path)."""
        return [
            path
            for path, imports in self._imports.items()
            if path not in known and any(self._reaches(path, one, bearing) for one in imports)
        ]

    def _reaches(self, importer: str, one: Import, bearing: Mapping[str, frozenset[str]]) -> bool:
        relative = one.module.startswith(".")
        path = (self._names.relative if relative else self._names.absolute)(one.module, importer)
        if path is not None and path in bearing:
            wanted = bearing[path]
            if not one.names or "*" in one.names or not wanted.isdisjoint(one.names):
                return True
        for name in one.names:
            submodule = self._names.submodule(path, name) if path is not None else None
            if submodule is None and path is None:
                submodule = self._names.sibling_package(one.module, importer, name)
            if submodule is not None and submodule in bearing:
                return True
        return False
