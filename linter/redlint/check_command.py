"""``redlint check``: findings, and fixes."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from redlint.check_output import (
    CheckOptions,
    Measuring,
    Page,
    cache_directory,
    collected_files,
    deliver,
    exit_code,
    findings_page,
    measuring,
    progress_bar,
    remark,
    report,
    shape_of_output,
    summarise,
    write_findings,
)
from redlint.console import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, VERBOSE, complain, write_bytes
from redlint.errors import ConfigError
from redlint.report import FORMATS

if TYPE_CHECKING:
    from redlint.fix import FixOutcome
    from redlint.job import Job, Request
    from redlint.lint import ProjectResult
    from redlint.narrowing import Narrowing
    from redlint.remembered import Printed, RunMemory

_SEVERITIES: Final = ("error", "warning", "info")

_STATISTICS: Final = ("full", "concise", "json", "json-lines")
"""Formats that --statistics comes in."""

_DISCOVERING: Final = "discover"
_IMPORTING: Final = "import"
_LOADING_RULES: Final = "load rules"
_REPORTING: Final = "report"


def _listed(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The items of an option that may be repeated and takes comma lists."""
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())


def _number_of_jobs(_context: click.Context, _parameter: click.Parameter, value: str) -> int:
    """A number of processes; 0 for ``auto``."""
    if value == "auto":
        return 0
    if value.isascii() and value.isdigit() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"{value!r} is neither a number above 0 nor 'auto'")


def _scheduler(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """The address of a cluster's scheduler."""
    if value is None:
        return None
    from redlint.cluster import scheduler_address

    try:
        return scheduler_address(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


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
@click.option("--fail-on", type=click.Choice(_SEVERITIES), help="Least severity of findings to exit with 1 for.")
@click.option("--baseline", metavar="FILE", help="Report only findings that this file of `redlint baseline` lacks.")
@click.option("--diff-base", metavar="REV", help="Report only findings on lines that changed since a git revision.")
@click.option("--add-noqa", is_flag=True, help="Write `# noqa: RED...` comments for all findings.")
@click.option("--reason", metavar="TEXT", help="With --add-noqa: the reason that the comments give.")
@click.option("--stdin-filename", metavar="PATH", help="The path that standard input ('-') is linted as.")
@click.option(
    *("-j", "--jobs"),
    callback=_number_of_jobs,
    default="auto",
    show_default=True,
    metavar="N",
    help="Processes that parse files; auto: one on each core.",
)
@click.option("--no-cache", is_flag=True, help="Parse all files anew, and keep nothing for the next run.")
@click.option("--cache-dir", metavar="DIR", help="Where to keep what files say, instead of .redlint_cache.")
@click.option(
    "--executor",
    callback=_scheduler,
    metavar="dask://HOST:PORT",
    help="Parse files on the workers of a Dask cluster; needs the extra dask.",
)
@click.option("--facts", multiple=True, metavar="FILE", help="What `redlint facts` wrote: need not be parsed again.")
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
@click.option("--no-gate", is_flag=True, help="Also analyse files that seem not to use Redis.")
@click.option("--profile", is_flag=True, help="Print where the time went, by phase, rule and file, on standard error.")
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
    fail_on: str | None,
    baseline: str | None,
    diff_base: str | None,
    add_noqa: bool,
    reason: str | None,
    stdin_filename: str | None,
    jobs: int,
    no_cache: bool,
    cache_dir: str | None,
    executor: str | None,
    facts: tuple[str, ...],
    config_file: str | None,
    isolated: bool,
    no_gate: bool,
    profile: bool,
    quiet: bool,
    verbose: bool,
    color: str,
) -> None:
    """Lint files and directories (default: the current directory); '-' is standard input."""
    from redlint.job import Request, prepare

    context.meta[VERBOSE] = verbose
    options = CheckOptions(
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        diff=diff,
        output_format=output_format,
        output_file=output_file,
        statistics=statistics,
        show_files=show_files,
        exit_zero=exit_zero,
        add_noqa=add_noqa,
        reason=reason or "",
        diff_base=diff_base,
        gate=not no_gate,
        jobs=jobs,
        no_cache=no_cache,
        cache_dir=cache_dir,
        scheduler=executor,
        facts=facts,
        profile=profile,
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
        "fail-on": fail_on,
        "baseline": baseline,
    }
    request = Request(
        paths=paths or (".",),
        stdin_filename=stdin_filename,
        config_file=config_file,
        isolated=isolated,
        overrides={key: value for key, value in overrides.items() if value},
    )
    _refuse_what_does_not_fit(request, options, has_reason=reason is not None)
    with measuring(options) as run:
        with run.timer(_DISCOVERING):
            job = prepare(request, sys.stdin.buffer.read)
        if verbose:
            complain(f"settings from {job.config.file or 'defaults'}")
        if show_files:
            sys.stdout.write("".join(f"{path}\n" for path in job.files.lint))
            context.exit(EXIT_CLEAN)
        if watch:
            context.exit(_watch(request, options, job.config.root))
        code = _run(job, options, run)
    context.exit(code)


def _refuse_what_does_not_fit(request: Request, options: CheckOptions, *, has_reason: bool) -> None:
    if options.statistics and options.output_format not in _STATISTICS:
        formats = ", ".join(_STATISTICS)
        raise click.UsageError(f"--statistics has no format {options.output_format}: use one of {formats}")
    if options.diff_base is not None and (options.fix or (options.diff and not options.add_noqa)):
        raise click.UsageError("--diff-base is for reports and --add-noqa: fixing moves the lines it knows")
    if request.reads_stdin and (options.add_noqa or options.diff_base is not None):
        raise click.UsageError("--add-noqa and --diff-base are for files, not for standard input")
    if options.facts and any(path.endswith(".facts") for path in request.paths):
        raise click.UsageError("--facts takes one file, or a directory of them: repeat it for each file")
    if options.add_noqa and options.fix:
        raise click.UsageError("--add-noqa silences what --fix would mend: use one after the other")
    if has_reason and not options.add_noqa:
        raise click.UsageError("--reason is for --add-noqa")
    if has_reason:
        from redlint.add_noqa import is_reason

        if not is_reason(options.reason):
            raise click.UsageError("--reason has to be one line of text without '#'")


def _run(job: Job, options: CheckOptions, run: Measuring) -> int:
    if not (options.fix or options.diff or options.add_noqa):
        return _check(job, options, run)
    from redlint.narrowing import Narrowing

    narrowing = Narrowing(job, options.diff_base)
    code = _fix(job, options, narrowing, run)
    remark(job, options, narrowing)
    return code


def _watch(request: Request, options: CheckOptions, root: str) -> int:
    from redlint.job import prepare
    from redlint.watching import watch, watched

    if request.reads_stdin:
        raise click.UsageError("--watch is for files, not for standard input")

    def lint() -> None:
        if sys.stdout.isatty():
            click.clear()
        with measuring(options) as run:
            with run.timer(_DISCOVERING):
                job = prepare(request, bytes)
            _run(job, options, run)
        sys.stdout.flush()
        gc.collect()
        if not options.quiet:
            click.echo("Waiting for changes; Ctrl-C ends.", err=True)

    return watch(lint, watched(root, request.paths))


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


def _check(job: Job, options: CheckOptions, run: Measuring) -> int:
    """Report the findings: those of an earlier run, if nothing has changed since."""
    from redlint.remembered import RunMemory, may_be_remembered

    directory = cache_directory(job, options)
    memory = None
    is_wanted = not (options.verbose or options.profile)  # both tell of the work itself
    if directory is not None and is_wanted and options.diff_base is None and may_be_remembered(job):
        memory = RunMemory(directory, job, shape_of_output(options))
    printed = memory.recall() if memory is not None else None
    if printed is None:
        printed = _checked(job, options, memory, run)
        if memory is not None and printed.exit_code != EXIT_FAILED:
            memory.keep(printed)
    deliver(printed.findings, options)
    sys.stdout.flush()
    click.echo(printed.remarks, err=True, nl=False)
    return printed.exit_code


def _checked(job: Job, options: CheckOptions, memory: RunMemory | None, run: Measuring) -> Printed:
    """Lint the files of a job; what there is to print of it."""
    with run.timer(_IMPORTING):
        from redlint.lint import lint_project
        from redlint.narrowing import Narrowing
        from redlint.remembered import Printed

    narrowing = Narrowing(job, options.diff_base)
    known = memory.known_findings() if memory is not None and options.gate else None
    files = job.files
    if known is not None:
        files = replace(files, lint=known.anew, context=())
    elif memory is not None:
        files = files.all_linted()  # what is found in the others is kept
    with collected_files(job, options) as kept, progress_bar(options) as bar:
        with run.timer(_LOADING_RULES):
            rules = job.rules()
        result = lint_project(
            files,
            job.config,
            rules,
            gate=options.gate,
            problems=job.problems,
            progress=bar,
            kept=kept,
            timer=run.timer,
        )
    if known is not None:
        result = known.with_those_of(result, len(job.files.lint))
    elif memory is not None:
        memory.keep_findings(result)
        result = result.of_files((*job.files.lint, *(path for path, _ in job.problems)), len(job.files.lint))
    run.result = result = narrowing(result)
    remarks = Page(is_terminal=sys.stderr.isatty())
    with run.timer(_REPORTING):
        page = findings_page(options, sys.stdout)
        write_findings(result, page, options)
        with contextlib.redirect_stderr(remarks):
            summarise(result, options)
            remark(job, options, narrowing)
    return Printed(page.getvalue(), remarks.getvalue(), exit_code(result, job, options))


# --- --fix, --diff ----------------------------------------------------------------------------------------


def _fix(job: Job, options: CheckOptions, narrowing: Narrowing, run: Measuring) -> int:
    from redlint.add_noqa import with_noqa
    from redlint.fix import fix_files

    narrowed: ProjectResult | None = None

    def narrow(result: ProjectResult) -> ProjectResult:
        nonlocal narrowed
        narrowed = narrowing(result)
        return with_noqa(narrowed, options.reason) if options.add_noqa else narrowed

    with collected_files(job, options) as kept, progress_bar(options) as bar:
        outcome = fix_files(
            job.files,
            job.config,
            job.rules(),
            unsafe=options.unsafe_fixes,
            gate=options.gate,
            problems=job.problems,
            progress=bar,
            narrow=narrow,
            kept=kept,
            timer=run.timer,
        )
    run.result = narrowed or outcome.result
    _warn(outcome, options)
    if options.diff:
        return _show_diff(outcome, options)
    all_written = _write_outcome(job, outcome)
    left = narrowed or outcome.result  # with the fixes of the rules, not the comments
    report(left, options, to_stderr=bool(job.files.overlay))
    if outcome.changed and not options.quiet:
        click.echo(f"{'Silenced' if options.add_noqa else 'Fixed'} {_fixed(outcome)}", err=True)
    summarise(left, options)
    return exit_code(left, job, options) if all_written else EXIT_FAILED


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


def _show_diff(outcome: FixOutcome, options: CheckOptions) -> int:
    from redlint.fix import unified_diff

    for path, new in outcome.changed.items():
        write_bytes(unified_diff(path, outcome.original[path], new).encode("utf-8", "surrogateescape"))
    if not options.quiet:
        click.echo(f"Would {'silence' if options.add_noqa else 'fix'} {_fixed(outcome)}", err=True)
    if outcome.result.failed:
        return EXIT_FAILED
    return EXIT_FINDINGS if outcome.changed and not options.exit_zero else EXIT_CLEAN


def _warn(outcome: FixOutcome, options: CheckOptions) -> None:
    if options.quiet:
        return
    for refused in outcome.refused:
        complain(f"warning: {refused.path}: not fixed: {refused.reason}")
    if not outcome.settled:
        complain("warning: fixes bring up further fixes without end; run again to go on")
