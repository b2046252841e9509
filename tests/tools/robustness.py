"""Runs everything over files that nobody wrote for redlint, and prints a table of what broke.

``python tests/tools/robustness.py NAME=DIRECTORY...`` takes each ``.py`` file below the directories by itself: parsed
whatever it holds (no gate), linked, looked at by all rules, preview ones included, and fixed with unsafe fixes. A file
has to end without an exception and without a failed rule, and what is fixed has to parse. Files that do not parse are
counted, and have to be diagnosed as such. Each directory is then linted once as a whole, with the gate.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from redlint.config import Config, load_config
from redlint.discover import discover
from redlint.errors import RedlintError
from redlint.fix import fix_files
from redlint.lint import lint_project
from redlint.model.collect import collect
from redlint.model.files import ProjectFiles
from redlint.registry import load_rules
from redlint.rule import Rule
from redlint.source import SourceText

_UNPARSED: Final = frozenset({"RED001", "RED002"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; ``crash`` is a traceback, ``seconds`` how long it took."""

    path: str
    lines: int
    seconds: float
    findings: int = 0
    fixed: int = 0
    is_parsed: bool = True
    crash: str = ""
    failed_rules: tuple[str, ...] = ()


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(rule() for rule in load_rules())


def _config() -> Config:
    return replace(Config(root="/"), preview=True, non_production=())


def examine(path: str) -> Outcome:
    """Do all there is to do with one file."""
    start = time.perf_counter()
    content = Path(path).read_bytes()
    lines = content.count(b"\n")
    files = ProjectFiles((path,), explicit=frozenset({path}), overlay={path: content})
    try:
        outcome = fix_files(files, _config(), _rules(), unsafe=True, gate=False)
        for changed in outcome.changed.values():
            collect(SourceText.decode(path, changed).text)
    except (Exception, RecursionError):
        return Outcome(path, lines, time.perf_counter() - start, crash=traceback.format_exc(limit=-3))
    result = outcome.result
    return Outcome(
        path,
        lines,
        time.perf_counter() - start,
        findings=len(result.diagnostics),
        fixed=sum(outcome.fixed.values()),
        is_parsed=not any(one.code in _UNPARSED for one in result.diagnostics),
        failed_rules=tuple(one.rule for one in result.failures),
    )


def whole(directory: str) -> tuple[float, int, str]:
    """Lint a directory as a project: seconds, findings, and the traceback if it crashed."""
    start = time.perf_counter()
    try:
        config = replace(load_config([directory], isolated=True), preview=True)
        found = discover([directory], replace(config, exclude=("!site-packages",)))
        result = lint_project(ProjectFiles(found.paths), config, _rules())
    except (RedlintError, Exception):
        return time.perf_counter() - start, 0, traceback.format_exc(limit=-3)
    crash = "".join(one.traceback for one in result.failures)
    return time.perf_counter() - start, len(result.diagnostics), crash


def examined(paths: Iterable[str], jobs: int) -> Iterator[Outcome]:
    """The outcomes of files, as they come."""
    with ProcessPoolExecutor(jobs) as executor:
        yield from executor.map(examine, paths, chunksize=16)


def report(name: str, directory: str, jobs: int) -> bool:
    """Print the row of a directory, and whatever broke; whether nothing did."""
    paths = sorted(str(path) for path in Path(directory).rglob("*.py") if path.is_file())
    outcomes = list(examined(paths, jobs))
    seconds, findings, crash = whole(directory)
    crashed = [one for one in outcomes if one.crash]
    failed = [one for one in outcomes if one.failed_rules]
    slowest = max(outcomes, key=lambda one: one.seconds)
    cells = (
        name,
        f"{len(outcomes):,}",
        f"{sum(one.lines for one in outcomes):,}",
        f"{sum(not one.is_parsed for one in outcomes):,}",
        f"{sum(one.findings for one in outcomes):,}",
        f"{sum(one.fixed for one in outcomes):,}",
        str(len(crashed)),
        str(len(failed)),
        f"`{Path(slowest.path).name}` {slowest.seconds:.1f} s, {slowest.lines:,} lines",
        f"{seconds:.0f} s, {findings} findings" if not crash else "crashed",
    )
    print("| " + " | ".join(cells) + " |", flush=True)
    for one in (*crashed, *failed):
        print(f"{one.path}: {one.failed_rules}\n{one.crash}", file=sys.stderr)
    if crash:
        print(crash, file=sys.stderr)
    return not (crashed or failed or crash)


def main() -> int:
    """Examine the directories of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", metavar="NAME=DIRECTORY")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print("| input | files | lines | not parsed | findings | fixed | crashes | failed rules | slowest | as a project |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|---|---|")
    inputs = [one.partition("=") for one in options.inputs]
    held = [report(name, directory, options.jobs) for name, _, directory in inputs]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
