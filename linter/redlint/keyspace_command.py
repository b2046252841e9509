"""``redlint keyspace``: the key patterns of a project, and a lock file of them."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from redlint.console import EXIT_FINDINGS, complain
from redlint.errors import RedlintError
from redlint.report.keyspace import KEYSPACE_FORMATS

if TYPE_CHECKING:
    from redlint.report.keyspace.record import KeyspaceRecord

_FILE_WIDTH = 160


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--output-format", type=click.Choice(KEYSPACE_FORMATS), default=KEYSPACE_FORMATS[0], show_default=True)
@click.option("--output-file", metavar="FILE", help="Write to a file.")
@click.option(
    "--link-template",
    metavar="URL",
    help="Links of the HTML page: {path} absolute, {relative} path, {row}. Default: relative links.",
)
@click.option("--lock", "lock_file", metavar="FILE", help="Write the patterns, their types and TTL policies to a file.")
@click.option("--check", is_flag=True, help="With --lock: compare with the file instead, exit with 1 if it differs.")
@click.option("--include-tests", is_flag=True, help="Also what tests do.")
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
@click.option("-v", "--verbose", is_flag=True, help="Text: list the places and commands of each pattern.")
@click.pass_context
def keyspace(
    context: click.Context,
    paths: tuple[str, ...],
    output_format: str,
    output_file: str | None,
    link_template: str | None,
    lock_file: str | None,
    check: bool,
    include_tests: bool,
    config_file: str | None,
    isolated: bool,
    verbose: bool,
) -> None:
    """List the key patterns: their types, TTLs, and who writes, reads and deletes them."""
    _refuse_what_does_not_fit(context, check=check, lock_file=lock_file)
    record, is_whole = _analysed(paths, config_file, isolated=isolated, include_tests=include_tests)
    if lock_file is not None:
        if not is_whole:
            raise RedlintError(f"{lock_file}: not {'compared' if check else 'written'}: some files cannot be analysed")
        context.exit(_locked(record, lock_file, check=check))
    text = _formatted(record, output_format, output_file, link_template, verbose=verbose)
    if output_file is None:
        sys.stdout.write(text)
        return
    from redlint.atomic_write import write_atomically

    write_atomically(output_file, text.encode("utf-8", "backslashreplace"))


def _refuse_what_does_not_fit(context: click.Context, *, check: bool, lock_file: str | None) -> None:
    if lock_file is None:
        if check:
            raise click.UsageError("--check compares with a lock file: name it with --lock")
        return
    for name in ("output_format", "output_file", "link_template"):
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError(f"--lock writes or compares the lock file only, without --{name.replace('_', '-')}")


def _analysed(
    paths: tuple[str, ...], config_file: str | None, *, isolated: bool, include_tests: bool
) -> tuple[KeyspaceRecord, bool]:
    """The patterns, and whether all files could be looked at."""
    from redlint.cache import kept_files
    from redlint.job import Request, prepare
    from redlint.model.link import analyse
    from redlint.report.keyspace.record import keyspace_record

    request = Request(paths=paths or (".",), config_file=config_file, isolated=isolated)
    job = prepare(request, sys.stdin.buffer.read)
    with kept_files(job.cache_directory) as kept:
        model = analyse(job.files, job.config.model_settings(), kept=kept)
    wanted = frozenset(job.files.lint)
    problems = [*job.problems, *((one.path, one.message) for one in model.problems if one.path in wanted)]
    for path, message in problems:
        complain(f"warning: {path}: {message}")
    return keyspace_record(model, wanted, tests=include_tests), not problems


def _formatted(
    record: KeyspaceRecord, output_format: str, output_file: str | None, link_template: str | None, *, verbose: bool
) -> str:
    if output_format == "json":
        from redlint.report.keyspace.json_document import keyspace_json

        return keyspace_json(record)
    if output_format == "markdown":
        from redlint.report.keyspace.markdown import keyspace_markdown

        return keyspace_markdown(record)
    if output_format == "mermaid":
        from redlint.report.keyspace.mermaid import keyspace_mermaid

        return keyspace_mermaid(record)
    if output_format == "html":
        from redlint.report.keyspace.html import Links, keyspace_html

        return keyspace_html(record, Links.of(link_template, output_file))
    from redlint.report.keyspace.text import keyspace_text

    to_terminal = output_file is None and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if to_terminal else _FILE_WIDTH
    return keyspace_text(record, width=width, verbose=verbose)


def _locked(record: KeyspaceRecord, lock_file: str, *, check: bool) -> int:
    from redlint.atomic_write import write_atomically
    from redlint.keyspace_lock import LockEntry, joint_entry, lock_changes, lock_text, read_lock
    from redlint.report.summary import counted
    from redlint.report.terminal import visible

    current: dict[str, LockEntry] = {}
    for one in record.patterns:
        entry = LockEntry(types=one.types, ttl=one.ttl.value)
        current[one.text] = joint_entry(current[one.text], entry) if one.text in current else entry
    if not check:
        write_atomically(lock_file, lock_text(current).encode())
        click.echo(f"Wrote {counted(len(current), 'key pattern')} to {visible(lock_file)}", err=True)
        return 0
    changes = list(lock_changes(read_lock(lock_file), current))
    for change in changes:
        sys.stdout.write(f"{visible(change.pattern)} {visible(change.words)}\n")
    if not changes:
        click.echo(f"{counted(len(current), 'key pattern')} as locked", err=True)
        return 0
    click.echo(f"{counted(len(changes), 'change')}; if they are meant, write the lock file again", err=True)
    return EXIT_FINDINGS
