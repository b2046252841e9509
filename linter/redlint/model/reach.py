"""From which module-level names other modules can reach a Redis object.

Needed to find the files that use Redis without naming it: ``from app.ext import cache``.
"""

from __future__ import annotations

from collections.abc import Mapping

from redlint.model import clients as client_tables
from redlint.model.evaluation import annotated, containers, proxies
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import bases, of_class
from redlint.model.importers import Bearing
from redlint.model.index import ModuleIndex
from redlint.model.values import (
    Box,
    Client,
    DeclaredType,
    External,
    Generator,
    Held,
    Instance,
    Items,
    Maker,
    ProjectClass,
    ProjectFunction,
    ProjectLambda,
    ProjectModule,
    Row,
    ScopeKey,
    Table,
    Value,
    Values,
)

MOST_ATTRIBUTES = 3
"""Attributes between a name and the Redis object: ``app.store.client`` has two of them."""

_CONTAINERS = (
    *(Instance, ProjectClass, ProjectFunction, ProjectLambda, Generator),
    *(Items, Row, Table, Box, Held, Maker, DeclaredType),
)


class Reach:
    """Follows values to the Redis objects behind them."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._attributes: dict[ScopeKey, tuple[tuple[str, Values], ...]] = {}
        self._near: dict[tuple[Value, int], bool] = {}
        self._doors: set[str] = set()

    @property
    def doors(self) -> frozenset[str]:
        """The names of the attributes seen that hold, or give, a Redis object."""
        return frozenset(self._doors)

    def bearing(self, wanted: Mapping[str, frozenset[str]]) -> dict[str, Bearing]:
        """The names among those wanted of each module (``*``: all) that lead to a Redis object, by path."""
        found = {path: self._of_module(path, wanted[path]) for path in sorted(wanted)}
        return {path: one for path, one in found.items() if one.direct or one.indirect}

    def _of_module(self, path: str, wanted: frozenset[str]) -> Bearing:
        module = self._evaluator.load(path)
        direct: set[str] = set()
        indirect: set[str] = set()
        for name in sorted(self._names(module, set())) if module is not None else ():
            if "*" not in wanted and name not in wanted:
                continue
            values = self._evaluator.module_member(ProjectModule(name, path), name)
            if any(self.reaches(value, 0) for value in values):
                direct.add(name)
            elif any(self.reaches(value, MOST_ATTRIBUTES) for value in values):
                indirect.add(name)
        return Bearing(frozenset(direct), frozenset(indirect))

    def _names(self, module: ModuleIndex, seen: set[str]) -> set[str]:
        """The names at the top level of a module, those of its star imports among them."""
        seen.add(module.path)
        found = {name for scope, name in module.bindings if scope == 0}
        names = self._evaluator.names
        for binding in module.star_imports:
            find = names.relative if binding.module.startswith(".") else names.absolute
            path = find(binding.module, module.path)
            source = self._evaluator.load(path) if path is not None and path not in seen else None
            if source is not None:
                found |= self._names(source, seen)
        return found - {"*"}

    def reaches(self, value: Value, attributes: int) -> bool:
        """Whether a Redis object is at most so many attributes away; results and items cost nothing."""
        if isinstance(value, Client):
            return True
        if isinstance(value, External):
            # A client class under another name: ``from redis import Redis as Client``.
            return value.name in client_tables.constructors()
        if not isinstance(value, _CONTAINERS):
            return False
        key = (value, attributes)
        if key not in self._near:
            self._near[key] = False
            self._near[key] = self._looks(value, attributes)
        return self._near[key]

    def _looks(self, value: Value, attributes: int) -> bool:
        if isinstance(value, Instance):
            if self._stands_for_client(value):
                return True
            if attributes == 0:
                return False
            # All attributes are counted, not just the first that leads there, so that every door is known.
            return sum(self._through(name, found, attributes) for name, found in self._attributes_of(value)) > 0
        return sum(self.reaches(one, attributes) for one in self._parts(value)) > 0

    def _stands_for_client(self, value: Instance) -> bool:
        """Whether calls on an object are passed on to a client as they are."""
        if any(isinstance(one, Client) for one in proxies.proxied(self._evaluator, value.cls)):
            return True
        for key in bases(self._evaluator, value.cls)[0]:
            module = self._evaluator.load(key.path)
            for scope in module.methods.get(key.scope, ()) if module is not None else ():
                if proxies.forwarded(self._evaluator, ProjectFunction(ScopeKey(key.path, scope), value)):
                    return True
        return False

    def _through(self, name: str, found: Values, attributes: int) -> bool:
        direct = any(self.reaches(one, 0) for one in found)
        if direct:
            self._doors.add(name)
        return direct or any(self.reaches(one, attributes - 1) for one in found)

    def _parts(self, value: Value) -> Values:
        if isinstance(value, ProjectFunction):
            return self._evaluator.returned(ProjectFunction(value.function))
        if isinstance(value, ProjectLambda):
            return self._evaluator.lambda_result(value)
        if isinstance(value, Generator):
            return self._evaluator.yielded(value)
        if isinstance(value, Held):
            return (containers.opened(self._evaluator, value),)
        if isinstance(value, Items | Row | Table | Box):
            return containers.contents(value)
        if isinstance(value, Maker):
            return value.results
        if isinstance(value, DeclaredType):
            module = self._evaluator.load(value.path)
            return annotated.instances(self._evaluator, module, value.expression) if module is not None else ()
        return (self._evaluator.instance(value.cls),) if isinstance(value, ProjectClass) else ()

    def _attributes_of(self, instance: Instance) -> tuple[tuple[str, Values], ...]:
        known = self._attributes.get(instance.cls)
        if known is None:
            known = self._attributes[instance.cls] = tuple(
                (name, of_class(self._evaluator, instance.cls, name, instance))
                for name in sorted(self._attribute_names(instance.cls))
            )
        return known

    def _attribute_names(self, cls: ScopeKey) -> set[str]:
        names: set[str] = set()
        for key in bases(self._evaluator, cls)[0]:
            module = self._evaluator.load(key.path)
            if module is not None:
                names.update(module.attribute_names.get(key.scope, ()))
        return names
