"""Project classes that stand for a client: proxies, wrappers that pass calls on as they are, protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redlint.commands.methods import client_methods, cluster_methods, distinctive_methods, pipeline_methods
from redlint.diagnostic import Confidence, Span
from redlint.model.evaluation import members
from redlint.model.events import ClientRef, Place
from redlint.model.facts import Attribute, Await, Call, Name, ScopeFacts
from redlint.model.index import ModuleIndex, is_static
from redlint.model.kinds import Role, ScopeKind
from redlint.model.values import Client, ProjectFunction, ScopeKey, Values, clients, union

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_ALSO_OWN = frozenset({"execute", "watch", "multi", "reset", "close", "aclose", "connection_pool", "initialize"})


# --- proxies ------------------------------------------------------------------------------------------


def proxied(evaluator: Evaluator, cls: ScopeKey) -> Values:
    """What the ``__getattr__`` of a class takes unknown attributes from; empty where it has none that does.

    ``def __getattr__(self, name): return getattr(self._client, name)``, whatever is done with the result.
    """
    return evaluator.remember("x", cls, lambda: _proxied(evaluator, cls))


def _proxied(evaluator: Evaluator, cls: ScopeKey) -> Values:
    for key in members.bases(evaluator, cls)[0]:
        index = evaluator.load(key.path)
        for binding in index.bindings.get((key.scope, "__getattr__"), ()) if index is not None else ():
            if index is not None and binding.kind == "function":
                return _taken_from(evaluator, index, binding.target)
    return ()


def _taken_from(evaluator: Evaluator, index: ModuleIndex, scope: int) -> Values:
    parameters = index.facts.scopes[scope].parameters
    if len(parameters) != 2:
        return ()
    groups = [
        evaluator.evaluate(index, site.call.arguments[0].value)
        for site in index.calls_by_callee.get("getattr", ())
        if site.scope == scope and _is_name(site.call, 1, parameters[1].name)
    ]
    return union(*groups)


def _is_name(call: Call, position: int, name: str) -> bool:
    if len(call.arguments) <= position:
        return False
    value = call.arguments[position].value
    return isinstance(value, Name) and value.name == name


# --- forwarding methods -------------------------------------------------------------------------------


def forwarded(evaluator: Evaluator, function: ProjectFunction) -> tuple[Client, ...]:
    """The clients that a method passes its call on to as it is: same name, same arguments, nothing else done."""
    key = function.function
    index = evaluator.load(key.path)
    if index is None or index.class_of(key.scope) is None:
        return ()
    facts = index.facts.scopes[key.scope]
    results = index.results.get(key.scope, [])
    if facts.kind is not ScopeKind.FUNCTION or len(results) != 1 or results[0].is_yield:
        return ()
    call = results[0].value.value if isinstance(results[0].value, Await) else results[0].value
    if not isinstance(call, Call) or not _passes_on(facts, call) or len(index.calls_by_scope[key.scope]) != 1:
        return ()
    function_expression = call.function
    if not isinstance(function_expression, Attribute) or function_expression.name != facts.name:
        return ()
    return clients(evaluator.evaluate(index, function_expression.value))


def _passes_on(facts: ScopeFacts, call: Call) -> bool:
    """Whether the call's arguments are the function's parameters, in order."""
    parameters = facts.parameters if is_static(facts) else facts.parameters[1:]
    if len(parameters) != len(call.arguments):
        return False
    return all(
        isinstance(argument.value, Name)
        and argument.value.name == parameter.name
        and argument.stars == {"args": 1, "kwargs": 2}.get(parameter.kind, 0)
        and argument.keyword in (None, parameter.name)
        for parameter, argument in zip(parameters, call.arguments, strict=True)
    )


# --- protocols ----------------------------------------------------------------------------------------


def described(evaluator: Evaluator, cls: ScopeKey) -> Client | None:
    """The client that a ``typing.Protocol`` of the project describes.

    All its methods are methods of a Redis client, and at least one is a command that only Redis has.
    """
    index = evaluator.load(cls.path)
    if index is None:
        return None
    order, external = members.bases(evaluator, cls)
    if not _PROTOCOLS.intersection(external):
        return None
    methods: dict[str, ScopeFacts] = {}
    for key in order:
        module = evaluator.load(key.path)
        for scope in module.methods.get(key.scope, ()) if module is not None else ():
            facts = module.facts.scopes[scope] if module is not None else None
            if facts is not None and not facts.name.startswith("__"):
                methods.setdefault(facts.name, facts)
    names = methods.keys()
    allowed = {*client_methods(), *cluster_methods(), *pipeline_methods(), *_ALSO_OWN}
    distinctive = names & distinctive_methods()
    if not distinctive or not names <= allowed:
        return None
    role = Role.PIPELINE if "execute" in names and "pipeline" not in names else Role.CLIENT
    decisive = ("execute",) if role is Role.PIPELINE else sorted(distinctive - {"register_script"})
    is_async = any(methods[name].is_async for name in decisive)
    place = Place(cls.path, Span(index.facts.scopes[cls.scope].start, index.facts.scopes[cls.scope].start))
    name = index.facts.scopes[cls.scope].name
    return Client(ClientRef("redis", role, is_async, Confidence.INFERRED, place, f"protocol {name}"))
