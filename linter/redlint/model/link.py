"""The whole project, linked: every module collected, every Redis call resolved, every key pattern known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from redlint.diagnostic import Span
from redlint.errors import UnreadableSourceError
from redlint.model.assembly import Assembly, EventFinder, FoundCalls, ModuleModel
from redlint.model.attribute_owners import AttributeOwners
from redlint.model.clients import import_words, web_packages
from redlint.model.collected import FileProblem, KeptFiles
from redlint.model.conditions import linking_conditions
from redlint.model.evaluation import outside
from redlint.model.evaluation.evaluator import Evaluator, ModuleLoader
from redlint.model.events import RedisCall
from redlint.model.files import ProjectFiles
from redlint.model.gate import Gate, gate_words
from redlint.model.handing import Receivers, Recorder, Search
from redlint.model.importers import Importers
from redlint.model.index import ModuleIndex
from redlint.model.keyspace import patterns_of
from redlint.model.modules import ModuleNames
from redlint.model.progress import Progress, unwatched
from redlint.model.project import ProjectModel
from redlint.model.provenance import Provenance, TracingEvaluator
from redlint.model.reach import Reach
from redlint.model.request_data import RequestData, takes_parameter
from redlint.model.settings import ModelSettings
from redlint.model.stopwatch import BUILDING, COLLECTING, FOLLOWING, PREPARING, READING, RESOLVING, Timer, untimed
from redlint.model.surroundings import Surroundings
from redlint.model.unresolved import unresolved_calls
from redlint.source import SourceText


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
        self._owners = AttributeOwners(self)

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
        content = self.read(path)
        module = self._collect(path, content) if content is not None else None
        self._modules[path] = module
        return module

    def read(self, path: str) -> bytes | None:
        """The content of a file; ``None`` where it has a problem."""
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

    def is_loaded(self, path: str) -> bool:
        """Whether a module is collected already."""
        return path in self._modules

    def waiting(self) -> Iterator[str]:
        """The files that did not pass the gate so far, by path."""
        return (path for path in self._paths if path not in self._known)

    # --- gate -----------------------------------------------------------------------------------------

    def gated(self) -> list[str]:
        """The files that name a client library (or all, without the gate)."""
        if not self._settings.gate:
            return list(self._paths)
        admitted: dict[str, bytes] = {}
        for number, path in enumerate(self._paths):
            self._progress("reading files", number, len(self._paths))
            content = self.read(path)
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
                    self._kept.prepare((path, content) for path in unread if (content := self.read(path)) is not None)
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
            load, self._names, self._settings, lambda: sorted(self._known | further), self._owners.has_owner
        )

    def _tracing_evaluator(self) -> TracingEvaluator:
        tracing = TracingEvaluator(self.load_known, self._names, self._settings, lambda: sorted(self._known))
        tracing.is_attribute_elsewhere = self._owners.has_owner
        return tracing

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
        return {path for path in self.waiting() if (content := self.read(path)) is not None and pattern.search(content)}

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
            inside=frozenset(self._modules) | self._owners.found,
            linked=frozenset(self._known),
            asked=dict(sorted(self._asked.items())),
            offered=dict(self._offered),
            doors=self._doors,
            watched=frozenset(passing | handed_on),
            readers=tuple(self._reading),
            fixtures=self._fixtures,
            requested=frozenset(self._requested),
            missing_attributes=self._owners.missing,
            gate_words=gate_words(self._settings),
        )


def _by_command(calls: Iterable[RedisCall]) -> dict[str, tuple[RedisCall, ...]]:
    found: dict[str, list[RedisCall]] = {}
    for call in calls:
        for name in {command.name: None for command in call.commands}:
            found.setdefault(name, []).append(call)
    return {name: tuple(group) for name, group in found.items()}


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
