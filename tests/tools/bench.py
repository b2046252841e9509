"""Measures redlint against the bare parser on real code, and prints Markdown.

``python tests/tools/bench.py PATH...`` prints for each tree, with one process and without any cache:

- the time of a whole lint against the time that ``libcst.parse_module`` takes for the files that the lint
  parsed, as a ratio; the two are run in turn and the medians compared;
- which shares of a lint go into reading and gating, collecting, and linking with the rules;
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, ParamSpec, TypeVar
from unittest import mock

ROUNDS: Final = 5
COPIES: Final = (1, 4, 16)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


# --- what the measuring processes do ----------------------------------------------------------------------


class Stopwatch:
    """Adds up the time spent in a function, without that of calls inside it to other watched functions."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner: list[float] = []

    def around(self, name: str, work: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        """The same function, watched under a name."""

        def watched(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            self._inner.append(0.0)
            start = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                spent = time.perf_counter() - start
                self.seconds[name] = self.seconds.get(name, 0.0) + spent - self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent

        return watched


@contextmanager
def watched_phases(stopwatch: Stopwatch) -> Iterator[None]:
    """Watch the phases of linting; they are found by name, so a renamed function fails here."""
    from redlint import discover
    from redlint.model import link
    from redlint.model.collect import collect

    with (
        mock.patch.object(link, "collect", stopwatch.around("collect", collect)),
        mock.patch.object(link.Project, "gated", stopwatch.around("gate", link.Project.gated)),
        mock.patch.object(discover, "discover", stopwatch.around("discover", discover.discover)),
    ):
        yield


def lint(paths: Sequence[str], phases: bool) -> dict[str, object]:
    """Lint once: seconds in all and by phase, and which files were parsed."""
    import libcst

    from redlint import discover
    from redlint.config import configured_rules, load_config
    from redlint.lint import lint_project
    from redlint.model.files import ProjectFiles
    from redlint.registry import load_rules

    libcst.parse_module("")  # its native part is imported now, not by the first file
    rules = load_rules(["redlint_rules"])
    stopwatch = Stopwatch()

    def work() -> tuple[int, list[str], int]:
        config = load_config(paths, isolated=True)
        found = discover.discover(paths, config)
        files = ProjectFiles(found.paths, (), found.explicit)
        result = lint_project(files, config, configured_rules(config, rules), problems=found.problems)
        return len(found.paths), sorted(result.sources), len(result.diagnostics)

    start = time.perf_counter()
    if phases:
        with watched_phases(stopwatch):
            count, parsed, findings = work()
    else:
        count, parsed, findings = work()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "phases": stopwatch.seconds, "parsed": parsed, "files": count, "findings": findings}


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


def lint_once(path: Path, *, phases: bool = False) -> LintRun:
    """Lint a tree in a process of its own."""
    return LintRun(**json.loads(_ask("phases" if phases else "lint", [str(path)])))


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
    )


def shares(path: Path, rounds: int) -> dict[str, float]:
    """The share of each phase in a lint (medians)."""
    runs = [lint_once(path, phases=True) for _ in range(rounds)]
    names = ("discover", "gate", "collect")
    found = {name: statistics.median(one.phases.get(name, 0.0) / one.seconds for one in runs) for name in names}
    found["link and rules"] = 1 - sum(found.values())
    return found


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


def report(paths: Sequence[Path], rounds: int, growth: bool) -> Iterator[str]:
    """The lines of the report."""
    yield "| tree | files | parsed | lines parsed | findings | lint | parse | lint / parse |"
    yield "|---|---|---|---|---|---|---|---|"
    for path in paths:
        yield _row(path.name, measure(path, rounds))
    yield ""
    yield "| tree | discover | gate | collect | link and rules |"
    yield "|---|---|---|---|---|"
    for path in paths:
        yield f"| {path.name} | " + " | ".join(f"{share:.0%}" for share in shares(path, rounds).values()) + " |"
    for path in paths if growth else ():
        yield ""
        yield f"Growth of {path.name}:"
        yield ""
        yield "| tree | files | parsed | lines parsed | findings | lint | parse | lint / parse |"
        yield "|---|---|---|---|---|---|---|---|"
        with tempfile.TemporaryDirectory(prefix="redlint-bench-") as directory:
            for copies in COPIES:
                yield _row(f"{copies}x", measure(copied(path, copies, Path(directory)), rounds))


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
    parser.add_argument("--work", choices=["lint", "phases", "parse"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work is not None:
        paths: list[str] = json.load(sys.stdin)
        answer = parse(paths) if arguments.work == "parse" else lint(paths, phases=arguments.work == "phases")
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
