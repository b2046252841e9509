"""The flake8 plugin: the findings of redlint under flake8's own selection, ``# noqa`` and output.

flake8 checks file by file, redlint a project as a whole. So everything that flake8 was asked to look at is linted at
once when its options are parsed, which is before it starts its processes, and each file is told its part of that.
"""

from __future__ import annotations

import argparse
import ast
import os
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Protocol

from redlint import __version__
from redlint.cache import kept_files
from redlint.config import absolute_path
from redlint.diagnostic import Diagnostic
from redlint.errors import RedlintError
from redlint.job import STANDARD_INPUT, Request, prepare
from redlint.lint import ProjectResult, lint_project
from redlint.narrowing import Narrowing

_PREFIX: Final = "RED"

Finding = tuple[int, int, str, type]
"""What flake8 takes: the 1-based row, the 0-based column, the code with the message, and the class of the plugin."""


class _OptionManager(Protocol):
    """What the plugin needs of ``flake8.options.manager.OptionManager``."""

    def add_option(self, *names: str, parse_from_config: bool, metavar: str, help: str) -> None:
        """Add an option to flake8's command line."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What flake8 was asked for, and what redlint found in it, by absolute path.

    ``asked`` are the absolute paths that were linted together; ``reads_stdin`` says that standard input is one more
    file, which flake8 calls ``stdin_name``.
    """

    config_file: str | None
    noqa: bool
    asked: tuple[str, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    reads_stdin: bool
    stdin_name: str

    def includes(self, path: str) -> bool:
        """Whether a file, of an absolute path, was linted with the others, or left out by the settings."""
        return any(path == one or path.startswith(one.rstrip(os.sep) + os.sep) for one in self.asked)


class Plugin:
    """One file of a flake8 run; flake8 makes an instance for each."""

    name = "redlint"
    version = __version__
    _run: ClassVar[_Run | None] = None
    """The findings of this run of flake8, whose plugins get its options as a class and its files as instances."""

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        """Take a file; ``tree`` is unused, but without it flake8 would call for each line."""
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: _OptionManager) -> None:
        """Add redlint's options to flake8's."""
        manager.add_option(
            "--redlint-config",
            parse_from_config=True,
            metavar="FILE",
            help="Settings for redlint, instead of the pyproject.toml or redlint.toml above the files.",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Lint what flake8 is asked to check. Raises flake8's ``ExecutionError`` where that cannot be done."""
        cls._run = None
        if not _is_selected(options):
            return
        names: Sequence[str] = options.filenames or (".",)
        paths = tuple(name for name in names if name != STANDARD_INPUT and Path(name).exists())
        noqa = not options.disable_noqa
        request = Request(paths=paths, config_file=options.redlint_config)
        try:
            findings = _findings(request, b"", noqa=noqa) if paths else {}
        except RedlintError as error:
            raise _execution_error(str(error)) from error
        except Exception as error:  # whatever it is, users get one line and not a traceback
            failed = f"itself failed, please report it: {type(error).__name__}: {error}"
            raise _execution_error(failed) from error
        cls._run = _Run(
            config_file=options.redlint_config,
            noqa=noqa,
            asked=tuple(absolute_path(path) for path in paths),
            findings=findings,
            reads_stdin=STANDARD_INPUT in names,
            stdin_name=options.stdin_display_name,
        )

    def run(self) -> Iterator[Finding]:
        """The findings of the file."""
        run = self._run
        if run is None:
            return
        path = absolute_path(self._filename)
        found: Mapping[str, tuple[Finding, ...]]
        if run.reads_stdin and self._filename == run.stdin_name:
            request = Request((STANDARD_INPUT,), self._filename, run.config_file)
            found = _findings(request, _encoded(self._lines), noqa=run.noqa)
        elif run.includes(path):
            found = run.findings
        else:  # the file was given to flake8's Python interface, after the options
            found = _findings(Request((self._filename,), config_file=run.config_file), b"", noqa=run.noqa)
        yield from found.get(path, ())


def _is_selected(options: argparse.Namespace) -> bool:
    """Whether flake8 wants any finding of redlint; with no ``--select`` it wants those of all plugins."""
    selected: Sequence[str] = options.select or ()
    wanted = [*selected, *(options.extend_select or ())]
    return not selected or any(one.startswith(_PREFIX) or _PREFIX.startswith(one) for one in wanted)


def _findings(request: Request, stdin: bytes, *, noqa: bool) -> dict[str, tuple[Finding, ...]]:
    job = prepare(request, lambda: stdin)
    narrow = Narrowing(job)
    with kept_files(job.cache_directory) as kept:
        linted = lint_project(job.files, job.config, job.rules(), problems=job.problems, noqa=noqa, kept=kept)
    result = narrow(linted)
    by_path: dict[str, list[Finding]] = {}
    for diagnostic in result.diagnostics:
        by_path.setdefault(absolute_path(diagnostic.path), []).append(_finding(result, diagnostic))
    return {path: tuple(found) for path, found in by_path.items()}


def _finding(result: ProjectResult, diagnostic: Diagnostic) -> Finding:
    place = result.source(diagnostic.path).location(diagnostic.span.start)
    return place.row, place.column - 1, f"{diagnostic.code} {diagnostic.message}", Plugin


def _encoded(lines: Sequence[str]) -> bytes:
    """A text that flake8 has decoded, in the encoding that it declares."""
    rows = iter([line.encode("utf-8", "surrogateescape") for line in lines])
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(rows, b""))
        return "".join(lines).encode(encoding)
    except (SyntaxError, UnicodeError):
        return "".join(lines).encode("utf-8", "surrogateescape")


def _execution_error(problem: str) -> Exception:
    from flake8.exceptions import ExecutionError

    failure: Exception = ExecutionError(f"redlint: {problem}")
    return failure
