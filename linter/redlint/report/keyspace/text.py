"""A table for terminals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from redlint.report.keyspace.record import (
    KeyspaceRecord,
    PatternRecord,
    access_of,
    shown_summary,
    shown_ttl,
    shown_types,
)
from redlint.report.terminal import columns, visible

_HEADS = ("PATTERN", "TYPE", "TTL", "GROWTH", "W", "R", "D", "S")
_LEGEND = "W, R, D, S: how many places write, read or delete such keys, or run a script on them (listed by -v)"
_GAP = "  "
_NARROWEST_PATTERN = 24
_WIDEST_CELL = 24


def keyspace_text(record: KeyspaceRecord, *, width: int, verbose: bool = False) -> str:
    """All patterns and a summary; ``verbose`` adds the places below each pattern.

    Where the table does not fit, each pattern gets a row of its own with its facts below.
    """
    cells = [_cells(one) for one in record.patterns]
    rest = [_column_width(number, cells) for number in range(1, len(_HEADS))]
    room = width - sum(rest) - len(_GAP) * len(rest)
    rows: list[str] = []
    if not record.patterns:
        return shown_summary(record) + "\n"
    if room >= _NARROWEST_PATTERN:
        longest = max(columns(row[0]) for row in [_HEADS, *cells])
        widths = [min(room, longest), *rest]
        rows += _table_row(_HEADS, widths)
        for one, row in zip(record.patterns, cells, strict=True):
            rows += _table_row(row, widths)
            rows += _details(one, width) if verbose else ()
    else:
        for one, row in zip(record.patterns, cells, strict=True):
            rows += _wrapped(row[0], width)
            rows += (f"  {line}" for line in _wrapped_words(_facts(row), max(width - 2, 1)))
            rows += _details(one, width) if verbose else ()
    rows += ("", *_wrapped_words(shown_summary(record), width))
    if room >= _NARROWEST_PATTERN:
        rows += _wrapped_words(_LEGEND, width)
    return "\n".join(rows) + "\n"


def _cells(record: PatternRecord) -> tuple[str, ...]:
    tag = "" if record.hash_tag is None else f" (hash tag {visible(record.hash_tag)})"
    growth = record.growth.value
    counts = (str(len(places)) for _, places in access_of(record))
    return (visible(record.pattern) + tag, shown_types(record), shown_ttl(record), growth, *counts)


def _facts(row: Sequence[str]) -> str:
    _, types, ttl, growth, writers, readers, deleters, scripts = row
    places = f"writers {writers}, readers {readers}, deleters {deleters}, scripts {scripts}"
    return f"{types}; TTL {ttl}; growth {growth}; {places}"


def _column_width(number: int, cells: Sequence[Sequence[str]]) -> int:
    return min(_WIDEST_CELL, max(columns(row[number]) for row in [_HEADS, *cells]))


def _table_row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [list((_wrapped_words if number else _wrapped)(cell, widths[number])) for number, cell in enumerate(row)]
    for line in range(max(map(len, cells))):
        shown = [
            _padded(cell[line] if line < len(cell) else "", width) for cell, width in zip(cells, widths, strict=True)
        ]
        yield _GAP.join(shown).rstrip()


def _details(record: PatternRecord, width: int) -> Iterator[str]:
    for kind, places in access_of(record):
        for place in places:
            yield from _wrapped(f"    {kind[:-1]} {visible(place.path)}:{place.row}", width)
    yield from (f"    {line}" for line in _wrapped_words(f"commands {', '.join(record.commands)}", max(width - 4, 1)))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _wrapped(text: str, width: int) -> Iterator[str]:
    """A text cut into pieces of at most a width: keys have no blanks to break at."""
    piece, used = "", 0
    for character in text:
        size = columns(character)
        if piece and used + size > width:
            yield piece
            piece, used = "", 0
        piece += character
        used += size
    yield piece


def _wrapped_words(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and columns(line) + 1 + columns(word) > width:
            yield line
            line = ""
        *full, word_end = _wrapped(word, width)
        if full and line:
            yield line
            line = ""
        yield from full
        line = f"{line} {word_end}" if line else word_end
    yield line
