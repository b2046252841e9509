"""``redlint check``: findings, and fixes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from redlint.console import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, VERBOSE, complain, is_colored, write_bytes
from redlint.errors import ConfigError, RedlintError
from redlint.report import FORMATS, write_report

if TYPE_CHECKING:
    from redlint.fix import FixOutcome
    from redlint.job import Job, Request
    from redlint.lint import ProjectResult
    from redlint.report.progress_bar import ProgressBar

_FILE_WIDTH: Final = 160
_SCREENFUL: Final = 10
"""Findings up to which nobody needs a summary by rule."""


def _listed(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The items of an option that may be repeated and takes comma lists."""
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())


@dataclass(frozen=True, slots=True)
class _CheckOptions:
    """What ``redlint check`` was asked to do."""

    fix: bool
    unsafe_fixes: bool
    diff: bool
    output_format: str
    output_file: str | None
    statistics: bool
    show_files: bool
    exit_zero: bool
    gate: bool
    quiet: bool
    verbose: bool
    color: str


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--select", multiple=True, callback=_listed, help="Rules to run: codes, beginnings of codes, names, ALL.")
@click.option("--ignore", multiple=True, callback=_listed, help="Rules not to run.")
@click.option("--extend-select", multiple=True, callback=_listed, help="Rules to run on top of those selected.")
@click.option("--per-file-ignores", multiple=True, metavar="GLOB:CODES", help="Rules to ignore in matching files.")
@click.option("--preview", is_flag=True, help="Run preview rules as well.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: unsafe fixes as well.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--output-format", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("--output-file", metavar="FILE", help="Write the findings to a file.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--show-files", is_flag=True, help="List the files that would be linted.")
@click.option("--watch", is_flag=True, help="Lint again whenever a file changes, until interrupted.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--stdin-filename", metavar="PATH", help="The path that standard input ('-') is linted as.")
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
@click.option("--no-gate", is_flag=True, help="Also analyse files that seem not to use Redis.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Print more about the run.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.pass_context
def check(
    context: click.Context,
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    per_file_ignores: tuple[str, ...],
    preview: bool,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    output_format: str,
    output_file: str | None,
    statistics: bool,
    show_files: bool,
    watch: bool,
    exit_zero: bool,
    stdin_filename: str | None,
    config_file: str | None,
    isolated: bool,
    no_gate: bool,
    quiet: bool,
    verbose: bool,
    color: str,
) -> None:
    """Lint files and directories (default: the current directory); '-' is standard input."""
    from redlint.job import Request, prepare

    context.meta[VERBOSE] = verbose
    options = _CheckOptions(
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        diff=diff,
        output_format=output_format,
        output_file=output_file,
        statistics=statistics,
        show_files=show_files,
        exit_zero=exit_zero,
        gate=not no_gate,
        quiet=quiet,
        verbose=verbose,
        color=color,
    )
    overrides: dict[str, object] = {
        "select": select,
        "ignore": ignore,
        "extend-select": extend_select,
        "per-file-ignores": _per_file_ignores(per_file_ignores),
        "preview": preview,
    }
    request = Request(
        paths=paths or (".",),
        stdin_filename=stdin_filename,
        config_file=config_file,
        isolated=isolated,
        overrides={key: value for key, value in overrides.items() if value},
    )
    job = prepare(request, sys.stdin.buffer.read)
    if verbose:
        complain(f"settings from {job.config.file or 'defaults'}")
    if show_files:
        sys.stdout.write("".join(f"{path}\n" for path in job.files.lint))
        context.exit(EXIT_CLEAN)
    if watch:
        context.exit(_watch(request, options, job.config.root))
    context.exit(_run(job, options))


def _run(job: Job, options: _CheckOptions) -> int:
    return _fix(job, options) if options.fix or options.diff else _check(job, options)


def _watch(request: Request, options: _CheckOptions, root: str) -> int:
    from redlint.job import prepare
    from redlint.watching import watch, watched

    if request.reads_stdin:
        raise click.UsageError("--watch is for files, not for standard input")

    def run() -> None:
        if sys.stdout.isatty():
            click.clear()
        _run(prepare(request, bytes), options)
        sys.stdout.flush()
        if not options.quiet:
            click.echo("Waiting for changes; Ctrl-C ends.", err=True)

    return watch(run, watched(root, request.paths))


def _per_file_ignores(values: Sequence[str]) -> dict[str, list[str]]:
    """Read ``tests/*:RED101,RED2,docs/*:ALL``: an item without a colon belongs to the glob before it."""
    found: dict[str, list[str]] = {}
    for value in values:
        glob = ""
        for item in (item.strip() for item in value.split(",")):
            before, colon, selector = item.rpartition(":")
            glob = before.strip() if colon else glob
            if not glob or not selector.strip():
                raise ConfigError("--per-file-ignores", None, f"{value!r} is not GLOB:CODE")
            found.setdefault(glob, []).append(selector.strip())
    return found


def _check(job: Job, options: _CheckOptions) -> int:
    from redlint.lint import lint_project

    with _progress_bar(options) as bar:
        result = lint_project(
            job.files, job.config, job.rules(), gate=options.gate, problems=job.problems, progress=bar
        )
    _report(result, options)
    _summarise(result, options)
    return _exit_code(result, options)


def _progress_bar(options: _CheckOptions) -> ProgressBar:
    from redlint.report.progress_bar import ProgressBar

    return ProgressBar(sys.stderr, width=shutil.get_terminal_size().columns, is_quiet=options.quiet)


def _exit_code(result: ProjectResult, options: _CheckOptions) -> int:
    from redlint.diagnostic import Severity

    if result.failed:
        return EXIT_FAILED
    if options.exit_zero or all(one.severity is Severity.INFO for one in result.diagnostics):
        return EXIT_CLEAN
    return EXIT_FINDINGS


def _report(result: ProjectResult, options: _CheckOptions, *, to_stderr: bool = False) -> None:
    """Write the findings where they are wanted."""
    if options.verbose:
        for failure in result.failures:
            click.echo(failure.traceback, err=True, nl=False)
    if options.output_file is None:
        _write_findings(result, sys.stderr if to_stderr else sys.stdout, options)
        return
    try:
        with Path(options.output_file).open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            _write_findings(result, stream, options)
    except OSError as error:
        raise RedlintError(f"{options.output_file}: cannot be written: {error.strerror}") from error


def _write_findings(result: ProjectResult, stream: TextIO, options: _CheckOptions) -> None:
    from redlint.report.summary import write_statistics

    if options.statistics:
        write_statistics(result, stream, options.output_format)
        return
    terminal = stream.isatty()
    width = shutil.get_terminal_size().columns if terminal else _FILE_WIDTH
    color = is_colored(options.color, terminal=terminal) and options.output_file is None
    write_report(options.output_format, result, stream, color=color, width=width)


def _summarise(result: ProjectResult, options: _CheckOptions) -> None:
    from redlint.report.summary import grouped, summary

    if options.quiet:
        return
    if options.output_format == FORMATS[0] and not options.statistics and len(result.diagnostics) > _SCREENFUL:
        click.echo("".join(f"{row}\n" for row in grouped(result)), err=True)
    click.echo(summary(result), err=True)


# --- --fix, --diff ----------------------------------------------------------------------------------------


def _fix(job: Job, options: _CheckOptions) -> int:
    from redlint.fix import fix_files

    with _progress_bar(options) as bar:
        outcome = fix_files(
            job.files,
            job.config,
            job.rules(),
            unsafe=options.unsafe_fixes,
            gate=options.gate,
            problems=job.problems,
            progress=bar,
        )
    _warn(outcome, options)
    if options.diff:
        return _show_diff(outcome, options)
    all_written = _write_outcome(job, outcome)
    _report(outcome.result, options, to_stderr=bool(job.files.overlay))
    if outcome.changed and not options.quiet:
        click.echo(f"Fixed {_fixed(outcome)}", err=True)
    _summarise(outcome.result, options)
    return _exit_code(outcome.result, options) if all_written else EXIT_FAILED


def _fixed(outcome: FixOutcome) -> str:
    from redlint.report.summary import counted

    return f"{counted(sum(outcome.fixed.values()), 'finding')} in {counted(len(outcome.changed), 'file')}"


def _write_outcome(job: Job, outcome: FixOutcome) -> bool:
    """Write the fixed files, or standard input to standard output; whether all went well."""
    from redlint.fix import write_changes

    if job.files.overlay:
        (path,) = job.files.lint
        write_bytes(outcome.changed.get(path, job.files.overlay[path]))
        return True
    failures = write_changes(outcome.changed)
    for failure in failures:
        complain(f"error: {failure.path}: {failure.reason}")
    return not failures


def _show_diff(outcome: FixOutcome, options: _CheckOptions) -> int:
    from redlint.fix import unified_diff

    for path, new in outcome.changed.items():
        write_bytes(unified_diff(path, outcome.original[path], new).encode("utf-8", "surrogateescape"))
    if not options.quiet:
        click.echo(f"Would fix {_fixed(outcome)}", err=True)
    if outcome.result.failed:
        return EXIT_FAILED
    return EXIT_FINDINGS if outcome.changed and not options.exit_zero else EXIT_CLEAN


def _warn(outcome: FixOutcome, options: _CheckOptions) -> None:
    if options.quiet:
        return
    for refused in outcome.refused:
        complain(f"warning: {refused.path}: not fixed: {refused.reason}")
    if not outcome.settled:
        complain("warning: fixes bring up further fixes without end; run again to go on")
