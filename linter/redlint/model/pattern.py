"""Key patterns: what is known of a key's text, with named holes for the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from redlint.commands.slot import hash_slot

_WILDCARDS = re.compile(r"(?:\*|\?|\[[^\]]*\])+")
_TELLING = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a key that is only known at run time; ``name`` is the text of its expression.

    ``fixed`` says that it is the same for the life of the process or object: a setting, an environment
    variable, a module's variable, an attribute of ``self`` or an argument of the constructor.

    ``source`` tells where the value comes from: the path and the qualified name of the variable, parameter,
    attribute or function (``app/cache.py:Cache.prefix``), the setting (``environ:PREFIX``), or the place of the
    expression. Empty where that is unknown. It does not count when holes are compared.
    """

    name: str
    fixed: bool = False
    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """A key as literals and holes: ``("user:", Hole("uid"), ":profile")``.

    Neighbouring literals are merged and empty ones dropped, so equal patterns compare equal.
    """

    parts: tuple[str | Hole, ...]

    @staticmethod
    def of(*parts: str | Hole) -> KeyPattern:
        """A normalised pattern of these parts."""
        merged: list[str | Hole] = []
        for part in parts:
            if isinstance(part, str):
                if not part:
                    continue
                if merged and isinstance(merged[-1], str):
                    merged[-1] += part
                    continue
            merged.append(part)
        return KeyPattern(tuple(merged))

    @property
    def text(self) -> str:
        """The pattern with anonymous holes, as users write it: ``user:{}:profile``."""
        return "".join(part if isinstance(part, str) else "{}" for part in self.parts)

    @property
    def identity(self) -> str:
        """Equal for patterns that mean the same keys: the text, with the sources of the holes that it begins with.

        ``{prefix}:queue`` of two classes is the same text, but not the same key: only the literals in front of a
        hole tell whose it is. A hole at the beginning whose source is unknown stays ``{}``.
        """
        text = ""
        is_told = False
        for part in self.parts:
            if isinstance(part, str):
                is_told = is_told or _TELLING.search(part) is not None
                text += part
            else:
                text += "{}" if is_told else "{" + part.source + "}"
        return text

    @property
    def display(self) -> str:
        """The pattern with the names of its holes: ``user:{uid}:profile``."""
        return "".join(part if isinstance(part, str) else "{" + part.name + "}" for part in self.parts)

    @property
    def separator(self) -> str:
        """The character between a word and what is filled in behind it, ``:`` of ``user:{}``; empty without one."""
        for before, after in pairwise(self.parts):
            if isinstance(before, str) and isinstance(after, Hole) and re.search(r"\w[^\w\s{]$|[^\W_]_$", before):
                return before[-1]
        return ""

    @property
    def is_constant(self) -> bool:
        """Whether the whole key is known."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def is_opaque(self) -> bool:
        """Whether nothing but holes and separators is known: such patterns say nothing about a key."""
        literal = "".join(part for part in self.parts if isinstance(part, str))
        return _TELLING.search(literal) is None

    @property
    def matched(self) -> KeyPattern:
        """The keys that this matches as a glob of KEYS or SCAN: every wildcard is a hole named ``*``."""
        parts: list[str | Hole] = []
        for part in self.parts:
            if isinstance(part, Hole):
                parts.append(part)
                continue
            for number, literal in enumerate(_WILDCARDS.split(part)):
                parts += [Hole("*"), literal] if number else [literal]
        return KeyPattern.of(*parts)

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The holes, in order."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def varies(self) -> bool:
        """Whether the code makes many such keys: a hole is filled anew from call to call."""
        return any(not hole.fixed for hole in self.holes)

    @property
    def constant(self) -> str | None:
        """The key, where it is wholly known."""
        return "".join(str(part) for part in self.parts) if self.is_constant else None

    @property
    def slot(self) -> int | None:
        """The cluster slot (0-16383), where the part that decides it is constant, else ``None``.

        Redis cluster specification: only the text between the first ``{`` and the next ``}`` is hashed,
        if there is any; else the whole key.
        """
        text = self.constant
        if text is not None:
            return hash_slot(text.encode())
        tag = self.hash_tag
        if tag is not None and all(isinstance(part, str) for part in tag):
            return hash_slot("".join(str(part) for part in tag).encode())
        return None

    def overlaps(self, other: KeyPattern) -> bool:
        """Whether the literals at both ends leave it open that two patterns denote one key."""
        if self.is_constant and other.is_constant:
            return self.parts == other.parts
        starts = sorted((self._start, other._start), key=len)
        ends = sorted((self._end, other._end), key=len)
        return starts[1].startswith(starts[0]) and ends[1].endswith(ends[0])

    @property
    def _start(self) -> str:
        first = self.parts[0] if self.parts else ""
        return first if isinstance(first, str) else ""

    @property
    def _end(self) -> str:
        last = self.parts[-1] if self.parts else ""
        return last if isinstance(last, str) else ""

    @property
    def hash_tag(self) -> tuple[str | Hole, ...] | None:
        """What stands between the first ``{`` and the next ``}``, or ``None`` where there is no tag.

        ``None`` as well where a hole in front may itself contain a brace is not considered: holes are
        taken to be free of braces.
        """
        inside: list[str | Hole] | None = None
        for part in self.parts:
            if isinstance(part, Hole):
                if inside is not None:
                    inside.append(part)
                continue
            rest = part
            if inside is None:
                _, brace, rest = rest.partition("{")
                if not brace:
                    continue
                inside = []
            text, brace, _ = rest.partition("}")
            if text:
                inside.append(text)
            if brace:
                return tuple(inside) if inside else None
        return None
