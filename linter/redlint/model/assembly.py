"""The modules of the model: what is found in each, and what becomes of it when the calls of all are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from redlint.diagnostic import Span
from redlint.model.calls import RedisCalls
from redlint.model.creations import ClientCreations
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.event_loops import LoopRun, LoopRuns
from redlint.model.events import ChosenMethod, ClientCreation, RedisCall
from redlint.model.facts import Argument
from redlint.model.function_calls import FunctionCall, FunctionCalls
from redlint.model.index import ModuleIndex
from redlint.model.missing_methods import MissingMethod, MissingMethods
from redlint.model.pattern import KeyPattern
from redlint.model.registries import Registries
from redlint.model.request_data import RequestData
from redlint.model.scopes import Scopes
from redlint.model.sequences import CallSequence, call_sequences
from redlint.model.settings import ModelSettings
from redlint.model.strings import KeyTexts
from redlint.model.text_uses import TextUse, TextUses
from redlint.source import SourceText


@dataclass(frozen=True, slots=True)
class NamedScope:
    """A function or class by its qualified name; ``span`` covers its definition."""

    qualname: str
    span: Span


@dataclass(frozen=True, slots=True)
class FileShape:
    """What reports need to know of a file besides its text.

    ``scopes`` are the functions and classes that hold something of Redis.
    """

    multiline_strings: tuple[Span, ...] = ()
    scopes: tuple[NamedScope, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ModuleModel:
    """One file of the project, with everything Redis in it."""

    path: str
    source: SourceText
    comments: tuple[tuple[int, str], ...]
    multiline_strings: tuple[Span, ...]
    calls: tuple[RedisCall, ...]
    sequences: tuple[CallSequence, ...]
    creations: tuple[ClientCreation, ...]
    function_calls: tuple[FunctionCall, ...]
    loop_runs: tuple[LoopRun, ...]
    missing_methods: tuple[MissingMethod, ...]
    production: bool
    chosen_methods: tuple[ChosenMethod, ...] = ()
    text_uses: tuple[TextUse, ...] = ()

    @property
    def shape(self) -> FileShape:
        """What reports need to know of the file."""
        scopes = (*(call.scope for call in self.calls), *(made.scope for made in self.creations))
        named = {scope.span: NamedScope(scope.qualname, scope.span) for scope in scopes}
        return FileShape(self.multiline_strings, tuple(named.values()))


class EventFinder:
    """Finds the calls and clients of modules; what it works out for one serves the others."""

    def __init__(self, evaluator: Evaluator, everywhere: Evaluator) -> None:
        """``everywhere`` also evaluates files that passed no gate: keys may be built from what stands there."""
        self.evaluator = evaluator
        self.scopes = Scopes(evaluator)
        self.creations = ClientCreations(evaluator, self.scopes)
        self.calls = RedisCalls(evaluator, KeyTexts(everywhere), self.scopes, self.creations)


class FoundCalls:
    """The Redis calls of each module, by path, as they were found in it."""

    def __init__(self) -> None:
        self.calls: dict[str, tuple[RedisCall, ...]] = {}
        self._finders: dict[str, EventFinder] = {}

    def find(self, module: ModuleIndex, finder: EventFinder) -> None:
        """Find the calls of a module; those found in it before are gone."""
        self.calls[module.path] = finder.calls.of_module(module)
        self._finders[module.path] = finder

    def given(self, call: RedisCall) -> tuple[ModuleIndex, tuple[Argument, ...]]:
        """The module that a call was found in, and its arguments as they are written there."""
        return self._finders[call.path].calls.given(call)

    def stored(self, call: RedisCall) -> tuple[KeyPattern, ...]:
        """What a call stores, as patterns; empty where that is unknown."""
        return self._finders[call.path].calls.stored(call)

    def every(self) -> list[RedisCall]:
        """The calls of all modules."""
        return [call for path in sorted(self.calls) for call in self.calls[path]]


class Assembly:
    """Makes the modules of the model in the light of all calls."""

    def __init__(
        self,
        finder: EventFinder,
        found: FoundCalls,
        requests: RequestData,
        linked: Iterable[ModuleIndex],
        settings: ModelSettings,
    ) -> None:
        every = found.every()
        self._finder = finder
        self._found = found
        self._requests = requests
        self._settings = settings
        self._text_uses = TextUses(finder.evaluator, every)
        self._registries = Registries(every, found.stored)
        self._missing_methods = MissingMethods(finder.evaluator, finder.scopes, linked)
        self._function_calls = FunctionCalls(finder.evaluator, finder.scopes, every)
        self._loop_runs = LoopRuns(finder.evaluator, finder.scopes, every)

    def module(self, module: ModuleIndex) -> ModuleModel:
        """One module of the model."""
        path = module.path
        calls = tuple(
            self._requests.marked(self._registries.resolved(call), *self._found.given(call))
            for call in self._found.calls[path]
        )
        return ModuleModel(
            path=path,
            source=module.source,
            comments=module.facts.comments,
            multiline_strings=tuple(Span(start, end) for start, end in module.facts.multiline_strings),
            calls=calls,
            sequences=call_sequences(calls),
            creations=self._finder.creations.of_module(module),
            function_calls=self._function_calls.of_module(module),
            loop_runs=self._loop_runs.of_module(module),
            missing_methods=self._missing_methods.of_module(module, calls),
            production=self._settings.is_production(path),
            chosen_methods=tuple(self._requests.chosen_methods(module, self._finder.evaluator)),
            text_uses=self._text_uses.of_module(module),
        )
