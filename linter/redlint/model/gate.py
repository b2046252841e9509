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


_BEGIN = rb"(?:^|[\r;:])(?:\xef\xbb\xbf)?[ \t]*"
_FROM = re.compile(
    _BEGIN + rb"from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*(?:\\\\\r?\n[^\n]*)*)", re.MULTILINE
)
_IMPORT = re.compile(_BEGIN + rb"import[ \t]+([^\n#;]+)", re.MULTILINE)
_COMMENT = re.compile(rb"#[^\n]*")
_ALIAS = re.compile(rb"\b(\w+)[ \t]+as[ \t]+(\w+)")
_TOP_LEVEL = re.compile(rb"^(?=\w)", re.MULTILINE)
_DEFINED = re.compile(rb"(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]+)?=(?!=)")
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


@dataclass(frozen=True, slots=True)
class Bearing:
    """The names of a module through which others can get at a Redis object.

    ``direct`` names are Redis objects or functions that return one. ``indirect`` names need an attribute more
    (``store.client``): a file that uses one must also contain the attribute's name.
    """

    direct: frozenset[str]
    indirect: frozenset[str]


class Importers:
    """Finds, without parsing them, the files that can reach a Redis object of another module."""

    def __init__(self, names: ModuleNames) -> None:
        self._names = names
        self._imports: dict[str, list[Import]] = {}
        self._contents: dict[str, bytes] = {}

    def add(self, path: str, content: bytes) -> None:
        """Remember what a file imports, whether it is parsed already or not."""
        self._imports[path] = imports_of(content)
        if self._imports[path]:
            self._contents[path] = content

    def of(self, bearing: Mapping[str, Bearing], doors: frozenset[str], known: set[str]) -> list[str]:
        """The files, not among ``known``, to parse because of the names that modules offer (by path).

        ``doors`` are the names of attributes that hold or give a Redis object. A file that only passes an
        indirect name on is parsed when another one needs it.
        """
        offered = {path: one.direct | one.indirect for path, one in bearing.items()}
        direct = {path: one.direct for path, one in bearing.items() if one.direct}
        door = _any_word(doors)
        found: set[str] = set()
        passing: dict[str, set[str]] = {}
        waiting = sorted(path for path, imports in self._imports.items() if imports)
        while True:
            grown = False
            for path in waiting:
                if path in found:
                    continue
                sources = self._sources(path, offered)
                if not sources:
                    continue
                is_user = path in known or bool(self._sources(path, direct))
                if is_user or (door and door.search(self._contents[path])):
                    needed = {*self._behind(sources, passing), *(() if path in known else (path,))}
                    grown = grown or not needed <= found
                    found |= needed
                elif path not in passing:
                    passing[path] = set(sources)
                    offered[path] = self._passed_on(path, offered)
                    grown = True
            if not grown:
                return sorted(found - known)

    def wanted(self, known: set[str]) -> dict[str, frozenset[str]]:
        """The names that the files not among ``known`` import from those that are; ``*`` for a module as a whole."""
        found: dict[str, set[str]] = {}
        for importer, imports in self._imports.items():
            if importer in known:
                continue
            for one in imports:
                path = self._path(one.module, importer)
                if path in known:
                    found.setdefault(path, set()).update(one.names or ("*",))
                for name in one.names:
                    submodule = self._submodule(path, one.module, name, importer)
                    if submodule in known:
                        found.setdefault(submodule, set()).add("*")
        return {path: frozenset(names) for path, names in found.items()}

    def _submodule(self, package: str | None, module: str, name: str, importer: str) -> str | None:
        if package is not None:
            return self._names.submodule(package, name)
        return self._names.sibling_package(module, importer, name)

    def _behind(self, sources: Iterable[str], passing: Mapping[str, set[str]]) -> set[str]:
        """The passing modules among ``sources``, and those they have the name from."""
        pending = [path for path in sources if path in passing]
        behind: set[str] = set()
        while pending:
            path = pending.pop()
            if path not in behind:
                behind.add(path)
                pending.extend(source for source in passing[path] if source in passing)
        return behind

    def _passed_on(self, path: str, offered: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """The names that a file imports and offers in turn, and those it makes of them."""
        passed: set[str] = set()
        words: set[str] = set()
        for one in self._imports[path]:
            source = self._path(one.module, path)
            names = offered.get(source, frozenset()) if source is not None else frozenset()
            passed.update(names if "*" in one.names else names.intersection(one.names))
            words.update(one.names or one.module.split("."))
        return frozenset(passed | _made_of(self._contents[path], passed | words))

    def _path(self, module: str, importer: str) -> str | None:
        if module.startswith("."):
            return self._names.relative(module, importer)
        return self._names.absolute(module, importer)

    def _sources(self, importer: str, offered: Mapping[str, frozenset[str]]) -> set[str]:
        """The modules among ``offered`` that the file imports one of the offered names of, or as a whole."""
        found: set[str] = set()
        for one in self._imports[importer]:
            path = self._path(one.module, importer)
            if path is not None and path in offered:
                is_whole = not one.names or "*" in one.names
                if is_whole or not offered[path].isdisjoint(one.names):
                    found.add(path)
            for name in one.names:
                submodule = self._submodule(path, one.module, name, importer)
                if submodule is not None and submodule in offered:
                    found.add(submodule)
        return found


def _made_of(content: bytes, words: Iterable[str]) -> set[str]:
    """The classes, functions and variables at the top level of a file that are made with one of the words."""
    known = {*words} - {"", "*"}
    known |= {alias.decode() for name, alias in _ALIAS.findall(content) if name.decode() in known}
    chunks = [(name.decode("utf-8", "replace"), chunk) for chunk in _TOP_LEVEL.split(content) for name in _bound(chunk)]
    made: set[str] = set()
    while True:
        pattern = _any_word(known | made)
        fresh = {name for name, chunk in chunks if name not in made and pattern and _uses(chunk, name, pattern)}
        if not fresh:
            return made
        made |= fresh


def _bound(chunk: bytes) -> list[bytes]:
    found = _DEFINED.match(chunk)
    return [found.group(1) or found.group(2)] if found else []


def _uses(chunk: bytes, name: str, pattern: re.Pattern[bytes]) -> bool:
    """Whether a definition uses a word besides the name it defines."""
    return any(match.group() != name.encode() for match in pattern.finditer(chunk))


def _any_word(words: Iterable[str]) -> re.Pattern[bytes] | None:
    alternatives = "|".join(sorted(map(re.escape, words)))
    return re.compile(rf"\b(?:{alternatives})\b".encode()) if alternatives else None
