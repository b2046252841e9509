"""What a command works on: the files, the settings and the rules of one run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from redlint.config import Config, absolute_path, configured_rules, load_config
from redlint.discover import discover, shown_path
from redlint.errors import ConfigError, RedlintError
from redlint.model.files import ProjectFiles

if TYPE_CHECKING:
    from redlint.rule import Rule
    from redlint.selection import RuleIndex

STANDARD_INPUT: Final = "-"
"""The path that stands for standard input."""

CACHE_DIRECTORY: Final = ".redlint_cache"
"""The name of the cache in the root of a project."""

_STANDARD_INPUT_NAME = "<stdin>"
_PROJECT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked to look at, and with which settings.

    ``stdin_filename`` is the path that standard input is taken for, ``overrides`` are settings by key.
    """

    paths: tuple[str, ...] = (".",)
    stdin_filename: str | None = None
    config_file: str | None = None
    isolated: bool = False
    overrides: Mapping[str, object] | None = None

    @property
    def reads_stdin(self) -> bool:
        """Whether standard input is to be looked at instead of files."""
        return STANDARD_INPUT in self.paths

    @property
    def stdin_path(self) -> str:
        """The path that standard input is reported as."""
        return _STANDARD_INPUT_NAME if self.stdin_filename is None else shown_path(self.stdin_filename)

    def config(self) -> Config:
        """The settings that hold. Raises :class:`ConfigError`."""
        if not self.reads_stdin:
            start = self.paths
        else:
            start = () if self.stdin_filename is None else (str(Path(self.stdin_filename).parent),)
        return load_config(start, file=self.config_file, isolated=self.isolated, overrides=self.overrides)


@dataclass(frozen=True, slots=True)
class Job:
    """The files of a run and its settings; ``problems`` are paths that could not be had, with the reason.

    ``is_whole`` tells whether the files are all of the project: those to lint, and those read with them.
    """

    files: ProjectFiles
    problems: tuple[tuple[str, str], ...]
    config: Config
    is_whole: bool = False

    def unmatched_ignores(self) -> tuple[str, ...]:
        """The globs of ``per-file-ignores`` that match no file of the project; none where not all of it is read."""
        if not self.is_whole:
            return ()
        return self.config.unmatched_ignores((*self.files.lint, *self.files.context))

    @property
    def cache_directory(self) -> Path:
        """Where the facts of the project's files are kept from run to run."""
        return Path(self.config.root) / CACHE_DIRECTORY

    def rules(self) -> tuple[Rule, ...]:
        """All rules with their options. Raises :class:`ConfigError` for selectors that match none."""
        # A run whose result is known needs no rules, which take longer to import than it takes altogether.
        from redlint.registry import load_rules
        from redlint.selection import RuleIndex

        rules = load_rules(plugins=self.config.plugins)
        _refuse_unknown_selectors(self.config, RuleIndex.of(rules))
        return configured_rules(self.config, rules)


def prepare(request: Request, read_stdin: Callable[[], bytes]) -> Job:
    """Find the files of a request. Raises :class:`RedlintError` where that cannot be done."""
    if request.reads_stdin and len(request.paths) > 1:
        raise RedlintError("standard input ('-') cannot be linted together with other paths")
    if request.stdin_filename is not None and not request.reads_stdin:
        raise RedlintError("--stdin-filename is for standard input: give '-' as the path")
    config = request.config()
    if request.reads_stdin:
        path = request.stdin_path
        files = ProjectFiles(
            lint=(path,),
            context=_context(config, (path,), request.paths),
            explicit=frozenset({path}),
            overlay={path: read_stdin()},
        )
        return Job(files, (), config, is_whole=bool(files.context))
    found = discover(request.paths, config)
    context = _context(config, found.paths, request.paths)
    is_whole = bool(context) or _includes_root(config, request.paths)
    return Job(ProjectFiles(found.paths, context, found.explicit), found.problems, config, is_whole)


def _context(config: Config, linted: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    """The other files of the project, so that findings do not depend on which part of it is linted."""
    if _includes_root(config, asked):
        return ()
    if config.file is None and not any((Path(config.root) / marker).exists() for marker in _PROJECT_MARKERS):
        return ()
    known = frozenset(linted)
    return tuple(path for path in discover((config.root,), config).paths if path not in known)


def _includes_root(config: Config, asked: Sequence[str]) -> bool:
    """Whether all of the project was asked for."""
    return any(_contains(absolute_path(path), config.root) for path in asked if path != STANDARD_INPUT)


def _contains(directory: str, path: str) -> bool:
    return path == directory or path.startswith(directory.rstrip(os.sep) + os.sep)


def _refuse_unknown_selectors(config: Config, index: RuleIndex) -> None:
    chosen: dict[str, Sequence[str]] = {
        "select": config.select,
        "extend-select": config.extend_select,
        "ignore": config.ignore,
        "per-file-ignores": [one for ignored in config.per_file_ignores.values() for one in ignored],
        "severity": list(config.severity),
    }
    for key, selectors in chosen.items():
        for selector in selectors:
            problem = index.unknown(selector)
            if problem is not None:
                raise ConfigError(config.origins.get(key, ""), key, problem)
