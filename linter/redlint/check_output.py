"""What ``redlint check`` prints: findings, numbers, warnings; and the exit code that they make."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from redlint.console import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, complain, is_colored
from redlint.model.stopwatch import Stopwatch, Timer, untimed
from redlint.report import FORMATS, write_report

if TYPE_CHECKING:
    from redlint.cluster import DaskCluster
    from redlint.job import Job
    from redlint.lint import ProjectResult
    from redlint.model.collected import KeptFiles
    from redlint.narrowing import Narrowing
    from redlint.report.progress_bar import ProgressBar

_FILE_WIDTH: Final = 160
_SCREENFUL: Final = 10
"""Findings up to which nobody needs a summary by rule."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What ``redlint check`` was asked to do."""

    fix: bool
    unsafe_fixes: bool
    diff: bool
    output_format: str
    output_file: str | None
    statistics: bool
    show_files: bool
    exit_zero: bool
    add_noqa: bool
    reason: str
    diff_base: str | None
    gate: bool
    jobs: int
    no_cache: bool
    cache_dir: str | None
    scheduler: str | None
    facts: tuple[str, ...]
    profile: bool
    quiet: bool
    verbose: bool
    color: str


@dataclass(slots=True)
class Measuring:
    """How a run is timed, and, once that is known, what it found."""

    timer: Timer
    result: ProjectResult | None = None


@contextlib.contextmanager
def measuring(options: CheckOptions) -> Iterator[Measuring]:
    """Time a run where that is asked for, and print at its end, on standard error, where the time went."""
    if not options.profile:
        yield Measuring(untimed)
        return
    from redlint.report.profile import profile

    stopwatch = Stopwatch()
    run = Measuring(stopwatch)
    yield run
    if run.result is not None:
        sys.stdout.flush()  # where both go to one place, the findings come first
        click.echo("".join(f"{row}\n" for row in profile(stopwatch, run.result)), err=True, nl=False)


def cache_directory(job: Job, options: CheckOptions) -> Path | None:
    """Where to keep facts for the next run, if anywhere."""
    if options.no_cache:
        return None
    return Path(options.cache_dir) if options.cache_dir else job.cache_directory


@contextlib.contextmanager
def collected_files(job: Job, options: CheckOptions) -> Iterator[KeptFiles]:
    """The files of a run, with the cache, the processes and machines that the options ask for.

    A problem of the cache costs time only: users who want to know more are told.
    """
    from redlint.cache import kept_files
    from redlint.collecting import usable_cores

    tell = (lambda problem: complain(f"cache not used: {problem}")) if options.verbose else None
    with contextlib.ExitStack() as stack:
        kept = kept_files(
            cache_directory(job, options),
            tell,
            jobs=options.jobs or usable_cores(),
            elsewhere=_cluster(options, stack),
            given=_given_facts(options),
        )
        yield stack.enter_context(kept)


def _cluster(options: CheckOptions, stack: contextlib.ExitStack) -> DaskCluster | None:
    """The machines that collect for this one, if any."""
    if options.scheduler is None:
        return None
    from redlint.cluster import DaskCluster

    return stack.enter_context(DaskCluster(options.scheduler, complain))


def _given_facts(options: CheckOptions) -> Mapping[bytes, bytes]:
    """What other machines collected before."""
    if not options.facts:
        return {}
    from redlint.facts_files import read_facts

    return read_facts(options.facts, lambda problem: complain(f"warning: {problem}"))


def progress_bar(options: CheckOptions) -> ProgressBar:
    """A bar on standard error."""
    from redlint.report.progress_bar import ProgressBar

    return ProgressBar(sys.stderr, width=shutil.get_terminal_size().columns, is_quiet=options.quiet)


def exit_code(result: ProjectResult, job: Job, options: CheckOptions) -> int:
    """What findings of the severities that count make of a run."""
    if result.failed:
        return EXIT_FAILED
    fails = any(one.severity.reaches(job.config.fail_on) for one in result.diagnostics)
    return EXIT_FINDINGS if fails and not options.exit_zero else EXIT_CLEAN


def report(result: ProjectResult, options: CheckOptions, *, to_stderr: bool = False) -> None:
    """Write the findings where they are wanted."""
    page = findings_page(options, sys.stderr if to_stderr else sys.stdout)
    write_findings(result, page, options)
    deliver(page.getvalue(), options, to_stderr=to_stderr)


class Page(io.StringIO):
    """Text that will be written to a stream later on, or to a file."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        """Whether a terminal will show it."""
        return self._is_terminal


def findings_page(options: CheckOptions, stream: TextIO) -> Page:
    """Where to write findings that are wanted in a stream, or in the file that the options name."""
    return Page(is_terminal=options.output_file is None and stream.isatty())


def deliver(findings: str, options: CheckOptions, *, to_stderr: bool = False) -> None:
    """Write the text of findings where they are wanted."""
    if options.output_file is None:
        (sys.stderr if to_stderr else sys.stdout).write(findings)
        return
    from redlint.atomic_write import write_atomically

    write_atomically(options.output_file, findings.encode("utf-8", "backslashreplace"))


def write_findings(result: ProjectResult, page: Page, options: CheckOptions) -> None:
    """Write findings as the options say."""
    from redlint.report.summary import write_statistics

    if options.verbose:
        for failure in result.failures:
            click.echo(failure.traceback, err=True, nl=False)
    if options.statistics:
        write_statistics(result, page, options.output_format)
        return
    width = shutil.get_terminal_size().columns if page.isatty() else _FILE_WIDTH
    color = is_colored(options.color, terminal=page.isatty()) and options.output_file is None
    write_report(options.output_format, result, page, color=color, width=width)


def shape_of_output(options: CheckOptions) -> tuple[object, ...]:
    """What the output depends on besides the files and settings."""
    terminal = sys.stdout.isatty()
    size = shutil.get_terminal_size().columns if terminal else _FILE_WIDTH
    return (
        *(options.output_format, options.output_file is None, options.statistics, options.exit_zero, options.quiet),
        *(options.gate, is_colored(options.color, terminal=terminal), terminal, sys.stderr.isatty(), size),
    )


def summarise(result: ProjectResult, options: CheckOptions) -> None:
    """Say on standard error how much was found."""
    from redlint.report.summary import grouped, summary

    if options.quiet:
        return
    if options.output_format == FORMATS[0] and not options.statistics and len(result.diagnostics) > _SCREENFUL:
        click.echo("".join(f"{row}\n" for row in grouped(result)), err=True)
    click.echo(summary(result), err=True)


def remark(job: Job, options: CheckOptions, narrowing: Narrowing) -> None:
    """Say what of the settings and the baseline has no effect any more."""
    if options.quiet:
        return
    for glob in job.unmatched_ignores():
        origin = job.config.origins["per-file-ignores"]
        complain(f"warning: {origin}: per-file-ignores: {glob!r} matches no file of the project")
    comparison = narrowing.comparison
    if comparison is None:
        return
    from redlint.report.summary import counted

    if comparison.hidden:
        click.echo(f"Not reported: {counted(comparison.hidden, 'finding')} of {narrowing.file}", err=True)
    if comparison.stale_count:
        rows = [f"{path}: {one.code} {one.message}" for path, entries in comparison.stale.items() for one in entries]
        listed = "".join(f"\n  {row}" for row in rows[:_SCREENFUL])
        complain(
            f"warning: {narrowing.file}: {counted(comparison.stale_count, 'finding')} no longer there; "
            f"`redlint baseline --prune` removes what is stale:{listed}"
        )
