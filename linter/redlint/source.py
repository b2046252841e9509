"""One decoded source file: text, encoding, and the way between offsets and rows and columns.

Everything else in redlint works on character offsets into :attr:`SourceText.text`; only this module knows
bytes, byte order marks and newlines.
"""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from redlint.diagnostic import Span
from redlint.errors import UnreadableSourceError

MAX_BYTES: Final = 10 * 1024 * 1024
"""Size in bytes of the largest file that is read; larger ones are generated data, not code."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_FIRST_TWO_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text: row and column, both counted from 1, the column in characters."""

    row: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class SourceText:
    """A decoded file. ``text`` keeps the newlines of the file and lacks its byte order mark.

    ``encoding`` is the codec the bytes were decoded with; ``has_bom`` tells whether they began with the UTF-8
    byte order mark. Rows end at ``\\n``, ``\\r\\n`` and a lone ``\\r`` and nowhere else.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    has_bom: bool = False
    _starts: list[int] = field(default_factory=list, init=False, repr=False)

    @staticmethod
    def decode(path: str, content: bytes) -> SourceText:
        """Decode the bytes of a file as Python does: byte order mark, coding line, else UTF-8.

        Raises :class:`UnreadableSourceError` for undecodable bytes, unknown encodings, NUL bytes and more
        than :data:`MAX_BYTES`.
        """
        if len(content) > MAX_BYTES:
            raise UnreadableSourceError(too_large(len(content)))
        encoding = _declared_encoding(content)
        has_bom = content.startswith(codecs.BOM_UTF8)
        try:
            text = content[len(codecs.BOM_UTF8) if has_bom else 0 :].decode(encoding)
        except (UnicodeError, LookupError) as error:
            raise UnreadableSourceError(_undecodable(encoding, error)) from error
        if "\0" in text:
            raise UnreadableSourceError("contains NUL bytes")
        if encoding != "utf-8" and _has_surrogates(text):
            raise UnreadableSourceError(f"cannot be decoded as {encoding}: it holds half a character")
        return SourceText(path, text, encoding, has_bom)

    def encode(self, text: str) -> bytes:
        """The bytes of a new text for this file, in its encoding and with its byte order mark.

        Raises :class:`UnreadableSourceError` where the encoding lacks a character of the text.
        """
        try:
            content = text.encode(self.encoding)
        except (UnicodeError, LookupError) as error:
            raise UnreadableSourceError(f"cannot be encoded as {self.encoding}") from error
        return codecs.BOM_UTF8 + content if self.has_bom else content

    @property
    def rows(self) -> int:
        """The number of rows; a final newline begins one more, empty row."""
        return len(self._row_starts())

    @property
    def newline(self) -> str:
        """The newline that most rows of the file end with, ``\\n`` where none does; for inserted lines."""
        both = self.text.count("\r\n")
        counts = {"\n": self.text.count("\n") - both, "\r\n": both, "\r": self.text.count("\r") - both}
        return max(counts, key=counts.__getitem__)

    def with_newlines(self, text: str) -> str:
        """A text with the newlines of this file."""
        newline = self.newline
        return _NEWLINE.sub(lambda _: newline, text)

    def location(self, offset: int) -> Location:
        """The row and column of an offset, which may be the end of the text.

        Raises :class:`ValueError` for an offset outside of the text.
        """
        if not 0 <= offset <= len(self.text):
            raise ValueError(f"offset {offset} is outside of {self.path}")
        starts = self._row_starts()
        row = bisect_right(starts, offset)
        return Location(row, offset - starts[row - 1] + 1)

    def offset(self, row: int, column: int) -> int:
        """The offset of a row and column; the column may be one past the last character of the row.

        Raises :class:`ValueError` for places outside of the text.
        """
        start, end = self._row_bounds(row)
        if not 1 <= column <= end - start + 1:
            raise ValueError(f"column {column} is outside of row {row} of {self.path}")
        return start + column - 1

    def line(self, row: int) -> str:
        """The text of a row without its newline. Raises :class:`ValueError` for rows outside of the text."""
        start, end = self._row_bounds(row)
        return self.text[start:end].rstrip("\r\n")

    def row_start(self, row: int) -> int:
        """The offset of the first character of a row. Raises :class:`ValueError` like :meth:`line`."""
        return self._row_bounds(row)[0]

    def utf16_column(self, offset: int) -> int:
        """The column of an offset, counted from 0 in UTF-16 code units (as the language server protocol does).

        Raises :class:`ValueError` for an offset outside of the text.
        """
        before = self.text[offset - self.location(offset).column + 1 : offset]
        return len(before) + sum(character > "\uffff" for character in before)

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    def _row_bounds(self, row: int) -> tuple[int, int]:
        """Start of a row, and the end of it with its newline."""
        starts = self._row_starts()
        if not 1 <= row <= len(starts):
            raise ValueError(f"row {row} is outside of {self.path}")
        return starts[row - 1], starts[row] if row < len(starts) else len(self.text)

    def _row_starts(self) -> list[int]:
        if not self._starts:
            self._starts[:] = [0, *(found.end() for found in _NEWLINE.finditer(self.text))]
        return self._starts


def too_large(size: int) -> str:
    """What is said about a file of ``size`` bytes that is not read."""
    return f"is too large: {size:,} bytes, the limit is {MAX_BYTES:,}"


def _declared_encoding(content: bytes) -> str:
    lines = _FIRST_TWO_LINES.finditer(content)
    first = [_with_line_feed(next(lines, None)), _with_line_feed(next(lines, None))]
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(b"".join(first)).readline)
    except SyntaxError as error:
        raise UnreadableSourceError(_plain(str(error))) from error
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _with_line_feed(line: re.Match[bytes] | None) -> bytes:
    return line.group().rstrip(b"\r\n") + b"\n" if line else b""


def _has_surrogates(text: str) -> bool:
    """Whether a decoder let through what no text may hold; a few codecs with escapes do."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _undecodable(encoding: str, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"cannot be decoded as {encoding}: byte 0x{error.object[error.start]:02x} at offset {error.start}"
    return f"cannot be decoded as {encoding}"


def _plain(message: str) -> str:
    """The wording of :mod:`tokenize` for encoding problems, in ours."""
    if "unknown encoding" in message:
        return "declares an " + message[message.index("unknown encoding") :]
    if "encoding problem" in message:
        return "declares another encoding than its byte order mark"
    return "cannot be decoded as utf-8"
