"""Which file an import names.

Python finds modules through ``sys.path``, which no source file shows. A directory without ``__init__.py`` that
holds a module's first package may be on it; among several such directories the one nearest to the importing
file wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath

_INIT = "__init__.py"


class ModuleNames:
    """The dotted names of a project's files."""

    def __init__(self, paths: Iterable[str], protected: Iterable[str] = ()) -> None:
        """``protected`` are top-level names that a lone file beside the importer must not shadow."""
        self._paths = frozenset(paths)
        self._packages = frozenset(
            str(PurePosixPath(path).parent) for path in self._paths if PurePosixPath(path).name == _INIT
        )
        self._protected = frozenset(protected)

    @cached_property
    def _absolute(self) -> dict[tuple[str, str], str | None]:
        """Answers already given, by wanted name and directory of the importer."""
        return {}

    @cached_property
    def _by_last_name(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """Files by the last part of their dotted name: (parts of the whole path, path)."""
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for path in sorted(self._paths):
            pure = PurePosixPath(path)
            parts = pure.parent.parts if pure.name == _INIT else (*pure.parent.parts, pure.stem)
            if parts:
                found.setdefault(parts[-1], []).append((parts, path))
        return found

    def has(self, path: str) -> bool:
        """Whether a file is part of the project."""
        return path in self._paths

    def absolute(self, name: str, importer: str) -> str | None:
        """The file that ``import name`` in the file ``importer`` loads, or ``None`` if none of the project."""
        if name.rpartition(".")[2] not in self._by_last_name:
            return None
        directory = importer.rpartition("/")[0]
        key = (name, directory)
        if key not in self._absolute:
            self._absolute[key] = self._find(tuple(name.split(".")), PurePosixPath(directory).parts)
        return self._absolute[key]

    def _find(self, wanted: tuple[str, ...], here: tuple[str, ...]) -> str | None:
        best: tuple[int, str] | None = None
        for parts, path in self._by_last_name.get(wanted[-1], ()):
            if parts[-len(wanted) :] != wanted:
                continue
            root = parts[: len(parts) - len(wanted)]
            if not self._may_be_root(root, wanted):
                continue
            common = _common_length(root, here)
            rank = common if common == len(root) else common - len(root)
            if best is None or rank > best[0]:
                best = (rank, path)
        return best[1] if best is not None else None

    def _may_be_root(self, root: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
        if _joined(root) in self._packages:
            return False
        if wanted[0] in self._protected:
            return _joined((*root, wanted[0])) in self._packages
        return True

    def relative(self, module: str, importer: str) -> str | None:
        """The file of a relative import (``module`` begins with dots), or ``None``."""
        tail = module.lstrip(".")
        package = importer.split("/")[:-1]
        climbs = len(module) - len(tail) - 1
        if climbs > len(package):
            return None
        base = package[: len(package) - climbs]
        return self._file("/".join((*base, *tail.split(".")) if tail else base))

    def _file(self, stem: str) -> str | None:
        """The file of a module, given its path without ``.py`` or ``/__init__.py``."""
        package = f"{stem}/{_INIT}" if stem else _INIT
        if package in self._paths:
            return package
        plain = f"{stem}.py"
        return plain if plain in self._paths else None

    def submodule(self, package: str, name: str) -> str | None:
        """The file of a package's submodule; ``package`` is the path of its ``__init__.py``."""
        directory, _, file = package.rpartition("/")
        if file != _INIT:
            return None
        return self._file(f"{directory}/{name}" if directory else name)

    def submodules(self, package: str) -> frozenset[str]:
        """The names of a package's submodules; ``package`` is the path of its ``__init__.py``."""
        directory, _, file = package.rpartition("/")
        return self._children.get(directory, frozenset()) if file == _INIT else frozenset()

    @cached_property
    def _children(self) -> dict[str, frozenset[str]]:
        """The modules and packages in each directory."""
        found: dict[str, set[str]] = {}
        for path in self._paths:
            directory, _, file = path.rpartition("/")
            if file == _INIT:
                directory, _, name = directory.rpartition("/")
            else:
                name = file.partition(".")[0]
            found.setdefault(directory, set()).add(name)
        return {directory: frozenset(names) for directory, names in found.items()}

    def sibling_package(self, module: str, importer: str, name: str) -> str | None:
        """The file of ``from <module> import name`` where the package has no ``__init__.py`` of its own."""
        if not module.startswith("."):
            return self.absolute(f"{module}.{name}", importer)
        separator = "" if module.endswith(".") else "."
        return self.relative(f"{module}{separator}{name}", importer)


def _joined(parts: tuple[str, ...]) -> str:
    return str(PurePosixPath(*parts)) if parts else "."


def _common_length(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    length = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        length += 1
    return length
