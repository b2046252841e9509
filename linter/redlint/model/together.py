"""Commands that all start before the first has answered: ``asyncio.gather(*[client.get(key) for key in keys])``."""

from __future__ import annotations

from typing import Final

from redlint.model.derivation import ingredients
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.facts import (
    Attribute,
    Call,
    CallSite,
    Comprehension,
    Expression,
    Name,
    last_name,
)
from redlint.model.index import ModuleIndex
from redlint.model.values import External, Reply

_GATHER: Final = "asyncio.gather"
_TASKS: Final = frozenset({"create_task", "ensure_future"})
_SAME_LENGTH: Final = frozenset({"items", "keys", "values", "enumerate", "list", "set", "sorted", "tuple"})


class Together:
    """Finds the commands of a comprehension that are gathered, one for each item of a collection of any size."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def gathers(self, module: ModuleIndex, site: CallSite) -> bool:
        """Whether ``asyncio.gather`` gets such a call for every item that a caller or a server has given.

        No slice, nothing that an outer loop gives piece by piece, nothing of unknown origin.
        """
        for other in module.calls_by_scope.get(site.scope, ()):
            for argument in other.call.arguments:
                if argument.stars != 1 or not self._is_gather(module, other):
                    continue
                made = self._comprehension(module, site.scope, argument.value)
                if made is not None and _started(made.element) is site.call:
                    return len(made.iterables) == 1 and self._is_unbounded(module, site.scope, made.iterables[0])
        return False

    def _is_gather(self, module: ModuleIndex, site: CallSite) -> bool:
        found = self._evaluator.evaluate(module, site.call.function)
        return bool(found) and all(isinstance(one, External) and one.name == _GATHER for one in found)

    def _comprehension(self, module: ModuleIndex, scope: int, value: Expression) -> Comprehension | None:
        if isinstance(value, Name):
            bound = [one for one in module.facts.bindings if one.scope == scope and one.name == value.name]
            if len(bound) != 1 or bound[0].kind != "assign" or bound[0].path or bound[0].value is None:
                return None
            value = bound[0].value
        return value if isinstance(value, Comprehension) else None

    def _is_unbounded(self, module: ModuleIndex, scope: int, iterable: Expression) -> bool:
        source = _source(iterable)
        if not isinstance(source, Name | Call):
            return False
        made_from = ingredients(module, source)
        if made_from.loops:
            return False
        if any(isinstance(one, Reply) and one.commands for one in self._evaluator.evaluate(module, source)):
            return True
        # A parameter that gets another value may have been cut to a slice.
        bound = any(one.scope == scope and one.name == last_name(source) for one in module.facts.bindings)
        given = {one.name for one in module.facts.scopes[scope].parameters if one.kind not in ("args", "kwargs")}
        return isinstance(source, Name) and source.name in given and not bound


def _started(element: Expression) -> Expression:
    while isinstance(element, Call) and last_name(element.function) in _TASKS and element.arguments:
        element = element.arguments[0].value
    return element


def _source(iterable: Expression) -> Expression:
    """What an iterable has the length of: ``keys`` for ``enumerate(keys)`` and ``keys.items()``."""
    while isinstance(iterable, Call) and last_name(iterable.function) in _SAME_LENGTH:
        if iterable.arguments:
            iterable = iterable.arguments[0].value
        elif isinstance(iterable.function, Attribute):
            iterable = iterable.function.value
        else:
            break
    return iterable
