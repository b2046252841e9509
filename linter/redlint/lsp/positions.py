"""Between offsets and positions as the protocol counts them: rows from 0, columns in units of an encoding."""

from __future__ import annotations

from lsprotocol import types

from redlint.diagnostic import Span
from redlint.source import SourceText


class Positions:
    """Positions in the encoding that client and server have agreed on."""

    def __init__(self, encoding: types.PositionEncodingKind | str) -> None:
        self._encoding = encoding

    def position(self, source: SourceText, offset: int) -> types.Position:
        """The position of an offset; one behind the end of the text counts as the end."""
        offset = min(offset, len(source.text))
        location = source.location(offset)
        before = source.text[offset - location.column + 1 : offset]
        return types.Position(location.row - 1, sum(self._units(one) for one in before))

    def range(self, source: SourceText, span: Span) -> types.Range:
        """The range of a span."""
        return types.Range(self.position(source, span.start), self.position(source, span.end))

    def offset(self, source: SourceText, position: types.Position) -> int:
        """The offset of a position; rows and columns that are too large count as the end, as the protocol wants."""
        if position.line >= source.rows:
            return len(source.text)
        start = source.row_start(position.line + 1)
        units = 0
        for number, character in enumerate(source.line(position.line + 1)):
            if units >= position.character:
                return start + number
            units += self._units(character)
        return start + len(source.line(position.line + 1))

    def span(self, source: SourceText, place: types.Range) -> Span:
        """The span of a range."""
        start = self.offset(source, place.start)
        return Span(start, max(start, self.offset(source, place.end)))

    def _units(self, character: str) -> int:
        if self._encoding == types.PositionEncodingKind.Utf32:
            return 1
        if self._encoding == types.PositionEncodingKind.Utf8:
            return len(character.encode("utf-8", "surrogatepass"))
        return 2 if character > "\uffff" else 1
