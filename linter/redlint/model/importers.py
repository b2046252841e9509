"""Which files import a name that leads to a Redis object, found without parsing them."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeAlias

from redlint.model.modules import ModuleNames

_IMPORT_WORD = re.compile(rb"import\b")
_BEFORE_IMPORT = re.compile(rb"(?:^|[\r;:])(?:\xef\xbb\xbf)?[ \t]*(?:from[ \t]+(\.*[ \t]*[\w.]*)[ \t]*)?$")
_NAMES = re.compile(rb"[ \t]*(\([^)]*\)|(?:\\\r?\n|[^\n\r;])*)")
_COMMENT = re.compile(rb"#[^\n]*")
_TOP_LEVEL = re.compile(r"^(?=\w)", re.MULTILINE)
_DEFINED = re.compile(r"(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]+)?=(?!=)")
_SIGNATURE = re.compile(r"\bdef\s+\w+\s*\(((?:[^()]|\([^()]*\))*)\)")
_OUTWARD = re.compile(r"(?<!\bself)(?<!\bcls)\.(\w+)")
_WORD = re.compile(r"[^\W\d]\w*")
_ALL = "*"
_FEW_WORDS = 32
"""Words, in all questions about a text, up to which looking for each is quicker than taking the text apart."""


@dataclass(frozen=True, slots=True)
class Import:
    """``from module import names`` (``*`` among them for a star import), or ``import module`` without names.

    ``aliases`` are the names that the file itself uses, one for each of ``names``, or one for the module.
    """

    module: str
    names: tuple[str, ...]
    aliases: tuple[str, ...]


def imports_of(content: bytes) -> list[Import]:
    """The import statements in the bytes of a file, found without parsing it.

    Text inside strings may be mistaken for an import; that only costs parsing a file in vain.
    """
    found: list[Import] = []
    for word in _IMPORT_WORD.finditer(content):
        line = content.rfind(b"\n", 0, word.start()) + 1
        before = _BEFORE_IMPORT.search(content[line : word.start()])
        after = _NAMES.match(content, word.end())
        if before is None or after is None:
            continue
        parts = list(_parts(_COMMENT.sub(b"", after.group(1)).decode("utf-8", "replace")))
        if before.group(1) is not None:
            module = before.group(1).decode("utf-8", "replace").replace(" ", "").replace("\t", "")
            found.append(Import(module, tuple(name for name, _ in parts), tuple(alias for _, alias in parts)))
        else:
            found.extend(Import(name, (), (alias,)) for name, alias in parts)
    return found


def _parts(body: str) -> Iterator[tuple[str, str]]:
    for part in body.replace("(", " ").replace(")", " ").replace("\\", " ").split(","):
        words = part.split()
        if words:
            yield words[0], words[2] if len(words) > 2 and words[1] == "as" else words[0]


@dataclass(frozen=True, slots=True)
class Bearing:
    """The names of a module through which others can get at a Redis object.

    ``direct`` names are Redis objects or functions that return one. ``indirect`` names need an attribute more
    (``store.client``): a file that uses one must also contain the attribute's name.
    """

    direct: frozenset[str]
    indirect: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reached:
    """The files that can reach a Redis object, and the names that lead there, by the module that offers them."""

    files: frozenset[str]
    offered: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Edge:
    """One import of a module of the project: ``names`` of it (``*`` all), or without names the module itself."""

    importer: str
    source: str
    names: tuple[str, ...]
    aliases: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the file can use any name of the module without importing it by name."""
        return not self.names or _ALL in self.names

    def alias_of(self, name: str) -> str:
        """What the importing file calls a name of the module."""
        return self.aliases[self.names.index(name)]


class Importers:
    """Finds, without parsing them, the files that can reach a Redis object of another module."""

    def __init__(self, names: ModuleNames) -> None:
        self._names = names
        self._contents: dict[str, bytes] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._asked: Counter[str] = Counter()
        self._outward: dict[str, frozenset[str]] = {}
        self._defined: dict[str, tuple[tuple[str, str], ...]] = {}
        self._patterns: dict[tuple[str, str], re.Pattern[bytes] | None] = {}

    def add(self, path: str, content: bytes) -> None:
        """Remember a file of the project, whether it is parsed already or not."""
        self._contents[path] = content

    # --- who imports what -----------------------------------------------------------------------------

    @cached_property
    def _edges(self) -> dict[str, list[_Edge]]:
        """The imports that each file does of modules of the project."""
        return {path: list(dict.fromkeys(self._edges_from(path))) for path in sorted(self._contents)}

    @cached_property
    def _edges_to(self) -> dict[str, list[_Edge]]:
        found: dict[str, list[_Edge]] = {}
        for edges in self._edges.values():
            for edge in edges:
                found.setdefault(edge.source, []).append(edge)
        return found

    def _edges_from(self, importer: str) -> Iterator[_Edge]:
        for one in imports_of(self._contents[importer]):
            path = self._path(one.module, importer)
            if not one.names and one.aliases:
                yield from self._whole(importer, path, one.module, one.aliases[0])
                continue
            if path is not None:
                yield _Edge(importer, path, one.names, one.aliases)
            for name, alias in zip(one.names, one.aliases, strict=True):
                yield from self._below(importer, self._submodule(path, one.module, name, importer), alias)

    def _whole(self, importer: str, path: str | None, module: str, alias: str) -> Iterator[_Edge]:
        """``import a.b.c`` makes ``a`` and ``a.b`` usable as well."""
        if alias != module:
            yield from self._below(importer, path, alias)
            return
        if path is not None:
            yield _Edge(importer, path, (), (module,))
        first = module.partition(".")[0]
        yield from self._below(importer, self._path(first, importer), first)

    def _below(self, importer: str, path: str | None, alias: str) -> Iterator[_Edge]:
        """A module under a name, and the submodules that the file uses through that name."""
        if path is None:
            return
        yield _Edge(importer, path, (), (alias,))
        pattern = self._submodule_pattern(path, alias)
        if pattern is None or pattern.search(self._contents[importer]) is None:
            return
        for dotted in sorted(set(re.findall(rf"\b{re.escape(alias)}((?:\.\w+)+)", self._text(importer)))):
            package: str | None = path
            for name in dotted.split(".")[1:]:
                package = self._names.submodule(package, name) if package is not None else None
                if package is not None:
                    yield _Edge(importer, package, (), (alias,))

    def _submodule_pattern(self, package: str, alias: str) -> re.Pattern[bytes] | None:
        """What finds the use of a package's submodules through a name; ``None`` where it has none."""
        key = (package, alias)
        if key not in self._patterns:
            names = sorted(self._names.submodules(package))
            text = f"{re.escape(alias)}\\.(?:{'|'.join(map(re.escape, names))})"
            self._patterns[key] = re.compile(text.encode("utf-8", "replace")) if names else None
        return self._patterns[key]

    def _submodule(self, package: str | None, module: str, name: str, importer: str) -> str | None:
        if package is not None:
            return self._names.submodule(package, name)
        return self._names.sibling_package(module, importer, name)

    def _path(self, module: str, importer: str) -> str | None:
        if module.startswith("."):
            return self._names.relative(module, importer)
        return self._names.absolute(module, importer)

    def _text(self, path: str) -> str:
        return self._contents[path].decode("utf-8", "replace")

    def _words_of(self, path: str) -> frozenset[str]:
        if path not in self._words:
            self._words[path] = frozenset(_WORD.findall(self._text(path)))
        return self._words[path]

    # --- questions ------------------------------------------------------------------------------------

    def wanted(self, known: set[str]) -> dict[str, frozenset[str]]:
        """The names that the files not among ``known`` may use of those that are; ``*`` for all.

        The fixtures of a ``conftest.py`` are used without any import.
        """
        found: dict[str, set[str]] = {}
        for path in known:
            edges = [edge for edge in self._edges_to.get(path, ()) if edge.importer not in known]
            names = {name for edge in edges for name in (edge.names or (_ALL,))}
            if path.rpartition("/")[2] == "conftest.py":
                names.add(_ALL)
            if names:
                found[path] = names
        return {path: frozenset(names) for path, names in found.items()}

    def of(self, bearing: Mapping[str, Bearing], doors: frozenset[str], known: set[str]) -> Reached:
        """The files, not among ``known``, to parse because of the names that modules offer (by path).

        ``doors`` are the names of attributes that hold or give a Redis object. A file that only passes an
        indirect name on is parsed when another one needs it.
        """
        spread = _Spread(self, bearing, doors, known)
        spread.run()
        found = {*spread.found, *self._using_fixtures(bearing, doors, known)}
        return Reached(frozenset(found - known), spread.offered())

    def _using_fixtures(self, bearing: Mapping[str, Bearing], doors: frozenset[str], known: set[str]) -> Iterator[str]:
        for path, one in bearing.items():
            if path.rpartition("/")[2] != "conftest.py":
                continue
            directory = PurePosixPath(path).parent
            for candidate in self._contents:
                if candidate in known or directory not in PurePosixPath(candidate).parents:
                    continue
                names = one.direct if doors.isdisjoint(self._words_of(candidate)) else one.direct | one.indirect
                if not names.isdisjoint(self._words_of(candidate)) and self._takes_parameter(candidate, names):
                    yield candidate

    def _takes_parameter(self, path: str, names: frozenset[str]) -> bool:
        return any(not names.isdisjoint(_WORD.findall(found)) for found in _SIGNATURE.findall(self._text(path)))

    def edges_to(self, source: str) -> list[_Edge]:
        """The imports of a module, in all files."""
        return self._edges_to.get(source, [])

    def edges_from(self, importer: str) -> list[_Edge]:
        """The imports in a file of modules of the project."""
        return self._edges.get(importer, [])

    def has_word(self, path: str, words: Collection[str]) -> bool:
        """Whether one of the words stands in the file, anywhere."""
        self._asked[path] += len(words)
        if path not in self._words and self._asked[path] <= _FEW_WORDS:
            content = self._contents[path]
            if not any(word.encode("utf-8", "replace") in content for word in words):
                return False
        return not self._words_of(path).isdisjoint(words)

    def may_open(self, path: str, doors: frozenset[str]) -> bool:
        """Whether a file that is handed an object goes through one of its doors, or can hand it to one that does.

        The other file may be imported through one in between, a package say.
        """
        if self.has_word(path, doors):
            return True
        return any(self.opens(one, doors) for one in self.handed_on(path))

    def handed_on(self, path: str) -> set[str]:
        """The modules that a file may hand an object to: those it imports, also through packages."""
        near = {edge.source for edge in self.edges_from(path)}
        packages = {one for one in near if one.rpartition("/")[2] == "__init__.py"}
        return near | {edge.source for one in packages for edge in self.edges_from(one)}

    def opens(self, path: str, doors: frozenset[str]) -> bool:
        """Whether a file goes through one of the doors of an object other than ``self``."""
        return self.has_word(path, doors) and not doors.isdisjoint(self.outward(path))

    def outward(self, path: str) -> frozenset[str]:
        """The attributes that a file takes of objects other than ``self``."""
        if path not in self._outward:
            self._outward[path] = frozenset(_OUTWARD.findall(self._text(path)))
        return self._outward[path]

    def made_with(self, path: str, word: str) -> tuple[str, ...]:
        """The classes, functions and variables at the top level of a file whose definition has a word."""
        if path not in self._defined:
            self._defined[path] = tuple(_definitions(self._text(path)))
        made = {name for name, definition in self._defined[path] if name != word and _stands_in(word, definition)}
        return tuple(sorted(made))


_Offer: TypeAlias = tuple[str, str]
"""A name that a module offers: its path and the name."""


class _Spread:
    """One search from the names that modules offer to the files that use them, name by name."""

    def __init__(
        self, importers: Importers, bearing: Mapping[str, Bearing], doors: frozenset[str], known: set[str]
    ) -> None:
        self._importers = importers
        self._bearing = bearing
        self._doors = doors
        self._known = known
        self._sources: dict[_Offer, set[_Offer]] = {}
        self._modules: dict[_Offer, str] = {}
        self._openers: dict[str, frozenset[str]] = {}
        self._pending: deque[_Offer] = deque()
        self._direct: set[_Offer] = set()
        self.found: set[str] = set()

    def run(self) -> None:
        """Follow the names until no file and no name is added."""
        for path in sorted(self._bearing):
            for name in sorted(self._bearing[path].direct | self._bearing[path].indirect):
                self._offer((path, name), None)
            self._direct.update((path, name) for name in self._bearing[path].direct)
        while self._pending:
            offer = self._pending.popleft()
            if offer in self._modules:
                self._pass_module_on(offer)
            else:
                self._pass_on(offer)

    def offered(self) -> dict[str, frozenset[str]]:
        """The names that lead to a Redis object, by the module that offers them."""
        names: dict[str, set[str]] = {}
        for path, name in self._sources:
            names.setdefault(path, set()).add(name)
        return {path: frozenset(found) for path, found in sorted(names.items())}

    def _offer(self, offer: _Offer, source: _Offer | None) -> None:
        if offer not in self._sources:
            self._sources[offer] = set()
            self._pending.append(offer)
        if source is not None:
            self._sources[offer].add(source)

    def _pass_on(self, offer: _Offer) -> None:
        path, name = offer
        if path not in self._bearing:
            for made in self._importers.made_with(path, name):
                self._offer((path, made), offer)
        for edge in self._importers.edges_to(path):
            if name in edge.names:
                self._arrive(edge.importer, edge.alias_of(name), offer)
            elif edge.is_whole and self._importers.has_word(edge.importer, (name,)):
                self._arrive(edge.importer, name, offer)
            elif _ALL in edge.names and edge.importer not in self.found:
                self._pass_unseen((edge.importer, name), offer)
            if not edge.names:
                self._offer_module((edge.importer, edge.aliases[0]), path)

    def _pass_unseen(self, offer: _Offer, source: _Offer) -> None:
        """A star import passes a name on that the file itself does not mention."""
        if source in self._direct:
            self._direct.add(offer)
        self._offer(offer, source)

    def _offer_module(self, offer: _Offer, module: str) -> None:
        """A name for a module: who imports it from there can use the names that the module offers."""
        if offer not in self._sources:
            self._modules[offer] = module
            self._offer(offer, None)

    def _pass_module_on(self, offer: _Offer) -> None:
        module = self._modules[offer]
        offered = [one for one in self._sources if one[0] == module and one not in self._modules]
        for edge in self._importers.edges_to(offer[0]):
            if offer[1] not in edge.names and _ALL not in edge.names:
                continue
            for one in offered:
                if self._importers.has_word(edge.importer, (one[1],)):
                    self._arrive(edge.importer, one[1], one, through=offer[0])

    def _arrive(self, importer: str, name: str, source: _Offer, through: str = "") -> None:
        """A file gets hold of an offered name: it uses the name or passes it on."""
        if importer in self.found:
            return
        if (
            source in self._direct
            or self._importers.has_word(importer, self._doors)
            or self._hands_on(importer, source[0])
        ):
            self.found |= {importer, *self._behind(source), *([through] if through else [])}
        else:
            self._offer((importer, name), source)

    def _hands_on(self, importer: str, source: str) -> bool:
        """Whether the file may hand the object to a module that goes through one of the doors."""
        if importer not in self._openers:
            self._openers[importer] = frozenset(
                edge.source for edge in self._importers.edges_from(importer) if self._is_opener(edge.source)
            )
        return bool(self._openers[importer] - {source})

    def _is_opener(self, path: str) -> bool:
        return path not in self._bearing and self._importers.opens(path, self._doors)

    def _behind(self, offer: _Offer) -> set[str]:
        """The modules that a name comes through."""
        pending = [offer]
        behind: set[_Offer] = set()
        while pending:
            current = pending.pop()
            if current not in behind:
                behind.add(current)
                pending.extend(self._sources.get(current, ()))
        return {path for path, _ in behind}


def _stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text, and not only as a part of another one."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        around = (text[start - 1 : start], text[end : end + 1])
        if not any(one.isalnum() or one == "_" for one in around):
            return True
        start = text.find(word, end)
    return False


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """The statements at the top level that define a name, with that name."""
    for chunk in _TOP_LEVEL.split(text):
        found = _DEFINED.match(chunk)
        if found is not None:
            yield found.group(1) or found.group(2), chunk
