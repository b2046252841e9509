"""Notebooks: the Python cells of one make one text, which is analysed like a file."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from lsprotocol import types

_MAGIC = re.compile(r"^([ \t]*)[%!?]", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\s*%%")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its document, and its text."""

    uri: str
    text: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Notebook:
    """The Python code of a notebook; ``first_rows`` are the rows, from 0, at which the cells begin in its text."""

    uri: str
    cells: tuple[Cell, ...]
    text: str
    first_rows: tuple[int, ...]

    @staticmethod
    def of(uri: str, cells: Iterable[Cell]) -> Notebook:
        """Put cells together, each with a final line break of its own."""
        cells = tuple(cells)
        parts: list[str] = []
        rows: list[int] = []
        row = 0
        for cell in cells:
            part = python_of(cell.text).replace("\r\n", "\n").replace("\r", "\n") + "\n"
            rows.append(row)
            parts.append(part)
            row += part.count("\n")
        return Notebook(uri, cells, "".join(parts), tuple(rows))

    def split(self, place: types.Range) -> tuple[Cell, types.Range] | None:
        """The cell that a range of the text begins in, and the range there; it ends with the cell at the latest."""
        if not self.cells:
            return None
        number = max(bisect_right(self.first_rows, place.start.line) - 1, 0)
        cell, first = self.cells[number], self.first_rows[number]
        after = self.first_rows[number + 1] if number + 1 < len(self.cells) else place.end.line + 1
        end = place.end if place.end.line < after else types.Position(after - 1, 0)
        return cell, types.Range(_moved(place.start, -first), _moved(max(end, place.start), -first))

    def whole(self, uri: str, position: types.Position) -> types.Position | None:
        """The position in the text of a position in a cell."""
        for cell, first in zip(self.cells, self.first_rows, strict=True):
            if cell.uri == uri:
                return _moved(position, first)
        return None


def _moved(position: types.Position, rows: int) -> types.Position:
    return types.Position(max(position.line + rows, 0), position.character)


def python_of(text: str) -> str:
    """The Python of a cell, with as many characters: what is meant for IPython or the shell becomes a comment."""
    if _CELL_MAGIC.match(text):
        return re.sub(r"^.", "#", text, flags=re.MULTILINE)
    if _parses(text):
        return text
    return _MAGIC.sub(lambda found: f"{found.group(1)}#", text)


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
