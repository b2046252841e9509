"""The facts of files, kept from run to run by their content.

Facts are worked out from the text of a file alone, so their key is the text, with all that made them: the versions of
redlint's collecting code, of libcst and of Python. Files that are moved, reverted or copied find theirs again. They
are kept as data (msgpack, checked against the types of the facts). What cannot be kept or found is collected.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, get_args

import msgspec

from redlint import __version__
from redlint.cache_database import MAX_BYTES, CacheDatabase
from redlint.model.collect import collect
from redlint.model.collected import Collect, KeptFiles
from redlint.model.facts import Expression, ModuleFacts


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
        key = _key(text)
        kept = self._kept(key)
        if kept is not None:
            self.hits += 1
            return kept
        found = self._collect(text)
        with contextlib.suppress(OverflowError, UnicodeEncodeError, RecursionError):  # msgpack cannot hold them all
            self._database.put(key, _ENCODER.encode(found))
        return found

    def _kept(self, key: bytes) -> ModuleFacts | None:
        content = self._database.get(key)
        if content is None:
            return None
        try:
            found = _DECODER.decode(content)
            _Sharing().restore(found)
        except (msgspec.DecodeError, TypeError, RecursionError):
            return None  # damaged or foreign: it is collected, and written over
        return found


@contextlib.contextmanager
def kept_files(directory: Path | None, tell: Callable[[str], None] | None = None) -> Iterator[KeptFiles]:
    """Files whose facts are kept in a directory from run to run; without a directory they are all collected.

    ``tell`` is told at the end what went wrong with the cache, if anything did.
    """
    if directory is None:
        yield KeptFiles()
        return
    with FactsCache(directory, collect) as cache:
        yield KeptFiles(cache.facts)
    if cache.problem and tell is not None:
        tell(cache.problem)


# --- sharing ----------------------------------------------------------------------------------------------


class _Sharing:
    """Makes the expressions of decoded facts one object for each place, as collecting them does.

    A call is one object as a call site, as an argument of another call and in what a variable is bound to: linking
    knows it again by its identity.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[type, int, int], msgspec.Struct] = {}

    def restore(self, facts: ModuleFacts) -> None:
        """Replace equal expressions of one place by the first of them, in place."""
        self._enter(facts)

    def _enter(self, struct: msgspec.Struct) -> None:
        for name in struct.__struct_fields__:
            value = getattr(struct, name)
            if isinstance(value, msgspec.Struct | tuple):
                only = self._one(value)
                if only is not value:
                    msgspec.structs.force_setattr(struct, name, only)

    def _one(self, value: object) -> object:
        if isinstance(value, tuple):
            items = tuple([self._one(item) for item in value])
            return items if any(one is not other for one, other in zip(items, value, strict=True)) else value
        if not isinstance(value, msgspec.Struct):
            return value
        if isinstance(value, _EXPRESSION):
            place = (type(value), value.start, value.end)
            known = self._known.setdefault(place, value)
            if known is not value and known == value:
                return known
        self._enter(value)
        return value


# --- keys -------------------------------------------------------------------------------------------------


def _generation() -> bytes:
    """What made the facts: the code that collects them, and what that builds on."""
    digest = hashlib.blake2b(digest_size=16)
    python = ".".join(map(str, sys.version_info[:3]))
    digest.update(f"{__version__} {python} {importlib.metadata.version('libcst')}".encode())
    model = Path(__file__).parent / "model"
    for path in (model / "facts.py", model / "kinds.py", *sorted((model / "collect").glob("*.py"))):
        if path.is_file():  # there may be compiled files only
            digest.update(path.read_bytes())
    return digest.digest()


def _key(text: str) -> bytes:
    digest = hashlib.blake2b(_GENERATION, digest_size=16)
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


_GENERATION: Final = _generation()
_EXPRESSION: Final = get_args(Expression)
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(ModuleFacts)
