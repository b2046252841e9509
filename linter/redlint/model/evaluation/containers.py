"""Containers and context managers: what iterating, indexing, unpacking and entering gives, and what is put in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from redlint.model.evaluation import members
from redlint.model.events import ConstantValue
from redlint.model.facts import Attribute, Call, CallSite, Expression, Store
from redlint.model.index import ModuleIndex
from redlint.model.values import (
    ANYTHING,
    Anything,
    Box,
    Client,
    ContainerMethod,
    ExternalInstance,
    Generator,
    Instance,
    Items,
    KnownConstant,
    ProjectFunction,
    Reply,
    Row,
    Table,
    Value,
    Values,
    contained,
    table_of,
    union,
)

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

BOXES = frozenset(
    {
        "contextvars.ContextVar",
        "queue.Queue",
        "queue.LifoQueue",
        "queue.SimpleQueue",
        "asyncio.Queue",
        "asyncio.LifoQueue",
    }
)
"""Standard classes whose objects give back what was put into them."""

TABLES = frozenset(
    {
        *("builtins.dict", "collections.OrderedDict", "weakref.WeakValueDictionary", "weakref.WeakKeyDictionary"),
        "collections.defaultdict",
    }
)
"""Standard classes whose objects are like dicts."""

SEQUENCES = frozenset({"collections.deque", "weakref.WeakSet"})
"""Standard classes whose objects are like lists."""

_PUTS = {"append": 0, "add": 0, "appendleft": 0, "insert": 1, "set": 0, "put": 0, "put_nowait": 0, "setdefault": 1}
_PUTS_ALL = frozenset({"extend", "update"})
_ANY_ITEM = frozenset({"pop", "popleft", "get", "get_nowait", "setdefault"})
_ITSELF = frozenset({"copy", "__iter__", "__enter__"})


# --- taking out ---------------------------------------------------------------------------------------


def iterate(evaluator: Evaluator, value: Value) -> Values:
    """The alternatives for one item of a value that is iterated over."""
    if isinstance(value, Items):
        return value.elements
    if isinstance(value, Row):
        return union(*value.items)
    if isinstance(value, Generator):
        return evaluator.yielded(value)
    if isinstance(value, Reply):
        return (_part(value),)
    if isinstance(value, Instance):
        return evaluator.remember(
            "i", value, lambda: _given_by(evaluator, value, ("__iter__", "__aiter__"), iterated=True)
        )
    return (ANYTHING,)


def enter(evaluator: Evaluator, value: Value) -> Values:
    """What ``with value as x`` binds to ``x``."""
    if isinstance(value, Client | Anything):
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


def item(value: Value, position: int) -> Values:
    """The item at ``position`` of a value that is unpacked."""
    if isinstance(value, Row):
        return value.items[position] if position < len(value.items) else (ANYTHING,)
    if isinstance(value, Items):
        return value.elements
    if isinstance(value, Reply):
        return (_part(value),)
    return (ANYTHING,)


def element(value: Value, key: ConstantValue | Anything) -> Values:
    """``value[key]``, where ``key`` is a constant or unknown."""
    if isinstance(value, Table):
        return _entry(value, key)
    if isinstance(value, Row) and isinstance(key, int) and -len(value.items) <= key < len(value.items):
        return value.items[key]
    if isinstance(value, Row | Items):
        return union(*value.items) if isinstance(value, Row) else value.elements
    if isinstance(value, Reply):
        return (_part(value),)
    return (ANYTHING,)


def _part(reply: Reply) -> Reply:
    return Reply(reply.commands, reply.client, reply.path, reply.start, element=True)


def _entry(table: Table, key: ConstantValue | Anything) -> Values:
    """Entries under constant keys are told apart: what one of them holds says nothing of the others.

    Where the key is not known, all entries count if every one of them is a Redis object.
    """
    if not isinstance(key, Anything):
        for known, found in table.entries:
            if known == key and type(known) is type(key):
                return found
        return table.others or (ANYTHING,)
    every = union(*(found for _, found in table.entries), table.others)
    if every and all(isinstance(value, Client) for value in every):
        return every
    return table.others or (ANYTHING,)


def _contents(container: Items | Row | Table | Box) -> Values:
    if isinstance(container, Box):
        return container.contents
    if isinstance(container, Items):
        return container.elements
    if isinstance(container, Row):
        return union(*container.items)
    return union(*(found for _, found in container.entries), container.others)


def called(evaluator: Evaluator, module: ModuleIndex, call: Call, method: ContainerMethod) -> Values:
    """What a method of a container gives."""
    container, name = method.container, method.name
    if name in _ITSELF:
        return (container,)
    if isinstance(container, Table):
        return _of_table(evaluator, module, call, container, name)
    if name in _ANY_ITEM:
        return _contents(container) or (ANYTHING,)
    return (ANYTHING,)


def _of_table(evaluator: Evaluator, module: ModuleIndex, call: Call, table: Table, name: str) -> Values:
    if name == "values":
        return (Items(contained(_contents(table))),)
    if name == "items":
        return (Items((Row(((ANYTHING,), contained(_contents(table)) or (ANYTHING,))),)),)
    if name not in ("get", "pop", "setdefault", "__getitem__") or not call.arguments:
        return (ExternalInstance("builtins.object"),) if name == "keys" else (ANYTHING,)
    found = element(table, evaluator.key_of(module, call.arguments[0].value))
    if len(call.arguments) < 2:
        return found
    default = tuple(
        value for value in evaluator.evaluate(module, call.arguments[1].value) if not isinstance(value, KnownConstant)
    )
    return union(found, default)


# --- putting in ---------------------------------------------------------------------------------------


def filled(value: Value, added: Table) -> Value:
    """A container with what the project puts into it later."""
    if not added.entries and not added.others:
        return value
    if isinstance(value, Row | Items):
        return Items(contained(union(_contents(value), _contents(added))))
    if isinstance(value, Box):
        return Box(contained(union(value.contents, added.others)))
    if isinstance(value, Table):
        entries = dict(value.entries)
        for key, found in added.entries:
            entries[key] = union(entries.get(key, ()), found)
        return table_of(entries, union(value.others, added.others))
    return value


def additions(evaluator: Evaluator, places: Iterable[tuple[ModuleIndex, tuple[int, str]]], subject: object) -> Table:
    """What is put into the container that a name (or the attribute of a class) holds, wherever the project does so.

    ``places`` are the keys under which :attr:`ModuleIndex.method_calls` and
    :attr:`ModuleIndex.element_stores` list them.
    """
    found = evaluator.remember("f", subject, lambda: (_additions(evaluator, tuple(places)),))
    table = found[0] if found else None
    return table if isinstance(table, Table) else Table(())


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
    for value in values:
        if isinstance(value, Table):
            for key, found in value.entries:
                entries[key] = union(entries.get(key, ()), found)
            others.append(value.others)
        else:
            others.append(iterate(evaluator, value))
