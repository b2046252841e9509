"""The database that is kept from run to run: contents by a key that says all they depend on.

It holds data only, never code. Whatever goes wrong with it costs time and nothing else: it is then as if nothing
were kept. Runs at the same time, a run that is killed, a full disk and foreign files do no harm.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final

MAX_BYTES: Final = 256 * 1024 * 1024
"""Size of the database above which what was not used for longest is dropped."""

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


class CacheDatabase:
    """Contents by key; a context manager that writes what is new when it ends.

    ``problem`` says why nothing could be kept, where that is so.
    """

    def __init__(self, directory: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._directory = directory
        self._today = int(time.time()) // _DAY
        self._new: dict[bytes, bytes] = {}
        self._used: list[bytes] = []
        self.problem = ""
        self._database = self._opened()

    def __enter__(self) -> CacheDatabase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write()
        with contextlib.suppress(sqlite3.Error):
            if self._database is not None:
                self._database.close()
        self._database = None

    @property
    def is_open(self) -> bool:
        """Whether anything can be kept."""
        return self._database is not None

    def get(self, key: bytes) -> bytes | None:
        """What is kept under a key."""
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
            found = zlib.decompress(content)
        except (zlib.error, TypeError):
            return None  # damaged or foreign: it is made anew, and written over
        if day != self._today:
            self._used.append(key)
        return found

    def has(self, key: bytes) -> bool:
        """Whether something is kept under a key."""
        if self._database is None:
            return False
        try:
            return self._database.execute("SELECT 1 FROM facts WHERE key = ?", (key,)).fetchone() is not None
        except sqlite3.Error as error:
            self._give_up(error)
            return False

    def put(self, key: bytes, content: bytes) -> None:
        """Keep a content from the end of this run on."""
        if self._database is not None:
            self._new[key] = zlib.compress(content, _COMPRESSION)

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
            for path in database_files(self._directory):
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
                self._database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", self._rows(self._new))
                self._database.executemany(
                    "UPDATE facts SET day = ? WHERE key = ?", [(self._today, key) for key in self._used]
                )
            self._shrink()
        except sqlite3.Error as error:
            self._give_up(error)

    def _rows(self, contents: Mapping[bytes, bytes]) -> list[tuple[bytes, int, bytes]]:
        return [(key, self._today, content) for key, content in contents.items()]

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


def remove(directory: Path) -> bool:
    """Remove a cache; whether there was one. Raises :class:`OSError`. What is not redlint's stays."""
    found = [path for path in database_files(directory) if path.exists()]
    if not found:
        return False
    for path in (*found, directory / ".gitignore"):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # there is something of somebody else in it
        directory.rmdir()
    return True


def database_files(directory: Path) -> tuple[Path, ...]:
    """The files of the database in a directory, whether they are there or not."""
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
