"""The facts of files, kept from run to run by their content.

Facts are worked out from the text of a file alone, so their key is the text, with all that made them (see
:mod:`redlint.generation`). Files that are moved, reverted or copied find theirs again. They
are kept as data (msgpack, checked against the types of the facts). What cannot be kept or found is collected.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType

import msgspec

from redlint.cache_database import MAX_BYTES, CacheDatabase
from redlint.collecting import Collector, Elsewhere
from redlint.facts_files import GivenFacts
from redlint.generation import facts_key
from redlint.model.collected import Collect, KeptFiles
from redlint.model.facts import ModuleFacts
from redlint.model.facts_data import decode_facts, encode_facts


class FactsCache:
    """Facts by the text of their file; a context manager that writes what is new when it ends."""

    def __init__(self, directory: Path, collect: Collect, *, max_bytes: int = MAX_BYTES) -> None:
        self._collect = collect
        self._database = CacheDatabase(directory, max_bytes=max_bytes)
        self.hits = 0

    def __enter__(self) -> FactsCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.__exit__(kind, error, trace)

    @property
    def problem(self) -> str:
        """Why nothing could be kept, where that is so."""
        return self._database.problem

    def facts(self, text: str) -> ModuleFacts:
        """The facts of a source text, kept or collected. Raises what collecting them raises."""
        if not self._database.is_open:
            return self._collect(text)
        key = facts_key(text)
        kept = self._kept(key)
        if kept is not None:
            self.hits += 1
            return kept
        found = self._collect(text)
        with contextlib.suppress(OverflowError, UnicodeEncodeError, RecursionError):  # msgpack cannot hold them all
            self._database.put(key, encode_facts(found))
        return found

    def missing(self, texts: Iterable[str]) -> Iterator[str]:
        """The texts whose facts are not kept."""
        return (text for text in texts if not self._database.has(facts_key(text)))

    def _kept(self, key: bytes) -> ModuleFacts | None:
        content = self._database.get(key)
        if content is None:
            return None
        try:
            return decode_facts(content)
        except (msgspec.DecodeError, TypeError, RecursionError):
            return None  # damaged or foreign: it is collected, and written over


@contextlib.contextmanager
def kept_files(
    directory: Path | None,
    tell: Callable[[str], None] | None = None,
    jobs: int = 1,
    *,
    elsewhere: Elsewhere | None = None,
    given: Mapping[bytes, bytes] = MappingProxyType({}),
) -> Iterator[KeptFiles]:
    """Files whose facts are kept in a directory from run to run; without a directory they are all collected.

    ``tell`` is told at the end what went wrong with the cache, if anything did. Many files are collected by up to
    ``jobs`` processes, or ``elsewhere``. What is ``given`` (see :func:`redlint.facts_files.read_facts`) need not be
    collected at all.
    """
    collector = Collector(jobs, elsewhere=elsewhere)
    known = GivenFacts(given, collector)
    if directory is None:
        yield KeptFiles(known.facts, lambda texts: collector.prepare(known.missing(texts)))
        return
    with FactsCache(directory, known.facts) as cache:
        yield KeptFiles(cache.facts, lambda texts: collector.prepare(known.missing(cache.missing(texts))))
    if cache.problem and tell is not None:
        tell(cache.problem)
