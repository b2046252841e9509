"""Measures the language server on real code, and prints Markdown.

``python tests/tools/bench_lsp.py PATH...`` copies the trees into one workspace, opens each file there that has about
a thousand lines and Redis calls, edits it as people do (letters, lines, a function more), and takes the time from each
edit to its diagnostics, without the debounce. Next to it: what ``libcst.parse_module`` alone takes for that file in the
same process's run, as Python's speed differs between machines; so the multiples can be compared and the
milliseconds not. The server is a process of its own, as in an editor.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from editor import Editor, editor

LINES: Final = (700, 1500)
"""Sizes of the files that are edited."""

BUDGET: Final = 150
"""Milliseconds that nineteen of twenty edits may take."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The seconds of the edits of one file, and those of a bare parse."""

    path: str
    lines: int
    edits: tuple[float, ...]
    parse: float


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def typed(lines: Sequence[str]) -> Iterator[list[str]]:
    """The versions of a text while somebody works in the middle of it."""
    row = next((number for number in range(len(lines) // 2, len(lines)) if lines[number].startswith("        ret")), 0)
    if not row:
        return
    for text in ("r", "result", "result = len", "result = len(str(1))", "result = len(str(12))", "# result"):
        yield [*lines[:row], f"        {text}", *lines[row:]]
    inner = ["        def inner(value: int) -> int:", "            return value + 1", ""]
    yield [*lines[:row], *inner, *lines[row:]]
    yield [*lines[:row], *inner, "        result = inner(2)", *lines[row:]]
    yield list(lines)
    yield [*lines[:3], "import collections", *lines[3:]]
    yield list(lines)


def parse_seconds(text: str) -> float:
    """What a bare parse takes."""
    import libcst

    libcst.parse_module("")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        libcst.parse_module(text)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


async def edit(one: Editor, path: Path, rounds: int) -> Measured | None:
    """Edit one file."""
    text = path.read_text()
    lines = text.split("\n")
    uri = one.open(path, text)
    await one.diagnostics(uri)
    times: list[float] = []
    version = 1
    for _ in range(rounds):
        for content in typed(lines):
            version += 1
            start = time.perf_counter()
            one.rewrite(uri, version, "\n".join(content))
            await one.diagnostics(uri)
            times.append(time.perf_counter() - start)
    one.close(uri)
    return Measured(str(path), len(lines), tuple(times), parse_seconds(text)) if times else None


async def measure(folder: Path, most: int, rounds: int) -> tuple[float, list[Measured]]:
    """Link a workspace and edit its files."""
    start = time.perf_counter()
    async with editor(folder, options={"settle": 500}, patience=3600) as one:
        await one.workspace()
        linked = time.perf_counter() - start
        found: list[Measured] = []
        for path in chosen(folder, most):
            measured = await edit(one, path, rounds)
            if measured is not None:
                found.append(measured)
    return linked, found


def chosen(folder: Path, most: int) -> list[Path]:
    """The files to edit: of the right size, and with Redis calls, those with most of them first."""
    from redlint.config import load_config
    from redlint.discover import discover
    from redlint.model.files import ProjectFiles
    from redlint.model.link import analyse

    config = load_config([str(folder)], isolated=True)
    found = discover([str(folder)], config)
    model = analyse(ProjectFiles(found.paths), config.model_settings())
    sizes = {path: module.source.rows for path, module in model.modules.items()}
    linked = f"{len(sizes):,} of {len(found.paths):,} files, {sum(sizes.values()):,} lines of them"
    print(f"linked: {linked}", file=sys.stderr)
    calls = {path: len(module.calls) for path, module in model.modules.items()}
    fitting = [path for path, size in sizes.items() if LINES[0] <= size <= LINES[1] and calls[path]]
    return [Path(path) for path in sorted(fitting, key=lambda path: -calls[path])[:most]]


def table(found: Sequence[Measured]) -> Iterator[str]:
    """What was measured, as Markdown."""
    yield from ("| file | lines | median | p95 | worst | parse | p95 / parse |", "|---|--:|--:|--:|--:|--:|--:|")
    for one in found:
        yield _row(Path(one.path).name, str(one.lines), one.edits, one.parse)
    edits = [seconds for one in found for seconds in one.edits]
    yield _row("**all**", "", edits, statistics.median(one.parse for one in found))


def _row(name: str, lines: str, edits: Sequence[float], parse: float) -> str:
    p95 = percentile(edits, 0.95)
    figures = " | ".join(f"{seconds * 1000:.0f} ms" for seconds in (statistics.median(edits), p95, max(edits), parse))
    return f"| {name} | {lines} | {figures} | {p95 / parse:.1f} |"


def report(linked: float, found: Sequence[Measured]) -> bool:
    """Print all; whether the budget holds."""
    print(f"the first linking took {linked:.1f} s\n")
    print("\n".join(table(found)))
    return percentile([seconds for one in found for seconds in one.edits], 0.95) * 1000 <= BUDGET


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--files", type=int, default=12, help="edit at most so many files")
    parser.add_argument("--rounds", type=int, default=3, help="how often each file is edited through")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        for path in options.paths:
            shutil.copytree(path, Path(directory) / path.name, symlinks=True)
        linked, found = asyncio.run(measure(Path(directory), options.files, options.rounds))
    if not found:
        print("no file of the right size has Redis calls")
        return 2
    return 0 if report(linked, found) else 1


if __name__ == "__main__":
    sys.exit(main())
