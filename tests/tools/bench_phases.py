"""Measures redlint against the bare parser on real code, and prints Markdown.

``python tests/tools/bench_phases.py PATH...`` prints for each tree, with one process and without any cache:

- the time of a whole lint against the time that ``libcst.parse_module`` takes for the files that the lint
  parsed, as a ratio; the two are run in turn and the medians compared;
- which shares of a lint go into its phases (those of ``redlint check --profile``);
- how both grow from one to four and sixteen copies of the tree under different names (``--growth``).

Ratios of one run can be compared between machines; seconds cannot. Every measurement is a process of its own,
so that neither garbage nor caches of one weigh on the next; starting Python and importing are not counted.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROUNDS: Final = 5
COPIES: Final = (1, 4, 16)


# --- what the measuring processes do ----------------------------------------------------------------------


def lint(paths: Sequence[str]) -> dict[str, object]:
    """Lint once: seconds in all and by phase, and which files were parsed."""
    import libcst

    from redlint import discover
    from redlint.config import configured_rules, load_config
    from redlint.lint import lint_project
    from redlint.model.files import ProjectFiles
    from redlint.model.stopwatch import Stopwatch
    from redlint.registry import load_rules

    libcst.parse_module("")  # its native part is imported now, not by the first file
    rules = load_rules(["redlint_rules"])
    stopwatch = Stopwatch()
    start = time.perf_counter()
    with stopwatch("discover"):
        config = load_config(paths, isolated=True)
        found = discover.discover(paths, config)
    files = ProjectFiles(found.paths, (), found.explicit)
    result = lint_project(files, config, configured_rules(config, rules), problems=found.problems, timer=stopwatch)
    return {
        "seconds": time.perf_counter() - start,
        "phases": dict(stopwatch.phases),
        "parsed": sorted(result.sources),
        "files": len(found.paths),
        "findings": len(result.diagnostics),
    }


def parse(paths: Sequence[str]) -> dict[str, object]:
    """Do nothing but parse these files, each tree dropped at once and the garbage collector off."""
    import gc

    import libcst

    libcst.parse_module("")
    contents = [Path(path).read_bytes() for path in paths]
    gc.disable()
    start = time.perf_counter()
    for content in contents:
        with suppress(libcst.ParserSyntaxError):
            libcst.parse_module(content)
    return {"seconds": time.perf_counter() - start, "lines": sum(content.count(b"\n") for content in contents)}


# --- the process that asks them ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """The medians for one tree; ``lines`` and ``parsed`` are those of the files that were parsed."""

    lint: float
    parse: float
    files: int
    parsed: int
    lines: int
    findings: int
    shares: Mapping[str, float]

    @property
    def ratio(self) -> float:
        """How much longer linting takes than bare parsing."""
        return self.lint / self.parse if self.parse else float("nan")


@dataclass(frozen=True, slots=True)
class LintRun:
    """What one linting process told."""

    seconds: float
    phases: dict[str, float]
    parsed: list[str]
    files: int
    findings: int


@dataclass(frozen=True, slots=True)
class ParseRun:
    """What one parsing process told."""

    seconds: float
    lines: int


def _ask(work: str, paths: Sequence[str]) -> str:
    command = [sys.executable, __file__, "--work", work]
    return subprocess.run(command, input=json.dumps(list(paths)), stdout=subprocess.PIPE, text=True, check=True).stdout


def lint_once(path: Path) -> LintRun:
    """Lint a tree in a process of its own."""
    return LintRun(**json.loads(_ask("lint", [str(path)])))


def parse_once(paths: Sequence[str]) -> ParseRun:
    """Parse files in a process of its own."""
    return ParseRun(**json.loads(_ask("parse", paths)))


def measure(path: Path, rounds: int) -> Measured:
    """Lint and parse in turn."""
    first = lint_once(path)
    lints: list[LintRun] = []
    parses: list[ParseRun] = []
    for _ in range(rounds):
        lints.append(lint_once(path))
        parses.append(parse_once(first.parsed))
    return Measured(
        lint=statistics.median(one.seconds for one in lints),
        parse=statistics.median(one.seconds for one in parses),
        files=first.files,
        parsed=len(first.parsed),
        lines=parses[0].lines,
        findings=first.findings,
        shares={
            name: statistics.median(one.phases.get(name, 0.0) / one.seconds for one in lints) for name in first.phases
        },
    )


def copied(path: Path, copies: int, directory: Path) -> Path:
    """Copies of the Python files of a tree, each as a package with a name of its own."""
    top = directory / f"times_{copies}"
    for number in range(copies):
        target = top / f"copy_{number}"
        for source in sorted(path.rglob("*.py")):
            if source.is_file():
                to = target / source.relative_to(path)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, to)
    return top


def growth(path: Path, rounds: int) -> dict[int, Measured]:
    """The same for copies of a tree, by their number."""
    with tempfile.TemporaryDirectory(prefix="redlint-bench-") as directory:
        return {copies: measure(copied(path, copies, Path(directory)), rounds) for copies in COPIES}


def table(measured: Mapping[str, Measured]) -> Iterator[str]:
    """What was measured, and the shares of the phases, as Markdown."""
    yield from _HEAD
    for name, one in measured.items():
        yield _row(name, one)
    yield ""
    phases = list(dict.fromkeys(phase for one in measured.values() for phase in one.shares))
    yield f"| tree | {' | '.join(phases)} |"
    yield "|---" * (len(phases) + 1) + "|"
    for name, one in measured.items():
        yield f"| {name} | " + " | ".join(f"{one.shares.get(phase, 0.0):.0%}" for phase in phases) + " |"


def report(paths: Sequence[Path], rounds: int, is_growth_wanted: bool) -> Iterator[str]:
    """The lines of the report."""
    yield from table({path.name: measure(path, rounds) for path in paths})
    for path in paths if is_growth_wanted else ():
        yield from ("", f"Growth of {path.name}:", "")
        yield from table({f"{copies}x": one for copies, one in growth(path, rounds).items()})


_HEAD: Final = (
    "| tree | files | parsed | lines parsed | findings | lint | parse | lint / parse |",
    "|---|---|---|---|---|---|---|---|",
)


def _row(name: str, one: Measured) -> str:
    return (
        f"| {name} | {one.files} | {one.parsed} | {one.lines} | {one.findings} "
        f"| {one.lint:.2f} s | {one.parse:.2f} s | {one.ratio:.2f} |"
    )


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a directory of Python code")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"measurements of each kind ({ROUNDS})")
    parser.add_argument("--growth", action="store_true", help="measure several copies of each tree as well")
    parser.add_argument("--work", choices=["lint", "parse"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work is not None:
        paths: list[str] = json.load(sys.stdin)
        answer = parse(paths) if arguments.work == "parse" else lint(paths)
        json.dump(answer, sys.stdout)
        return 0
    for path in arguments.paths:
        if not path.is_dir():
            parser.error(f"{path} is not a directory")
    if not arguments.paths:
        parser.error("name a directory")
    for line in report([path.resolve() for path in arguments.paths], arguments.rounds, arguments.growth):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
