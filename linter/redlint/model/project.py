"""A linked project, as rules and reports see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from redlint.model.assembly import FileShape, ModuleModel
from redlint.model.collected import FileProblem
from redlint.model.conditions import deep_recursion
from redlint.model.events import ClientCreation, ClientRef, Place, RedisCall
from redlint.model.keyspace import PatternUses
from redlint.model.pattern import KeyPattern
from redlint.model.provenance import Provenance
from redlint.model.settings import ModelSettings
from redlint.model.surroundings import Surroundings
from redlint.model.target import Target, Topology
from redlint.model.ttl import TtlPolicy
from redlint.model.unresolved import UnresolvedCall
from redlint.source import SourceText

_WILDCARD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, eq=False)
class ProjectModel:
    """The whole project as rules see it."""

    modules: Mapping[str, ModuleModel]
    patterns: tuple[PatternUses, ...]
    by_identity: Mapping[str, PatternUses]
    by_command: Mapping[str, tuple[RedisCall, ...]]
    problems: tuple[FileProblem, ...]
    sources: Mapping[str, SourceText]
    settings: ModelSettings
    provenance: Provenance
    find_unresolved: Callable[[], tuple[UnresolvedCall, ...]]
    find_surroundings: Callable[[], Surroundings | None]

    @property
    def target(self) -> Target:
        """The servers and clients the project is meant for."""
        return self.settings.target

    def uses_cluster(self, client: ClientRef) -> bool:
        """Whether commands of a client go to a cluster: by its kind, or by the project's settings."""
        return client.is_cluster or self.target.topology is Topology.CLUSTER

    def calls(self) -> Iterator[RedisCall]:
        """Every resolved Redis call, by path and place."""
        for module in self.modules.values():
            yield from module.calls

    def calls_of(self, command: str) -> tuple[RedisCall, ...]:
        """The resolved calls that may send a command of this name, by path and place."""
        return self.by_command.get(command, ())

    def creations(self) -> Iterator[ClientCreation]:
        """Every construction of a client or pool, by path and place."""
        for module in self.modules.values():
            yield from module.creations

    def chain(self, call: RedisCall) -> tuple[str, ...]:
        """Why the receiver of a call is taken for a client: how it got there, in words, nearest step first."""
        with deep_recursion():
            return self.provenance.of_call(call)

    def unresolved(self) -> tuple[UnresolvedCall, ...]:
        """The calls that look like Redis on something unknown, each with the reason, by path and place."""
        with deep_recursion():
            return self.find_unresolved()

    def shape(self, path: str) -> FileShape:
        """What reports need to know of a file besides its text."""
        module = self.modules.get(path)
        return module.shape if module is not None else FileShape()

    def surroundings(self) -> Surroundings | None:
        """What linking asked of the files that it did not come to; ``None`` where it came to all of them."""
        return self.find_surroundings()

    def call_at(self, place: Place) -> RedisCall | None:
        """The call that starts at a place, if it is a resolved one."""
        module = self.modules.get(place.path)
        for call in module.calls if module is not None else ():
            if call.span.start == place.span.start:
                return call
        return None

    def matching(self, glob: KeyPattern) -> Iterator[PatternUses]:
        """The key patterns that a ``MATCH`` pattern may select, by what stands before its first wildcard."""
        fixed = _WILDCARD.split(glob.text)[0]
        if not re.search(r"\w", fixed):
            return
        for uses in self.patterns:
            text = uses.pattern.text
            literal = text.partition("{}")[0]
            if text.startswith(fixed) or (literal and fixed.startswith(literal)):
                yield uses

    def is_persistent(self, pattern: KeyPattern) -> bool:
        """Whether the user's settings say that such keys are meant to stay."""
        text = pattern.text.replace("{}", "*")
        return any(fnmatchcase(text, glob) for glob in self.settings.persistent_keys)

    def never_expires(self, pattern: KeyPattern) -> bool:
        """Whether the project creates such keys and nothing in it ever gives them a TTL."""
        uses = self.uses_of(pattern)
        return uses is not None and uses.ttl_policy is TtlPolicy.NEVER

    def is_cache(self, pattern: KeyPattern) -> bool:
        """Whether the user's settings say that such keys are a cache."""
        text = pattern.text.replace("{}", "*")
        return any(fnmatchcase(text, glob) for glob in self.settings.cache_keys)

    def overlapping(self, pattern: KeyPattern) -> Iterator[PatternUses]:
        """The patterns of the project that may denote the same key as this one, itself included.

        Good for silence, not for claims: two patterns that overlap need never meet.
        """
        for uses in self.patterns:
            if uses.pattern.overlaps(pattern):
                yield uses

    def types_written_beside(self, call: RedisCall) -> frozenset[str]:
        """The value types that the class of a call (or its module's functions, without one) creates keys of."""
        module = self.modules[call.path]
        return frozenset(
            kind
            for other in module.calls
            if other.scope.class_name == call.scope.class_name
            for command in other.commands
            if command.creates and len(command.value_types) == 1
            for kind in command.value_types
        )

    def uses_of(self, pattern: KeyPattern) -> PatternUses | None:
        """What the project does with a key pattern: everything that surely means the same keys."""
        return self.by_identity.get(pattern.identity)

    def namesakes(self, pattern: KeyPattern) -> Iterator[PatternUses]:
        """The patterns of the same text, itself included: perhaps the same keys (``{prefix}:x`` of two classes)."""
        for uses in self.patterns:
            if uses.pattern.text == pattern.text:
                yield uses
