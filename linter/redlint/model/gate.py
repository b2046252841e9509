"""Which files are worth parsing for their own sake: those that name a client library or send a Redis command.

Parsing costs far more than searching bytes, and most files of a project never touch Redis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from redlint.commands.methods import distinctive_methods
from redlint.model.clients import import_words, weak_words
from redlint.model.settings import ModelSettings

_SUPPRESSION = re.compile(rb"#[^\n]*(?:redlint|\bRED\d)")
_ENGLISH = rb"(?!tribut|cover|cuss|play|solv|patch)"
_SHORT = 4
_METHOD_CALL = re.compile(rb"\.\s*([a-z_]+)[ \t]*\(")


def gate_words(settings: ModelSettings) -> tuple[str, ...]:
    """The words that admit files because the user named them: clients, wrappers, names of variables."""
    words = {name.partition(":")[0].rpartition(".")[2] for name in settings.clients}
    words |= {name.rpartition(".")[2] for name in settings.wrappers} | {*settings.client_names}
    return tuple(sorted(words))


class Gate:
    """Tells from a file's bytes whether it names a client library, a word of the config or a redlint comment.

    A call of a method that only Redis clients have admits a file as well: such a call makes its receiver a
    client, wherever that comes from.
    """

    def __init__(self, extra_words: Iterable[str] = ()) -> None:
        words = sorted(import_words())
        distinct = [word for word in words if not any(_covers(other, word) for other in words)]
        self._words = tuple((word.encode(), _word_pattern(word)) for word in distinct)
        self._extra = tuple(re.compile(rf"\b{re.escape(word)}\b".encode()) for word in sorted({*extra_words} - {""}))
        self._weak = tuple((word.encode(), re.compile(pattern.encode())) for word, pattern in weak_words())
        self._methods = frozenset(name.encode() for name in distinctive_methods())

    def admits(self, content: bytes) -> bool:
        """Whether the file is worth parsing for its own sake."""
        for word, pattern in self._words:
            if word in content and pattern.search(content):
                return True
        if any(pattern.search(content) for pattern in self._extra):
            return True
        if any(word in content and pattern.search(content) for word, pattern in self._weak):
            return True
        if (b"redlint" in content or b"RED" in content) and _SUPPRESSION.search(content) is not None:
            return True
        return not self._methods.isdisjoint(_METHOD_CALL.findall(content))


def _covers(other: str, word: str) -> bool:
    """Whether a file with ``word`` always has ``other``; short words count only by themselves."""
    return other != word and other in word and len(other) > _SHORT


def _word_pattern(word: str) -> re.Pattern[bytes]:
    """Short names of libraries count only where they are imported; ``redistribute`` is no library."""
    escaped = re.escape(word).encode()
    if len(word) <= _SHORT:
        return re.compile(rb"\b(?:import|from)\s+" + escaped + rb"\b")
    return re.compile(escaped + _ENGLISH)
