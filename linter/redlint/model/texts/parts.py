"""Texts that are partly known, and what they are worked out under."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TypeAlias

from redlint.model.facts import Constant, Expression
from redlint.model.index import ModuleIndex
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.values import ScopeKey

Parts: TypeAlias = tuple[str | Hole, ...]
Texts: TypeAlias = tuple[Parts, ...]

MOST_PATTERNS = 8
"""An expression with more possible texts than this is a hole."""

MOST_HOPS = 24
"""So many names, attributes and calls one text is followed through."""


MOST_STEPS = 500
"""So many expressions are looked at for one key; the rest of it is unknown."""


class Depth(enum.IntEnum):
    """How far a question goes: the next one is only asked where the one before tells nothing."""

    ALONE = 0
    """What the code around the expression says, whoever calls it."""
    CALLERS = 1
    """With what the project's callers pass to parameters."""
    DEFAULTS = 2
    """With the defaults of settings and parameters that nobody in the project gives."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known where an expression stands.

    ``given`` holds the texts of the parameters of ``function``, ``rest`` those of its ``*args`` one by one, ``loop``
    those of the variable of a comprehension. ``arguments`` tells where the arguments stand. ``receiver`` is the class
    that ``self`` is an instance of.
    """

    function: ScopeKey | None = None
    given: Mapping[str, Texts] = field(default_factory=dict)
    rest: Mapping[str, tuple[Texts, ...]] = field(default_factory=dict)
    arguments: Mapping[str, Place] = field(default_factory=dict)
    loop: Mapping[str, Texts] = field(default_factory=dict)
    receiver: ScopeKey | None = None
    hops: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the class of ``self`` is known."""
        return not self.given and not self.rest and not self.loop and self.function is None

    @property
    def deeper(self) -> Context:
        """The same one hop further."""
        return replace(self, hops=self.hops + 1)

    def elsewhere(self, receiver: ScopeKey | None = None) -> Context:
        """One hop further, in code that has nothing to do with this: only the class of ``self`` is known there."""
        return Context(receiver=receiver, hops=self.hops + 1)


@dataclass(frozen=True, slots=True)
class Place:
    """An expression, where it stands, and what is known there."""

    module: ModuleIndex
    expression: Expression
    context: Context


def products(pieces: Sequence[Texts]) -> Texts:
    """All ways to put one text of each piece after the other; none where they are too many."""
    total = 1
    for piece in pieces:
        total *= len(piece)
    if total > MOST_PATTERNS:
        return ()
    return tuple(tuple(part for text in combination for part in text) for combination in product(*pieces))


def distinct(texts: Iterable[Parts]) -> Texts:
    """The texts without those that only the names of their holes tell from another."""
    found: dict[tuple[str, bool], Parts] = {}
    for parts in texts:
        pattern = KeyPattern.of(*parts)
        found.setdefault((pattern.identity, pattern.varies), parts)
    return tuple(found.values())


def telling(texts: Iterable[Parts]) -> tuple[KeyPattern, ...]:
    """The patterns of texts, none where one of them is nothing but holes and separators.

    An empty text is what stands in a variable until there is a key.
    """
    found = dict.fromkeys(pattern for parts in texts if (pattern := KeyPattern.of(*parts)).parts)
    return () if any(pattern.is_opaque for pattern in found) else tuple(found)


def tells(parts: Parts) -> bool:
    """Whether something is known of a text besides holes and separators."""
    return not KeyPattern.of(*parts).is_opaque


def literal(texts: Texts) -> str | None:
    """The text, where there is exactly one and it is wholly known."""
    if len(texts) != 1 or not all(isinstance(part, str) for part in texts[0]):
        return None
    return "".join(str(part) for part in texts[0])


def widest(texts: Texts) -> Texts:
    """The texts without the constants among them, where another may be anything."""
    if not any(all(isinstance(part, Hole) for part in text) for text in texts):
        return texts
    return tuple(text for text in texts if any(isinstance(part, Hole) for part in text))


def is_none(expression: Expression) -> bool:
    """Whether an expression is ``None``."""
    return isinstance(expression, Constant) and expression.value is None
