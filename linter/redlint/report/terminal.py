"""Text for terminals: without control characters, measured in columns, coloured."""

from __future__ import annotations

import enum
import unicodedata
from typing import Final

TAB_SIZE: Final = 4
"""Columns between two tab stops in shown source."""

_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"
_REPLACEMENT = "\ufffd"
_BREAKING = frozenset("\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class Color(enum.Enum):
    """How a part of the output looks."""

    BOLD = "1"
    RED = "1;31"
    YELLOW = "1;33"
    BLUE = "1;34"
    CYAN = "36"


def paint(text: str, color: Color, *, on: bool) -> str:
    """A text in a colour, or as it is where colours are off."""
    return f"\033[{color.value}m{text}\033[0m" if on and text else text


def link(text: str, address: str, *, on: bool) -> str:
    """A text that leads to an address when it is clicked, in terminals that know OSC 8; else as it is."""
    return f"\033]8;;{address}\033\\{text}\033]8;;\033\\" if on else text


def visible(text: str) -> str:
    """A text in which control characters, also those that reorder text, are pictures of themselves."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    code = ord(character)
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return _DELETE_PICTURE
    if character in _BREAKING or unicodedata.category(character) in ("Cc", "Cs"):
        return _REPLACEMENT
    return character


def expanded(text: str) -> list[str]:
    """What is shown for each character of a row of source: tabs as blanks up to the next tab stop."""
    cells: list[str] = []
    column = 0
    for character in text:
        cell = " " * (TAB_SIZE - column % TAB_SIZE) if character == "\t" else visible(character)
        cells.append(cell)
        column += columns(cell)
    return cells


def columns(text: str) -> int:
    """The number of columns a text takes in a terminal."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
