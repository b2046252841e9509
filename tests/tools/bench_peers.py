"""Measures redlint as a command, next to other linters on the same trees, and prints Markdown.

``python tests/tools/bench_peers.py --dense PATH... --sparse PATH...`` runs, in turn and several times:

- on trees full of Redis: redlint with one process and without a cache, Fixit, flake8 and pylint, and a program that
  only parses the files that redlint parsed; then redlint again with a cache, where nothing has changed;
- on trees where little touches Redis: redlint and ruff.

The other linters are installed, in fixed versions, into an environment of their own. What is printed are medians of
wall time, ratios of these, and the largest memory of any process. Ratios can be compared between machines; seconds
cannot.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PEERS: Final = ("fixit==2.2.1", "flake8==7.5.0", "pylint==4.1.4", "ruff==0.17.6")

_WRONG_USAGE_OF_PYLINT: Final = 32
"""Its exit codes below are made of bits, one for each kind of message."""

_PARSE: Final = """
import sys, gc
import libcst
gc.disable()
for path in open(sys.argv[1]).read().split("\\0"):
    with open(path, encoding="utf-8", newline="") as file:
        libcst.parse_module(file.read())
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: wall time in seconds, peak memory in MB."""

    seconds: float
    memory: float


def timed(command: Sequence[str], cwd: str) -> Run:
    """Run a command, and measure it and the processes it starts. Raises ``RuntimeError`` where it fails itself."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    allowed = range(_WRONG_USAGE_OF_PYLINT) if Path(command[0]).name == "pylint" else (0, 1)
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Run(time.perf_counter() - start, usage.ru_maxrss / 1024)


def alternating(commands: Mapping[str, Sequence[str]], cwd: str, rounds: int) -> dict[str, Run]:
    """The medians of several runs of each command, one after the other in each round."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(timed(command, cwd))
    return {
        name: Run(statistics.median(one.seconds for one in group), max(one.memory for one in group))
        for name, group in runs.items()
    }


def peers(directory: Path) -> Path:
    """The programs of the other linters, installed if they are not there yet."""
    programs = directory / "bin"
    if not (programs / "ruff").exists():
        venv.create(directory, with_pip=True)
        subprocess.run([str(programs / "python"), "-m", "pip", "install", "-q", *PEERS], check=True)
    return programs


def gated(tree: str) -> tuple[list[str], int, int]:
    """The files below a directory that redlint parses, their lines and their bytes."""
    from redlint.config import load_config
    from redlint.discover import discover
    from redlint.model.files import ProjectFiles
    from redlint.model.link import analyse

    config = load_config([tree], isolated=True)
    model = analyse(ProjectFiles(discover([tree], config).paths), config.model_settings())
    texts = model.sources
    return sorted(texts), sum(one.rows for one in texts.values()), sum(len(one.text) for one in texts.values())


@dataclass(frozen=True, slots=True)
class Dense:
    """What was measured on a tree full of Redis; ``size`` is that of the parsed files, in bytes."""

    tree: str
    lines: int
    size: int
    runs: Mapping[str, Run]

    @property
    def allowed(self) -> float:
        """The memory that redlint may take, in MB."""
        return 150 + 2 * self.size / 1e6

    def times(self, name: str) -> float:
        """How many times as long as redlint another program takes."""
        return self.runs[name].seconds / self.runs["redlint"].seconds

    def row(self) -> str:
        """A row of the table."""
        mine, parse = self.runs["redlint"], self.runs["parse"]
        others = (f"{self.runs[one].seconds:.1f} s = {self.times(one):.1f}x" for one in ("fixit", "flake8", "pylint"))
        cells = (
            *(self.tree, f"{self.lines:,}", f"{parse.seconds:.2f} s"),
            *(f"{mine.seconds:.2f} s = {mine.seconds / parse.seconds:.1f}x parse", *others),
            f"{self.runs['second'].seconds:.2f} s = {self.times('second'):.2f}x",
            *(f"{mine.memory:.0f} MB", f"{self.allowed:.0f} MB"),
        )
        return f"| {' | '.join(cells)} |"


DENSE_HEAD: Final = (
    "| tree | parsed lines | parse | redlint | fixit | flake8 | pylint | second run | memory | allowed |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
)


def dense(tree: str, programs: Path, rounds: int) -> Dense:
    """Measure on a tree full of Redis."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        # In a process of its own: what it needs of memory would be taken for that of the commands.
        paths, lines, size = executor.submit(gated, tree).result()
    with tempfile.TemporaryDirectory() as directory:
        listing = Path(directory) / "paths"
        listing.write_text("\0".join(str(Path(path).absolute()) for path in paths))
        cache = str(Path(directory) / "cache")
        redlint = [sys.executable, "-m", "redlint", "check", "--isolated", "-q", "-j", "1"]
        runs = alternating(
            {
                "parse": [sys.executable, "-c", _PARSE, str(listing)],
                "redlint": [*redlint, "--no-cache", "."],
                "fixit": [str(programs / "fixit"), "--quiet", "lint", "."],
                "flake8": [str(programs / "flake8"), "--isolated", "-j", "1", "."],
            },
            tree,
            rounds,
        )
        runs |= alternating(
            {"pylint": [str(programs / "pylint"), "--rcfile=", "-j", "1", "--recursive=y", "."]}, tree, 1
        )
        timed([*redlint, "--cache-dir", cache, "."], tree)
        runs |= alternating({"second": [*redlint, "--cache-dir", cache, "."]}, tree, rounds)
    return Dense(Path(tree).name, lines, size, runs)


@dataclass(frozen=True, slots=True)
class Sparse:
    """What was measured on a tree where little touches Redis."""

    tree: str
    files: int
    lines: int
    runs: Mapping[str, Run]

    @property
    def ratio(self) -> float:
        """How many times as long as ruff redlint takes."""
        return self.runs["redlint"].seconds / self.runs["ruff"].seconds

    def row(self) -> str:
        """A row of the table."""
        seconds = (f"{self.runs[name].seconds:.2f} s" for name in ("redlint", "ruff"))
        memory = f"{self.runs['redlint'].memory:.0f} MB"
        cells = (self.tree, f"{self.files:,}", f"{self.lines:,}", *seconds, f"{self.ratio:.1f}x", memory)
        return f"| {' | '.join(cells)} |"


SPARSE_HEAD: Final = (
    "| tree | files | lines | redlint | ruff | ratio | memory |",
    "|---|--:|--:|--:|--:|--:|--:|",
)


def sparse(tree: str, programs: Path, rounds: int) -> Sparse:
    """Measure on a tree where little touches Redis."""
    files = sorted(Path(tree).rglob("*.py"))
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    redlint = [sys.executable, "-m", "redlint", "check", "--isolated", "--no-cache", "-q", "."]
    ruff = [str(programs / "ruff"), "check", "--no-cache", "--isolated", "-q", "."]
    return Sparse(Path(tree).name, len(files), lines, alternating({"redlint": redlint, "ruff": ruff}, tree, rounds))


def parsed_size(tree: str) -> int:
    """The bytes of the files below a directory that redlint parses."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        return executor.submit(gated, tree).result()[2]


def memory(tree: str) -> float:
    """The memory that redlint takes for a tree, in MB."""
    command = [sys.executable, "-m", "redlint", "check", "--isolated", "-q", "-j", "1", "--no-cache", "."]
    return timed(command, tree).memory


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dense", nargs="*", default=[], metavar="PATH")
    parser.add_argument("--sparse", nargs="*", default=[], metavar="PATH")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "redlint-bench-peers")
    options = parser.parse_args()
    programs = peers(options.peers)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {', '.join(PEERS)}")
    with tempfile.TemporaryDirectory() as directory:
        # Copies: other linters would find the settings of the directories above.
        copies: dict[str, list[str]] = {"dense": [], "sparse": []}
        for kind, paths in (("dense", options.dense), ("sparse", options.sparse)):
            for path in paths:
                copy = Path(directory) / kind / Path(path).name
                shutil.copytree(path, copy, symlinks=True)
                copies[kind].append(str(copy))
        if copies["dense"]:
            print("", *DENSE_HEAD, sep="\n")
        for tree in copies["dense"]:
            print(dense(tree, programs, options.rounds).row(), flush=True)
        if copies["sparse"]:
            print("", *SPARSE_HEAD, sep="\n")
        for tree in copies["sparse"]:
            print(sparse(tree, programs, options.rounds).row(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
