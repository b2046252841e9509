"""Suppression comments: which findings they hide, and which of them hide nothing.

``# noqa: RED101, keys-command -- reason`` counts for findings that begin or end on its row; a bare
``# noqa`` hides everything there. ``# redlint: ignore-file[RED101]`` counts for the file, and
``# redlint: disable=RED101`` from its row on until ``# redlint: enable=RED101`` or the end of the file.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redlint.config import did_you_mean
from redlint.diagnostic import Applicability, Confidence, Diagnostic, Edit, Fix, Span
from redlint.engine_rules import ALWAYS_ON, ENGINE_RULES, UnknownSuppression, UnusedSuppression
from redlint.selection import EVERYTHING, RuleIndex
from redlint.source import SourceText

_WORD = r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*"
_CODE_OR_NAME = r"(?:[A-Za-z]+[0-9]+|[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)"
_NOQA = re.compile(
    rf"#\s*noqa\b(?:\s*:\s*(?P<list>{_CODE_OR_NAME}(?:\s*,\s*{_CODE_OR_NAME}|\s+[A-Z]+[0-9]+\b)*))?"
    r"(?P<rest>(?:[^#]|#(?!\s*[A-Za-z]))*)",
    re.IGNORECASE,
)
_DIRECTIVE = re.compile(
    rf"#\s*redlint\s*:\s*(?P<verb>{_WORD})"
    rf"(?:\s*[\[=]\s*(?P<list>{_WORD}(?:\s*,\s*{_WORD})*)?\s*,?\s*\]?)?(?P<rest>(?:[^#]|#(?!\s*[A-Za-z]))*)"
)
_ENGINE_CODES = frozenset(rule.code for rule in ENGINE_RULES)
_LOOKS_LIKE_OURS = re.compile(r"RED\d+", re.IGNORECASE)


class Reach(enum.Enum):
    """How far a suppression reaches."""

    ROW = "noqa"
    FILE = "ignore-file"
    FROM_HERE = "disable"
    UNTIL_HERE = "enable"


_REACHES: Final = {reach.value: reach for reach in (Reach.FILE, Reach.FROM_HERE, Reach.UNTIL_HERE)}


@dataclass(slots=True)
class _Word:
    """A code or name in a suppression, and whether it has hidden anything."""

    text: str
    span: Span
    codes: frozenset[str]
    used: bool = False


@dataclass(frozen=True, slots=True)
class _Suppression:
    """A suppression of one comment; without words it is for all codes. ``span`` is its part of the comment."""

    reach: Reach
    row: int
    span: Span
    comment: Span
    words: tuple[_Word, ...]


def noqa_row(source: SourceText, span: Span, multiline_strings: Sequence[Span]) -> int:
    """The row on which a ``# noqa`` comment for a finding at ``span`` is to be written.

    It is the row the finding begins on; where that row ends inside a string or with a backslash, so that no
    comment can follow, the next row that can take one.
    """
    return _comment_row(source, source.location(span.start).row, _string_ends(source, multiline_strings))


def _string_ends(source: SourceText, multiline_strings: Sequence[Span]) -> dict[int, int]:
    """For the rows that end inside a string: the row on which that string ends."""
    ends: dict[int, int] = {}
    for string in multiline_strings:
        first, last = source.location(string.start).row, source.location(string.end).row
        for row in range(first, last):
            ends[row] = max(last, ends.get(row, 0))
    return ends


def _comment_row(source: SourceText, row: int, string_ends: dict[int, int]) -> int:
    while row < source.rows:
        if row in string_ends:
            row = string_ends[row]
        elif source.line(row).endswith("\\"):
            row += 1
        else:
            break
    return row


def noqa_list(comment: str) -> tuple[int, bool] | None:
    """Where the codes of a ``# noqa: …`` comment end, and whether a reason follows; ``None`` where it names none."""
    for found in _NOQA.finditer(comment):
        if found["list"]:
            return found.end("list"), bool(found["rest"].strip())
    return None


def apply_suppressions(
    source: SourceText,
    *,
    comments: Sequence[tuple[int, str]],
    multiline_strings: Sequence[Span],
    diagnostics: Iterable[Diagnostic],
    index: RuleIndex,
    active: frozenset[str],
) -> tuple[Diagnostic, ...]:
    """The findings of one file that its comments leave, with what is wrong with the comments themselves.

    ``comments`` are the offset and text of every comment, ``index`` knows all rules, ``active`` are the codes
    that were checked in this file: only those can be found unused.
    """
    suppressions = [one for comment in comments for one in _parse(source, *comment, index)]
    if not suppressions and not any("redlint" in text for _, text in comments):
        return tuple(diagnostics)
    scene = _Scene(source, suppressions, _string_ends(source, multiline_strings))
    kept = [one for one in diagnostics if one.code in ALWAYS_ON or not scene.hides(one)]
    found = [*_misspelt(source, comments), *_unknown(source, suppressions, index)]
    found += _unused(source, suppressions, active)
    kept += [one for one in found if one.code in active and not scene.hides(one)]
    return tuple(kept)


class _Scene:
    """The suppressions of a file, ready to be asked."""

    def __init__(self, source: SourceText, suppressions: Sequence[_Suppression], string_ends: dict[int, int]) -> None:
        self._source = source
        self._string_ends = string_ends
        self._rows: dict[int, list[_Suppression]] = {}
        self._file = [one for one in suppressions if one.reach is Reach.FILE]
        self._ranges = [one for one in suppressions if one.reach in (Reach.FROM_HERE, Reach.UNTIL_HERE)]
        for one in suppressions:
            if one.reach is Reach.ROW:
                self._rows.setdefault(one.row, []).append(one)

    def hides(self, diagnostic: Diagnostic) -> bool:
        """Whether a suppression hides a finding; all that do are marked as used."""
        candidates = [*self._file, *self._open_ranges(diagnostic)]
        for row in sorted(self._rows_of(diagnostic.span)):
            candidates += self._rows.get(row, ())
        covering = [one for one in candidates if _names(one, diagnostic.code)]
        for one in covering:
            _mark_used(one, diagnostic.code)
        return bool(covering)

    def _rows_of(self, span: Span) -> set[int]:
        first = self._source.location(span.start).row
        last = self._source.location(span.end).row
        rows = set(range(first, last + 1))
        return rows | {_comment_row(self._source, row, self._string_ends) for row in rows}

    def _open_ranges(self, diagnostic: Diagnostic) -> list[_Suppression]:
        """The ``disable`` comments above a finding that no ``enable`` has ended for its code."""
        row = self._source.location(diagnostic.span.start).row
        opened: list[_Suppression] = []
        for one in self._ranges:
            if one.row > row:
                break
            if one.reach is Reach.FROM_HERE:
                opened.append(one)
            elif one.row < row and _names(one, diagnostic.code):
                opened.clear()
        return opened


def _names(suppression: _Suppression, code: str) -> bool:
    return not suppression.words or any(code in word.codes for word in suppression.words)


def _mark_used(suppression: _Suppression, code: str) -> None:
    for word in suppression.words:
        word.used = word.used or code in word.codes


# --- reading comments -------------------------------------------------------------------------------------


def _parse(source: SourceText, offset: int, text: str, index: RuleIndex) -> Iterator[_Suppression]:
    lowered = text.lower()
    if "noqa" not in lowered and "redlint" not in lowered:
        return
    comment = Span(offset, offset + len(text))
    row = source.location(offset).row
    for found in _NOQA.finditer(text):
        yield _suppression(Reach.ROW, row, comment, found, index)
    for found in _DIRECTIVE.finditer(text):
        reach = _REACHES.get(found["verb"])
        if reach is not None:
            yield _suppression(reach, row, comment, found, index)


def _suppression(reach: Reach, row: int, comment: Span, found: re.Match[str], index: RuleIndex) -> _Suppression:
    begin = comment.start + found.start("list")
    words = tuple(
        _Word(word.group(), Span(begin + word.start(), begin + word.end()), _codes(word.group(), index))
        for word in re.finditer(r"[\w-]+", found["list"] or "")
    )
    rest = found["rest"]
    end = comment.start + found.end("rest") - (len(rest) - len(rest.rstrip()))
    return _Suppression(reach, row, Span(comment.start + found.start(), end), comment, words)


def _codes(word: str, index: RuleIndex) -> frozenset[str]:
    return frozenset() if word == EVERYTHING else index.codes(word)


# --- what is wrong with them ------------------------------------------------------------------------------


def _misspelt(source: SourceText, comments: Sequence[tuple[int, str]]) -> Iterator[Diagnostic]:
    for offset, text in comments:
        for found in _DIRECTIVE.finditer(text):
            verb = found["verb"]
            hint = did_you_mean(verb, _REACHES)
            if verb not in _REACHES and hint:
                yield UnknownSuppression().diagnostic(
                    source.path,
                    Span(offset + found.start("verb"), offset + found.end("verb")),
                    confidence=Confidence.PROVEN,
                    message=f"redlint has no {verb!r} comment{hint}",
                )


def _unknown(source: SourceText, suppressions: Iterable[_Suppression], index: RuleIndex) -> Iterator[Diagnostic]:
    for suppression in suppressions:
        for word in suppression.words:
            if word.codes or not _is_meant_for_us(suppression, word, index):
                continue
            suggestion = index.suggestion(word.text)
            hint = f" (did you mean {suggestion!r}?)" if suggestion else ""
            kept = [one for one in suppression.words if one is not word]
            yield UnknownSuppression().diagnostic(
                source.path,
                word.span,
                confidence=Confidence.PROVEN,
                message=f"{word.text!r} is not the code or name of a rule{hint}",
                fix=_removal(source, suppression, kept, Applicability.UNSAFE),
            )


def _is_meant_for_us(suppression: _Suppression, word: _Word, index: RuleIndex) -> bool:
    """Whether a word nobody knows was meant for redlint: in ``noqa`` most codes belong to other tools."""
    if suppression.reach is not Reach.ROW or _LOOKS_LIKE_OURS.fullmatch(word.text):
        return True
    return "-" in word.text and bool(did_you_mean(word.text, index.names.values()))


def _unused(source: SourceText, suppressions: Iterable[_Suppression], active: frozenset[str]) -> Iterator[Diagnostic]:
    for suppression in suppressions:
        if suppression.reach is Reach.UNTIL_HERE:
            continue
        unused = [word for word in suppression.words if _is_unused(word, active)]
        if not unused:
            continue
        kept = [word for word in suppression.words if word not in unused]
        names = ", ".join(word.text for word in unused)
        yield UnusedSuppression().diagnostic(
            source.path,
            unused[0].span if kept else suppression.span,
            confidence=Confidence.PROVEN,
            message=f"This {suppression.reach.value} comment hides no finding of {names}",
            help="Remove it" if not kept else f"Remove {names} from it",
            fix=_removal(source, suppression, kept, Applicability.SAFE),
        )


def _is_unused(word: _Word, active: frozenset[str]) -> bool:
    checked = (word.codes & active) - _ENGINE_CODES
    return bool(checked) and not word.used


def _removal(source: SourceText, suppression: _Suppression, kept: Sequence[_Word], applicability: Applicability) -> Fix:
    """Leave only these words, or remove the whole suppression where none is left."""
    if kept:
        listed = Span(suppression.words[0].span.start, suppression.words[-1].span.end)
        gap = source.slice(Span(suppression.words[0].span.end, suppression.words[1].span.start))
        edit = Edit(listed, gap.join(word.text for word in kept))
        return Fix(applicability, "Remove what it does not need from the comment", (edit,))
    return Fix(applicability, "Remove the comment", (Edit(_whole(source, suppression), ""),))


def _whole(source: SourceText, suppression: _Suppression) -> Span:
    """A suppression with the blanks before it; its row, too, where nothing else stands on it."""
    text = source.text
    start, end = suppression.span.start, suppression.span.end
    rest = text[end : suppression.comment.end]
    if rest.strip():
        return Span(start, end + len(rest) - len(rest.lstrip()))
    end = suppression.comment.end
    before = text[:start].rstrip(" \t\f")
    if start == suppression.comment.start and (not before or before[-1] in "\r\n"):
        return Span(len(before), end + len(_newline_at(text, end)))
    return Span(len(before), end)


def _newline_at(text: str, offset: int) -> str:
    if text.startswith("\r\n", offset):
        return "\r\n"
    return text[offset : offset + 1]
