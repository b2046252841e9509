"""Containers and context managers: what iterating, indexing, unpacking and entering gives, and what is put in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from redlint.model.evaluation import callers, members
from redlint.model.events import ConstantValue
from redlint.model.facts import Attribute, Call, CallSite, Expression, Store
from redlint.model.index import ModuleIndex
from redlint.model.kinds import ScopeKind
from redlint.model.values import (
    ANYTHING,
    MOST_STEPS_INTO_REPLY,
    Anything,
    Box,
    Client,
    ContainerMethod,
    ExternalInstance,
    Generator,
    Held,
    Instance,
    Items,
    Keywords,
    KnownConstant,
    ProjectFunction,
    Reply,
    Row,
    ScopeKey,
    Table,
    Value,
    Values,
    contained,
    table_of,
    union,
)

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

_PUTS = {"append": 0, "add": 0, "appendleft": 0, "insert": 1, "set": 0, "put": 0, "put_nowait": 0, "setdefault": 1}
_PUTS_ALL = frozenset({"extend", "update"})
_ANY_ITEM = frozenset({"pop", "popleft", "get", "get_nowait", "setdefault"})
_ITSELF = frozenset({"copy", "__iter__", "__enter__"})


# --- taking out ---------------------------------------------------------------------------------------


def iterate(evaluator: Evaluator, value: Value) -> Values:
    """The alternatives for one item of a value that is iterated over."""
    value = opened(evaluator, value)
    if isinstance(value, Items):
        return value.elements
    if isinstance(value, Row):
        return union(*value.items)
    if isinstance(value, Generator):
        return evaluator.yielded(value)
    if isinstance(value, Reply):
        return (_part(value, None),)
    if isinstance(value, Instance):
        return evaluator.remember(
            "i", value, lambda: _given_by(evaluator, value, ("__iter__", "__aiter__"), iterated=True)
        )
    return (ANYTHING,)


def enter(evaluator: Evaluator, value: Value) -> Values:
    """What ``with value as x`` binds to ``x``."""
    if isinstance(value, Client | Anything | ExternalInstance):
        return (value,)
    if isinstance(value, Items):
        return value.elements
    if isinstance(value, Generator):
        return evaluator.yielded(value)
    if isinstance(value, Instance):
        return _given_by(evaluator, value, ("__enter__", "__aenter__"), iterated=False) or (value,)
    return (ANYTHING,)


def _given_by(evaluator: Evaluator, value: Instance, names: Iterable[str], *, iterated: bool) -> Values:
    """What the special method of a project class that exists gives."""
    for name in names:
        found = members.of_class(evaluator, value.cls, name, value)
        results = union(*(evaluator.returned(one) for one in found if isinstance(one, ProjectFunction)))
        if results:
            return union(*(iterate(evaluator, one) for one in results)) if iterated else results
    return (ANYTHING,) if iterated else ()


def item(evaluator: Evaluator, value: Value, position: int) -> Values:
    """The item at ``position`` of a value that is unpacked."""
    value = opened(evaluator, value)
    if isinstance(value, Row):
        return value.items[position] if position < len(value.items) else (ANYTHING,)
    if isinstance(value, Items):
        return value.elements
    if isinstance(value, Reply):
        return (_part(value, position),)
    return (ANYTHING,)


def element(evaluator: Evaluator, value: Value, key: ConstantValue | Anything) -> Values:
    """``value[key]``, where ``key`` is a constant or unknown."""
    if isinstance(value, Keywords):
        return callers.keyword(evaluator, value.function, key) if isinstance(key, str) else (ANYTHING,)
    value = opened(evaluator, value)
    if isinstance(value, Table):
        return _entry(value, key)
    if isinstance(value, Row) and isinstance(key, int) and -len(value.items) <= key < len(value.items):
        return value.items[key]
    if isinstance(value, Row | Items):
        return union(*value.items) if isinstance(value, Row) else value.elements
    if isinstance(value, Reply):
        return (_part(value, key if isinstance(key, int) else None),)
    return (ANYTHING,)


def _part(reply: Reply, place: int | None) -> Reply:
    if len(reply.steps) >= MOST_STEPS_INTO_REPLY:
        return reply
    return replace(reply, steps=(*reply.steps, place))


def _entry(table: Table, key: ConstantValue | Anything) -> Values:
    """Entries under constant keys are told apart: what one of them holds says nothing of the others.

    Where the key is not known, all entries count if every one of them is a Redis object.
    """
    if not isinstance(key, Anything):
        for known, found in table.entries:
            if known == key and type(known) is type(key):
                return found
        return _less_clients(table.others) or (ANYTHING,)
    every = union(*(found for _, found in table.entries), table.others)
    return every if _is_pure(every) else _less_clients(table.others) or (ANYTHING,)


def _is_pure(values: Values) -> bool:
    """Whether nothing but Redis objects (and ``None``) is among the values."""
    return bool(values) and all(isinstance(value, Client) or value == KnownConstant(None) for value in values)


def _less_clients(values: Values) -> Values:
    """What a dict holds under keys nobody knows: a general store that a client is put into as well is no client."""
    return values if _is_pure(values) else tuple(value for value in values if not isinstance(value, Client))


def contents(container: Items | Row | Table | Box) -> Values:
    """All that is in a container."""
    if isinstance(container, Box):
        return container.contents
    if isinstance(container, Items):
        return container.elements
    if isinstance(container, Row):
        return union(*container.items)
    return union(*(found for _, found in container.entries), container.others)


def called(evaluator: Evaluator, module: ModuleIndex, call: Call, method: ContainerMethod) -> Values:
    """What a method of a container gives."""
    name = method.name
    if name in _ITSELF:
        return (method.container,)
    container = opened(evaluator, method.container)
    if isinstance(container, Table | Keywords):
        return _of_table(evaluator, module, call, container, name)
    if name in _ANY_ITEM and isinstance(container, Items | Row | Box):
        return contents(container) or (ANYTHING,)
    return (ANYTHING,)


def _of_table(evaluator: Evaluator, module: ModuleIndex, call: Call, table: Table | Keywords, name: str) -> Values:
    if name == "values" and isinstance(table, Table):
        return (Items(contained(contents(table))),)
    if name == "items" and isinstance(table, Table):
        return (Items((Row(((ANYTHING,), contained(contents(table)) or (ANYTHING,))),)),)
    if name not in ("get", "pop", "setdefault", "__getitem__") or not call.arguments:
        return (ExternalInstance("builtins.object"),) if name == "keys" else (ANYTHING,)
    found = element(evaluator, table, evaluator.key_of(module, call.arguments[0].value))
    if len(call.arguments) < 2:
        return found
    default = tuple(
        value for value in evaluator.evaluate(module, call.arguments[1].value) if not isinstance(value, KnownConstant)
    )
    return union(found, default)


# --- putting in ---------------------------------------------------------------------------------------


def opened(evaluator: Evaluator, value: Value) -> Value:
    """A container that is held somewhere, with what the project puts into it there; other values as they are."""
    if not isinstance(value, Held):
        return value
    subject = (value.path, value.scope, value.name)
    found = evaluator.remember("f", subject, lambda: (_additions(evaluator, _places(evaluator, value)),))
    added = found[0] if found else None
    return _filled(value.container, added) if isinstance(added, Table) else value.container


def held(values: Values, path: str, scope: int, name: str) -> Values:
    """The values with the containers among them marked as held by a name of a scope, or an attribute of a class."""
    if not any(isinstance(value, Table | Items | Row | Box) for value in values):
        return values
    return tuple(
        Held(value, path, scope, name) if isinstance(value, Table | Items | Row | Box) else value for value in values
    )


def _places(evaluator: Evaluator, value: Held) -> tuple[tuple[ModuleIndex, tuple[int, str]], ...]:
    """Where to look for what is put in: for a class, its bases as well."""
    index = evaluator.load(value.path)
    if index is None:
        return ()
    if index.facts.scopes[value.scope].kind is not ScopeKind.CLASS:
        return ((index, (value.scope, value.name)),)
    order = members.bases(evaluator, ScopeKey(value.path, value.scope))[0]
    modules = ((evaluator.load(key.path), key) for key in order)
    return tuple((module, (key.scope, value.name)) for module, key in modules if module is not None)


def _filled(value: Items | Row | Table | Box, added: Table) -> Items | Row | Table | Box:
    if not added.entries and not added.others:
        return value
    if isinstance(value, Row | Items):
        return Items(contained(union(contents(value), contents(added))))
    if isinstance(value, Box):
        return Box(contained(union(value.contents, added.others)))
    entries = dict(value.entries)
    for key, found in added.entries:
        entries[key] = union(entries.get(key, ()), found)
    return table_of(entries, union(value.others, added.others))


def _additions(evaluator: Evaluator, places: tuple[tuple[ModuleIndex, tuple[int, str]], ...]) -> Table:
    entries: dict[ConstantValue, Values] = {}
    others: list[Values] = []
    for module, key in places:
        for store in module.element_stores.get(key, ()):
            _store(evaluator, module, store, entries, others)
        for site in module.method_calls.get(key, ()):
            _put(evaluator, module, site, entries, others)
    return table_of(entries, union(*others))


def _store(
    evaluator: Evaluator,
    module: ModuleIndex,
    store: Store,
    entries: dict[ConstantValue, Values],
    others: list[Values],
) -> None:
    if store.index is None:
        return
    found = evaluator.assigned(module, store.kind, store.value, store.path, ())
    _add(evaluator, module, store.index, found, entries, others)


def _add(
    evaluator: Evaluator,
    module: ModuleIndex,
    index: Expression,
    found: Values,
    entries: dict[ConstantValue, Values],
    others: list[Values],
) -> None:
    key = evaluator.key_of(module, index)
    if isinstance(key, Anything):
        others.append(found)
    else:
        entries[key] = union(entries.get(key, ()), found)


def _put(
    evaluator: Evaluator,
    module: ModuleIndex,
    site: CallSite,
    entries: dict[ConstantValue, Values],
    others: list[Values],
) -> None:
    function, arguments = site.call.function, site.call.arguments
    if not isinstance(function, Attribute) or any(argument.stars for argument in arguments):
        return
    position = _PUTS.get(function.name)
    if position is not None and len(arguments) > position:
        found = evaluator.evaluate(module, arguments[position].value)
        if function.name == "setdefault":
            _add(evaluator, module, arguments[0].value, found, entries, others)
        else:
            others.append(found)
    elif function.name in _PUTS_ALL:
        for argument in arguments:
            _put_all(evaluator, module, argument.keyword, argument.value, entries, others)


def _put_all(
    evaluator: Evaluator,
    module: ModuleIndex,
    keyword: str | None,
    expression: Expression,
    entries: dict[ConstantValue, Values],
    others: list[Values],
) -> None:
    values = evaluator.evaluate(module, expression)
    if keyword is not None:
        entries[keyword] = union(entries.get(keyword, ()), values)
        return
    for one in values:
        value = opened(evaluator, one)
        if isinstance(value, Table):
            for key, found in value.entries:
                entries[key] = union(entries.get(key, ()), found)
            others.append(value.others)
        else:
            others.append(iterate(evaluator, value))
