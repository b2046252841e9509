"""Attributes and entries that are set from outside: ``app.state.redis = client``, ``setattr(app, "redis", client)``.

They are told apart by object and constant name. Where the object is unknown on both sides, the same attribute of
an object of the same name is taken to be the same one, if nothing but Redis objects is ever stored there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from redlint.diagnostic import Confidence
from redlint.model import clients as client_tables
from redlint.model.evaluation import members, proxies
from redlint.model.events import ConstantValue
from redlint.model.facts import Attribute, CallSite, Expression, Name, Subscript, last_name
from redlint.model.index import ModuleIndex
from redlint.model.values import (
    Anything,
    Client,
    External,
    ExternalInstance,
    ExternalMethod,
    Instance,
    KnownConstant,
    ProjectClass,
    ProjectModule,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

MOST_STORES = 60
"""An attribute that is set in more places than this is not followed."""

Key = TypeVar("Key")

_MOCKS = ("unittest.mock.", "mock.")


@dataclass(frozen=True, slots=True)
class OutsideStore:
    """``object.name = value`` (or ``object[name] = value`` for an entry) somewhere in the project."""

    module: ModuleIndex
    object: Expression
    value: Expression
    kind: str
    path: tuple[int, ...]


class OutsideStores:
    """The stores of a project on objects other than ``self``, by constant name."""

    def __init__(self) -> None:
        self.attributes: dict[str, list[OutsideStore]] = {}
        self.entries: dict[ConstantValue, list[OutsideStore]] = {}
        self.computed: list[tuple[ModuleIndex, CallSite]] = []
        """Calls of ``setattr`` whose name is no literal."""

    def add(self, module: ModuleIndex) -> None:
        """Take in the stores of a module."""
        for store in module.outside_stores:
            if store.value is None:
                continue
            one = OutsideStore(module, store.object, store.value, store.kind, store.path)
            if store.index is None:
                self.attributes.setdefault(store.name, []).append(one)
            else:
                key = _constant(store.index)
                if isinstance(key, str):
                    self.entries.setdefault(key, []).append(one)
        for site in module.calls_by_callee.get("setattr", ()):
            self._add_call(module, site)

    def remove(self, module: ModuleIndex) -> None:
        """Leave the stores of a module out."""
        names = {store.name for store in module.outside_stores if store.index is None}
        keys = {_constant(store.index) for store in module.outside_stores if store.index is not None}
        set_names = [_name_set(site) for site in module.calls_by_callee.get("setattr", ())]
        names |= {name for name in set_names if isinstance(name, str)}
        _leave_out(self.attributes, set(self.attributes) if None in set_names else names, module.path)
        _leave_out(self.entries, keys, module.path)
        self.computed = [one for one in self.computed if one[0].path != module.path]

    def _add_call(self, module: ModuleIndex, site: CallSite) -> None:
        arguments = site.call.arguments
        if len(arguments) != 3 or not isinstance(site.call.function, Name):
            return
        name = _constant(arguments[1].value)
        if not isinstance(name, str):
            self.computed.append((module, site))
            return
        store = OutsideStore(module, arguments[0].value, arguments[2].value, "assign", ())
        self.attributes.setdefault(name, []).append(store)


def _leave_out(stores: dict[Key, list[OutsideStore]], names: Iterable[Key], path: str) -> None:
    """Leave those stores of some names out that stand in a module."""
    for name in names:
        kept = [one for one in stores.pop(name, ()) if one.module.path != path]
        if kept:
            stores[name] = kept


def _name_set(site: CallSite) -> ConstantValue:
    """The attribute that a call of ``setattr`` sets, where a literal names it."""
    return _constant(site.call.arguments[1].value) if len(site.call.arguments) == 3 else None


def _constant(expression: Expression) -> ConstantValue:
    value = getattr(expression, "value", None)
    return value if isinstance(value, str) else None


def attribute(evaluator: Evaluator, receiver: Value, name: str) -> Values:
    """What the project stores under an attribute of an object from elsewhere; empty where it does not."""
    stores = _attribute_stores(evaluator, name)
    if not stores or _is_mock(receiver):
        return ()
    return evaluator.remember("o", (receiver, name), lambda: _matching(evaluator, stores, receiver))


def entry(evaluator: Evaluator, receiver: Value, key: ConstantValue) -> Values:
    """What the project stores under a constant key of an object from elsewhere; empty where it does not."""
    stores = evaluator.outside_stores().entries.get(key, [])
    if not stores:
        return ()
    return evaluator.remember("O", (receiver, key), lambda: _matching(evaluator, stores, receiver))


def _attribute_stores(evaluator: Evaluator, name: str) -> list[OutsideStore]:
    return evaluator.outside_stores().attributes.get(name, [])


def resolve_computed(evaluator: Evaluator, stores: OutsideStores) -> None:
    """Sort the calls of ``setattr`` whose name is no literal in under the constants that the name may be."""
    pending, stores.computed = stores.computed, []
    for module, site in pending:
        target, key, value = (argument.value for argument in site.call.arguments)
        for one in evaluator.evaluate(module, key):
            if isinstance(one, KnownConstant) and isinstance(one.value, str):
                store = OutsideStore(module, target, value, "assign", ())
                stores.attributes.setdefault(one.value, []).append(store)


def _matching(evaluator: Evaluator, stores: list[OutsideStore], receiver: Value) -> Values:
    if len(stores) > MOST_STORES:
        return ()
    groups = [
        _stored(evaluator, store)
        for store in stores
        if any(_same(evaluator, one, receiver) for one in evaluator.evaluate(store.module, store.object))
    ]
    return tuple(map(less_sure, union(*groups)))


def _stored(evaluator: Evaluator, store: OutsideStore) -> Values:
    return evaluator.assigned(store.module, store.kind, store.value, store.path, ())


def less_sure(value: Value) -> Value:
    """A client that came by way of an attribute set from outside, or of a call, is inferred."""
    if not isinstance(value, Client) or value.ref.confidence <= Confidence.INFERRED:
        return value
    return replace(value, ref=replace(value.ref, confidence=Confidence.INFERRED))


def _same(evaluator: Evaluator, stored: Value, read: Value) -> bool:
    if isinstance(read, Instance) and isinstance(stored, Instance):
        own, other = members.bases(evaluator, read.cls)[0], members.bases(evaluator, stored.cls)[0]
        return stored.cls in own or read.cls in other
    if isinstance(read, ProjectClass | ProjectModule | ExternalMethod):
        return stored == read
    cls, other_cls = members.library_class(read), members.library_class(stored)
    if cls is not None and other_cls is not None:
        return other_cls in client_tables.lineage(cls) or cls in client_tables.lineage(other_cls)
    return isinstance(read, External) and stored == read


# --- unknown objects ----------------------------------------------------------------------------------


def of_unknown(evaluator: Evaluator, expression: Attribute | Subscript) -> Values:
    """What an attribute or entry of an unknown object holds, judged by its name; empty where that says nothing."""
    if isinstance(expression, Attribute):
        return by_name(evaluator, expression.name, last_name(expression.value))
    key, owner = _constant(expression.index), last_name(expression.value)
    if not isinstance(key, str) or not owner:
        return ()
    stores = evaluator.outside_stores().entries.get(key, [])
    return evaluator.remember("U", (key, owner), lambda: _by_name(evaluator, stores, owner))


def by_name(evaluator: Evaluator, name: str, owner: str) -> Values:
    """The same for the attribute ``name`` of an object called ``owner``."""
    if not owner or evaluator.is_attribute_of_class(name):
        return ()
    stores = _attribute_stores(evaluator, name)
    if not stores or evaluator.is_attribute_of_any_class(name):
        return ()
    return evaluator.remember("u", (name, owner), lambda: _by_name(evaluator, stores, owner))


def _by_name(evaluator: Evaluator, stores: list[OutsideStore], owner: str) -> Values:
    if not 0 < len(stores) <= MOST_STORES or any(last_name(store.object) != owner for store in stores):
        return ()
    found = union(*(_stored(evaluator, store) for store in stores))
    sure = tuple(value for value in found if not _says_nothing(value))
    if not sure or not all(_is_redis_object(evaluator, value) for value in sure):
        return ()
    return tuple(map(less_sure, sure))


def shared(evaluator: Evaluator) -> dict[str, frozenset[str]]:
    """The names under which Redis objects are stored on objects from elsewhere, with the names of their owners."""
    known = evaluator.outside_stores()
    found: dict[str, set[str]] = {}
    for group in (*known.attributes.items(), *known.entries.items()):
        name, stores = group
        for store in stores if isinstance(name, str) and len(stores) <= MOST_STORES else ():
            if isinstance(name, str) and any(isinstance(one, Client) for one in _stored(evaluator, store)):
                found.setdefault(name, set()).add(last_name(store.object))
    return {name: frozenset(owners - {""}) for name, owners in found.items()}


def _says_nothing(value: Value) -> bool:
    return _is_mock(value) or isinstance(value, KnownConstant | Anything)


def _is_mock(value: Value) -> bool:
    return isinstance(value, ExternalInstance) and value.name.startswith(_MOCKS)


def _is_redis_object(evaluator: Evaluator, value: Value) -> bool:
    if isinstance(value, Client):
        return True
    return isinstance(value, Instance) and bool(proxies.proxied(evaluator, value.cls))
