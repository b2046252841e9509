"""What values have: attributes, items, what iterating and entering them gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redlint.diagnostic import Confidence
from redlint.model import clients as client_tables
from redlint.model.evaluation import annotated, containers, duck, outside, proxies
from redlint.model.events import ClientRef, Place
from redlint.model.facts import Binding, CallSite, Subscript, last_name
from redlint.model.index import ModuleIndex, is_class_method, is_static
from redlint.model.kinds import Role
from redlint.model.values import (
    ANYTHING,
    Anything,
    Box,
    Client,
    ClientMethod,
    ContainerMethod,
    External,
    ExternalInstance,
    ExternalMethod,
    Held,
    Instance,
    Items,
    Keywords,
    KnownConstant,
    Parent,
    ProjectClass,
    ProjectFunction,
    ProjectModule,
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
        return _of_instance(evaluator, value, name)
    if isinstance(value, ProjectClass):
        return of_class(evaluator, value.cls, name, value) or (ANYTHING,)
    if isinstance(value, Parent):
        return _of_parent(evaluator, value, name)
    if isinstance(value, ExternalInstance):
        return _of_external_instance(evaluator, value, name)
    if isinstance(value, ExternalMethod):
        return (ExternalMethod(value.instance, f"{value.name}.{name}"),)
    if isinstance(value, Table | Items | Row | Box | Held | Keywords):
        return (ContainerMethod(value, name),)
    return (ANYTHING,)


def _of_parent(evaluator: Evaluator, value: Parent, name: str) -> Values:
    """``super().name``: looked up in the bases of the class that says so."""
    return of_bases(evaluator, value.cls, name, value.receiver) or member(evaluator, _plain(value.receiver), name)


def _plain(receiver: Value) -> Value:
    return Client(receiver.ref) if isinstance(receiver, Client) else ANYTHING


def _of_instance(evaluator: Evaluator, value: Instance, name: str) -> Values:
    if name == "__class__":
        return (ProjectClass(value.cls),)
    found = of_class(evaluator, value.cls, name, value)
    if found:
        return found
    if not name.startswith("__"):
        found = union(*(member(evaluator, one, name) for one in proxies.proxied(evaluator, value.cls)))
    return found or (ANYTHING,)


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
        return (client_of(kind, Confidence.PROVEN, dotted),)
    if client_tables.object_of(dotted) is None:
        cls = client_tables.object_of(value.name)
        if cls is not None:
            return _of_external_instance(evaluator, ExternalInstance(cls), name)
    return outside.attribute(evaluator, value, name) or evaluator.external(dotted)


def client_of(kind: client_tables.ClientType, confidence: Confidence, name: str, place: Place | None = None) -> Client:
    """The Redis object of some kind that a library makes or holds under a dotted name."""
    return Client(ClientRef(kind.library, kind.role, kind.is_async, confidence, place, name, module=kind.module))


def library_class(value: Value) -> str | None:
    """The class of a library object, as the tables name it; ``None`` for other values."""
    if isinstance(value, ExternalInstance):
        return value.name
    return client_tables.object_of(value.name) if isinstance(value, External) else None


def _of_external_instance(evaluator: Evaluator, value: ExternalInstance, name: str) -> Values:
    kind = client_tables.attribute_type(value.name, name)
    if kind is not None:
        return (client_of(kind, Confidence.INFERRED, f"{value.name}.{name}"),)
    stored = outside.attribute(evaluator, value, name)
    if stored:
        return stored
    cls = client_tables.object_of(f"{value.name}.{name}")
    return (ExternalInstance(cls) if cls is not None else ExternalMethod(value, name),)


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
    question = ("bases", cls)
    known = evaluator.known_bases.get(cls)
    if known is not None:
        evaluator.reliance.on_answer(question)
        return known
    with evaluator.reliance.working_out(question):
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
            # ``Store[Redis]`` derives from ``Store``.
            plain = base.value if isinstance(base, Subscript) else base
            for value in evaluator.evaluate(index, plain):
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
            return replace(client_of(kind, Confidence.PROVEN, name), subclass=cls)
    return None


def of_class(evaluator: Evaluator, cls: ScopeKey, name: str, receiver: Value) -> Values:
    """The attribute ``name`` of a class or its instance, own and inherited; empty where nothing is known."""
    subject = (cls, name, isinstance(receiver, ProjectClass))
    return evaluator.remember("a", subject, lambda: _of_class(evaluator, cls, name, receiver))


def of_bases(evaluator: Evaluator, cls: ScopeKey, name: str, receiver: Value) -> Values:
    """The same, looked up in the bases of a class only."""
    subject = (cls, name, isinstance(receiver, ProjectClass))
    return evaluator.remember("A", subject, lambda: _of_class(evaluator, cls, name, receiver, first=1))


def _of_class(evaluator: Evaluator, cls: ScopeKey, name: str, receiver: Value, first: int = 0) -> Values:
    order, external = bases(evaluator, cls)
    for key in order[first:]:
        stored = _stored(evaluator, key, name, receiver)
        if stored:
            return _complete(evaluator, order, name, receiver, union(*stored))
    given = outside.attribute(evaluator, receiver, name) if isinstance(receiver, Instance | ProjectClass) else ()
    if not given:
        given = _of_metaclass(evaluator, order, name)
    if given:
        return given
    for base in external:
        if isinstance(receiver, ProjectClass) and base in client_tables.constructors():
            return (External(f"{base}.{name}"),)
        kind = client_tables.attribute_type(base, name)
        if kind is not None:
            return (client_of(kind, Confidence.INFERRED, f"{base}.{name}"),)
        held = client_tables.object_of(f"{base}.{name}")
        if held is not None:
            return (ExternalInstance(held),)
    return _of_subclasses(evaluator, cls, name) if first == 0 else ()


def _of_subclasses(evaluator: Evaluator, cls: ScopeKey, name: str) -> Values:
    """What the classes that derive from a mixin have under a name that it uses but does not set itself."""
    subclasses = evaluator.subclasses(cls)
    if not 0 < len(subclasses) <= _MOST_BASES or name.startswith("__") or not evaluator.is_attribute_of_class(name):
        return ()
    found = union(*(of_class(evaluator, one, name, Instance(one)) for one in sorted(subclasses, key=_place)))
    return tuple(outside.less_sure(value) for value in found if isinstance(value, Client | Instance))


def _place(key: ScopeKey) -> tuple[str, int]:
    return key.path, key.scope


def _of_metaclass(evaluator: Evaluator, order: tuple[ScopeKey, ...], name: str) -> Values:
    """What the metaclass of a class has under a name: metaclasses set attributes on the classes they make."""
    for key in order:
        index = evaluator.load(key.path)
        metaclass = index.facts.scopes[key.scope].metaclass if index is not None else None
        if index is None or metaclass is None or name.startswith("__"):
            continue
        for value in evaluator.evaluate(index, metaclass):
            if isinstance(value, ProjectClass) and value.cls not in order:
                return of_class(evaluator, value.cls, name, Instance(value.cls))
    return ()


def _stored(evaluator: Evaluator, key: ScopeKey, name: str, receiver: Value) -> list[Values]:
    """What one class itself has under a name: by its methods' stores on ``self``, and by its body."""
    index = evaluator.load(key.path)
    if index is None:
        return []
    stored: list[Values] = []
    for store in index.self_stores.get((key.scope, name), ()):
        declared: Values = ()
        if store.annotation is not None:
            declared = annotated.instances(evaluator, index, store.annotation)
        stored.append(evaluator.assigned(index, store.kind, store.value, store.path, declared))
    group = index.bindings.get((key.scope, name))
    if group:
        stored.append(union(*(_class_binding(evaluator, index, binding, receiver) for binding in group)))
    return stored


def _complete(evaluator: Evaluator, order: tuple[ScopeKey, ...], name: str, receiver: Value, found: Values) -> Values:
    """What a class has under a name, with what is put there from elsewhere."""
    if not all(isinstance(value, Anything | KnownConstant) for value in found):
        return containers.held(found, order[0].path, order[0].scope, name)
    is_open = ANYTHING not in found or KnownConstant(None) in found
    if is_open and isinstance(receiver, Instance | ProjectClass):
        given = outside.attribute(evaluator, receiver, name)
        if any(isinstance(value, Client) for value in given):
            return union(found, given)
    return _with_evidence(evaluator, order, name, found)


def _with_evidence(evaluator: Evaluator, order: tuple[ScopeKey, ...], name: str, found: Values) -> Values:
    """An attribute nobody could follow, with what the calls of the class on it give away."""
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
            if is_property(evaluator, index, value.function.scope) and not isinstance(receiver, ProjectClass):
                found.append(evaluator.returned(value))
                continue
            is_unbound = isinstance(receiver, ProjectClass) and not is_class_method(facts)
            bound = None if is_static(facts) or is_unbound else receiver
            found.append((ProjectFunction(value.function, bound),))
        else:
            found.append((value,))
    return union(*found)


def is_property(evaluator: Evaluator, index: ModuleIndex, scope: int) -> bool:
    """Whether a method is read like an attribute: by a known decorator, or a descriptor of the project."""
    decorators = index.facts.scopes[scope].decorators
    if any(last_name(decorator) in _PROPERTIES for decorator in decorators):
        return True
    return any(
        isinstance(value, ProjectClass) and bool(of_class(evaluator, value.cls, "__get__", value))
        for decorator in decorators
        for value in evaluator.evaluate(index, decorator)
    )
