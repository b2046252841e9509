"""The command line. Everything but click is imported by the commands that need it, to start fast."""

from __future__ import annotations

import contextlib
import enum
import json
import os
import shutil
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from redlint import __version__
from redlint.errors import ConfigError, RedlintError
from redlint.keyspace_command import keyspace
from redlint.report import FORMATS, write_report
from redlint.upgrade_command import upgrade

if TYPE_CHECKING:
    from redlint.config import Config
    from redlint.fix import FixOutcome
    from redlint.job import Job
    from redlint.lint import ProjectResult
    from redlint.model.events import RedisCall
    from redlint.model.link import ProjectModel
    from redlint.model.unresolved import UnresolvedCall
    from redlint.rule import Rule

EXIT_CLEAN: Final = 0
EXIT_FINDINGS: Final = 1
EXIT_FAILED: Final = 2
EXIT_INTERRUPTED: Final = 130
EXIT_BROKEN_PIPE: Final = 141

_FILE_WIDTH = 160
_VERBOSE = "redlint.verbose"


def main() -> None:
    """Run the command line of this process."""
    cli(prog_name="redlint")


class _Redlint(click.Group):
    """Turns errors into one line and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        _never_fail_to_encode(sys.stdout, sys.stderr)
        try:
            return self._flushed(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except RedlintError as error:
            _complain(f"error: {error}")
            ctx.exit(EXIT_FAILED)
        except BrokenPipeError:
            _stop_writing()
            ctx.exit(EXIT_BROKEN_PIPE)
        except KeyboardInterrupt:
            _complain("interrupted")
            ctx.exit(EXIT_INTERRUPTED)
        except Exception as error:  # whatever it is, users get one line and not a traceback
            if ctx.meta.get(_VERBOSE):
                click.echo(traceback.format_exc(), err=True, nl=False)
            _complain(f"error: redlint itself failed, please report it: {type(error).__name__}: {error}")
            ctx.exit(EXIT_FAILED)

    def _flushed(self, ctx: click.Context) -> object:
        """Run a command and write all of its output, where a broken pipe is still noticed."""
        try:
            return super().invoke(ctx)
        finally:
            sys.stdout.flush()


def _never_fail_to_encode(*streams: TextIO) -> None:
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _stop_writing() -> None:
    """Have what is still buffered go nowhere, so that Python does not complain when it exits."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> None:
    from redlint.report.terminal import visible

    rows = "\n".join(visible(row) for row in message.split("\n"))
    click.echo(f"redlint: {rows}", err=True)


@click.group(cls=_Redlint, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="redlint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find Redis anti-patterns in Python code."""


def _listed(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The items of an option that may be repeated and takes comma lists."""
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())


# --- check ------------------------------------------------------------------------------------------------


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


@cli.command()
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

    context.meta[_VERBOSE] = verbose
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
        _complain(f"settings from {job.config.file or 'defaults'}")
    if show_files:
        sys.stdout.write("".join(f"{path}\n" for path in job.files.lint))
        context.exit(EXIT_CLEAN)
    if fix or diff:
        context.exit(_fix(job, options))
    context.exit(_check(job, options))


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

    result = lint_project(job.files, job.config, job.rules(), gate=options.gate, problems=job.problems)
    _report(result, options)
    _summarise(result, options)
    return _exit_code(result, options)


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
    color = _is_colored(options.color, terminal=terminal) and options.output_file is None
    write_report(options.output_format, result, stream, color=color, width=width)


def _is_colored(choice: str, *, terminal: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"


def _summarise(result: ProjectResult, options: _CheckOptions) -> None:
    from redlint.report.summary import summary

    if not options.quiet:
        click.echo(summary(result), err=True)


# --- check --fix, --diff ----------------------------------------------------------------------------------


def _fix(job: Job, options: _CheckOptions) -> int:
    from redlint.fix import fix_files

    outcome = fix_files(
        job.files, job.config, job.rules(), unsafe=options.unsafe_fixes, gate=options.gate, problems=job.problems
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
        _write_bytes(outcome.changed.get(path, job.files.overlay[path]))
        return True
    failures = write_changes(outcome.changed)
    for failure in failures:
        _complain(f"error: {failure.path}: {failure.reason}")
    return not failures


def _show_diff(outcome: FixOutcome, options: _CheckOptions) -> int:
    from redlint.fix import unified_diff

    for path, new in outcome.changed.items():
        _write_bytes(unified_diff(path, outcome.original[path], new).encode("utf-8", "surrogateescape"))
    if not options.quiet:
        click.echo(f"Would fix {_fixed(outcome)}", err=True)
    if outcome.result.failed:
        return EXIT_FAILED
    return EXIT_FINDINGS if outcome.changed and not options.exit_zero else EXIT_CLEAN


def _write_bytes(content: bytes) -> None:
    """Write to standard output, which takes only a part at a time where Python does not buffer it."""
    sys.stdout.flush()
    rest = memoryview(content)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def _warn(outcome: FixOutcome, options: _CheckOptions) -> None:
    if options.quiet:
        return
    for refused in outcome.refused:
        _complain(f"warning: {refused.path}: not fixed: {refused.reason}")
    if not outcome.settled:
        _complain("warning: fixes bring up further fixes without end; run again to go on")


# --- calls ------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
@click.option("--unresolved", is_flag=True, help="List calls that look like Redis on something unknown instead.")
@click.option("-v", "--verbose", is_flag=True, help="Tell how each client was recognised.")
@click.pass_context
def calls(
    context: click.Context,
    paths: tuple[str, ...],
    output_format: str,
    config_file: str | None,
    isolated: bool,
    unresolved: bool,
    verbose: bool,
) -> None:
    """List every Redis call that redlint recognises."""
    from redlint.job import Request, prepare
    from redlint.model.link import analyse

    context.meta[_VERBOSE] = verbose
    request = Request(paths=paths or (".",), config_file=config_file, isolated=isolated)
    job = prepare(request, sys.stdin.buffer.read)
    model = analyse(job.files, job.config.model_settings())
    wanted = frozenset(job.files.lint)
    problems = [(one.path, one.message) for one in model.problems if one.path in wanted]
    for path, message in (*job.problems, *problems):
        _complain(f"warning: {path}: {message}")
    if unresolved:
        _write_unresolved([call for call in model.unresolved() if call.path in wanted], output_format)
    else:
        _write_calls([call for call in model.calls() if call.path in wanted], model, output_format, verbose=verbose)


def _write_calls(found: Sequence[RedisCall], model: ProjectModel, output_format: str, *, verbose: bool) -> None:
    from redlint.report.redis_calls import call_record, call_text
    from redlint.report.summary import write_records

    if output_format == "json":
        write_records([call_record(call, model, verbose=verbose) for call in found], output_format, sys.stdout)
        return
    for call in found:
        sys.stdout.write(call_text(call, model, verbose=verbose) + "\n")


def _write_unresolved(found: Sequence[UnresolvedCall], output_format: str) -> None:
    from redlint.report.redis_calls import unresolved_record, unresolved_text
    from redlint.report.summary import counted, write_records

    if output_format == "json":
        write_records([unresolved_record(call) for call in found], output_format, sys.stdout)
        return
    for call in found:
        sys.stdout.write(unresolved_text(call) + "\n")
    if found:
        click.echo(
            f"{counted(len(found), 'call')} of Redis methods on something unknown. Where that is a client, name the "
            'variable or function it comes from in the setting clients: "myapp.cache:get_redis" = "redis.Redis"',
            err=True,
        )


# --- keyspace ---------------------------------------------------------------------------------------------


cli.add_command(keyspace)
cli.add_command(upgrade)


# --- rule -------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("rule", required=False)
@click.option("--all", "every", is_flag=True, help="All rules.")
@click.option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def rule(rule: str | None, every: bool, output_format: str) -> None:
    """Explain a rule, by its code or name."""
    from redlint.config import load_config
    from redlint.registry import load_rules

    if (rule is None) != every:
        raise click.UsageError("name a rule, or ask for --all")
    rules = load_rules(plugins=load_config().plugins)
    chosen = rules if rule is None else (_find_rule(rule, rules),)
    sys.stdout.write(_explained(chosen, output_format, every=every))


def _find_rule(word: str, rules: Sequence[type[Rule]]) -> type[Rule]:
    from redlint.selection import RuleIndex

    index = RuleIndex.of(rules)
    if index.is_exact(word):
        code = next(iter(index.codes(word)))
        return next(one for one in rules if one.code == code)
    suggestion = index.suggestion(word)
    hint = f" (did you mean {suggestion!r}?)" if suggestion else ""
    raise RedlintError(f"{word!r} is not the code or name of a rule{hint}")


def _explained(rules: Sequence[type[Rule]], output_format: str, *, every: bool) -> str:
    from redlint.explain import rule_page, rule_record, rule_summary, rule_text, rule_title

    if output_format == "json":
        records = [rule_record(one) for one in rules]
        return json.dumps(records if every else records[0], indent=2) + "\n"
    if output_format == "markdown":
        return "\n".join(rule_page(one) for one in rules)
    if every:
        return "".join(f"{one.code} {rule_title(one).partition(' ')[0]}: {rule_summary(one)}\n" for one in rules)
    return rule_text(rules[0])


# --- config -----------------------------------------------------------------------------------------------


@cli.command("config")
@click.argument("path", default=".")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
def show_config(path: str, output_format: str, config_file: str | None, isolated: bool) -> None:
    """Show the settings that hold for a path, and where each comes from."""
    from redlint.config import load_config

    if not Path(path).exists():
        raise RedlintError(f"{path}: no such file or directory")
    config = load_config((path,), file=config_file, isolated=isolated)
    settings = list(_settings(config))
    if output_format == "json":
        table = {key: {"value": value, "origin": origin} for key, value, origin in settings}
        record = {"root": config.root, "file": config.file, "settings": table}
        sys.stdout.write(json.dumps(record, indent=2) + "\n")
        return
    sys.stdout.write(f"root: {config.root}\nfile: {config.file or 'none'}\n")
    for key, value, origin in settings:
        sys.stdout.write(f"{key} = {json.dumps(value, ensure_ascii=False)}  # {origin}\n")


def _settings(config: Config) -> Iterator[tuple[str, object, str]]:
    for key, origin in config.origins.items():
        yield key, _plain(getattr(config, key.replace("-", "_"))), origin


def _plain(value: object) -> object:
    """A setting as JSON has it."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
