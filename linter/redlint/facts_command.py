"""``redlint facts``: what the files of a project say, in a file, for `redlint check --facts` on another machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import click

from redlint.errors import SourceSyntaxError, UnreadableSourceError

if TYPE_CHECKING:
    from redlint.collecting import Collector
    from redlint.job import Job
    from redlint.model.facts import ModuleFacts

_SHARD: Final = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


def _shard(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[int, int]:
    """The number of a shard, from 1, and how many there are."""
    match = _SHARD.fullmatch(value)
    number, count = (int(match[1]), int(match[2])) if match is not None else (0, 0)
    if not 1 <= number <= count:
        raise click.BadParameter(f"{value!r} is not I/N with I from 1 to N")
    return number, count


@click.command()
@click.argument("paths", nargs=-1)
@click.option("-o", "--output", metavar="FILE", required=True, help="The file to write; by custom it ends in .facts.")
@click.option("--shard", callback=_shard, default="1/1", metavar="I/N", help="Only the I-th of N parts, from 1.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes that parse files; default: one on each core.")
@click.option("--no-gate", is_flag=True, help="Also files that seem not to use Redis.")
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def facts(
    paths: tuple[str, ...],
    output: str,
    shard: tuple[int, int],
    jobs: int | None,
    no_gate: bool,
    config_file: str | None,
    isolated: bool,
    quiet: bool,
) -> None:
    """Parse a project, or a part of it, and write what its files say; `redlint check --facts FILE` need not parse them.

    The parts of all shards make up the project, whichever machine collects them.
    """
    from redlint.collecting import Collector, usable_cores
    from redlint.facts_files import write_facts
    from redlint.job import Request, prepare
    from redlint.report.summary import counted
    from redlint.report.terminal import visible

    if "-" in paths:
        raise click.UsageError("facts are those of files: name them, or their directories")
    job = prepare(Request(paths=paths or (".",), config_file=config_file, isolated=isolated), bytes)
    texts = _texts(job, shard, gate=not no_gate)
    collector = Collector(jobs or usable_cores())
    collector.prepare(texts)
    written = write_facts(output, _collected(texts, collector))
    if not quiet:
        click.echo(f"{visible(output)}: facts of {counted(written, 'file')}", err=True)


def _texts(job: Job, shard: tuple[int, int], *, gate: bool) -> list[str]:
    """The source texts of a shard, each once."""
    from redlint.model.gate import Gate, gate_words
    from redlint.shards import shards_of

    words = Gate(gate_words(job.config.model_settings(gate=gate)))
    texts: dict[str, None] = {}
    for path in sorted({*job.files.lint, *job.files.context}):
        content = _content(job, path)
        if content is None or (gate and path not in job.files.explicit and not words.admits(content)):
            continue
        text = _text(path, content)
        if text is not None:
            texts[text] = None
    number, count = shard
    return shards_of(texts, count)[number - 1]


# What cannot be read or parsed has no facts: `redlint check` meets it again, and reports it.


def _content(job: Job, path: str) -> bytes | None:
    try:
        return job.files.read(path)
    except UnreadableSourceError:
        return None


def _text(path: str, content: bytes) -> str | None:
    from redlint.source import SourceText

    try:
        return SourceText.decode(path, content).text
    except UnreadableSourceError:
        return None


def _collected(texts: Sequence[str], collector: Collector) -> Iterator[tuple[str, ModuleFacts]]:
    from redlint.model.conditions import linking_conditions

    with linking_conditions():
        for text in texts:
            found = _facts(text, collector)
            if found is not None:
                yield text, found


def _facts(text: str, collector: Collector) -> ModuleFacts | None:
    try:
        return collector(text)
    except (SourceSyntaxError, UnreadableSourceError, RecursionError):
        return None
