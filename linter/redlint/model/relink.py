"""Linking a project again and again while its files are edited: what an edit cannot have changed is kept.

Linking from the start takes seconds for a large project, even if no file has to be parsed. An evaluator that
notes which questions led to which others can forget exactly the answers that a changed file had a part in; the
events of that file are then found anew with all others at hand. Two things are taken over from the linking before:
the events of the other files, and which files may hold a Redis object at all. So what :meth:`LiveProject.relink`
says of the edited file holds at once; for the whole project link again when the edits pause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import TypeAlias

from redlint.model.assembly import Assembly, EventFinder, FoundCalls, ModuleModel
from redlint.model.collected import CollectedFile, KeptFiles
from redlint.model.conditions import linking_conditions
from redlint.model.evaluation.evaluator import Evaluator, ModuleLoader
from redlint.model.evaluation.outside import OutsideStores, resolve_computed
from redlint.model.evaluation.reliance import Question, UnneededReliance
from redlint.model.facts import Binding, CallSite, Expression, dotted_name
from redlint.model.files import ProjectFiles
from redlint.model.index import ModuleIndex
from redlint.model.kinds import ScopeKind
from redlint.model.link import Project
from redlint.model.modules import ModuleNames
from redlint.model.progress import Progress, unwatched
from redlint.model.project import ProjectModel
from redlint.model.request_data import RequestData
from redlint.model.settings import ModelSettings
from redlint.model.values import ScopeKey, Values

_OUTSIDE: Question = ("outside", None)
_Bases: TypeAlias = tuple[tuple[ScopeKey, ...], tuple[str, ...]]


def _nothing() -> None:
    """What is done between two steps where nobody can cancel."""


class ForgettingEvaluator(Evaluator):
    """An evaluator that can forget what it worked out from one module."""

    def __init__(
        self,
        load: ModuleLoader,
        names: ModuleNames,
        settings: ModelSettings,
        paths: Callable[[], Iterable[str]],
        is_attribute_elsewhere: Callable[[str], bool],
    ) -> None:
        self._open: list[Question] = []
        self._dependents: dict[Question, set[Question]] = {}

        def noted(path: str) -> ModuleIndex | None:
            self._note(("module", path))
            return load(path)

        super().__init__(noted, names, settings, paths, is_attribute_elsewhere)
        self.known_bases = _NotedBases(self._note)

    # --- what depends on what -------------------------------------------------------------------------

    def _note(self, question: Question) -> None:
        if self._open:
            self._dependents.setdefault(question, set()).add(self._open[-1])

    @contextmanager
    def _for_everybody(self) -> Iterator[None]:
        """Work that is not done for the sake of the question that happens to be the first to need it."""
        opened, self._open = self._open, []
        try:
            yield
        finally:
            self._open = opened

    def remember(self, kind: str, subject: object, work: Callable[[], Values]) -> Values:
        """The result of ``work``, with a note of who wanted it."""
        question = (kind, subject)
        self._note(question)
        if question not in self._known:
            for path in _modules_in(subject):
                self._dependents.setdefault(("module", path), set()).add(question)
        self._open.append(question)
        try:
            return super().remember(kind, subject, work)
        finally:
            self._open.pop()

    def evaluate(self, module: ModuleIndex, expression: Expression) -> Values:
        """The alternatives of an expression; they depend on its module."""
        question = ("e", id(expression))
        self._note(question)
        self._dependents.setdefault(("module", module.path), set()).add(question)
        return super().evaluate(module, expression)

    def binding(self, module: ModuleIndex, binding: Binding) -> Values:
        """The alternatives of a binding; they depend on its module."""
        question = ("b", id(binding))
        self._note(question)
        self._dependents.setdefault(("module", module.path), set()).add(question)
        return super().binding(module, binding)

    def calls_named(self, name: str) -> list[tuple[ModuleIndex, CallSite]]:
        """The calls of anything with this last name."""
        self._note(("calls", name))
        with self._for_everybody():
            return super().calls_named(name)

    def calls_handing(self, name: str, callees: frozenset[str]) -> list[tuple[ModuleIndex, CallSite, int]]:
        """The calls of something named as one of ``callees`` with an argument named ``name``."""
        self._note(("handing", name))
        with self._for_everybody():
            return super().calls_handing(name, callees)

    def subclasses(self, cls: ScopeKey) -> set[ScopeKey]:
        """The project classes that derive from a class."""
        self._note(("subclasses", cls))
        with self._for_everybody():
            return super().subclasses(cls)

    def outside_stores(self) -> OutsideStores:
        """What the modules store on objects other than ``self``."""
        self._note(_OUTSIDE)
        with self._for_everybody():
            return super().outside_stores()

    def close(self) -> None:
        """Drop all answers."""
        self._known.clear()
        self._dependents.clear()
        self.reliance = UnneededReliance()

    # --- forgetting -----------------------------------------------------------------------------------

    def forget(self, before: ModuleIndex | None, after: ModuleIndex) -> None:
        """Forget what was worked out from a module that has changed, and enter its new version into the tables."""
        same_scopes = before is not None and _scopes(before) == _scopes(after)
        changed: list[Question] = [("module", after.path)]
        changed += [("calls", name) for name in _counts_differ(before, after, attrgetter("calls_by_callee"))]
        changed += [("handing", name) for name in _counts_differ(before, after, attrgetter("handed"))]
        if list(_stored_outside(before)) != list(_stored_outside(after)):
            changed.append(_OUTSIDE)
        for table in (self._calls, self._handing):
            if table is not None:
                table.replace(before, after)
        self._replace_stores(before, after)
        self._script_names = None
        if self._attribute_names is not None:
            self._attribute_names |= after.class_attribute_names
        self._forget_answers(changed, after.path, same_scopes=same_scopes)
        if before is None or _class_tree(before) != _class_tree(after):
            self._replace_classes(before, after, same_scopes=same_scopes)

    def _replace_stores(self, before: ModuleIndex | None, after: ModuleIndex) -> None:
        if self._outside is not None:
            if before is not None:
                self._outside.remove(before)
            self._outside.add(after)
            with self._for_everybody():
                resolve_computed(self, self._outside)

    def _replace_classes(self, before: ModuleIndex | None, after: ModuleIndex, *, same_scopes: bool) -> None:
        for cls, (bases, _) in list(self.known_bases.items()):
            if any(one.path == after.path for one in (cls, *bases)):
                del self.known_bases[cls]
        old = self._subclasses
        if old is None or not (_has_classes(before) or _has_classes(after)):
            return
        self._subclasses = None
        self.subclasses(ScopeKey(after.path, 0))
        new: dict[ScopeKey, set[ScopeKey]] = self._subclasses or {}
        changed = [("subclasses", cls) for cls in old.keys() | new.keys() if old.get(cls) != new.get(cls)]
        self._forget_answers(changed, after.path, same_scopes=same_scopes)

    def _forget_answers(self, changed: Iterable[Question], within: str, *, same_scopes: bool) -> None:
        """Forget what answers to some questions had a part in.

        Answers of other files than ``within`` stay if they mention nothing of that file: at worst they tell
        what was so before the edit, which the next linking mends. Naming its scopes, by number, is no harm as long as
        these are the same.
        """
        pending = list(changed)
        seen = set(pending)
        about = self._dependents.get(("module", within), set())
        while pending:
            question = pending.pop()
            self._known.pop(question, None)
            kept: set[Question] = set()
            for dependent in self._dependents.pop(question, ()):
                answer = self._known.get(dependent, ())
                if dependent not in about and not _mentions(answer, within, same_scopes):
                    kept.add(dependent)
                elif dependent not in seen:
                    seen.add(dependent)
                    pending.append(dependent)
            if kept:
                self._dependents[question] = kept


class _NotedBases(dict[ScopeKey, _Bases]):
    """The bases of classes; asking for them is noted, with the modules that they stand in."""

    def __init__(self, note: Callable[[Question], None]) -> None:
        super().__init__()
        self._note = note

    def get(self, cls: ScopeKey, default: _Bases | None = None) -> _Bases | None:  # type: ignore[override]
        """The bases of a class, where they are known."""
        found = super().get(cls, default)
        for one in (cls, *(found[0] if found is not None else ())):
            self._note(("module", one.path))
        return found


def _modules_in(subject: object) -> Iterator[str]:
    """The modules that a question is about: answers name scopes by number, which an edit may change."""
    if isinstance(subject, str):
        yield subject
    elif isinstance(subject, ScopeKey):
        yield subject.path
    elif isinstance(subject, tuple):
        for one in subject:
            yield from _modules_in(one)
    else:
        for name in ("cls", "function"):
            found = getattr(subject, name, None)
            if isinstance(found, ScopeKey):
                yield found.path


def _counts_differ(
    before: ModuleIndex | None, after: ModuleIndex, entries: Callable[[ModuleIndex], Mapping[str, Sequence[object]]]
) -> list[str]:
    """The names that one of two versions of a module has more often than the other."""
    old, new = entries(before) if before is not None else {}, entries(after)
    return [name for name in old.keys() | new.keys() if len(old.get(name, ())) != len(new.get(name, ()))]


def _stored_outside(module: ModuleIndex | None) -> Iterator[tuple[str, bool]]:
    """The names of what a module stores on foreign objects; computed ones count as nameless."""
    if module is not None:
        yield from sorted((store.name, store.index is None) for store in module.outside_stores)
        yield from (("", True) for _ in module.calls_by_callee.get("setattr", ()))


def _scopes(module: ModuleIndex) -> list[tuple[object, ...]]:
    """The scopes of a module, which answers name by number."""
    return [
        (scope.kind, scope.name, scope.parent, tuple(one.name for one in scope.parameters))
        for scope in module.facts.scopes
    ]


def _class_tree(module: ModuleIndex) -> tuple[object, ...]:
    """What the classes of a module derive from, and the names at its top level that this may go by."""
    classes = [
        (number, scope.name, scope.parent, tuple(dotted_name(one) for one in scope.bases))
        for number, scope in enumerate(module.facts.scopes)
        if scope.kind is ScopeKind.CLASS
    ]
    names = [(one.name, one.kind, one.module, one.member) for one in module.facts.bindings if one.scope == 0]
    return classes, names if classes else []


def _mentions(answer: object, path: str, same_scopes: bool) -> bool:
    """Whether an answer holds a place of a file, or one of its scopes where these are no longer the same."""
    if isinstance(answer, str):
        return answer == path
    if isinstance(answer, tuple):
        return any(_mentions(one, path, same_scopes) for one in answer)
    if isinstance(answer, ScopeKey):
        return answer.path == path and not same_scopes
    return is_dataclass(answer) and any(
        _mentions(getattr(answer, one.name), path, same_scopes) for one in fields(answer)
    )


def _has_classes(module: ModuleIndex | None) -> bool:
    return module is not None and any(scope.kind is ScopeKind.CLASS for scope in module.facts.scopes)


class LiveProject(Project):
    """A project that is linked once as a whole and then again for single files."""

    def __init__(
        self,
        files: ProjectFiles,
        settings: ModelSettings,
        kept: KeptFiles,
        progress: Progress = unwatched,
        checkpoint: Callable[[], None] = _nothing,
    ) -> None:
        """``checkpoint`` is called often while the project is linked, and may raise to give it up."""
        super().__init__(files, settings, progress, kept)
        self._checkpoint = checkpoint
        self._evaluators: list[ForgettingEvaluator] = []
        self._calls = FoundCalls()
        self._modules_of_model: dict[str, ModuleModel] = {}
        self._replaced: list[ModuleIndex] = []

    @property
    def known(self) -> frozenset[str]:
        """The files that may hold a Redis object."""
        return frozenset(self._known)

    def close(self) -> None:
        """Give up what the linking is made of: its parts refer to each other and would wait for the collector."""
        for evaluator in self._evaluators:
            evaluator.close()
        self._calls = FoundCalls()
        self._modules_of_model = {}
        self._replaced = []

    def load(self, path: str) -> ModuleIndex | None:
        """A module of the project, collected when first asked for."""
        self._checkpoint()
        return super().load(path)

    def link(self, before: LiveProject | None = None) -> ProjectModel:
        """Link everything; with a linking from ``before``, the files that were worth it then and who imports whom."""
        with linking_conditions():
            if before is None:
                return super().link()
            self._known = before._known & set(self._paths)
            self._importers = before._importers
            return self._model(self._evaluator(self.load_known))

    def _evaluator(self, load: ModuleLoader, further: frozenset[str] = frozenset()) -> ForgettingEvaluator:
        return ForgettingEvaluator(
            load, self._names, self._settings, lambda: sorted(self._known | further), self._owners.has_owner
        )

    def _model(self, evaluator: Evaluator) -> ProjectModel:
        assert isinstance(evaluator, ForgettingEvaluator)
        everywhere = self._evaluator(self.load)
        self._evaluators = [evaluator, everywhere]
        for one in self._evaluators:  # they forget by themselves what an edit changes
            one.reliance = UnneededReliance()
        finder = EventFinder(evaluator, everywhere)
        self._calls = self._found(finder)
        requests = self._requests(self._calls, everywhere)
        if requests.evaluator is not everywhere and isinstance(requests.evaluator, ForgettingEvaluator):
            self._evaluators.append(requests.evaluator)
        assembly = Assembly(finder, self._calls, requests, self._linked(), self._settings)
        self._modules_of_model = {module.path: assembly.module(module) for module in self._linked()}
        model = self._joined(self._modules_of_model)
        self._checkpoint = _nothing
        return model

    def relink(self, path: str, content: bytes) -> ProjectModel | None:
        """The model with another content of one file, and the events of the others as they were.

        ``None`` where the content does not parse, or the file is none that may hold a Redis object.
        """
        if path not in self._paths or not (path in self._known or self._admits(path, content)):
            return None
        collected = self._kept.edited(path, content)
        after = collected.module
        if after is None:
            return None
        self._known.add(path)
        with linking_conditions():
            self._replace(path, content, collected, after)
            finder = EventFinder(self._evaluators[0], self._evaluators[1])
            self._calls.find(after, finder)
            requests = RequestData(self._evaluators[-1])
            assembly = Assembly(finder, self._calls, requests, self._linked(), self._settings)
            self._modules_of_model = {**self._modules_of_model, path: assembly.module(after)}
            return self._joined(dict(sorted(self._modules_of_model.items())))

    def _replace(self, path: str, content: bytes, collected: CollectedFile, after: ModuleIndex) -> None:
        before = self._modules.get(path)
        if before is not None:
            # Answers are kept by the identity of expressions, which must not be given to others meanwhile.
            self._replaced.append(before)
        self._files = self._files.with_overlay({path: content})
        self._contents[path] = content
        self._modules[path] = after
        if collected.source is not None:
            self._sources = {**self._sources, path: collected.source}
        self._problems = [one for one in self._problems if one.path != path]
        for evaluator in self._evaluators:
            evaluator.forget(before, after)
