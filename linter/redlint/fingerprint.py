"""What a finding is known by when the lines around it move.

The rule, the function or class it stands in, and the code it is about: not its row, nor its message, whose wording
may change. Blanks, line breaks, the quotes of strings and a trailing comma do not count, so that a formatter changes
nothing either.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from redlint.diagnostic import Diagnostic, Span
from redlint.lint import ProjectResult
from redlint.model.assembly import NamedScope

_BLANKS: Final = re.compile(r"[\s\\]+")
_TRAILING_COMMA: Final = re.compile(r",(?=[)\]}])")
_LENGTH: Final = 16
"""Hexadecimal digits of a digest: within one file, 64 bits are plenty."""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What makes a finding this one within its file; findings of equal code in one function share it.

    ``scope`` is the qualified name of the function or class, ``digest`` stands for the code the finding is about.
    """

    code: str
    scope: str
    digest: str


class Identities:
    """Tells the identities of the findings of one run."""

    def __init__(self, result: ProjectResult) -> None:
        self._result = result
        self._scopes: dict[str, tuple[NamedScope, ...]] = {}

    def of(self, diagnostic: Diagnostic) -> Identity:
        """The identity of a finding."""
        text = self._result.source(diagnostic.path).slice(diagnostic.span)
        return Identity(diagnostic.code, self._scope(diagnostic.path, diagnostic.span), _digest(_normal(text)))

    def _scope(self, path: str, span: Span) -> str:
        """The name of the innermost function or class around a place, of those that hold something of Redis."""
        if path not in self._scopes:
            self._scopes[path] = self._result.files.shape(path).scopes
        around = [one for one in self._scopes[path] if one.span.start <= span.start and span.end <= one.span.end]
        return max(around, key=lambda one: one.span.start).qualname if around else ""


def fingerprints(result: ProjectResult, diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    """A text for each finding, which no other finding of the same file has.

    Equal findings of one function are told apart by their order.
    """
    identities = Identities(result)
    seen: Counter[tuple[str, Identity]] = Counter()
    found: list[str] = []
    for diagnostic in diagnostics:
        identity = identities.of(diagnostic)
        number = seen[diagnostic.path, identity]
        seen[diagnostic.path, identity] += 1
        found.append(_digest("\0".join((identity.code, identity.scope, identity.digest, str(number)))))
    return tuple(found)


def _normal(code: str) -> str:
    return _TRAILING_COMMA.sub("", _BLANKS.sub("", code)).replace('"', "'")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]
