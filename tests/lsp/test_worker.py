"""The thread that does the analyses: order, interruption, failures, and its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

pytest.importorskip("pygls")

from redlint.lsp.worker import Urgency, Worker

PATIENCE = 10


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def worker(failures: list[str]) -> Iterator[Worker]:
    worker = Worker(failures.append)
    yield worker
    worker.stop()


def test_what_is_urgent_goes_first(worker: Worker) -> None:
    done: list[str] = []
    held, finished = threading.Event(), threading.Event()

    def hold() -> None:
        held.wait(PATIENCE)

    worker.submit("first", Urgency.FIRST_LINK, hold)
    worker.submit("settle", Urgency.SETTLE, finished.set)
    worker.submit("link", Urgency.LINK, lambda: done.append("link"))
    worker.submit("edit", Urgency.EDIT, lambda: done.append("replaced"))
    worker.submit("edit", Urgency.EDIT, lambda: done.append("edit"))
    worker.submit("other", Urgency.EDIT, lambda: done.append("withdrawn"))
    worker.withdraw("other")
    held.set()
    assert finished.wait(PATIENCE)
    assert done == ["edit", "link"]


def test_linking_gives_way_to_an_edit_and_begins_again(worker: Worker) -> None:
    log: list[str] = []
    begun, edited, finished = threading.Event(), threading.Event(), threading.Event()

    def link() -> None:
        log.append("begin")
        begun.set()
        while not edited.is_set():
            worker.checkpoint()
        log.append("end")
        finished.set()

    worker.submit("link", Urgency.LINK, link)
    assert begun.wait(PATIENCE)
    worker.submit("edit", Urgency.EDIT, edited.set)
    assert finished.wait(PATIENCE)
    assert log == ["begin", "begin", "end"]


def test_linking_waits_until_nobody_types(worker: Worker) -> None:
    log: list[str] = []
    finished = threading.Event()

    def edit(number: int) -> None:
        log.append(f"edit {number}")
        if number < 3:
            worker.submit(number, Urgency.EDIT, lambda: edit(number + 1))

    def link() -> None:
        log.append("link")
        finished.set()

    worker.submit("edit", Urgency.EDIT, lambda: edit(0))
    worker.submit("link", Urgency.LINK, link)
    assert finished.wait(PATIENCE)
    assert log == ["edit 0", "edit 1", "edit 2", "edit 3", "link"]


def test_the_first_linking_is_not_interrupted(worker: Worker) -> None:
    log: list[str] = []
    begun, go_on, finished = threading.Event(), threading.Event(), threading.Event()

    def link() -> None:
        begun.set()
        go_on.wait(PATIENCE)
        worker.checkpoint()
        log.append("link")

    worker.submit("link", Urgency.FIRST_LINK, link)
    assert begun.wait(PATIENCE)
    worker.submit("edit", Urgency.EDIT, lambda: log.append("edit"))
    worker.submit("settle", Urgency.SETTLE, finished.set)
    go_on.set()
    assert finished.wait(PATIENCE)
    assert log == ["link", "edit"]


def test_work_that_breaks_is_told_and_the_thread_goes_on(worker: Worker, failures: list[str]) -> None:
    finished = threading.Event()

    def broken() -> None:
        raise SystemError("broken")

    worker.submit("edit", Urgency.EDIT, broken)
    worker.submit("settle", Urgency.SETTLE, finished.set)
    assert finished.wait(PATIENCE)
    (failure,) = failures
    assert "SystemError: broken" in failure


def test_it_ends_in_the_middle_of_work(failures: list[str]) -> None:
    worker = Worker(failures.append)
    begun = threading.Event()

    def endless() -> None:
        begun.set()
        while True:
            worker.checkpoint()

    worker.submit("link", Urgency.LINK, endless)
    assert begun.wait(PATIENCE)
    worker.stop()
    assert failures == [] and not any(one.name == "redlint analysis" for one in threading.enumerate())
