"""Which files are handed a Redis object by others: ``Store(client)``, ``save(client, x)``, ``store.client = client``.

What such a file does with the object shows only when it is parsed.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from redlint.model.evaluation.evaluator import Evaluator, ModuleLoader
from redlint.model.evaluation.members import bases
from redlint.model.facts import Bytes, CallSite, Constant, Expression, Formatted, Name, Opaque, Template
from redlint.model.index import ModuleIndex
from redlint.model.kinds import ScopeKind
from redlint.model.reach import Reach
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
    Value,
    Values,
)

MOST_HANDED = 1
"""Attributes between what is handed over and the Redis object. With more, half of a big project is parsed in vain."""

_PLAIN = (Constant, Bytes, Template, Formatted, Opaque)
_FOREIGN = (Anything, External, ExternalInstance, ExternalMethod)
_BUILTINS = frozenset(dir(builtins)) - {"setattr"}


class Recorder:
    """Loads modules, and notes those that were asked for without being known."""

    def __init__(self, load: ModuleLoader, known: Iterable[str], admits: Callable[[str], bool]) -> None:
        """Files that are neither known nor admitted are left alone."""
        self._load = load
        self._known = frozenset(known)
        self._admits = admits
        self.found: set[str] = set()
        self.refused: set[str] = set()

    def load(self, path: str) -> ModuleIndex | None:
        """The module, noted if it is not known."""
        return self._load(path) if self.note(path) else None

    def note(self, path: str) -> bool:
        """Note a file that is needed, and tell whether it may be looked into."""
        if path in self._known:
            return True
        if path not in self.found and path:
            (self.found if self._admits(path) else self.refused).add(path)
        return path in self.found


@dataclass(frozen=True, slots=True)
class Search:
    """A way to find what is not known yet: an evaluator, and the recorder that loads for it."""

    evaluator: Evaluator
    recorder: Recorder


@dataclass(frozen=True, slots=True)
class _Handed:
    """Something is handed to what ``receiver`` denotes, with other arguments beside it."""

    module: ModuleIndex
    receiver: Expression
    others: tuple[Expression, ...]
    is_direct: bool


class Receivers:
    """Finds the files, not parsed yet, that are handed a Redis object or something that leads to one.

    Files are parsed to find them: the file a function is imported from may have it from yet another one.
    ``direct`` searches for what is handed a Redis object, ``indirect`` for what is handed something that leads
    to one: such a file matters only if it goes on from there.
    """

    def __init__(self, evaluator: Evaluator, reach: Reach, direct: Search, indirect: Search) -> None:
        self._evaluator = evaluator
        self._reach = reach
        self._direct = direct
        self._indirect = indirect

    def of(self, paths: Iterable[str]) -> set[str]:
        """The files that the modules at these paths hand something to."""
        modules = [module for path in paths if (module := self._evaluator.load(path)) is not None]
        # All is collected before anything is followed: by then every attribute that matters has been seen.
        handed = [one for module in modules for one in self._handed_in(module)]
        classes = [cls for module in modules for cls in self._open_classes(module)]
        for one in handed:
            self._follow(one)
        for cls in classes:
            bases(self._indirect.evaluator, cls)
        return self._direct.recorder.found | self._indirect.recorder.found

    # --- what is handed -------------------------------------------------------------------------------

    def _handed_in(self, module: ModuleIndex) -> list[_Handed]:
        found: list[_Handed] = []
        for site in module.facts.calls:
            given = tuple(one.value for one in site.call.arguments if not isinstance(one.value, _PLAIN))
            if given and not _is_builtin(module, site):
                found += self._handed(module, site.call.function, given)
        for store in module.facts.stores:
            if store.value is not None and not isinstance(store.value, _PLAIN):
                found += self._handed(module, store.object, (store.value,))
        return found

    def _handed(self, module: ModuleIndex, receiver: Expression, given: tuple[Expression, ...]) -> list[_Handed]:
        receivers = self._evaluator.evaluate(module, receiver)
        if _is_complete(receivers) and all(self._is_closed(one) for one in receivers):
            return []
        values = [value for one in given for value in self._evaluator.evaluate(module, one)]
        is_direct = any(self._reach.reaches(value, 0) for value in values)
        if is_direct or any(self._reach.reaches(value, MOST_HANDED) for value in values):
            return [_Handed(module, receiver, given, is_direct)]
        return []

    def _is_closed(self, receiver: Value) -> bool:
        """Whether all that works with what a receiver is handed is parsed already."""
        if isinstance(receiver, ProjectFunction):
            return receiver.receiver is None or self._is_closed(receiver.receiver)
        if isinstance(receiver, ProjectModule):
            return self._evaluator.load(receiver.path) is not None
        if isinstance(receiver, ProjectClass | Instance):
            return all(self._is_closed_class(key) for key in bases(self._evaluator, receiver.cls)[0])
        return not isinstance(receiver, _FOREIGN)

    def _is_closed_class(self, cls: ScopeKey) -> bool:
        module = self._evaluator.load(cls.path)
        if module is None:
            return False
        return all(_is_complete(self._evaluator.evaluate(module, one)) for one in module.facts.scopes[cls.scope].bases)

    def _open_classes(self, module: ModuleIndex) -> list[ScopeKey]:
        """Classes with a base that is not parsed and may work with the Redis object that they have."""
        found: list[ScopeKey] = []
        for number, scope in enumerate(module.facts.scopes):
            if scope.kind is not ScopeKind.CLASS:
                continue
            if all(_is_complete(self._evaluator.evaluate(module, base)) for base in scope.bases):
                continue
            cls = ScopeKey(module.path, number)
            if self._reach.reaches(Instance(cls), MOST_HANDED):
                found.append(cls)
        return found

    # --- who it is handed to --------------------------------------------------------------------------

    def _follow(self, handed: _Handed) -> None:
        search = self._direct if handed.is_direct else self._indirect
        receivers = self._in_full(search, handed.module, handed.receiver)
        self._record(search, receivers)
        if all(isinstance(receiver, _FOREIGN) for receiver in receivers):
            # Somebody else's code calls what else it is given: ``Thread(target=work, args=(client,))``.
            for other in handed.others:
                self._record(search, self._in_full(search, handed.module, other))

    def _in_full(self, search: Search, module: ModuleIndex, expression: Expression) -> Values:
        """What an expression denotes when the modules behind it are parsed."""
        values = self._evaluator.evaluate(module, expression)
        return values if _is_complete(values) else search.evaluator.evaluate(module, expression)

    def _record(self, search: Search, values: Values) -> None:
        for value in values:
            if isinstance(value, ProjectModule):
                search.recorder.note(value.path)
            elif isinstance(value, ProjectFunction):
                search.recorder.note(value.function.path)
                self._record(search, () if value.receiver is None else (value.receiver,))
            elif isinstance(value, ProjectClass | Instance):
                for base in bases(search.evaluator, value.cls)[0]:
                    search.recorder.note(base.path)


def _is_builtin(module: ModuleIndex, site: CallSite) -> bool:
    function = site.call.function
    if not isinstance(function, Name) or function.name not in _BUILTINS:
        return False
    return module.reaching(function.name, function.start) is None


def _is_complete(values: Values) -> bool:
    return bool(values) and ANYTHING not in values
