"""Collecting many files in several processes.

Collecting is a pure function of a file's text, so that it makes no difference where it is done. Texts are given out
largest first, in batches, to whichever process is free; what comes back are the facts as data.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures import TimeoutError as EndlessError  # not the built-in one before Python 3.11
from multiprocessing.context import BaseContext
from typing import Final, TypeAlias

import msgspec

from redlint.errors import SourceSyntaxError, UnreadableSourceError
from redlint.model.collect import collect, is_dangerous
from redlint.model.conditions import linking_conditions
from redlint.model.facts import ModuleFacts
from redlint.model.facts_data import decode_facts, encode_facts

LEAST_CHARACTERS: Final = 1_500_000
"""Texts to collect at once, in characters, below which starting processes takes longer than it saves."""

_BATCH_CHARACTERS: Final = 100_000
"""Characters that a process is given at a time; a larger text goes alone."""

_SAFE_PATH: Final = "PYTHONSAFEPATH"
_HAS_SAFE_PATH: Final = sys.version_info >= (3, 11)
_CAN_START: Final = _HAS_SAFE_PATH or "fork" in multiprocessing.get_all_start_methods()

CAN_SHARE: Final = sys.version_info >= (3, 11, 5)
"""Whether work may be shared by several processes.

Before Python 3.11.5 a pool waits for ever if a process ends while the next text is being sent to it
(https://github.com/python/cpython/issues/94777).
"""

_KILLED: Final = "cannot be analysed: the parser ran out of stack or memory, or was ended by the system"
_ENDLESS: Final = "cannot be analysed: it takes too long to parse"
_TOO_DEEP: Final = "nested too deeply to analyse"

PATIENCE: Final = 30
"""Seconds that a text may take which is parsed by itself because it looks dangerous."""


_TRIMMED_AFTER: Final = 300_000
"""Characters to parse before the memory that trees were made in is given back to the system."""


class _Syntax(msgspec.Struct, frozen=True, tag="syntax"):
    """A text that does not parse; see :class:`SourceSyntaxError`."""

    message: str
    offset: int


class _Unreadable(msgspec.Struct, frozen=True, tag="unreadable"):
    """A text that nothing can be said of."""

    message: str


Outcome: TypeAlias = bytes | _Syntax | _Unreadable | None
"""What became of a text: its facts, as data, or what is wrong with it; ``None`` where it has to be collected here."""

Elsewhere: TypeAlias = Callable[[Sequence[str]], dict[str, Outcome]]
"""Collects texts, of which the largest come first, on other machines: those that it can."""


def usable_cores() -> int:
    """The processor cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


class Collector:
    """Gives the facts of texts; those that were prepared come from other processes."""

    def __init__(self, jobs: int, *, least: int = LEAST_CHARACTERS, elsewhere: Elsewhere | None = None) -> None:
        """With one of ``jobs``, few characters to collect (see ``least``) or an older Python all is done here.

        All the same, what can be collected ``elsewhere`` is.
        """
        self._jobs = jobs
        self._least = least
        self._elsewhere = elsewhere
        self._prepared: dict[str, Outcome] = {}
        self._parsed = 0

    def __call__(self, text: str) -> ModuleFacts:
        """The facts of a text. Raises :class:`SourceSyntaxError`, :class:`UnreadableSourceError`."""
        outcome = self._prepared.pop(text, None)
        if outcome is None and _CAN_START and is_dangerous(text):
            outcome = _collected_alone(text)
        if outcome is None:
            return self._parse(text)
        if isinstance(outcome, _Syntax):
            raise SourceSyntaxError(outcome.message, outcome.offset)
        if isinstance(outcome, _Unreadable):
            raise UnreadableSourceError(outcome.message)
        return decode_facts(outcome)

    def _parse(self, text: str) -> ModuleFacts:
        found = collect(text)
        self._parsed += len(text)
        if self._parsed > _TRIMMED_AFTER:
            self._parsed = 0
            _trim()
        return found

    def prepare(self, texts: Iterable[str]) -> None:
        """Collect texts that will be asked for, all at once."""
        can_share = self._jobs > 1 and CAN_SHARE
        if not can_share and self._elsewhere is None:
            return
        wanted = [text for text in dict.fromkeys(texts) if not is_dangerous(text)]
        wanted.sort(key=lambda text: (-len(text), text))
        if self._elsewhere is not None and wanted:
            self._prepared.update(self._elsewhere(wanted))
            wanted = [text for text in wanted if text not in self._prepared]
        if can_share and len(wanted) > 1 and sum(map(len, wanted)) >= self._least:
            self._prepared.update(collect_in_processes(wanted, self._jobs))


def _trim() -> None:
    """Give free memory back to the system, where the C library does not do so by itself.

    Trees come and go in pieces of all sizes; glibc keeps what was between those that stayed (``malloc_trim(3)``). That
    is a fifth of the memory of a run.
    """
    if sys.platform.startswith("linux"):
        import ctypes

        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def collect_in_processes(texts: Sequence[str], jobs: int) -> dict[str, Outcome]:
    """The outcomes of texts, of which the largest come first."""
    found: dict[str, Outcome] = {}
    with _processes(jobs) as executor:
        found.update(_collected(executor, list(batches(texts))))
    for text in texts:
        if text not in found:  # it, or one beside it, ended its process
            found[text] = _collected_alone(text)
    return found


def _collected(executor: Executor, batches: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, Outcome]]:
    """The outcomes of those batches whose process lived to tell."""
    waiting: dict[Future[list[Outcome]], tuple[str, ...]] = {}
    with contextlib.suppress(BrokenExecutor):
        for batch in batches:
            waiting[executor.submit(collect_batch, batch)] = batch
    for future in as_completed(waiting):
        with contextlib.suppress(BrokenExecutor):
            yield from zip(waiting[future], future.result(), strict=True)


def _collected_alone(text: str) -> Outcome:
    try:
        with _processes(1) as executor:
            return executor.submit(collect_batch, (text,)).result(timeout=PATIENCE)[0]
    except BrokenExecutor:
        return _Unreadable(_KILLED)
    except EndlessError:
        return _Unreadable(_ENDLESS)


@contextlib.contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    """Processes that are gone afterwards, also where the work is given up."""
    before = set(multiprocessing.active_children())
    with _safe_path():
        executor = ProcessPoolExecutor(jobs, mp_context=_context(), initializer=_begin)
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()
                process.join()
            raise
        executor.shutdown()


def _context() -> BaseContext:
    """How processes are started. What begins as a new interpreter must not look for modules where redlint is run.

    Only Python 3.11 and later can be told so (``PYTHONSAFEPATH``).
    """
    if not _HAS_SAFE_PATH:
        return multiprocessing.get_context("fork")
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "redlint.model.collect.statements"])
    return context


@contextlib.contextmanager
def _safe_path() -> Iterator[None]:
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE_PATH]
        else:
            os.environ[_SAFE_PATH] = before


def batches(texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The texts in portions, as they are given out to processes."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > _BATCH_CHARACTERS:
            yield tuple(batch)
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield tuple(batch)


# --- in the processes -------------------------------------------------------------------------------------


def _begin() -> None:
    """What a process does first: leave interrupts to its parent, go with it, and look for no garbage."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a handler of the parent would wait until the parser is done
    gc.disable()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def collect_batch(texts: tuple[str, ...]) -> list[Outcome]:
    """The outcomes of texts."""
    with linking_conditions():
        return [_collect_one(text) for text in texts]


def _collect_one(text: str) -> Outcome:
    try:
        return encode_facts(collect(text))
    except SourceSyntaxError as error:
        return _Syntax(error.message, error.offset)
    except RecursionError:
        return _Unreadable(_TOO_DEEP)
    except (OverflowError, UnicodeEncodeError):  # some facts cannot be sent
        return None
