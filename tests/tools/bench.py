"""Measures redlint against its budgets on pinned packages, and writes ``docs/performance.md``.

``python tests/tools/bench.py DIRECTORY`` fetches the packages into ``DIRECTORY`` and the other linters into an
environment below it, measures for a quarter of an hour or so, and prints Markdown; with ``--write`` that takes the
place of what was measured before in the page. Seconds are those of one machine; ratios can be compared. What is
measured how: see ``bench_phases.py``, ``bench_peers.py`` and ``bench_lsp.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools import bench_lsp, bench_peers, bench_phases, corpora

PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN: Final = "<!-- measured by tests/tools/bench.py: begin -->"
END: Final = "<!-- measured by tests/tools/bench.py: end -->"

DENSE: Final = ("rq", "huey", "celery", "redisvl")
BESIDE_PEERS: Final = ("rq", "huey")
"""Fixit takes minutes for the others."""

MEMORY: Final = ("rq", "huey", "celery", "redisvl", "litellm")
EDITED: Final = ("celery", "rq", "open-webui")
GROWING: Final = "rq"
SPARSE: Final = (
    corpora.Package("pandas", "3.1.1", "wheel"),
    corpora.Package("SQLAlchemy", "2.1.9", "wheel"),
    corpora.Package("botocore", "1.44.8", "wheel"),
    corpora.Package("aiocache", "0.12.3", "wheel"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A budget, and what was measured."""

    what: str
    budget: str
    measured: str
    met: bool

    def row(self) -> str:
        """A row of the table."""
        return f"| {self.what} | {self.budget} | {self.measured} | {'yes' if self.met else '**no**'} |"


class Bench:
    """The packages, and what was measured on them."""

    def __init__(self, directory: Path, rounds: int) -> None:
        self._rounds = rounds
        self._directory = directory
        self._packages = {one.name: one for one in corpora.packages()}
        self._programs = bench_peers.peers(directory / "peers")
        self.verdicts: list[Verdict] = []

    def _fetched(self, name: str) -> Path:
        return corpora.fetch(self._packages[name], self._directory / "packages").resolve()

    def phases(self) -> Iterator[str]:
        """Against a bare parse, and where the time goes."""
        measured = {name: bench_phases.measure(self._fetched(name), self._rounds) for name in DENSE}
        self.verdicts.append(
            Verdict(
                "`check --no-cache -j1` on code full of Redis, against a program that only parses the same files "
                "with libcst (without starting Python)",
                "at most 1.6x",
                ", ".join(f"{name} {one.ratio:.1f}x" for name, one in measured.items()),
                all(one.ratio <= 1.6 for one in measured.values()),
            )
        )
        yield from bench_phases.table(measured)

    def beside_peers(self) -> Iterator[str]:
        """As a command, beside other linters."""
        with tempfile.TemporaryDirectory() as directory:
            # Copies: other linters would find the settings of the directories above.
            trees = [shutil.copytree(self._fetched(name), Path(directory) / name) for name in BESIDE_PEERS]
            found = [bench_peers.dense(str(tree), self._programs, self._rounds) for tree in trees]
        for name, least in (("fixit", 12.0), ("flake8", 1.0), ("pylint", 0.0)):
            self.verdicts.append(
                Verdict(
                    f"the same against {name}" + (" with its own rules" if name == "fixit" else ""),
                    f"at least {least:g}x faster" if least > 1 else "faster" if least else "none",
                    ", ".join(f"{one.tree} {one.times(name):.1f}x as fast" for one in found),
                    all(one.times(name) >= least for one in found),
                )
            )
        second = [(one.tree, one.runs["second"], one.times("second")) for one in found]
        self.verdicts.append(
            Verdict(
                "the second run, nothing changed",
                "at most 0.25x, and 0.3 s",
                ", ".join(f"{tree} {run.seconds:.2f} s, {times:.2f}x" for tree, run, times in second),
                all(times <= 0.25 and run.seconds <= 0.3 for _, run, times in second),
            )
        )
        yield from (*bench_peers.DENSE_HEAD, *(one.row() for one in found))

    def sparse(self) -> Iterator[str]:
        """Where little touches Redis."""
        with tempfile.TemporaryDirectory() as directory:
            tree = Path(directory) / "little Redis"
            for one in SPARSE:
                shutil.copytree(corpora.fetch(one, self._directory / "packages"), tree / one.name)
            found = bench_peers.sparse(str(tree), self._programs, self._rounds)
        names = ", ".join(one.name for one in SPARSE)
        self.verdicts.append(
            Verdict(
                f"{found.lines:,} lines of which little touches Redis ({names}), against "
                "`ruff check --no-cache --isolated`",
                "at most 1.0x",
                f"{found.runs['redlint'].seconds:.2f} s against {found.runs['ruff'].seconds:.2f} s, {found.ratio:.1f}x",
                found.ratio <= 1.0,
            )
        )
        memory = found.runs["redlint"].memory
        self.verdicts.append(Verdict("memory there", "at most 150 MB", f"{memory:.0f} MB", memory <= 150))
        yield from (*bench_peers.SPARSE_HEAD, found.row())

    def memory(self) -> Iterator[str]:
        """Peak memory."""
        yield from ("| tree | parsed source | memory | allowed |", "|---|--:|--:|--:|")
        is_met: list[bool] = []
        cells: list[str] = []
        for name in MEMORY:
            tree = str(self._fetched(name))
            size = bench_peers.parsed_size(tree)
            used, allowed = bench_peers.memory(tree), 150 + 2 * size / 1e6
            is_met.append(used <= allowed)
            cells.append(f"{name} {used:.0f} of {allowed:.0f} MB")
            yield f"| {name} | {size / 1e6:.1f} MB | {used:.0f} MB | {allowed:.0f} MB |"
        self.verdicts.append(
            Verdict("memory", "at most 150 MB and twice the parsed source", ", ".join(cells), all(is_met))
        )

    def editor(self) -> Iterator[str]:
        """Edits in the language server."""
        with tempfile.TemporaryDirectory() as directory:
            for name in EDITED:
                shutil.copytree(self._fetched(name), Path(directory) / name, symlinks=True)
            _, found = asyncio.run(bench_lsp.measure(Path(directory), 12, 3))
        p95 = bench_lsp.percentile([seconds for one in found for seconds in one.edits], 0.95) * 1000
        self.verdicts.append(
            Verdict(
                f"an edit in the editor ({', '.join(EDITED)} linked)",
                f"95 of 100 in at most {bench_lsp.BUDGET} ms",
                f"{p95:.0f} ms",
                p95 <= bench_lsp.BUDGET,
            )
        )
        yield from bench_lsp.table(found)

    def growth(self) -> Iterator[str]:
        """One, four and sixteen times as much code."""
        measured = bench_phases.growth(self._fetched(GROWING), self._rounds)
        per_line = {copies: one.lint / one.lines for copies, one in measured.items()}
        self.verdicts.append(
            Verdict(
                f"growth ({GROWING} once, 4 and 16 times)",
                "linear",
                ", ".join(f"{one.lines:,} lines {one.lint:.1f} s" for one in measured.values()),
                max(per_line.values()) <= 1.3 * per_line[1],
            )
        )
        yield from bench_phases.table({f"{copies}x": one for copies, one in measured.items()})


_SECTIONS: Final = (
    ("Against a bare parse", Bench.phases),
    ("As a command, beside other linters", Bench.beside_peers),
    ("Little Redis", Bench.sparse),
    ("Memory", Bench.memory),
    ("Edits in the language server", Bench.editor),
    ("Growth", Bench.growth),
)


def report(bench: Bench, rounds: int) -> Iterator[str]:
    """All sections, and before them the budgets."""
    sections: list[str] = []
    for title, section in _SECTIONS:
        print(f"measuring: {title}", file=sys.stderr, flush=True)
        sections += [f"### {title}", "", *section(bench), ""]
    versions = ", ".join(one.replace("==", " ") for one in bench_peers.PEERS)
    yield (
        f"{datetime.date.today().isoformat()}: {platform.machine()}, {os.cpu_count()} cores, "
        f"CPython {platform.python_version()}, libcst {importlib.metadata.version('libcst')}; {versions}. "
        f"Medians of {rounds} runs, each command in turn; pylint and memory of one."
    )
    yield from ("", "| what | budget | measured | met |", "|---|---|---|---|")
    yield from (one.row() for one in bench.verdicts)
    yield from ("", *sections)


def written(page: str, lines: Sequence[str]) -> str:
    """The page with something else between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no marks")
    return "\n".join((before + begin, "", *lines)).rstrip() + f"\n\n{end}{after}"


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--rounds", type=int, default=bench_phases.ROUNDS)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    lines = list(report(Bench(options.directory.resolve(), options.rounds), options.rounds))
    print("\n".join(lines))
    if options.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
