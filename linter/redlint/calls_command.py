"""``redlint calls``: every Redis call that redlint recognises, or why it does not."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from redlint.console import VERBOSE, complain

if TYPE_CHECKING:
    from redlint.model.events import RedisCall
    from redlint.model.project import ProjectModel
    from redlint.model.unresolved import UnresolvedCall


@click.command()
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
    from redlint.cache import kept_files
    from redlint.job import Request, prepare
    from redlint.model.link import analyse

    context.meta[VERBOSE] = verbose
    request = Request(paths=paths or (".",), config_file=config_file, isolated=isolated)
    job = prepare(request, sys.stdin.buffer.read)
    with kept_files(job.cache_directory) as kept:
        model = analyse(job.files, job.config.model_settings(), kept=kept)
    wanted = frozenset(job.files.lint)
    problems = [(one.path, one.message) for one in model.problems if one.path in wanted]
    for path, message in (*job.problems, *problems):
        complain(f"warning: {path}: {message}")
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
