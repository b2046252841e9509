"""The rule API: what a rule is, and what it may look at.

A rule is a stateless object. Its hooks are generators over finished events; the engine calls each hook for
every event of the project and collects what they yield. See ``docs/architecture.md`` for a walk through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from redlint.diagnostic import Confidence, Diagnostic, Fix, Related, Severity, Span
from redlint.model.assembly import ModuleModel
from redlint.model.events import ClientCreation, Loop, RedisCall
from redlint.model.keyspace import PatternUses
from redlint.model.project import ProjectModel
from redlint.model.sequences import CallSequence

__all__ = [
    "CallSequence",
    "ClientCreation",
    "Loop",
    "ModuleModel",
    "PatternUses",
    "ProjectModel",
    "RedisCall",
    "Rule",
    "rule_name",
]


def rule_name(class_name: str) -> str:
    """The kebab-case name of a rule class: ``SetWithoutTtl`` is ``set-without-ttl``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", class_name).lower()


class Rule:
    """Base class of all rules; the docstring of a subclass is its documentation page.

    ``code`` and ``since`` (the redlint version that introduced it) never change. ``preview`` rules only run
    with ``--preview`` or when selected. ``min_confidence`` is the least sure client a rule reports on.
    ``commands`` names the commands whose calls are passed to :meth:`check_call`; empty means all.
    ``non_production`` says whether the rule also speaks in non-production paths (tests, docs, examples).
    """

    code: ClassVar[str]
    since: ClassVar[str]
    severity: ClassVar[Severity] = Severity.WARNING
    message: ClassVar[str]
    help: ClassVar[str]
    preview: ClassVar[bool] = False
    commands: ClassVar[frozenset[str]] = frozenset()
    min_confidence: ClassVar[Confidence] = Confidence.INFERRED
    non_production: ClassVar[bool] = False

    @dataclass(frozen=True)
    class Options:
        """The rule's settings, read from ``[tool.redlint.rules.<name>]``. Overridden where a rule has any."""

    options: Options

    def __init__(self, options: Options | None = None) -> None:
        self.options = options if options is not None else type(self).Options()

    @property
    def name(self) -> str:
        """The rule's kebab-case name, derived from its class."""
        return rule_name(type(self).__name__)

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Look at one resolved Redis call."""
        yield from ()

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Look at one construction of a client or pool."""
        yield from ()

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Look at the Redis calls of one function, in their order."""
        yield from ()

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Look at one key pattern and everything the project does with it."""
        yield from ()

    def check_module(self, module: ModuleModel, project: ProjectModel) -> Iterator[Diagnostic]:
        """Look at one module as a whole."""
        yield from ()

    def diagnostic(
        self,
        path: str,
        span: Span,
        *,
        confidence: Confidence,
        message: str | None = None,
        help: str | None = None,
        severity: Severity | None = None,
        fix: Fix | None = None,
        related: tuple[Related, ...] = (),
    ) -> Diagnostic:
        """A finding of this rule, with the rule's own message, help and severity where none is given."""
        return Diagnostic(
            code=self.code,
            name=self.name,
            message=self.message if message is None else message,
            help=self.help if help is None else help,
            severity=self.severity if severity is None else severity,
            confidence=confidence,
            path=path,
            span=span,
            fix=fix,
            related=related,
        )
