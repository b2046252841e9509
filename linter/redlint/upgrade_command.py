"""``redlint upgrade``: old commands and client methods written in the form of newer versions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from redlint.console import EXIT_FAILED, EXIT_FINDINGS, complain, write_bytes

if TYPE_CHECKING:
    from redlint.fix import FixOutcome

RULES: Final = ("RED901", "RED902")
"""Deprecated commands and removed client API: the rules whose fixes an upgrade applies."""


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--target-client", metavar="VERSIONS", help="Client library to upgrade to, such as 'redis>=8'.")
@click.option("--target-server", metavar="VERSIONS", help="Servers to upgrade to, such as 'redis>=7.4' or 'valkey>=9'.")
@click.option("--unsafe-fixes", is_flag=True, help="Also changes after which the code may do something else.")
@click.option(
    "--diff", is_flag=True, help="Print what would change, and change nothing; exit with 1 if anything would."
)
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
@click.pass_context
def upgrade(
    context: click.Context,
    paths: tuple[str, ...],
    target_client: str | None,
    target_server: str | None,
    unsafe_fixes: bool,
    diff: bool,
    config_file: str | None,
    isolated: bool,
) -> None:
    """Rewrite deprecated commands and removed client methods, in tests as well, and tell what is left."""
    from redlint.cache import kept_files
    from redlint.fix import fix_files, unified_diff, write_changes
    from redlint.job import Request, prepare

    if "-" in paths:
        raise click.UsageError("upgrade rewrites files: name them, or their directories")
    overrides: dict[str, object] = {"select": RULES, "non-production": ()}
    overrides |= {"target-client": target_client} if target_client else {}
    overrides |= {"target-server": target_server} if target_server else {}
    request = Request(paths=paths or (".",), config_file=config_file, isolated=isolated, overrides=overrides)
    job = prepare(request, sys.stdin.buffer.read)
    with kept_files(job.cache_directory) as kept:
        outcome = fix_files(job.files, job.config, job.rules(), unsafe=unsafe_fixes, problems=job.problems, kept=kept)
    if diff:
        for path in sorted(outcome.changed):
            text = unified_diff(path, outcome.original[path], outcome.changed[path])
            write_bytes(text.encode("utf-8", "surrogateescape"))
        failed = outcome.refused
    else:
        failed = (*outcome.refused, *write_changes(outcome.changed))
    sys.stderr.write(_summary(outcome, written=not diff))
    for problem in failed:
        complain(f"warning: {problem.path}: {problem.reason}")
    if failed or outcome.result.failed:
        context.exit(EXIT_FAILED)
    context.exit(EXIT_FINDINGS if diff and outcome.changed else 0)


def _summary(outcome: FixOutcome, *, written: bool) -> str:
    """What was changed, by rule and file, and what is left for people."""
    from redlint.report.summary import counted
    from redlint.report.terminal import visible

    left = [one for one in outcome.result.diagnostics if one.code in RULES]
    fixed = ", ".join(f"{code} {count}" for code, count in sorted(outcome.fixed.items()))
    verb = "Rewrote" if written else "Would rewrite"
    rows = [f"{verb} {counted(sum(outcome.fixed.values()), 'place')} in {counted(len(outcome.changed), 'file')}"]
    rows[0] += f" ({fixed})" if fixed else ""
    rows += [f"  {visible(path)}" for path in sorted(outcome.changed)]
    if left:
        rows.append(f"{counted(len(left), 'place')} left for you:")
        for diagnostic in left:
            row = outcome.result.source(diagnostic.path).location(diagnostic.span.start).row
            rows.append(f"  {visible(f'{diagnostic.path}:{row}')}: {visible(diagnostic.message)}")
        if any(one.fix is not None and one.fix.edits for one in left):
            rows.append("Some of them can be rewritten with --unsafe-fixes.")
    return "".join(f"{row}\n" for row in rows)
