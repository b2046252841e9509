"""Texts that the parser may not survive.

LibCST's parser goes down one level of the machine's stack for each link of a chain (``a.b().c()``, ``not not x``,
``"a" "b"``), and overflows it after some thousands. Nobody writes such code, but programs do. Which texts may hold such
a chain is guessed from their lines; a wrong guess costs starting a process.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_LONG_LINE: Final = 4000
"""Characters."""

_MOST_LINES: Final = 1000
_MOST_BRANCHES: Final = 3000

_OPERATOR: Final = r"[-+*/%|&^~@<>]"
_WORD: Final = r"and|or|not|in|is|if|else|await|lambda"
_is_link: Final = re.compile(
    r"[^,:=]*$"  # nothing that ends an element of a list, or a statement
    r"|[ \t]*[rbfuRBFU]{0,2}[\"'].*(?<!,)$"  # strings side by side
    rf"|[ \t]*(?:{_OPERATOR}|[.!]|(?:{_WORD})\b)"
    rf"|.*(?:{_OPERATOR}|\\|\b(?:{_WORD}|lambda:))[ \t]*$"
).match


def is_dangerous(text: str) -> bool:
    """Whether a text may hold a chain of thousands of operators, calls, strings or branches."""
    lines = text.replace("\r", "\n").split("\n")
    if len(text) > _LONG_LINE and max(map(len, lines)) > _LONG_LINE:
        return True
    if len(lines) < _MOST_LINES:
        return False
    if text.count("elif") > _MOST_BRANCHES:
        return True
    # A long run has a line at every such step: most lines need no look.
    return any(_run_at(lines, number) >= _MOST_LINES for number in range(0, len(lines), _MOST_LINES // 2))


def _run_at(lines: Sequence[str], number: int) -> int:
    """How many lines around one, itself included, may be links of a chain."""
    first = number
    while first >= 0 and _is_link(lines[first]) is not None:
        first -= 1
    last = number
    while last < len(lines) and _is_link(lines[last]) is not None:
        last += 1
    return max(last - first - 1, 0)
