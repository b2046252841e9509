"""Collecting a file again and again while it is edited: only the statements around a change are parsed anew.

The grammar of a file, and of the body of a class, is a sequence of statements, each of which begins on a line of its
own. Where the text between two such lines still parses by itself, the statements before and after it are what they
were.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import libcst as cst

from redlint.errors import SourceSyntaxError
from redlint.model.collect.statements import StatementCollector, check_nesting, parse
from redlint.model.facts import ModuleFacts

MOST_FILES: Final = 4
"""Files whose trees are kept; a tree takes some hundred times the memory of its text."""

_STATEMENT: Final = re.compile(r"^(?:[^\W\d]|@)", re.MULTILINE)
_MEMBER: Final = re.compile(r"^([ \t]+)(?:[^\W\d]|@)", re.MULTILINE)
_CLASS: Final = "class _:\n"
_HEADER: Final = -1


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A text and its tree; ``places`` are those before each statement of the module and of its classes."""

    text: str
    module: cst.Module
    places: tuple[int, ...]
    members: Mapping[cst.ClassDef, tuple[int, ...]]


class EditedTexts:
    """The last versions of files that are being edited, by path."""

    def __init__(self) -> None:
        self._parsed: dict[str, _Parsed] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._parsed

    def collect(self, path: str, text: str) -> ModuleFacts:
        """The facts of a file's new text, as :func:`redlint.model.collect.collect` gives them, and with its errors."""
        before = self._parsed.get(path)
        module = _spliced(before, text) if before is not None else None
        if module is None:
            module = parse(text)
        collector = StatementCollector(text, module)
        facts = collector.facts()
        self._parsed.pop(path, None)  # so that it becomes the newest
        self._parsed[path] = _Parsed(text, module, collector.before_statements, collector.before_members)
        while len(self._parsed) > MOST_FILES:
            del self._parsed[next(iter(self._parsed))]
        return facts


@dataclass(frozen=True, slots=True)
class _Change:
    """Where two texts differ: they are alike before ``start`` and from ``end`` of the old one, ``moved`` by so much."""

    old: str
    new: str
    start: int
    end: int

    @property
    def moved(self) -> int:
        return len(self.new) - len(self.old)

    def region(self, begin: int, end: int) -> str:
        """What stands in the new text between two places of the old one, on either side of the change."""
        return self.new[begin : end + self.moved]


@dataclass(frozen=True, slots=True)
class _Around:
    """The statements that a change may have changed: from number ``first`` to before ``last``, and their places."""

    first: int
    last: int
    begin: int
    end: int


def _spliced(before: _Parsed, text: str) -> cst.Module | None:
    """The tree of a text made from that of the text before; ``None`` where it has to be parsed as a whole."""
    alike = _alike_at_start(before.text, text)
    limit = min(len(before.text), len(text)) - alike
    change = _Change(before.text, text, alike, len(before.text) - _alike_at_end(before.text, text, limit))
    body = before.module.body
    around = _around(change, _STATEMENT, before.places, 0, len(before.text))
    only = body[around.first] if around.last - around.first == 1 else None
    if isinstance(only, cst.ClassDef):
        changed = _spliced_class(before, change, only, around)
        if changed is not None:
            return before.module.with_changes(body=(*body[: around.first], changed, *body[around.last :]))
    if around.last - around.first == len(body):
        return None
    new = _parsed(change.region(around.begin, around.end), before.module)
    if new is None:
        return None
    return before.module.with_changes(body=(*body[: around.first], *new.body, *body[around.last :]))


def _spliced_class(before: _Parsed, change: _Change, node: cst.ClassDef, around: _Around) -> cst.ClassDef | None:
    """A class with the members anew that a change may have changed."""
    places = before.members.get(node, ())
    if len(places) < 2 or not isinstance(node.body, cst.IndentedBlock):
        return None
    indent = next((found[1] for place in places if (found := _next(_MEMBER, before.text, place)) is not None), None)
    if indent is None:
        return None
    pattern = re.compile(rf"^{indent}(?:[^\W\d]|@)", re.MULTILINE)
    members = node.body.body
    inner = _around(change, pattern, places, _HEADER, around.end)
    if inner.begin == _HEADER or inner.last - inner.first == len(members):
        return None
    new = _parsed(_CLASS + change.region(inner.begin, inner.end), before.module)
    made = new.body[0] if new is not None and len(new.body) == 1 else None
    if not isinstance(made, cst.ClassDef) or not isinstance(made.body, cst.IndentedBlock):
        return None
    new_members = (*members[: inner.first], *made.body.body, *members[inner.last :])
    return node.with_changes(body=node.body.with_changes(body=new_members))


def _around(change: _Change, pattern: re.Pattern[str], places: Sequence[int], begin: int, end: int) -> _Around:
    """The statements around a change, of a body between two places; ``pattern`` finds how its statements begin.

    A statement that does not begin with a word goes with the one before it.
    """
    starts: list[int] = []
    words: list[int] = []
    numbers: list[int] = []
    for number, place in enumerate(places):
        found = _next(pattern, change.old, place)
        following = places[number + 1] if number + 1 < len(places) else end
        if found is not None and (not starts or starts[-1] < found.start()) and found.start() <= following:
            starts.append(found.start())
            words.append(found.end() - 1)
            numbers.append(number)
    # A statement that the change touches at its start may have become part of the one before it, and the reverse.
    first = bisect_left(words, change.start) - 1
    last = bisect_right(starts, change.end)
    return _Around(
        numbers[first] if first >= 0 else 0,
        numbers[last] if last < len(starts) else len(places),
        starts[first] if first >= 0 else begin,
        starts[last] if last < len(starts) else end,
    )


def _next(pattern: re.Pattern[str], text: str, place: int) -> re.Match[str] | None:
    """The next match that does not stand in a string of many lines."""
    found = pattern.search(text, place)
    if found is None or text.find('"""', place, found.start()) >= 0 or text.find("'''", place, found.start()) >= 0:
        return None
    return found


def _parsed(text: str, whole: cst.Module) -> cst.Module | None:
    """The tree of a part of a module; ``None`` where it is no part by itself."""
    if text.rstrip("\r\n").endswith("\\"):  # goes on with what comes after it
        return None
    try:
        check_nesting(text)
        return cst.parse_module(text, config=whole.config_for_parsing)
    except (cst.ParserSyntaxError, cst.CSTValidationError, SourceSyntaxError):
        return None


def _alike_at_start(one: str, other: str) -> int:
    """The number of characters that two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _alike_at_end(one: str, other: str, limit: int) -> int:
    """The number of characters, at most ``limit``, that two texts end with alike."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
