"""Collecting on the workers of a Dask cluster (https://distributed.dask.org).

Texts go to the workers, facts come back as data; linking and rules stay here. A cluster that fails costs time only:
what it did not return is collected on this machine. Tasks and replies between Dask's processes are pickles, so that
whoever may talk to a cluster may run code on it, and on those who use it: see docs/scale.md.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Final

from redlint.collecting import Outcome, batches, collect_batch
from redlint.errors import RedlintError
from redlint.generation import this_generation

if TYPE_CHECKING:
    from distributed import Client

PATIENCE: Final = 10.0
"""Seconds to wait for the cluster to answer, and for a first worker."""

_LOOK: Final = 2.0
"""Seconds without a result after which to look whether there still are workers."""

_ADDRESS: Final = re.compile(r"dask://((?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5})")
_STACK: Final = 64 * 1024 * 1024
"""Bytes of stack for the parser; threads of Dask's workers have far less on some systems."""


def scheduler_address(executor: str) -> str:
    """The address of Dask's scheduler in ``dask://host:port``. Raises ``ValueError`` for anything else."""
    match = _ADDRESS.fullmatch(executor)
    if match is None:
        raise ValueError(f"{executor!r} is not dask://host:port")
    return f"tcp://{match.group(1)}"


class DaskCluster:
    """Collects texts on a cluster; connects when there first are some. A context manager that hangs up."""

    def __init__(self, address: str, warn: Callable[[str], None]) -> None:
        """``address`` is that of the scheduler (``tcp://host:port``); ``warn`` is told if the cluster fails."""
        self._address = address
        self._warn = warn
        self._client: Client | None = None
        self._failed = False
        self._warned = False

    def __enter__(self) -> DaskCluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=_LOOK)

    def __call__(self, texts: Sequence[str]) -> dict[str, Outcome]:
        """The outcomes of those texts that the cluster collects.

        Raises :class:`RedlintError` where there is no cluster, or one that cannot collect for this redlint.
        """
        if self._failed:
            return {}
        if self._client is None:
            self._client = self._connected()
        return dict(self._collected(self._client, texts))

    # --- connecting -----------------------------------------------------------------------------------

    def _connected(self) -> Client:
        try:
            from distributed import Client
            from distributed.versions import VersionMismatchWarning
        except ImportError as error:
            raise RedlintError("--executor dask://… needs the extra dask: pip install 'redlint[dask]'") from error
        _silence()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", VersionMismatchWarning)
                client = Client(self._address, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise RedlintError(f"{self._address}: no Dask scheduler answers: {_told(error)}") from error
        try:
            self._examine(client)
        except BaseException:
            client.close(timeout=_LOOK)
            raise
        return client

    def _examine(self, client: Client) -> None:
        """Refuse a cluster without workers, or with some that would collect other facts than this redlint."""
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise RedlintError(f"{self._address}: the Dask cluster has no workers") from error
        answers: Mapping[str, object] = client.run(generation, on_error="return")
        for worker, answer in sorted(answers.items()):
            if isinstance(answer, BaseException):
                raise RedlintError(f"{self._address}: worker {worker} cannot run redlint: {_told(answer)}")
            if answer != generation():
                raise RedlintError(f"{self._address}: worker {worker} has {answer}, this is {generation()}")

    # --- collecting -----------------------------------------------------------------------------------

    def _collected(self, client: Client, texts: Sequence[str]) -> Iterator[tuple[str, Outcome]]:
        executor: Executor = client.get_executor(pure=False)
        try:
            waiting = {executor.submit(collect_for, generation(), batch): batch for batch in batches(texts)}
            for future in self._finished(client, set(waiting)):
                yield from self._outcomes(future, waiting[future])
        except (OSError, TimeoutError, RuntimeError) as error:
            self._give_up(_told(error))
        finally:
            executor.shutdown(wait=False)

    def _finished(
        self, client: Client, pending: set[Future[list[Outcome] | None]]
    ) -> Iterator[Future[list[Outcome] | None]]:
        """The futures as they finish, until nobody is left who works on them."""
        while pending:
            done, pending = wait(pending, timeout=_LOOK, return_when=FIRST_COMPLETED)
            for future in done:
                if self._failed:
                    return
                yield future
            if not done and not self._has_workers(client):
                self._give_up("it has no workers any more")
                return

    def _has_workers(self, client: Client) -> bool:
        return client.status == "running" and bool(client.scheduler_info(n_workers=1)["workers"])

    def _outcomes(self, future: Future[list[Outcome] | None], batch: tuple[str, ...]) -> Iterator[tuple[str, Outcome]]:
        try:
            outcomes = future.result()
        except CancelledError:
            self._give_up("it dropped its work")
            return
        except Exception as error:  # whatever the worker met: lost, out of memory, another Dask
            self._tell(f"a worker failed: {_told(error)}")
            return
        if outcomes is not None:
            yield from zip(batch, outcomes, strict=True)

    def _give_up(self, reason: str) -> None:
        self._failed = True
        self._tell(reason)

    def _tell(self, reason: str) -> None:
        """Say that something is collected here; once, for what follows has the same cause."""
        if not self._warned:
            self._warned = True
            self._warn(f"warning: {self._address}: the Dask cluster failed: {reason}; collecting here instead")


def _silence() -> None:
    """Hide the messages of Dask, which are for those who run a cluster: what matters here is a warning of redlint."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _told(error: BaseException) -> str:
    """An error in one line."""
    rows = [row.strip() for row in str(error).splitlines() if row.strip()]
    return f"{type(error).__name__}: {rows[0]}" if rows else type(error).__name__


# --- on the workers ---------------------------------------------------------------------------------------


_ONE_BATCH: Final = threading.Lock()
"""Collecting sets the recursion limit and the garbage collector of its process: one thread at a time."""


def generation() -> str:
    """What made the facts of this process, as text."""
    here = this_generation()
    return f"{here} [{here.code}]"


def collect_for(wanted: str, texts: tuple[str, ...]) -> list[Outcome] | None:
    """The outcomes of texts; ``None`` where a worker that joined late would collect other facts than are wanted."""
    if generation() != wanted:
        return None
    found: SimpleQueue[list[Outcome] | BaseException] = SimpleQueue()

    def work() -> None:
        try:
            found.put(collect_batch(texts))
        except BaseException as error:
            found.put(error)

    with _ONE_BATCH:
        before = threading.stack_size(_STACK)
        try:
            thread = threading.Thread(target=work, name="redlint collecting")
            thread.start()
        finally:
            threading.stack_size(before)
        thread.join()
    outcome = found.get()
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome
