"""Collecting in several processes makes no difference, whatever becomes of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import killing
from redlint import collecting
from redlint.cache import kept_files
from redlint.collecting import Collector, collect_in_processes
from redlint.config import Config
from redlint.errors import SourceSyntaxError, UnreadableSourceError
from redlint.lint import lint_project
from redlint.model.collect import collect
from redlint.model.collected import KeptFiles
from redlint.model.files import ProjectFiles
from redlint.registry import load_rules

FIXTURES = Path(__file__).parents[2] / "fixtures"
TEXTS = tuple(path.read_text(encoding="utf-8") for path in sorted((FIXTURES / "blocking").glob("*.py")))

shared = pytest.mark.skipif(not collecting.CAN_SHARE, reason="pools of this Python may hang: python/cpython#94777")


@shared
def test_facts_are_the_same() -> None:
    collector = Collector(2, least=0)
    collector.prepare(TEXTS)
    assert len(collector._prepared) == len(set(TEXTS))
    for text in TEXTS:
        assert collector(text) == collect(text)
    assert not collector._prepared


@shared
def test_errors_are_the_same() -> None:
    wrong = ("def (\n", "x = [\n", "return* 1\n")
    collector = Collector(2, least=0)
    collector.prepare((*wrong, *TEXTS[:2]))
    for text in wrong:
        with pytest.raises(SourceSyntaxError) as expected:
            collect(text)
        with pytest.raises(SourceSyntaxError) as found:
            collector(text)
        assert (found.value.message, found.value.offset) == (expected.value.message, expected.value.offset)


@pytest.mark.parametrize(("jobs", "texts"), [(1, TEXTS), (2, TEXTS[:1]), (2, TEXTS)])
def test_little_work_starts_no_process(jobs: int, texts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "collect_in_processes", lambda *given: pytest.fail("started"))
    Collector(jobs).prepare(texts)


@shared
def test_large_texts_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    def noted(texts: Sequence[str], jobs: int) -> dict[str, collecting.Outcome]:
        given.extend(texts)
        return {}

    monkeypatch.setattr(collecting, "collect_in_processes", noted)
    Collector(2, least=0).prepare(["b = 1\n", "long = 2\n", "a = 1\n", "a = 1\n"])
    assert given == ["long = 2\n", "a = 1\n", "b = 1\n"]


@shared
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_process_that_is_killed_costs_one_file(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "collect_batch", killing.collect_batch)
    texts = (*TEXTS[:5], killing.FATAL)
    found = collect_in_processes(texts, jobs)
    assert {text for text, outcome in found.items() if isinstance(outcome, bytes)} == set(TEXTS[:5])
    collector = Collector(jobs)
    collector._prepared = found
    with pytest.raises(UnreadableSourceError, match="cannot be analysed"):
        collector(killing.FATAL)


def test_a_text_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "PATIENCE", 1)
    with pytest.raises(UnreadableSourceError, match="takes too long"):
        Collector(1)("x = " + "1 + " * 20_000 + "1\n")
    assert multiprocessing.active_children() == []


def test_a_text_that_the_parser_does_not_survive_costs_itself() -> None:
    with pytest.raises(UnreadableSourceError, match="ran out of stack"):
        Collector(1)("x = " + "lambda: " * 5_000 + "1\n")


def test_the_file_is_reported_and_the_rest_goes_on() -> None:
    fatal = f"# noqa: RED101\n{killing.FATAL}"
    collector = Collector(1)
    collector._prepared = {fatal: collecting._Unreadable("ended by the system")}
    overlay = {"a.py": b"import redis\n\nredis.Redis().keys('*')\n", "b.py": fatal.encode()}
    rules = [rule() for rule in load_rules()]
    files = ProjectFiles(("a.py", "b.py"), overlay=overlay)
    result = lint_project(files, Config(root="/"), rules, kept=KeptFiles(collector))
    assert {(one.path, one.code) for one in result.diagnostics} >= {("a.py", "RED101"), ("b.py", "RED002")}


def test_findings_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = tuple(str(path) for path in sorted((FIXTURES / "locks").glob("*.py")))
    rules = [rule() for rule in load_rules()]
    monkeypatch.setattr(collecting, "LEAST_CHARACTERS", 0)
    monkeypatch.setattr(Collector.__init__, "__kwdefaults__", {"least": 0})
    results = []
    for directory, jobs in ((None, 1), (None, 2), (tmp_path / "cache", 2), (tmp_path / "cache", 2)):
        with kept_files(directory, jobs=jobs) as kept:
            results.append(lint_project(ProjectFiles(paths), Config(root="/"), rules, kept=kept).diagnostics)
    assert results[0]
    assert all(one == results[0] for one in results)


@shared
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_all_processes(number: signal.Signals, code: int, tmp_path: Path) -> None:
    lines = "".join(f"def f{n}(a, b):\n    return client.get(f'{{a}}:{{b}}:{n}')\n\n\n" for n in range(3000))
    for n in range(16):
        (tmp_path / f"m{n}.py").write_text(f"import redis\n\nclient = redis.Redis(db={n})\n\n\n{lines}")
    script = (
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from redlint.cli import main\nmain()\n"
    )
    command = [sys.executable, "-c", script, "check", "-j", "2", "--no-cache", "."]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while len(_group(running.pid)) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(_group(running.pid)) >= 4
        running.send_signal(number)
        _, said = running.communicate(timeout=20)
        assert running.returncode == code
        assert b"Traceback" not in said
        while _group(running.pid) and time.monotonic() < deadline + 20:
            time.sleep(0.05)
        assert _group(running.pid) == []
    finally:
        if _group(running.pid):
            os.killpg(running.pid, signal.SIGKILL)
        running.communicate()


def _group(leader: int) -> list[int]:
    """The processes of a group that are not over."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def test_no_child_stays() -> None:
    collect_in_processes(TEXTS[:3], 2)
    assert multiprocessing.active_children() == []
