"""Collecting on a real Dask cluster makes no difference, whatever becomes of it."""

from __future__ import annotations

import json
import operator
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from distributed import Client

from redlint import cluster
from redlint.cluster import DaskCluster, collect_for, generation, scheduler_address
from redlint.collecting import Collector
from redlint.errors import RedlintError, SourceSyntaxError
from redlint.generation import Generation
from redlint.model.collect import collect

FIXTURES = Path(__file__).parents[2] / "fixtures"
TEXTS = tuple(path.read_text(encoding="utf-8") for path in sorted((FIXTURES / "blocking").glob("*.py")))
DASK = str(Path(sys.executable).with_name("dask"))
REDLINT = str(Path(sys.executable).with_name("redlint"))

NOBODY = "tcp://127.0.0.1:1"

LONG = "".join(f"def f{n}(a, b):\n    return [a * {n}, {{'b': b}}]\n\n\n" for n in range(1000))
"""A text that takes about a second to collect."""


class Processes:
    """A scheduler and its workers."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.file = directory / "scheduler.json"
        self.running: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", self.file)
        deadline = time.monotonic() + 60
        while not self.address and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.address

    @property
    def address(self) -> str:
        try:
            return str(json.loads(self.file.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            return ""

    def add_worker(self) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--host", "127.0.0.1", "--nthreads", "2", "--no-nanny")

    def _start(self, role: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
        with (self.directory / f"{role}{len(self.running)}.log").open("wb") as log:
            command = [DASK, role, *map(str, arguments), "--no-dashboard"]
            started = subprocess.Popen(command, cwd=self.directory, stdout=log, stderr=log)
        self.running.append(started)
        return started

    def stop(self) -> None:
        for process in reversed(self.running):
            process.kill()
            process.wait()


@contextmanager
def dask(directory: Path, workers: int) -> Iterator[Processes]:
    processes = Processes(directory)
    try:
        for _ in range(workers):
            processes.add_worker()
        yield processes
    finally:
        processes.stop()


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with dask(tmp_path_factory.mktemp("dask"), workers=2) as started:
        _wait_for_workers(started, 2)
        yield started


def _wait_for_workers(processes: Processes, count: int) -> None:
    with Client(processes.address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


def _fail(problem: str) -> None:
    pytest.fail(problem)


def test_facts_and_errors_are_the_same(processes: Processes) -> None:
    wrong = "def (\n"
    with DaskCluster(processes.address, _fail) as elsewhere:
        collector = Collector(1, elsewhere=elsewhere)
        collector.prepare((*TEXTS[:5], wrong))
        collector.prepare(TEXTS[5:])
        assert len(collector._prepared) == len(set(TEXTS)) + 1
        for text in TEXTS:
            assert collector(text) == collect(text)
        with pytest.raises(SourceSyntaxError) as expected:
            collect(wrong)
        with pytest.raises(SourceSyntaxError) as found:
            collector(wrong)
    assert (found.value.message, found.value.offset) == (expected.value.message, expected.value.offset)


def test_both_workers_take_part(processes: Processes) -> None:
    texts = [f"{LONG}{number}\n" for number in range(8)]
    with Client(processes.address, set_as_default=False) as client, DaskCluster(processes.address, _fail) as elsewhere:
        before = _transitions(client)
        elsewhere(texts)
        after = _transitions(client)
    assert len([worker for worker, number in after.items() if number > before[worker]]) == 2


def _transitions(client: Client) -> dict[str, int]:
    """How often tasks changed their state on each worker. A lambda goes to workers as it is, unlike a test module."""
    found: dict[str, int] = client.run(lambda dask_worker: dask_worker.state.transition_counter)
    return found


def test_the_command_line(processes: Processes, tmp_path: Path) -> None:
    for number, text in enumerate(TEXTS):
        (tmp_path / f"m{number}.py").write_text(text, encoding="utf-8")
    command = [REDLINT, "check", "--isolated", "--no-cache", "--output-format", "concise", "."]
    cluster_address = f"dask://{processes.address.removeprefix('tcp://')}"
    here, there = (
        subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100)
        for options in (("-j", "1"), ("--executor", cluster_address))
    )
    assert here.returncode == 1
    assert (there.returncode, there.stdout, there.stderr) == (here.returncode, here.stdout, here.stderr)


@pytest.mark.parametrize("victim", ["worker", "scheduler"])
def test_a_cluster_that_ends_costs_time_only(victim: str, tmp_path: Path) -> None:
    warned: list[str] = []
    texts = [f"{LONG}{number}\n" for number in range(12)]
    with dask(tmp_path, workers=1) as processes, DaskCluster(processes.address, warned.append) as elsewhere:
        elsewhere(texts[:1])

        def ended() -> Iterator[str]:
            yield from texts
            (processes.scheduler if victim == "scheduler" else processes.running[-1]).kill()

        collector = Collector(1, elsewhere=elsewhere)
        collector.prepare(ended())
        assert collector(texts[-1]) == collect(texts[-1])
        assert elsewhere(texts[:1]) == {}
    assert len(warned) == 1
    assert "collecting here instead" in warned[0]


def test_a_task_that_fails_on_the_worker(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(cluster, "collect_for", operator.truediv)
    with DaskCluster(processes.address, warned.append) as elsewhere:
        assert elsewhere(["a = 1\n"]) == {}
    assert len(warned) == 1
    assert "TypeError" in warned[0]


def test_no_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    with dask(tmp_path, workers=0) as processes:
        _assert_refused(processes.address, "has no workers")


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    _assert_refused(NOBODY, "no Dask scheduler answers")


def test_workers_with_another_redlint_are_refused(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Generation("9.9.9", "3.99.0", "1", "0" * 32)
    monkeypatch.setattr(cluster, "this_generation", lambda: other)
    _assert_refused(processes.address, r"worker tcp://.* has redlint .*, this is redlint 9\.9\.9")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    _assert_refused(NOBODY, r"redlint\[dask\]")


def _assert_refused(address: str, reason: str) -> None:
    with DaskCluster(address, _fail) as elsewhere, pytest.raises(RedlintError, match=reason):
        elsewhere(["a = 1\n"])


def test_a_worker_that_joins_late_says_that_it_is_another() -> None:
    assert collect_for("another", ("a = 1\n",)) is None
    assert collect_for(generation(), ("a = 1\n",)) is not None


def test_nothing_to_collect_needs_no_cluster() -> None:
    with DaskCluster(NOBODY, _fail) as elsewhere:
        Collector(1, elsewhere=elsewhere).prepare(())


@pytest.mark.parametrize("wrong", ["dask://", "dask://host", "ray://h:1", "tcp://h:1", "dask://h:1/x", "h:1", ""])
def test_wrong_addresses(wrong: str) -> None:
    with pytest.raises(ValueError, match="dask://host:port"):
        scheduler_address(wrong)


@pytest.mark.parametrize("right", ["dask://h:1", "dask://10.0.0.1:8786", "dask://[::1]:8786", "dask://a-b.c_d:8786"])
def test_addresses(right: str) -> None:
    assert scheduler_address(right) == right.replace("dask", "tcp")
