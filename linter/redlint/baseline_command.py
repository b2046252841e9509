"""``redlint baseline``: the findings there are, in a file, so that ``redlint check`` reports only new ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from redlint.console import complain
from redlint.errors import RedlintError

if TYPE_CHECKING:
    from redlint.baseline import Baseline
    from redlint.job import Job
    from redlint.lint import ProjectResult


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--baseline", "file", metavar="FILE", help="The file; default: that of the settings, else redlint-baseline.json."
)
@click.option("--prune", is_flag=True, help="Only remove the entries that match no finding any more.")
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
def baseline(paths: tuple[str, ...], file: str | None, prune: bool, config_file: str | None, isolated: bool) -> None:
    """Write the findings there are to a file; `redlint check --baseline FILE` reports only others."""
    from redlint.baseline import DEFAULT_NAME, Baseline, compare, pruned, read_baseline, renewed, write_baseline
    from redlint.discover import shown_path
    from redlint.job import Request, prepare

    if "-" in paths:
        raise click.UsageError("a baseline is for files: name them, or their directories")
    job = prepare(Request(paths=paths or (".",), config_file=config_file, isolated=isolated), bytes)
    chosen = shown_path(file or job.config.baseline_path or str(Path(job.config.root) / DEFAULT_NAME))
    before = read_baseline(chosen) if prune or Path(chosen).exists() else Baseline(chosen)
    result = _linted(job, chosen)
    comparison = compare(result, before, job.files.lint)
    after = pruned(before, comparison.stale) if prune else renewed(before, result, job.files.lint)
    write_baseline(after)
    click.echo(_summary(before, after, removed=comparison.stale_count), err=True)


def _linted(job: Job, file: str) -> ProjectResult:
    """The findings, none of which is missing because of redlint itself."""
    from redlint.baseline import NEVER_TOLERATED
    from redlint.lint import lint_project
    from redlint.report.places import shown_place

    result = lint_project(job.files, job.config, job.rules(), problems=job.problems)
    if result.failed:
        raise RedlintError(f"{file}: not written: a rule failed, so findings may be missing")
    for diagnostic in result.diagnostics:
        if diagnostic.code in NEVER_TOLERATED:
            place = shown_place(result, diagnostic.path, diagnostic.span)
            complain(f"warning: {place}: {diagnostic.message}; what the baseline says of this file stays as it is")
    return result


def _summary(before: Baseline, after: Baseline, *, removed: int) -> str:
    from redlint.report.summary import counted
    from redlint.report.terminal import visible

    files = sum(1 for entries in after.findings.values() if entries)
    now = f"{visible(after.file)}: {counted(after.size, 'finding')} in {counted(files, 'file')}"
    added = after.size - (before.size - removed)
    return f"{now} ({added} added, {removed} removed)" if before.size else now
