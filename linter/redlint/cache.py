"""The cache between runs: facts of files by their content, in an SQLite database of the project.

Facts are worked out from the text of a file alone, so their key is the text, with all that made them: the versions of
redlint's collecting code, of libcst and of Python. Files that are moved, reverted or copied find theirs again. The
database holds data only (msgpack, checked against the types of the facts), never code. Whatever goes wrong with it
costs time and no finding: the facts are collected then.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import sqlite3
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, get_args

import msgspec

from redlint import __version__
from redlint.model.collect import collect
from redlint.model.collected import Collect, KeptFiles
from redlint.model.facts import Expression, ModuleFacts

MAX_BYTES: Final = 256 * 1024 * 1024
"""Size of the database above which the facts that were not used for longest are dropped."""

_DATABASE = "facts.db"
_APPLICATION = 0x7265_646C  # "redl"
_GITIGNORE = "# Made by redlint.\n*\n"
_BUSY = 2.0
"""Seconds to wait for another run that writes."""
_KEPT_SHARE = 0.75
_COMPRESSION = 1
_DAY = 86_400
_TABLE = """
CREATE TABLE IF NOT EXISTS facts (key BLOB PRIMARY KEY, day INTEGER NOT NULL, content BLOB NOT NULL) WITHOUT ROWID
"""


class FactsCache:
    """Facts by the text of their file; a context manager that writes what is new when it ends.

    ``problem`` says why nothing could be kept, where that is so.
    """

    def __init__(self, directory: Path, collect: Collect, *, max_bytes: int = MAX_BYTES) -> None:
        self._collect = collect
        self._max_bytes = max_bytes
        self._directory = directory
        self._today = int(time.time()) // _DAY
        self._new: dict[bytes, bytes] = {}
        self._used: list[bytes] = []
        self.problem = ""
        self.hits = 0
        self._database = self._opened()

    def __enter__(self) -> FactsCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write()
        with contextlib.suppress(sqlite3.Error):
            if self._database is not None:
                self._database.close()
        self._database = None

    def facts(self, text: str) -> ModuleFacts:
        """The facts of a source text, kept or collected. Raises what collecting them raises."""
        if self._database is None:
            return self._collect(text)
        key = _key(text)
        kept = self._kept(key)
        if kept is not None:
            self.hits += 1
            return kept
        found = self._collect(text)
        with contextlib.suppress(OverflowError, UnicodeEncodeError, RecursionError):  # msgpack cannot hold them all
            self._new[key] = zlib.compress(_ENCODER.encode(found), _COMPRESSION)
        return found

    # --- reading --------------------------------------------------------------------------------------

    def _kept(self, key: bytes) -> ModuleFacts | None:
        if self._database is None:
            return None
        try:
            row = self._database.execute("SELECT day, content FROM facts WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        if row is None:
            return None
        day, content = row
        try:
            found = _DECODER.decode(zlib.decompress(content))
            _Sharing().restore(found)
        except (zlib.error, msgspec.DecodeError, TypeError, RecursionError):
            return None  # damaged or foreign: it is collected, and written over
        if day != self._today:
            self._used.append(key)
        return found

    # --- opening --------------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection | None:
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            ignore = self._directory / ".gitignore"
            if not ignore.exists():
                ignore.write_text(_GITIGNORE, encoding="utf-8")
            return self._connected()
        except sqlite3.DatabaseError as error:
            return self._made_anew(error)
        except OSError as error:
            self._give_up(error)
            return None

    def _made_anew(self, error: sqlite3.Error) -> sqlite3.Connection | None:
        """A new database in the place of one that is damaged or not ours."""
        if isinstance(error, sqlite3.OperationalError):  # locked, read-only, no room: nothing wrong with the file
            self._give_up(error)
            return None
        try:
            for path in _files(self._directory):
                path.unlink(missing_ok=True)
            return self._connected()
        except (sqlite3.Error, OSError) as again:
            self._give_up(again)
            return None

    def _connected(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._directory / _DATABASE, timeout=_BUSY, isolation_level=None)
        try:
            application = database.execute("PRAGMA application_id").fetchone()[0]
            if application not in (0, _APPLICATION):
                raise sqlite3.DatabaseError("made by another program")
            if application == 0:
                if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise sqlite3.DatabaseError("made by another program")
                database.execute("PRAGMA journal_mode = WAL")
                database.execute(f"PRAGMA application_id = {_APPLICATION}")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(_TABLE)
        except BaseException:
            database.close()
            raise
        return database

    def _give_up(self, error: Exception) -> None:
        self.problem = f"{self._directory}: {error}"
        with contextlib.suppress(sqlite3.Error):
            database, self._database = getattr(self, "_database", None), None
            if database is not None:
                database.close()

    # --- writing --------------------------------------------------------------------------------------

    def _write(self) -> None:
        if self._database is None or not (self._new or self._used):
            return
        try:
            with _transaction(self._database):
                self._database.executemany(
                    "INSERT OR REPLACE INTO facts VALUES (?, ?, ?)",
                    [(key, self._today, content) for key, content in self._new.items()],
                )
                self._database.executemany(
                    "UPDATE facts SET day = ? WHERE key = ?", [(self._today, key) for key in self._used]
                )
            self._shrink()
        except sqlite3.Error as error:
            self._give_up(error)

    def _shrink(self) -> None:
        """Drop what was not used for longest where the database is too large."""
        if self._database is None or _size(self._database) <= self._max_bytes:
            return
        room = int(self._max_bytes * _KEPT_SHARE)
        rows = self._database.execute("SELECT key, length(content) FROM facts ORDER BY day DESC").fetchall()
        dropped = []
        for key, length in rows:
            room -= length
            if room < 0:
                dropped.append((key,))
        with _transaction(self._database):
            self._database.executemany("DELETE FROM facts WHERE key = ?", dropped)
        self._database.execute("VACUUM")


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


def remove(directory: Path) -> bool:
    """Remove a cache; whether there was one. Raises :class:`OSError`. What is not redlint's stays."""
    found = [path for path in _files(directory) if path.exists()]
    if not found:
        return False
    for path in (*found, directory / ".gitignore"):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # there is something of somebody else in it
        directory.rmdir()
    return True


def _files(directory: Path) -> tuple[Path, ...]:
    return tuple(directory / f"{_DATABASE}{suffix}" for suffix in ("", "-wal", "-shm", "-journal"))


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _size(database: sqlite3.Connection) -> int:
    pages: int = database.execute("PRAGMA page_count").fetchone()[0]
    size: int = database.execute("PRAGMA page_size").fetchone()[0]
    return pages * size


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
