"""Which files are handed a Redis object by others: ``Store(client)``, ``save(client, x)``, ``store.client = client``.

What such a file does with the object shows only when it is parsed.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable

from redlint.model.evaluation.evaluator import Evaluator, ModuleLoader
from redlint.model.evaluation.members import bases
from redlint.model.facts import (
    Argument,
    Bytes,
    CallSite,
    Constant,
    Expression,
    Formatted,
    Name,
    Opaque,
    Store,
    Template,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import ScopeKind
from redlint.model.reach import MOST_ATTRIBUTES, Reach
from redlint.model.values import (
    ANYTHING,
    Anything,
    External,
    ExternalInstance,
    ExternalMethod,
    Instance,
    ProjectClass,
    ProjectFunction,
    ProjectModule,
    ScopeKey,
    Values,
)

_PLAIN = (Constant, Bytes, Template, Formatted, Opaque)
_FOREIGN = (Anything, External, ExternalInstance, ExternalMethod)
_BUILTINS = frozenset(dir(builtins))
_STORING = "setattr"


class Receivers:
    """Finds the files, not parsed yet, that are handed a Redis object or something that leads to one.

    ``known`` gives the modules that are parsed. ``everywhere`` evaluates in all modules and parses those that
    it needs: the file a function is imported from may have it from yet another one. Its loader must be
    ``recorder.load``.
    """

    def __init__(self, evaluator: Evaluator, reach: Reach, recorder: Recorder, everywhere: Evaluator) -> None:
        self._evaluator = evaluator
        self._reach = reach
        self._recorder = recorder
        self._everywhere = everywhere

    def of(self, paths: Iterable[str]) -> set[str]:
        """The files that the modules at these paths hand something to."""
        for path in paths:
            module = self._evaluator.load(path)
            if module is not None:
                self._look_at(module)
        return self._recorder.found

    def _look_at(self, module: ModuleIndex) -> None:
        for site in module.facts.calls:
            given = [one for one in site.call.arguments if not isinstance(one.value, _PLAIN)]
            if given and not self._is_builtin(module, site) and self._hands(module, given):
                self._follow_call(module, site, given)
        for store in module.facts.stores:
            if store.value is not None and not isinstance(store.value, _PLAIN):
                self._follow_store(module, store)
        for number, scope in enumerate(module.facts.scopes):
            if scope.kind is ScopeKind.CLASS and scope.bases:
                self._follow_bases(ScopeKey(module.path, number))

    def _is_builtin(self, module: ModuleIndex, site: CallSite) -> bool:
        function = site.call.function
        return (
            isinstance(function, Name)
            and function.name in _BUILTINS
            and function.name != _STORING
            and module.reaching(function.name, function.start) is None
        )

    def _hands(self, module: ModuleIndex, given: list[Argument]) -> bool:
        return any(self._leads(self._evaluator.evaluate(module, one.value)) for one in given)

    def _leads(self, values: Values) -> bool:
        return any(self._reach.reaches(value, MOST_ATTRIBUTES) for value in values)

    def _follow_call(self, module: ModuleIndex, site: CallSite, given: list[Argument]) -> None:
        callees = self._in_full(module, site.call.function)
        self._record(callees)
        if all(isinstance(callee, _FOREIGN) for callee in callees):
            # Somebody else's code calls what else it is given: ``Thread(target=work, args=(client,))``.
            for one in given:
                self._record(self._in_full(module, one.value))

    def _in_full(self, module: ModuleIndex, expression: Expression) -> Values:
        """What an expression denotes when the modules behind it are parsed."""
        values = self._evaluator.evaluate(module, expression)
        return values if _is_complete(values) else self._everywhere.evaluate(module, expression)

    def _follow_store(self, module: ModuleIndex, store: Store) -> None:
        if store.value is not None and self._leads(self._evaluator.evaluate(module, store.value)):
            self._record(self._in_full(module, store.object))

    def _follow_bases(self, cls: ScopeKey) -> None:
        """A base class works with what its subclasses set."""
        module = self._evaluator.load(cls.path)
        expressions = module.facts.scopes[cls.scope].bases if module is not None else ()
        if module is None or all(_is_complete(self._evaluator.evaluate(module, one)) for one in expressions):
            return
        if self._reach.reaches(Instance(cls), MOST_ATTRIBUTES):
            bases(self._everywhere, cls)

    def _record(self, values: Values) -> None:
        for value in values:
            if isinstance(value, ProjectModule):
                self._recorder.note(value.path)
            elif isinstance(value, ProjectFunction):
                self._recorder.note(value.function.path)
                self._record(() if value.receiver is None else (value.receiver,))
            elif isinstance(value, ProjectClass | Instance):
                for base in bases(self._everywhere, value.cls)[0]:
                    self._recorder.note(base.path)


def _is_complete(values: Values) -> bool:
    return bool(values) and ANYTHING not in values


class Recorder:
    """Loads modules, and notes those that were asked for without being known."""

    def __init__(self, load: ModuleLoader, known: Iterable[str]) -> None:
        self._load = load
        self._known = frozenset(known)
        self.found: set[str] = set()

    def load(self, path: str) -> ModuleIndex | None:
        """The module, noted if it is not known."""
        self.note(path)
        return self._load(path)

    def note(self, path: str) -> None:
        """Note a file that is needed."""
        if path and path not in self._known:
            self.found.add(path)
