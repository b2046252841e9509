"""Type annotations: which objects an annotated name may hold."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from redlint.diagnostic import Confidence, Span
from redlint.model import clients as client_tables
from redlint.model.evaluation import calling, members, standard
from redlint.model.events import Place
from redlint.model.facts import Attribute, Collection, Constant, Expression, Name, Operation, Subscript
from redlint.model.index import ModuleIndex
from redlint.model.values import (
    ANYTHING,
    Box,
    Client,
    DeclaredType,
    External,
    ExternalInstance,
    Items,
    KnownConstant,
    ProjectClass,
    ScopeKey,
    Table,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

_TRANSPARENT = frozenset({"Optional", "Union", "Annotated", "ClassVar", "Final", "Required", "NotRequired"})
_ITERABLES = frozenset(
    {
        *(
            "list",
            "List",
            "set",
            "Set",
            "frozenset",
            "FrozenSet",
            "Sequence",
            "Iterable",
            "Iterator",
            "Collection",
        ),
        *("Generator", "AsyncGenerator", "AsyncIterator", "AsyncIterable", "tuple", "Tuple", "deque"),
        *("ContextManager", "AbstractContextManager", "AsyncContextManager", "AbstractAsyncContextManager"),
    }
)
_AWAITED = frozenset({"Awaitable", "Coroutine", "Future", "Task"})
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict", "DefaultDict"})
_GENERICS = _TRANSPARENT | _ITERABLES | _AWAITED | _MAPPINGS | {"Callable", "Literal", "type", "Type", "ContextVar"}
_BOXES = frozenset(name.rpartition(".")[2] for name in standard.BOXES)
_DOTTED = re.compile(r"[A-Za-z_][\w.]*")


def instances(evaluator: Evaluator, module: ModuleIndex, annotation: Expression) -> Values:
    """What an annotated name holds, as far as it is known; empty where the annotation says nothing."""
    return evaluator.remember("t", id(annotation), lambda: _instances(evaluator, module, annotation))


def _instances(evaluator: Evaluator, module: ModuleIndex, annotation: Expression) -> Values:
    if isinstance(annotation, Constant):
        if isinstance(annotation.value, str):
            return _quoted(evaluator, module, annotation)
        return ()
    if isinstance(annotation, Operation) and annotation.operator == "|":
        return union(*(instances(evaluator, module, operand) for operand in annotation.operands))
    if isinstance(annotation, Subscript):
        return _subscripted(evaluator, module, annotation)
    if isinstance(annotation, Name | Attribute):
        place = Place(module.path, Span(annotation.start, annotation.end))
        return of_types(evaluator, evaluator.evaluate(module, annotation), place)
    return ()


def is_generic(value: Value) -> bool:
    """Whether subscripting a value makes a type: ``list``, ``Optional``, ``Annotated``, a class."""
    if isinstance(value, ProjectClass):
        return True
    if not isinstance(value, External):
        return False
    last = value.name.rpartition(".")[2]
    return last in _GENERICS or value.name in client_tables.constructors()


def _subscripted(evaluator: Evaluator, module: ModuleIndex, annotation: Subscript) -> Values:
    outer = annotation.value
    name = outer.name if isinstance(outer, Name | Attribute) else ""
    index = annotation.index
    inner = index.elements if isinstance(index, Collection) else (index,)
    if not inner:
        return ()
    if name == "Annotated":
        declared = instances(evaluator, module, inner[0])
        if any(isinstance(value, Client) for value in declared):
            return declared
        given = union(*(evaluator.evaluate(module, one) for one in inner[1:]))
        return union(tuple(value for value in given if isinstance(value, Client)), declared)
    if name in _TRANSPARENT:
        return union(*(instances(evaluator, module, one) for one in inner))
    if name in _AWAITED:
        return instances(evaluator, module, inner[-1])
    if name in _ITERABLES:
        return (Items(instances(evaluator, module, inner[0])),)
    if name in _MAPPINGS:
        return (Table((), instances(evaluator, module, inner[-1])),)
    if name in _BOXES:
        return (Box(instances(evaluator, module, inner[0])),)
    if name in ("type", "Type"):
        return _types(evaluator, module, inner[0])
    return instances(evaluator, module, outer)


def _quoted(evaluator: Evaluator, module: ModuleIndex, annotation: Constant) -> Values:
    """A quoted annotation: every class named in it is an alternative, containers aside."""
    text = str(annotation.value)
    head = text.split("[", 1)[0].rpartition(".")[2].strip()
    if head in _ITERABLES | _MAPPINGS | {"Callable", "type", "Type"}:
        return ()
    place = Place(module.path, Span(annotation.start, annotation.end))
    return of_types(evaluator, _named(evaluator, module, annotation), place)


def _types(evaluator: Evaluator, module: ModuleIndex, annotation: Expression) -> Values:
    """The classes that the argument of ``type[...]`` names."""
    if isinstance(annotation, Constant) and isinstance(annotation.value, str):
        return _named(evaluator, module, annotation)
    return evaluator.evaluate(module, annotation)


def _named(evaluator: Evaluator, module: ModuleIndex, annotation: Constant) -> Values:
    """What the names in a quoted annotation stand for."""
    found: list[Values] = []
    for match in _DOTTED.finditer(str(annotation.value)):
        first, *rest = match.group().split(".")
        if first in _TRANSPARENT or first == "None":
            continue
        values = evaluator.name(module, first, annotation.start)
        for name in rest:
            values = union(*(members.member(evaluator, value, name) for value in values))
        found.append(values)
    return union(*found)


def of_types(evaluator: Evaluator, types: Values, place: Place) -> Values:
    """The instances of the classes among ``types``, declared by an annotation at ``place``."""
    found: list[Value] = []
    for value in types:
        if isinstance(value, External):
            kind = client_tables.constructors().get(value.name)
            if kind is not None:
                declared = members.client_of(kind, Confidence.ANNOTATED, value.name, place)
                found.append(replace(declared, ref=replace(declared.ref, is_declared=True)))
            elif value.name in evaluator.settings.wrappers:
                wrapper = calling.external_wrapper(evaluator, value.name)
                found += (wrapper,) if wrapper is not None else ()
            elif not value.name.startswith(("typing.", "builtins.")):
                found.append(ExternalInstance(client_tables.canonical(value.name)))
        elif isinstance(value, DeclaredType):
            module = evaluator.load(value.path)
            found += instances(evaluator, module, value.expression) if module is not None else ()
        elif isinstance(value, ProjectClass):
            found.append(_declared(evaluator, value.cls, place))
        elif isinstance(value, KnownConstant):
            continue
        elif value is ANYTHING:
            found.append(ANYTHING)
    return tuple(dict.fromkeys(found))


def _declared(evaluator: Evaluator, cls: ScopeKey, place: Place) -> Value:
    instance = evaluator.instance(cls)
    if not isinstance(instance, Client):
        return instance
    return replace(instance, ref=replace(instance.ref, confidence=Confidence.ANNOTATED, origin=place, is_declared=True))
