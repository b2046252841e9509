"""What a rule reports: diagnostics, and the fixes attached to them.

Places are half-open ranges of character offsets into the decoded text of a file
(see :class:`redlint.source.SourceText`, which turns them into rows and columns).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from itertools import pairwise


class Severity(enum.Enum):
    """How bad a finding is: ``error`` breaks, ``warning`` will hurt, ``info`` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def reaches(self, other: Severity) -> bool:
        """Whether it is as bad as another one, or worse."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


class Applicability(enum.Enum):
    """How far a fix may be trusted.

    ``safe``: same observable behaviour on every supported server and client version of the target.
    ``unsafe``: the behaviour may differ, or a value must be chosen.
    ``display``: a suggestion to read; never applied.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Confidence(enum.IntEnum):
    """How sure the model is that an expression is a Redis client; larger is surer.

    ``PROVEN``: a constructor or factory was seen. ``ANNOTATED``: a type annotation says so.
    ``CONFIGURED``: the user's config says so. ``INFERRED``: through callers, attributes or other commands
    sent to it. ``NAMED``: only its name and a method no other type has.
    """

    NAMED = 1
    INFERRED = 2
    CONFIGURED = 3
    ANNOTATED = 4
    PROVEN = 5


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``[start, end)`` of character offsets into a decoded text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def overlaps(self, other: Span) -> bool:
        """Whether both ranges share a character, or are insertions at the same place."""
        if self == other:
            return True
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the text in ``span`` by ``content`` (an empty span inserts)."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits of one file that together resolve a diagnostic.

    ``title`` is one imperative sentence without a final period. Edits are sorted and do not overlap.
    A ``DISPLAY`` fix may carry no edits: then its title is the advice.
    """

    applicability: Applicability
    title: str
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.edits))
        for before, after in pairwise(ordered):
            if before.span.overlaps(after.span):
                raise ValueError(f"overlapping edits in fix {self.title!r}")
        object.__setattr__(self, "edits", ordered)


@dataclass(frozen=True, slots=True, order=True)
class Related:
    """A second place that explains a diagnostic, possibly in another file."""

    path: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what is wrong, where, how bad, and perhaps how to fix it."""

    code: str
    name: str
    message: str
    help: str
    severity: Severity
    confidence: Confidence
    path: str
    span: Span
    fix: Fix | None = None
    related: tuple[Related, ...] = ()

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of output: by path, place, code, message."""
        return (self.path, self.span.start, self.span.end, self.code, self.message)

    def with_severity(self, severity: Severity) -> Diagnostic:
        """The same diagnostic at another severity (a user's ``severity`` override)."""
        return replace(self, severity=severity)
