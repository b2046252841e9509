"""What values have: attributes, items, what iterating and entering them gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redlint.diagnostic import Confidence
from redlint.model import clients as client_tables
from redlint.model.evaluation import annotated, calling, duck
from redlint.model.events import ClientRef, ConstantValue
from redlint.model.facts import Binding, CallSite
from redlint.model.index import ModuleIndex, is_static
from redlint.model.kinds import Role
from redlint.model.values import (
    ANYTHING,
    Anything,
    Client,
    ClientMethod,
    External,
    ExternalInstance,
    ExternalMethod,
    Generator,
    Instance,
    Items,
    KnownConstant,
    ProjectClass,
    ProjectFunction,
    ProjectModule,
    Reply,
    Row,
    ScopeKey,
    Table,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

_PROPERTIES = frozenset({"property", "cached_property", "cachedproperty", "lazy_property", "async_property"})
_MOST_BASES = 24


def member(evaluator: Evaluator, value: Value, name: str) -> Values:
    """The attribute ``name`` of a value."""
    if isinstance(value, ProjectModule):
        return _of_module(evaluator, value, name)
    if isinstance(value, External):
        return _of_external(evaluator, value, name)
    if isinstance(value, Client):
        return _of_client(evaluator, value, name)
    if isinstance(value, Instance):
        if name == "__class__":
            return (ProjectClass(value.cls),)
        return of_class(evaluator, value.cls, name, value) or (ANYTHING,)
    if isinstance(value, ProjectClass):
        return of_class(evaluator, value.cls, name, value) or (ANYTHING,)
    if isinstance(value, ExternalInstance):
        return _of_external_instance(value, name)
    if isinstance(value, ExternalMethod):
        return (ExternalMethod(value.instance, f"{value.name}.{name}"),)
    if isinstance(value, Table):
        return (ExternalMethod(ExternalInstance("builtins.dict"), name),)
    return (ANYTHING,)


def _of_module(evaluator: Evaluator, module: ProjectModule, name: str) -> Values:
    found = evaluator.module_member(module, name)
    if found:
        return found
    submodule = evaluator.names.submodule(module.path, name) if module.path else None
    if submodule is not None:
        return (ProjectModule(f"{module.name}.{name}", submodule),)
    return (ANYTHING,)


def _of_external(evaluator: Evaluator, value: External, name: str) -> Values:
    dotted = f"{value.name}.{name}"
    path = evaluator.names.absolute(dotted, "")
    if path is not None:
        return (ProjectModule(dotted, path),)
    kind = client_tables.attributes().get(dotted)
    if kind is not None:
        return (Client(ClientRef(kind.library, kind.role, kind.is_async, Confidence.PROVEN, factory=dotted)),)
    return evaluator.external(dotted)


def _of_external_instance(value: ExternalInstance, name: str) -> Values:
    kind = client_tables.attributes().get(f"{value.name}.{name}")
    if kind is not None:
        ref = ClientRef(kind.library, kind.role, kind.is_async, Confidence.INFERRED, factory=f"{value.name}.{name}")
        return (Client(ref),)
    return (ExternalMethod(value, name),)


def _of_client(evaluator: Evaluator, value: Client, name: str) -> Values:
    if value.subclass is not None:
        found = of_class(evaluator, value.subclass, name, value)
        if found:
            return found
    if name == "connection_pool" and value.ref.role is Role.CLIENT:
        ref = ClientRef(value.ref.library, Role.POOL, value.ref.is_async, value.ref.confidence, parent=value.ref)
        return (Client(ref),)
    return (ClientMethod(value, name),)


# --- classes ------------------------------------------------------------------------------------------


def bases(evaluator: Evaluator, cls: ScopeKey) -> tuple[tuple[ScopeKey, ...], tuple[str, ...]]:
    """A class and its project bases in lookup order, and the names of its external bases."""
    known = evaluator.known_bases.get(cls)
    if known is None:
        known = evaluator.known_bases[cls] = _bases(evaluator, cls)
    return known


def _bases(evaluator: Evaluator, cls: ScopeKey) -> tuple[tuple[ScopeKey, ...], tuple[str, ...]]:
    order: list[ScopeKey] = []
    external: list[str] = []
    pending = [cls]
    while pending and len(order) < _MOST_BASES:
        current = pending.pop(0)
        if current in order:
            continue
        order.append(current)
        index = evaluator.load(current.path)
        if index is None:
            continue
        for base in index.facts.scopes[current.scope].bases:
            for value in evaluator.evaluate(index, base):
                if isinstance(value, ProjectClass):
                    pending.append(value.cls)
                elif isinstance(value, External):
                    external.append(value.name)
    return tuple(order), tuple(external)


def client_base(evaluator: Evaluator, cls: ScopeKey) -> Client | None:
    """The client that instances of a project class are, if the class derives from a client class."""
    _, external = bases(evaluator, cls)
    for name in external:
        kind = client_tables.constructors().get(name)
        if kind is not None:
            ref = ClientRef(kind.library, kind.role, kind.is_async, Confidence.PROVEN, factory=name)
            return Client(ref, cls)
    return None


def of_class(evaluator: Evaluator, cls: ScopeKey, name: str, receiver: Value) -> Values:
    """The attribute ``name`` of a class or its instance, own and inherited; empty where nothing is known."""
    subject = (cls, name, isinstance(receiver, ProjectClass))
    return evaluator.remember("a", subject, lambda: _of_class(evaluator, cls, name, receiver))


def _of_class(evaluator: Evaluator, cls: ScopeKey, name: str, receiver: Value) -> Values:
    order, external = bases(evaluator, cls)
    stored: list[Values] = []
    for key in order:
        index = evaluator.load(key.path)
        if index is None:
            continue
        for store in index.self_stores.get((key.scope, name), ()):
            declared: Values = ()
            if store.annotation is not None:
                declared = annotated.instances(evaluator, index, store.annotation)
            stored.append(evaluator.assigned(index, store.kind, store.value, store.path, declared))
        group = index.bindings.get((key.scope, name))
        if group:
            stored.append(union(*(_class_binding(evaluator, index, binding, receiver) for binding in group)))
        if stored:
            return _with_evidence(evaluator, order, name, union(*stored))
    for base in external:
        if isinstance(receiver, ProjectClass) and base in client_tables.constructors():
            return (External(f"{base}.{name}"),)
        kind = client_tables.attributes().get(f"{base}.{name}")
        if kind is not None:
            ref = ClientRef(kind.library, kind.role, kind.is_async, Confidence.INFERRED, factory=f"{base}.{name}")
            return (Client(ref),)
    return ()


def _with_evidence(evaluator: Evaluator, order: tuple[ScopeKey, ...], name: str, found: Values) -> Values:
    """An attribute nobody could follow, with what the calls of the class on it give away."""
    if not all(isinstance(value, Anything | KnownConstant) for value in found):
        return found
    sites: list[CallSite] = []
    for key in order:
        index = evaluator.load(key.path)
        if index is not None:
            sites.extend(index.method_calls.get((key.scope, name), ()))
    guess = duck.client_from(sites)
    return found if guess is None else (guess,)


def _class_binding(evaluator: Evaluator, index: ModuleIndex, binding: Binding, receiver: Value) -> Values:
    found: list[Values] = []
    for value in evaluator.binding(index, binding):
        if isinstance(value, KnownConstant) and not isinstance(receiver, ProjectClass):
            # A default: instances of data classes, and subclasses, bring their own.
            is_default = binding.kind == "annotated" or value.value is None
            found.append((value, ANYTHING) if is_default else (value,))
            continue
        if not isinstance(value, ProjectFunction):
            found.append((value,))
            continue
        if binding.kind == "function" and value.function.path == index.path:
            facts = index.facts.scopes[value.function.scope]
            if is_property(index, value.function.scope) and not isinstance(receiver, ProjectClass):
                found.append(evaluator.returned(value))
                continue
            bound = None if is_static(facts) else receiver
            found.append((ProjectFunction(value.function, bound),))
        else:
            found.append((value,))
    return union(*found)


def is_property(index: ModuleIndex, scope: int) -> bool:
    """Whether a method is read like an attribute."""
    return any(calling.last_name(decorator) in _PROPERTIES for decorator in index.facts.scopes[scope].decorators)


# --- containers ---------------------------------------------------------------------------------------


def iterate(evaluator: Evaluator, value: Value) -> Values:
    """The alternatives for one item of a value that is iterated over."""
    if isinstance(value, Items):
        return value.elements
    if isinstance(value, Row):
        return union(*value.items)
    if isinstance(value, Generator):
        return evaluator.yielded(value)
    if isinstance(value, Reply):
        return (Reply(value.commands, value.client, value.path, value.start, element=True),)
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
        for name in ("__enter__", "__aenter__"):
            found = of_class(evaluator, value.cls, name, value)
            results = [evaluator.returned(one) for one in found if isinstance(one, ProjectFunction)]
            if results:
                return union(*results)
        return (value,)
    return (ANYTHING,)


def item(value: Value, position: int) -> Values:
    """The item at ``position`` of a value that is unpacked."""
    if isinstance(value, Row):
        return value.items[position] if position < len(value.items) else (ANYTHING,)
    if isinstance(value, Items):
        return value.elements
    if isinstance(value, Reply):
        return (Reply(value.commands, value.client, value.path, value.start, element=True),)
    return (ANYTHING,)


def element(value: Value, key: ConstantValue | Anything) -> Values:
    """``value[key]``, where ``key`` is a constant or unknown."""
    if isinstance(value, Table):
        if isinstance(key, Anything):
            return union(*(found for _, found in value.entries), value.others) or (ANYTHING,)
        for known, found in value.entries:
            if known == key:
                return found
        return value.others or (ANYTHING,)
    if isinstance(value, Row) and isinstance(key, int) and -len(value.items) <= key < len(value.items):
        return value.items[key]
    if isinstance(value, Row | Items):
        return union(*value.items) if isinstance(value, Row) else value.elements
    if isinstance(value, Reply):
        return (Reply(value.commands, value.client, value.path, value.start, element=True),)
    return (ANYTHING,)
