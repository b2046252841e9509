"""Finding where the tree's leaves stand in the source.

LibCST nodes carry no positions, and its position provider costs more than the parse. But the walk meets
every name, number and string in source order, and what lies between two of them can only be white space,
comments, keywords and punctuation: so a cursor that skips those finds each leaf where it stands.
"""

from __future__ import annotations

import re

_blank = re.compile(r"[\s,.:=]*").match
_TOKEN = re.compile(r"\s+|\\\r?\n|#[^\r\n]*|[^\W\d]\w*|.", re.DOTALL)


class LostPlaceError(Exception):
    """The cursor did not find a leaf of the tree in the source: a defect of the walk."""


class Cursor:
    """A place in a text that only moves forward, and the comments it has passed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.comments: list[tuple[int, str]] = []

    def take(self, leaf: str) -> int:
        """Move behind the next token that begins with ``leaf`` and return where it starts.

        Raises :class:`LostPlaceError` when there is none.
        """
        text = self.text
        start = _blank(text, self.position).end()  # type: ignore[union-attr]
        if text.startswith(leaf, start):
            end = start + len(leaf)
            following = text[end : end + 1]
            if not ((following.isalnum() or following == "_") and leaf.isidentifier()):
                self.position = end
                return start
        return self._search(leaf, self.position)

    def _search(self, leaf: str, start: int) -> int:
        text = self.text
        is_word = leaf.isidentifier()  # a number may be followed by a word: ``1if x else 2``
        while True:
            match = _TOKEN.match(text, start)
            if match is None:
                raise LostPlaceError(f"{leaf!r} not found from offset {self.position}")
            token = match.group()
            end = start + len(leaf)
            if token[0] == "#" and leaf[0] != "#":
                self.comments.append((start, token))
            elif text.startswith(leaf, start) and not (
                is_word and end < len(text) and (text[end].isalnum() or text[end] == "_")
            ):
                self.position = end
                return start
            start = match.end()

    def skip_text(self, raw: str) -> int:
        """Move behind ``raw``, which stands right here (the inside of an f-string); return where it starts."""
        start = self.position
        if not self.text.startswith(raw, start):
            raise LostPlaceError(f"{raw[:40]!r} not at offset {start}")
        self.position = start + len(raw)
        return start

    def finish(self) -> None:
        """Pass over the rest of the text, for its comments."""
        for match in _TOKEN.finditer(self.text, self.position):
            if match.group()[0] == "#":
                self.comments.append((match.start(), match.group()))
        self.position = len(self.text)


def significant_tokens(code: str) -> list[str]:
    """The tokens of a piece of code that are neither white space nor comments nor skipped punctuation."""
    return [token for token in _TOKEN.findall(code) if token[0] not in " \t\r\n\f\\#,.:="]
