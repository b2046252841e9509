"""The whole project, linked: every module collected, every Redis call resolved, every key pattern known."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from types import MappingProxyType

from redlint.diagnostic import Span
from redlint.errors import UnreadableSourceError
from redlint.model.assembly import Assembly, EventFinder, FileShape, FoundCalls, ModuleModel
from redlint.model.class_attributes import ClassAttributes, class_attributes
from redlint.model.clients import import_words, web_packages
from redlint.model.collected import FileProblem, KeptFiles, decoded
from redlint.model.evaluation import outside
from redlint.model.evaluation.evaluator import Evaluator, ModuleLoader
from redlint.model.events import ClientCreation, ClientRef, Place, RedisCall
from redlint.model.files import ProjectFiles
from redlint.model.gate import Gate, gate_words
from redlint.model.handing import Receivers, Recorder, Search
from redlint.model.importers import Importers
from redlint.model.index import ModuleIndex
from redlint.model.keyspace import PatternUses, patterns_of
from redlint.model.modules import ModuleNames
from redlint.model.pattern import KeyPattern
from redlint.model.progress import Progress, unwatched
from redlint.model.provenance import Provenance, TracingEvaluator
from redlint.model.reach import Reach
from redlint.model.request_data import RequestData, takes_parameter
from redlint.model.settings import ModelSettings
from redlint.model.stopwatch import BUILDING, COLLECTING, FOLLOWING, PREPARING, READING, RESOLVING, Timer, untimed
from redlint.model.surroundings import Surroundings
from redlint.model.target import Target, Topology
from redlint.model.ttl import TtlPolicy
from redlint.model.unresolved import UnresolvedCall, unresolved_calls
from redlint.source import SourceText

_RECURSION = 10_000
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
        with _deep_recursion():
            return self.provenance.of_call(call)

    def unresolved(self) -> tuple[UnresolvedCall, ...]:
        """The calls that look like Redis on something unknown, each with the reason, by path and place."""
        with _deep_recursion():
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


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Chains of values are longer than the interpreter's default allows for."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Trees, facts and values are many and free of cycles: looking for cycles in them costs half the parse again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Project:
    """The files of a project while it is being linked."""

    def __init__(
        self,
        files: ProjectFiles,
        settings: ModelSettings,
        progress: Progress = unwatched,
        kept: KeptFiles | None = None,
        timer: Timer = untimed,
    ) -> None:
        """``kept`` are the facts of an earlier linking, which those of this one are added to."""
        self._files = files
        self._progress = progress
        self._timer = timer
        self._kept = KeptFiles() if kept is None else kept
        self._settings = settings
        self._paths = sorted({*files.lint, *files.context})
        self._modules: dict[str, ModuleIndex | None] = {}
        self._problems: list[FileProblem] = []
        self._sources: dict[str, SourceText] = {}
        self._names = ModuleNames(self._paths, protected=import_words())
        self._importers = Importers(self._names)
        self._known: set[str] = set()
        self._asked: Mapping[str, frozenset[str]] = {}
        self._offered: Mapping[str, frozenset[str]] = {}
        self._fixtures: dict[str, frozenset[str]] = {}
        self._doors: frozenset[str] = frozenset()
        self._refused: set[str] = set()
        self._reading: list[str] = []
        self._requested: set[str] = set()
        self._contents: dict[str, bytes] = {}
        self._owners: dict[str, str | None] = {}
        self._class_attributes: dict[str, ClassAttributes | None] = {}

    # --- reading --------------------------------------------------------------------------------------

    def load_known(self, path: str) -> ModuleIndex | None:
        """A module that passed the gate: others cannot hold a Redis object."""
        return self.load(path) if path in self._known else None

    def load(self, path: str) -> ModuleIndex | None:
        """A module of the project, collected when first asked for; ``None`` where it has a problem.

        Keys may be built from constants and functions of any module, so these are looked for everywhere.
        """
        if path in self._modules:
            return self._modules[path]
        content = self._read(path)
        module = self._collect(path, content) if content is not None else None
        self._modules[path] = module
        return module

    def _read(self, path: str) -> bytes | None:
        if path in self._contents:
            return self._contents[path]
        try:
            content = self._files.read(path)
        except UnreadableSourceError as error:
            self._problems.append(FileProblem(path, "unreadable", str(error), Span(0, 0)))
            return None
        self._contents[path] = content  # the importers keep it as well
        return content

    def _collect(self, path: str, content: bytes) -> ModuleIndex | None:
        with self._timer(COLLECTING, path):
            found = self._kept.collected(path, content)
        if found.source is not None:
            self._sources[path] = found.source
        if found.problem is not None:
            self._problems.append(found.problem)
        return found.module

    # --- gate -----------------------------------------------------------------------------------------

    def gated(self) -> list[str]:
        """The files that name a client library (or all, without the gate)."""
        if not self._settings.gate:
            return list(self._paths)
        admitted: dict[str, bytes] = {}
        for number, path in enumerate(self._paths):
            self._progress("reading files", number, len(self._paths))
            content = self._read(path)
            if content is None:
                continue
            self._importers.add(path, content)
            if self._admits(path, content):
                admitted[path] = content
            elif path in self._files.explicit:
                self._collect(path, content)  # whoever names a file wants to know if it does not parse
        with self._timer(PREPARING):
            self._kept.prepare(admitted.items())
        for path, content in admitted.items():
            self._modules[path] = self._collect(path, content)
        return list(admitted)

    @cached_property
    def _gate(self) -> Gate:
        return Gate(gate_words(self._settings))

    def _admits(self, path: str, content: bytes) -> bool:
        """Whether a file is worth parsing for its own sake."""
        return not self._settings.gate or self._gate.admits(content)

    # --- linking --------------------------------------------------------------------------------------

    def link(self) -> ProjectModel:
        """Collect and link what is worth it, until no file is added."""
        with self._timer(READING):
            fresh = self.gated()
        evaluator: Evaluator | None = None
        while True:
            self._known.update(fresh)
            with self._timer(FOLLOWING):
                unread = [path for path in fresh if path not in self._modules]
                with self._timer(PREPARING):
                    self._kept.prepare((path, content) for path in unread if (content := self._read(path)) is not None)
                for number, path in enumerate(fresh):
                    self._progress("following clients", number, len(fresh))
                    self.load(path)
                if evaluator is None:
                    evaluator = self._evaluator(self.load_known)
                else:
                    evaluator.admit([module for path in fresh if (module := self.load(path)) is not None])
                fresh = self._reachable(evaluator, fresh)
            if not fresh:
                return self._model(evaluator)

    def _evaluator(self, load: ModuleLoader, further: frozenset[str] = frozenset()) -> Evaluator:
        """``further`` are files whose calls are looked at as well as those of the files that passed the gate."""
        return Evaluator(
            load, self._names, self._settings, lambda: sorted(self._known | further), self._is_attribute_elsewhere
        )

    def _tracing_evaluator(self) -> TracingEvaluator:
        tracing = TracingEvaluator(self.load_known, self._names, self._settings, lambda: sorted(self._known))
        tracing.is_attribute_elsewhere = self._is_attribute_elsewhere
        return tracing

    def _is_attribute_elsewhere(self, name: str) -> bool:
        """Whether a class of a file that did not pass the gate has an attribute of this name."""
        if name not in self._owners:
            self._owners[name] = self._find_owner(name)
        return self._owners[name] is not None

    def _find_owner(self, name: str) -> str | None:
        """The first file that did not pass the gate and has a class with an attribute of this name."""
        pattern = re.compile(rf"\.\s*{re.escape(name)}\b|^[ \t]+(?:\w+[ \t]+)*{re.escape(name)}\b", re.MULTILINE)
        encoded = name.encode()
        waiting = (path for path in self._paths if path not in self._known)
        for path in waiting:
            content = self._read(path)
            if content is None or encoded not in content or b"class" not in content:
                continue
            if pattern.search(content.decode("utf-8", "replace")) is not None and self._has_attribute(path, name):
                return path
        return None

    def _has_attribute(self, path: str, name: str) -> bool:
        """Whether a class of a file has an attribute of this name; the file is collected only to be sure."""
        if path not in self._modules and name.isascii():  # Python takes some other characters for ASCII ones
            attributes = self._attributes_of(path)
            if attributes is not None and (name in attributes.certain or name not in attributes.possible):
                return name in attributes.certain
        module = self.load(path)
        return module is not None and name in module.class_attribute_names

    def _attributes_of(self, path: str) -> ClassAttributes | None:
        if path not in self._class_attributes:
            content = self._read(path)
            text = decoded(path, content) if content is not None else None
            self._class_attributes[path] = None if text is None else class_attributes(text)
        return self._class_attributes[path]

    def _linked(self) -> Iterator[ModuleIndex]:
        """The modules that passed the gate, by path."""
        for path in sorted(self._known):
            module = self.load(path)
            if module is not None:
                yield module

    def _reachable(self, evaluator: Evaluator, fresh: list[str]) -> list[str]:
        """The files not parsed yet that can reach a Redis object of those that are; ``fresh`` came in last."""
        if not self._settings.gate or len(self._known) == len(self._paths):
            return []
        reach = Reach(evaluator)
        self._asked = self._importers.wanted(self._known)
        bearing = reach.bearing(self._asked)
        # The doors of what can be imported: objects that are only handed around have others.
        self._doors = reach.doors
        found = self._handed(evaluator, reach, fresh) | self._readers(evaluator)
        self._offered = {}
        if bearing:
            reached = self._importers.of(bearing, self._doors, self._known | found)
            self._offered = reached.offered
            found |= reached.files
        self._fixtures = {
            path: one.direct | one.indirect for path, one in bearing.items() if path.rpartition("/")[2] == "conftest.py"
        }
        return sorted(found)

    def _readers(self, evaluator: Evaluator) -> set[str]:
        """The files that read a Redis object from where others store it: ``request.app.state.redis``."""
        words = [
            rf"\b{re.escape(owner)}\s*(?:\.\s*{re.escape(name)}\b|\[\s*[\"']{re.escape(name)}[\"'])"
            rf"|\bgetattr\(\s*[\w.]*{re.escape(owner)}\s*,\s*[\"']{re.escape(name)}[\"']"
            for name, owners in sorted(outside.shared(evaluator).items())
            for owner in sorted(owners)
        ]
        self._reading = words
        if not words:
            return set()
        pattern = re.compile("|".join(words).encode())
        waiting = (path for path in self._paths if path not in self._known)
        return {path for path in waiting if (content := self._read(path)) is not None and pattern.search(content)}

    def _handed(self, evaluator: Evaluator, reach: Reach, fresh: list[str]) -> set[str]:
        """The files that are handed a Redis object by those that are new, or that import those."""
        known = frozenset(self._known)
        importers = {edge.importer for path in fresh for edge in self._importers.edges_to(path)}

        def search(admits: Callable[[str], bool]) -> Search:
            recorder = Recorder(self.load, known, admits)
            # Without callers: who calls what leads all over the project, and every file on the way counts as found.
            return Search(Evaluator(recorder.load, self._names, self._settings), recorder)

        direct = search(lambda _: True)
        indirect = search(lambda path: self._importers.may_open(path, reach.doors))
        concerned = (path for path in sorted(known & {*fresh, *importers}) if self._imports_unknown(path))
        found = Receivers(evaluator, reach, direct, indirect).of(concerned)
        self._refused |= indirect.recorder.refused
        return found

    def _imports_unknown(self, path: str) -> bool:
        """Whether a file, or one that it imports, imports a file of the project that is not parsed."""
        sources = {edge.source for edge in self._importers.edges_from(path)}
        further = {edge.source for source in sources for edge in self._importers.edges_from(source)}
        return not sources | further <= self._known

    def _requests(self, found: FoundCalls, everywhere: Evaluator) -> RequestData:
        """What visitors choose; also in files that hold no Redis object, and only call a function which uses one."""
        names = {
            path: {call.scope.name for call in group if takes_parameter(call, *found.given(call))}
            for path, group in found.calls.items()
        }
        self._requested = {name for group in names.values() for name in group}
        asking: set[str] = set()
        for path in self._paths if self._requested else ():
            if path in self._known or not self._importers.has_word(path, web_packages()):
                continue
            sources = {edge.source for edge in self._importers.edges_from(path)}
            sources |= {edge.source for source in sources for edge in self._importers.edges_from(source)}
            called = {name for source in sources for name in names.get(source, ())}
            if called and self._importers.has_word(path, called):
                asking.add(path)
        return RequestData(self._evaluator(self.load, frozenset(asking)) if asking else everywhere)

    def _model(self, evaluator: Evaluator) -> ProjectModel:
        everywhere = evaluator.widened(self.load)
        finder = EventFinder(evaluator, everywhere)
        with self._timer(RESOLVING):
            found = self._found(finder)
        with self._timer(BUILDING):
            assembly = Assembly(finder, found, self._requests(found, everywhere), self._linked(), self._settings)
            return self._joined({module.path: assembly.module(module) for module in self._linked()})

    def _found(self, finder: EventFinder) -> FoundCalls:
        """The calls of all modules."""
        linked = tuple(self._linked())
        found = FoundCalls()
        for number, module in enumerate(linked):
            self._progress("resolving calls", number, len(linked))
            found.find(module, finder)
        return found

    def _joined(self, modules: Mapping[str, ModuleModel]) -> ProjectModel:
        """The model that the modules make together."""
        patterns = patterns_of(call for module in modules.values() for call in module.calls)
        tracing = self._tracing_evaluator()
        problems = sorted(set(self._problems), key=lambda problem: (problem.path, problem.span, problem.kind))
        return ProjectModel(
            modules=MappingProxyType(modules),
            patterns=patterns,
            by_identity=MappingProxyType({uses.pattern.identity: uses for uses in patterns}),
            by_command=MappingProxyType(_by_command(call for module in modules.values() for call in module.calls)),
            problems=tuple(problems),
            sources=MappingProxyType(self._sources),
            settings=self._settings,
            provenance=Provenance(tracing),
            find_unresolved=lambda: unresolved_calls(tracing, self._linked()),
            find_surroundings=self._surroundings,
        )

    def _surroundings(self) -> Surroundings | None:
        if not self._settings.gate:
            return None
        passing = {path for path in self._offered if path not in self._known} | self._refused
        handed_on = {one for path in passing for one in self._importers.handed_on(path)}
        return Surroundings(
            inside=frozenset(self._modules).union(owner for owner in self._owners.values() if owner is not None),
            linked=frozenset(self._known),
            asked=dict(sorted(self._asked.items())),
            offered=dict(self._offered),
            doors=self._doors,
            watched=frozenset(passing | handed_on),
            readers=tuple(self._reading),
            fixtures=self._fixtures,
            requested=frozenset(self._requested),
            missing_attributes=frozenset(name for name, owner in self._owners.items() if owner is None),
            gate_words=gate_words(self._settings),
        )


def _by_command(calls: Iterable[RedisCall]) -> dict[str, tuple[RedisCall, ...]]:
    found: dict[str, list[RedisCall]] = {}
    for call in calls:
        for name in {command.name: None for command in call.commands}:
            found.setdefault(name, []).append(call)
    return {name: tuple(group) for name, group in found.items()}


@contextmanager
def linking_conditions() -> Iterator[None]:
    """What linking needs of the interpreter: room for long chains of values, and no search for garbage."""
    with _deep_recursion(), _collector_paused():
        yield


def analyse(
    files: ProjectFiles,
    settings: ModelSettings,
    progress: Progress = unwatched,
    kept: KeptFiles | None = None,
    timer: Timer = untimed,
) -> ProjectModel:
    """Collect and link a project.

    ``progress`` is told how far that is, ``kept`` are facts of earlier linkings, ``timer`` times the phases.
    """
    with linking_conditions():
        return Project(files, settings, progress, kept, timer).link()
