"""Which versions of a client library a project depends on, as its own files tell.

Read are, in the directory of the project and in this order: the pins of lock files (``uv.lock``, ``poetry.lock``,
``pdm.lock``, ``Pipfile.lock``), ``pyproject.toml`` (``[project]`` dependencies, optional ones,
``[dependency-groups]``, ``[tool.poetry]``), ``requirements*.txt`` and ``setup.cfg``. The first that names redis or
valkey counts. The files belong to other tools: what cannot be read or understood is passed over.

Formats: https://packaging.python.org/en/latest/specifications/ (dependency specifiers, ``pyproject.toml``,
dependency groups), https://python-poetry.org/docs/dependency-specification/,
https://pip.pypa.io/en/stable/reference/requirements-file-format/,
https://setuptools.pypa.io/en/latest/userguide/declarative_config.html.
"""

from __future__ import annotations

import configparser
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from redlint.model.target import ClientTarget

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LIBRARIES: Final = ("redis", "valkey")
"""The client libraries, as they are called on PyPI."""

_TOML_LOCKS: Final = ("uv.lock", "poetry.lock", "pdm.lock")
_MOST_BYTES: Final = 20_000_000
_POETRY_PART: Final = re.compile(r"(?P<operator>\^|~(?!=)|)\s*(?P<version>\d[\w.!+-]*(?:\.\*)?|\*)")
_COMMENT: Final = re.compile(r"(^|\s)#.*$")
_PER_REQUIREMENT_OPTION: Final = re.compile(r"\s--?[a-z].*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DependencyTarget:
    """The client library that a project depends on, and the file that says so."""

    target: ClientTarget
    file: str


def client_dependency(directory: str) -> DependencyTarget | None:
    """The client library that the project in a directory depends on.

    ``None`` where its files name none, or both. A lock file that has both does not decide which; what the other
    files name is then taken with the lock file's pin. Requirements of one library that differ (they may be for
    different versions of Python) give the library without versions; pins of several versions in a lock file the
    range from the lowest to the highest. Never raises.
    """
    locked: dict[str, DependencyTarget] = {}
    for file in _candidates(Path(directory)):
        for group in _groups(file):
            found = {name: _joined(group[name], is_lock=_is_lock(file)) for name in LIBRARIES if name in group}
            targets = {name: DependencyTarget(ClientTarget(name, found[name]), str(file)) for name in found}
            if len(targets) == 1:
                (name,) = targets
                return locked.get(name, targets[name])
            if targets and not _is_lock(file):
                return None
            locked = {**targets, **locked}
    return None


def _candidates(directory: Path) -> Iterator[Path]:
    for name in (*_TOML_LOCKS, "Pipfile.lock", "pyproject.toml"):
        yield directory / name
    try:
        yield from sorted(directory.glob("requirements*.txt"), key=lambda one: (len(one.name), one.name))
    except OSError:
        pass
    yield directory / "setup.cfg"


def _is_lock(file: Path) -> bool:
    return file.suffix == ".lock"


def _joined(ranges: list[SpecifierSet], *, is_lock: bool) -> SpecifierSet:
    """One range out of those that a file has for a library."""
    if not is_lock:
        return ranges[0] if len(set(ranges)) == 1 else SpecifierSet()
    pins = sorted(Version(specifier.version) for one in ranges for specifier in one)
    return SpecifierSet(f"=={pins[0]}" if pins[0] == pins[-1] else f">={pins[0]},<={pins[-1]}")


# --- files --------------------------------------------------------------------------------------------


_Named = tuple[str, SpecifierSet]
"""A distribution by its normalised name, and its versions."""


def _groups(file: Path) -> Iterator[Mapping[str, list[SpecifierSet]]]:
    """What a file names of the client libraries, by group: those it needs go before those for development."""
    for group in _named(file):
        libraries: dict[str, list[SpecifierSet]] = {}
        for name, versions in group:
            if name in LIBRARIES:
                libraries.setdefault(name, []).append(versions)
        yield libraries


def _named(file: Path) -> list[list[_Named]]:
    """The distributions that a file names, by group; none where it is not understood."""
    try:
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return []
        text = file.read_bytes().decode("utf-8-sig")
        if not any(library in text.lower() for library in LIBRARIES):
            return []
        return [list(group) for group in _read(file, text)]
    except (OSError, ValueError, RecursionError, configparser.Error):
        # UnicodeDecodeError, TOMLDecodeError and JSONDecodeError are ValueErrors.
        return []


def _read(file: Path, text: str) -> Iterable[Iterable[_Named]]:
    if file.name in _TOML_LOCKS:
        return (_locked(tomllib.loads(text)),)
    if file.name == "Pipfile.lock":
        return (_pipfile(json.loads(text)),)
    if file.name == "pyproject.toml":
        return _pyproject(tomllib.loads(text))
    if file.name == "setup.cfg":
        return _setup_cfg(text)
    return (_requirements(text.splitlines()),)


def _locked(document: object) -> Iterator[_Named]:
    for package in _list(_table(document).get("package")):
        name, version = _table(package).get("name"), _table(package).get("version")
        if isinstance(name, str) and isinstance(version, str):
            yield from _pin(name, version)


def _pipfile(document: object) -> Iterator[_Named]:
    sections = _table(document)
    for section in ("default", "develop"):
        for name, entry in _table(sections.get(section)).items():
            version = _table(entry).get("version")
            if isinstance(version, str):
                yield from _pin(name, version.removeprefix("=="))


def _pin(name: str, version: str) -> Iterator[_Named]:
    try:
        yield canonicalize_name(name), SpecifierSet(f"=={Version(version).public}")
    except InvalidVersion:
        return


def _pyproject(document: object) -> Iterator[Iterable[_Named]]:
    project = _table(_table(document).get("project"))
    poetry = _table(_table(_table(document).get("tool")).get("poetry"))
    groups = [_table(group).get("dependencies") for group in _table(poetry.get("group")).values()]
    yield [*_listed(project.get("dependencies")), *_poetry(poetry.get("dependencies"))]
    optional = _table(project.get("optional-dependencies"))
    yield [one for group in optional.values() for one in _listed(group)]
    development = _table(_table(document).get("dependency-groups"))
    yield [
        *(one for group in development.values() for one in _listed(group)),
        *(one for group in (poetry.get("dev-dependencies"), *groups) for one in _poetry(group)),
    ]


def _listed(requirements: object) -> Iterator[_Named]:
    return _requirements(one for one in _list(requirements) if isinstance(one, str))


def _poetry(dependencies: object) -> Iterator[_Named]:
    for name, value in _table(dependencies).items():
        for entry in value if isinstance(value, list) else [value]:
            version = entry if isinstance(entry, str) else _table(entry).get("version", "*")
            versions = poetry_versions(version) if isinstance(version, str) else SpecifierSet()
            yield canonicalize_name(name), versions


def _setup_cfg(text: str) -> Iterator[Iterable[_Named]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    yield _requirements(parser.get("options", "install_requires", fallback="").splitlines())
    extras = parser.items("options.extras_require") if parser.has_section("options.extras_require") else []
    yield [one for _, value in extras for one in _requirements(value.splitlines())]


def _requirements(lines: Iterable[str]) -> Iterator[_Named]:
    """Requirements, one each; options of pip, URLs and paths are passed over."""
    for line in lines:
        plain = _PER_REQUIREMENT_OPTION.sub("", _COMMENT.sub("", line).rstrip("\\ ")).strip()
        try:
            requirement = Requirement(plain)
        except InvalidRequirement:
            continue
        yield canonicalize_name(requirement.name), requirement.specifier


def poetry_versions(text: str) -> SpecifierSet:
    """A constraint of Poetry: ``^5.0``, ``~6.2``, ``5.*``, ``*``, ``>=5,<7``. Others (``5 || 6``) are any version."""
    parts: list[str] = []
    for part in (one.strip() for one in text.split(",")):
        found = _POETRY_PART.fullmatch(part)
        if found is None:
            parts.append(part)
        elif found.group("version") != "*":
            try:
                parts.append(_caret_or_tilde(found.group("operator"), found.group("version")))
            except InvalidVersion:
                return SpecifierSet()
    try:
        return SpecifierSet(",".join(parts))
    except InvalidSpecifier:
        return SpecifierSet()


def _caret_or_tilde(operator: str, text: str) -> str:
    """``^1.2`` lets every number grow after the first that is not 0, ``~1.2`` those after the second."""
    if not operator:
        return f"=={text}"
    release = Version(text).release
    if operator == "^":
        kept = next((place for place, number in enumerate(release) if number), len(release) - 1) + 1
    else:
        kept = min(2, len(release))
    upper = (*release[: kept - 1], release[kept - 1] + 1)
    return f">={text},<{'.'.join(map(str, upper))}"


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
