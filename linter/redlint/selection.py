"""Which rules are on.

A selector is a code (``RED101``), the beginning of codes (``RED1``), a name (``keys-command``) or ``ALL``.
Of all selectors that match a rule the longest decides, and an ``ignore`` wins over a ``select`` of the same
length. Preview rules need ``--preview`` or a selector that names exactly them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from redlint.engine_rules import ALWAYS_ON, UNLESS_IGNORED
from redlint.rule import Rule, rule_name

EVERYTHING: Final = "ALL"

_EXACT = 1_000
_SHORTEST = 2
_CLOSE = 0.6


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """The codes and names of all rules; ``names`` maps codes to names, in order of the codes."""

    names: Mapping[str, str]
    preview: frozenset[str]

    @staticmethod
    def of(rules: Iterable[Rule | type[Rule]]) -> RuleIndex:
        """The index of these rules."""
        classes = [rule if isinstance(rule, type) else type(rule) for rule in rules]
        classes.sort(key=lambda rule: rule.code)
        return RuleIndex(
            names={rule.code: rule_name(rule.__name__) for rule in classes},
            preview=frozenset(rule.code for rule in classes if rule.preview),
        )

    def codes(self, selector: str) -> frozenset[str]:
        """The codes that a selector matches; none for an unknown one."""
        if selector == EVERYTHING:
            return frozenset(self.names)
        named = frozenset(code for code, name in self.names.items() if name == selector.lower())
        if named or len(selector) < _SHORTEST:
            return named
        return frozenset(code for code in self.names if code.startswith(selector.upper()))

    def strength(self, selector: str, code: str) -> int:
        """How exactly a selector names a code: 0 not at all, larger is more exact."""
        if code not in self.codes(selector):
            return 0
        if selector == EVERYTHING:
            return 1
        return _EXACT if self.is_exact(selector) else 1 + len(selector)

    def is_exact(self, selector: str) -> bool:
        """Whether a selector is the code or the name of one rule."""
        return selector.upper() in self.names or selector.lower() in self.names.values()

    def suggestion(self, word: str) -> str | None:
        """The code or name that an unknown selector was probably meant to be."""
        by_code = difflib.get_close_matches(word.upper(), list(self.names), n=1, cutoff=_CLOSE)
        by_name = difflib.get_close_matches(word.lower(), sorted(self.names.values()), n=1, cutoff=_CLOSE)
        if any(character.isdigit() for character in word):
            return next(iter((*by_code, *by_name)), None)
        return next(iter((*by_name, *by_code)), None)

    def unknown(self, selector: str) -> str | None:
        """What is wrong with a selector, with a suggestion; ``None`` for a known one."""
        if self.codes(selector):
            return None
        suggestion = self.suggestion(selector)
        hint = f" (did you mean {suggestion!r}?)" if suggestion else ""
        return f"{selector!r} is not the code or name of a rule{hint}"


def selected_codes(
    index: RuleIndex,
    *,
    select: Sequence[str],
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    preview: bool = False,
) -> frozenset[str]:
    """The codes of the rules that are on."""
    wanted = (*select, *extend_select)
    return frozenset(
        code
        for code in index.names
        if code in ALWAYS_ON or _is_on(index, code, wanted=wanted, ignore=ignore, preview=preview)
    )


def _is_on(index: RuleIndex, code: str, *, wanted: Sequence[str], ignore: Sequence[str], preview: bool) -> bool:
    strength = max((index.strength(selector, code) for selector in wanted), default=0)
    if code in UNLESS_IGNORED:
        strength = max(strength, 1)
    if strength == 0 or (code in index.preview and not preview and strength < _EXACT):
        return False
    return strength > max((index.strength(selector, code) for selector in ignore), default=0)


def most_exact(index: RuleIndex, selectors: Iterable[str], code: str) -> str | None:
    """The selector that names a code most exactly; ``None`` where none matches."""
    matching = [(index.strength(selector, code), selector) for selector in selectors]
    strength, selector = max(matching, default=(0, ""))
    return selector if strength else None
