"""What a function is called with: the arguments of its callers, and the fixtures of a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from redlint.diagnostic import Confidence, Span
from redlint.model import clients as client_tables
from redlint.model.evaluation import containers, members
from redlint.model.evaluation.outside import less_sure
from redlint.model.events import ClientRef, Place
from redlint.model.facts import (
    Argument,
    Attribute,
    Call,
    CallSite,
    Collection,
    Expression,
    Mapping,
    Name,
    Parameter,
    last_name,
)
from redlint.model.index import ModuleIndex, is_fixture, is_static
from redlint.model.kinds import Role
from redlint.model.values import (
    ANYTHING,
    Anything,
    Client,
    ClientMethod,
    Generator,
    Held,
    Instance,
    Keywords,
    KnownConstant,
    ProjectClass,
    ProjectFunction,
    ScopeKey,
    Table,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

MOST_CALLERS = 150
"""A function with more calls of its name than this is not followed to its callers."""

_MOST_FORWARDS = 4
"""So many functions that pass ``*args`` and ``**kwargs`` on are looked through."""

CALLS_ITS_ARGUMENT = frozenset(
    {
        *("partial", "partialmethod", "to_thread", "run_sync", "run_in_threadpool", "run_in_executor"),
        *("submit", "spawn", "spawn_later", "call_soon", "call_later", "call_soon_threadsafe", "start_soon"),
        *("Thread", "Process", "Timer", "Greenlet", "create_task", "run", "enter_context", "callback", "register"),
    }
)
"""Functions that call their function argument with the arguments that follow it (or with ``args`` and ``kwargs``)."""


@dataclass(frozen=True, slots=True)
class _Given:
    """The arguments that one place calls a function with."""

    caller: ModuleIndex
    arguments: tuple[Argument, ...]
    scope: int = 0
    callee: Value | None = None
    is_own: bool = False


def passed(evaluator: Evaluator, module: ModuleIndex, scope: int, position: int) -> Values:
    """What the project's calls pass to the parameter at ``position`` of a function; empty without any call."""
    parameter = module.facts.scopes[scope].parameters[position]
    groups: list[Values] = []
    for given, skipped in _calls(evaluator, module, scope):
        found = _argument(evaluator, given, parameter, position - skipped)
        if found is not None:
            groups.append(tuple(map(less_sure, found)))
    groups.append(_of_transaction(evaluator, module, scope, position))
    return union(*groups)


@dataclass(frozen=True, slots=True)
class Passed:
    """What one call passes to a parameter; ``is_own`` where it is made on the same object: ``super().__init__(x)``."""

    caller: ModuleIndex
    expression: Expression
    is_own: bool


def passed_expressions(
    evaluator: Evaluator,
    module: ModuleIndex,
    scope: int,
    position: int,
    receiver: ScopeKey | None = None,
    *,
    is_lenient: bool = False,
) -> tuple[Passed, ...] | None:
    """What the project's calls pass to a parameter, its default where they pass nothing.

    ``is_lenient`` takes ``**options`` that are not known to pass nothing. ``receiver`` is the class of the object that
    a method is called on: calls on others are left out. Empty without any call; ``None`` where a call passes something
    that cannot be told (``*args``), or where they are too many.
    """
    parameter = module.facts.scopes[scope].parameters[position]
    is_plain = parameter.kind in ("positional", "both")
    place = position if is_plain else None
    wanted = _Wanted(parameter.name, place, module, parameter.default, receiver, is_lenient)
    return _expressions(evaluator, module, scope, wanted, 0)


def told_expressions(evaluator: Evaluator, module: ModuleIndex, scope: int, position: int) -> Iterator[Passed]:
    """What those of the project's calls pass to a parameter that tell it; others are left out."""
    parameter = module.facts.scopes[scope].parameters[position]
    place = position if parameter.kind in ("positional", "both") else None
    wanted = _Wanted(parameter.name, place, module, None, None, False)
    sites = _likely_sites(evaluator, module, scope)
    for given, skipped in _calls(evaluator, module, scope, sites if len(sites) <= MOST_CALLERS else ()):
        expression = _passed_expression(given, wanted, skipped)
        if expression is not None:
            yield Passed(given.caller, expression, given.is_own)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A parameter whose arguments are looked for; ``position`` counts ``self``, and is ``None`` for keywords only."""

    name: str
    position: int | None
    module: ModuleIndex
    default: Expression | None
    receiver: ScopeKey | None
    is_lenient: bool


def _expressions(
    evaluator: Evaluator, module: ModuleIndex, scope: int, wanted: _Wanted, depth: int
) -> tuple[Passed, ...] | None:
    sites = _likely_sites(evaluator, module, scope)
    if depth > _MOST_FORWARDS or len(sites) > MOST_CALLERS or _may_be_called_unseen(evaluator, module, scope):
        return None
    found: list[Passed] = []
    for given, skipped in _calls(evaluator, module, scope, sites):
        if not _may_be_on(evaluator, given, wanted.receiver):
            continue
        expression = _passed_expression(given, wanted, skipped)
        if expression is not None:
            found.append(Passed(given.caller, expression, given.is_own))
        elif any(argument.stars for argument in given.arguments):
            forwarded = _forwarded(evaluator, given, wanted, skipped, depth)
            if forwarded is None and wanted.is_lenient and wanted.default is not None:
                forwarded = (Passed(wanted.module, wanted.default, False),)
            if forwarded is None:
                return None
            found += forwarded
        elif wanted.default is None:
            return None
        else:
            found.append(Passed(wanted.module, wanted.default, False))
    return tuple(found)


def _may_be_called_unseen(evaluator: Evaluator, module: ModuleIndex, scope: int) -> bool:
    """Whether a call of a method of this name on something unknown, or from outside, may be one of it."""
    facts = module.facts.scopes[scope]
    if module.class_of(scope) is None or facts.name.startswith("_"):
        return False
    is_production = evaluator.settings.is_production
    count = sum(one.kind in ("positional", "both") for one in facts.parameters)
    has_args = any(one.kind == "args" for one in facts.parameters)
    for caller, site in evaluator.calls_named(facts.name):
        function = site.call.function
        if not isinstance(function, Attribute) or (is_production(module.path) and not is_production(caller.path)):
            continue
        if len(site.call.arguments) >= count + (len(facts.parameters) - count) and not has_args:
            continue
        if all(isinstance(value, Anything) for value in evaluator.evaluate(caller, function.value)):
            return True
    return False


def _passed_expression(given: _Given, wanted: _Wanted, skipped: int) -> Expression | None:
    plain: list[Expression] = []
    for argument in given.arguments:
        if argument.keyword == wanted.name:
            return argument.value
        if argument.stars == 1:
            break
        if argument.keyword is None and not argument.stars:
            plain.append(argument.value)
    named = next((one.value for one in given.arguments if one.keyword == wanted.name), None)
    if named is not None or wanted.position is None:
        return named
    position = wanted.position - skipped
    return plain[position] if 0 <= position < len(plain) else None


def _forwarded(
    evaluator: Evaluator, given: _Given, wanted: _Wanted, skipped: int, depth: int
) -> tuple[Passed, ...] | None:
    """What reaches a call through ``*args`` and ``**kwargs`` of the function that it stands in."""
    parameters = given.caller.facts.scopes[given.scope].parameters
    by_kind = {one.kind: (number, one.name) for number, one in enumerate(parameters)}
    position: int | None = None
    name = ""
    plain = 0
    for argument in given.arguments:
        if not argument.stars:
            plain += argument.keyword is None
            continue
        number, own = by_kind.get("args" if argument.stars == 1 else "kwargs", (0, ""))
        if not isinstance(argument.value, Name) or argument.value.name != own:
            return None
        if argument.stars == 1 and wanted.position is not None:
            position = number + wanted.position - skipped - plain
        elif argument.stars != 1:
            name = wanted.name
    if name and any(one.name == name for one in parameters):
        name = ""  # it would have to be passed on by itself
    if position is not None and any(one.kind == "keyword" and one.name == wanted.name for one in parameters):
        return None
    inner = replace(wanted, name=name, position=position)
    return _expressions(evaluator, given.caller, given.scope, inner, depth + 1)


def _may_be_on(evaluator: Evaluator, given: _Given, receiver: ScopeKey | None) -> bool:
    """Whether a call may be one on an instance of exactly this class."""
    callee = given.callee
    if receiver is None:
        return True
    if isinstance(callee, ProjectClass):
        return callee.cls == receiver
    if isinstance(callee, ProjectFunction) and isinstance(callee.receiver, Instance | ProjectClass):
        cls = callee.receiver.cls
        is_below = cls in members.bases(evaluator, receiver)[0]
        return is_below or (not given.is_own and receiver in members.bases(evaluator, cls)[0])
    return True


def keyword(evaluator: Evaluator, function: ScopeKey, name: str) -> Values:
    """What callers give to ``**kwargs`` of a function under a name."""
    return evaluator.remember("k", (function, name), lambda: _keyword(evaluator, function, name))


def _keyword(evaluator: Evaluator, function: ScopeKey, name: str) -> Values:
    module = evaluator.load(function.path)
    if module is None or any(one.name == name for one in module.facts.scopes[function.scope].parameters):
        return (ANYTHING,)
    groups: list[Values] = []
    for given, _ in _calls(evaluator, module, function.scope):
        for argument in given.arguments:
            found: Values | None = None
            if argument.stars == 2:
                found = _spread(evaluator, given.caller, argument, name)
            elif argument.keyword == name:
                found = evaluator.evaluate(given.caller, argument.value)
            groups.append(tuple(map(less_sure, found or ())))
    return union(*groups) or (ANYTHING,)


# --- calls --------------------------------------------------------------------------------------------


def _calls(
    evaluator: Evaluator,
    module: ModuleIndex,
    scope: int,
    sites: Iterable[tuple[ModuleIndex, CallSite]] | None = None,
) -> Iterator[tuple[_Given, int]]:
    """The argument lists that a function is called with, and how many of its parameters they leave out in front."""
    function = ScopeKey(module.path, scope)
    skipped = _skipped(module, scope)
    for caller, site in _sites(evaluator, module, scope) if sites is None else sites:
        callee = _callee(evaluator, caller, site.call.function, function)
        if callee is not None:
            given = _Given(caller, site.call.arguments, site.scope, callee, _is_on_itself(caller, site))
            yield given, _left_out(callee, skipped)
    for caller, site, position in _handed(evaluator, module, scope):
        callee = _callee(evaluator, caller, site.call.arguments[position].value, function)
        if callee is not None:
            given = _Given(caller, _arguments_after(site.call, position), site.scope, callee)
            yield given, _left_out(callee, skipped)
    yield from _decorated(evaluator, module, scope)


def _sites(evaluator: Evaluator, module: ModuleIndex, scope: int) -> Iterator[tuple[ModuleIndex, CallSite]]:
    """The calls whose last name may mean the function: its own name, or its class's for a constructor."""
    names = _names(evaluator, module, scope)
    found = [pair for name in sorted(names) for pair in evaluator.calls_named(name)]
    if len(found) > MOST_CALLERS:
        return
    yield from found
    others = {other for name in names for other in evaluator.other_names(name)} - names
    found = [pair for name in sorted(others) for pair in evaluator.calls_named(name)]
    if len(found) <= MOST_CALLERS:
        yield from found


def _names(evaluator: Evaluator, module: ModuleIndex, scope: int) -> set[str]:
    """The names that a function is called by."""
    facts = module.facts.scopes[scope]
    owner = module.class_of(scope)
    if facts.name in ("__init__", "__new__") and owner is not None:
        return {"__init__", "cls", "__class__", *evaluator.class_names(ScopeKey(module.path, owner))}
    return set() if facts.name == "__call__" else {facts.name}


def _likely_sites(evaluator: Evaluator, module: ModuleIndex, scope: int) -> list[tuple[ModuleIndex, CallSite]]:
    """The same for keys: without tests for production code, and without the ``__init__`` of other classes."""
    names = _names(evaluator, module, scope)
    owner = module.class_of(scope)
    is_production = evaluator.settings.is_production
    below = evaluator.subclasses(ScopeKey(module.path, owner)) if owner is not None else set()
    paths = {module.path, *(cls.path for cls in below)}
    names |= {other for name in names for other in evaluator.other_names(name)}
    found = [(name, caller, site) for name in sorted(names) for caller, site in evaluator.calls_named(name)]
    wanted = {caller.path for _, caller, _ in found}
    if is_production(module.path):
        wanted = {path for path in wanted if is_production(path)}
    return [
        (caller, site)
        for name, caller, site in found
        if caller.path in wanted and (name not in ("__init__", "cls", "__class__") or caller.path in paths)
    ]


def _callee(evaluator: Evaluator, caller: ModuleIndex, callee: Expression, function: ScopeKey) -> Value | None:
    """The function, or the class whose constructor it is, where a call of ``callee`` calls it."""
    for value in evaluator.evaluate(caller, callee):
        if isinstance(value, ProjectFunction) and value.function == function:
            return value
        if isinstance(value, ProjectClass) and _constructor(evaluator, value.cls) == function:
            return value
    return None


def _is_on_itself(caller: ModuleIndex, site: CallSite) -> bool:
    """Whether a method calls another of the same object: ``self.method()``, ``super().method()``."""
    function = site.call.function
    if not isinstance(function, Attribute):
        return False
    if isinstance(function.value, Name):
        return caller.owner_of_self(site.scope, function.value.name) is not None
    return isinstance(function.value, Call) and last_name(function.value) == "super"


def _left_out(callee: Value, skipped: int) -> int:
    """How many parameters a call leaves out in front."""
    return 0 if isinstance(callee, ProjectFunction) and callee.receiver is None else skipped


def _skipped(module: ModuleIndex, scope: int) -> int:
    """1 where the first parameter is the object itself."""
    is_method = module.class_of(scope) is not None and not is_static(module.facts.scopes[scope])
    return 1 if is_method else 0


def _constructor(evaluator: Evaluator, cls: ScopeKey) -> ScopeKey | None:
    """The ``__init__`` that constructing a class runs."""
    for key in members.bases(evaluator, cls)[0]:
        index = evaluator.load(key.path)
        for binding in index.bindings.get((key.scope, "__init__"), ()) if index is not None else ():
            if binding.kind == "function":
                return ScopeKey(key.path, binding.target)
    return None


def _handed(evaluator: Evaluator, module: ModuleIndex, scope: int) -> Iterator[tuple[ModuleIndex, CallSite, int]]:
    """The calls of ``partial``, ``to_thread``, ``Thread`` and the like that are handed something of its name."""
    owner = module.class_of(scope)
    name = module.facts.scopes[scope].name
    names = {name} if name != "__init__" or owner is None else evaluator.class_names(ScopeKey(module.path, owner))
    found = [one for name in sorted(names) for one in evaluator.calls_handing(name, CALLS_ITS_ARGUMENT)]
    if len(found) <= MOST_CALLERS:
        yield from found


def _arguments_after(call: Call, position: int) -> tuple[Argument, ...]:
    arguments: list[Argument] = []
    for argument in call.arguments[position + 1 :]:
        if argument.keyword == "args" and isinstance(argument.value, Collection):
            arguments += [
                Argument(argument.start, argument.end, element, None, 0) for element in argument.value.elements
            ]
        elif argument.keyword == "kwargs" and isinstance(argument.value, Mapping):
            arguments.append(Argument(argument.start, argument.end, argument.value, None, 2))
        else:
            arguments.append(argument)
    return tuple(arguments)


def _decorated(evaluator: Evaluator, module: ModuleIndex, scope: int) -> Iterator[tuple[_Given, int]]:
    """The calls that the project's decorators of a function make of it: ``def wrapper(...): return f(client, ...)``."""
    for decorator in module.facts.scopes[scope].decorators:
        for value in evaluator.evaluate(module, decorator):
            if not isinstance(value, ProjectFunction):
                continue
            index = evaluator.load(value.function.path)
            parameters = index.facts.scopes[value.function.scope].parameters if index is not None else ()
            if index is None or not parameters:
                continue
            for site in index.calls_by_callee.get(parameters[0].name, ()):
                reaching = index.reaching(parameters[0].name, site.call.start)
                if isinstance(site.call.function, Name) and reaching is not None:
                    if reaching[1] == value.function.scope:
                        yield _Given(index, site.call.arguments), 0


# --- arguments ----------------------------------------------------------------------------------------


def _argument(evaluator: Evaluator, given: _Given, parameter: Parameter, position: int) -> Values | None:
    """What one call gives to a parameter; ``None`` where it gives nothing, or cannot be told."""
    place = 0
    for argument in given.arguments:
        if argument.stars == 1:
            # How many places it fills is unknown; keywords still count.
            place = len(given.arguments) + position + 1
            continue
        if argument.stars == 2:
            found = _spread(evaluator, given.caller, argument, parameter.name)
            if found is not None:
                return found
        elif argument.keyword == parameter.name:
            return evaluator.evaluate(given.caller, argument.value)
        elif argument.keyword is None:
            if place == position and parameter.kind in ("positional", "both"):
                return evaluator.evaluate(given.caller, argument.value)
            place += 1
    return None


def _spread(evaluator: Evaluator, caller: ModuleIndex, argument: Argument, name: str) -> Values | None:
    """What ``**argument`` holds under a name, where that is known."""
    for value in evaluator.evaluate(caller, argument.value):
        if not isinstance(value, Table | Held | Keywords):
            continue
        found = containers.element(evaluator, value, name)
        if any(one is not ANYTHING for one in found):
            return found
    return None


def _of_transaction(evaluator: Evaluator, module: ModuleIndex, scope: int, position: int) -> Values:
    """The pipeline that ``client.transaction(function, *keys)`` calls its function with."""
    facts = module.facts.scopes[scope]
    if position != _skipped(module, scope):
        return ()
    found: list[Client] = []
    for caller, site, place in evaluator.calls_handing(facts.name, frozenset({"transaction"})):
        if place != 0 or not isinstance(site.call.function, Attribute):
            continue
        functions = evaluator.evaluate(caller, site.call.arguments[0].value)
        if not any(isinstance(one, ProjectFunction) and one.function.scope == scope for one in functions):
            continue
        here = Place(caller.path, Span(site.call.start, site.call.end))
        found += [
            _transaction(method.client.ref, here)
            for method in evaluator.evaluate(caller, site.call.function)
            if isinstance(method, ClientMethod) and method.client.ref.role in (Role.CLIENT, Role.CLUSTER)
        ]
    return tuple(dict.fromkeys(found))


def _transaction(parent: ClientRef, place: Place) -> Client:
    ref = ClientRef(
        parent.library, Role.PIPELINE, parent.is_async, parent.confidence, place, "transaction", parent=parent
    )
    return Client(ref)


# --- fixtures -----------------------------------------------------------------------------------------


def fixture(evaluator: Evaluator, module: ModuleIndex, scope: int, name: str) -> Values:
    """What a pytest fixture of this name gives to a test (or another fixture); empty where there is none."""
    function = fixture_function(evaluator, module, scope, name)
    if function is not None:
        found = evaluator.returned(ProjectFunction(function))
        return union(*(evaluator.yielded(one) if isinstance(one, Generator) else (one,) for one in found))
    if not _takes_fixtures(module, scope):
        return ()
    kind = client_tables.fixtures().get(name)
    return (members.client_of(kind, Confidence.INFERRED, f"fixture {name}"),) if kind is not None else ()


def fixture_function(evaluator: Evaluator, module: ModuleIndex, scope: int, name: str) -> ScopeKey | None:
    """The project's pytest fixture that fills the parameter of this name of a test or another fixture."""
    if not _takes_fixtures(module, scope):
        return None
    for candidate, place in _fixture_places(evaluator, module, scope):
        for function in candidate.fixtures.get((place, name), ()):
            if (candidate.path, function) != (module.path, scope):
                return ScopeKey(candidate.path, function)
    return None


def _takes_fixtures(module: ModuleIndex, scope: int) -> bool:
    facts = module.facts.scopes[scope]
    return facts.name.startswith("test") or is_fixture(facts)


def _fixture_places(evaluator: Evaluator, module: ModuleIndex, scope: int) -> Iterator[tuple[ModuleIndex, int]]:
    """Where pytest looks for the fixtures of a function: its class and the bases, its module, the conftest files."""
    owner = module.class_of(scope)
    for key in members.bases(evaluator, ScopeKey(module.path, owner))[0] if owner is not None else ():
        index = evaluator.load(key.path)
        if index is not None:
            yield index, key.scope
    yield module, 0
    for directory in PurePosixPath(module.path).parents:
        path = str(directory / "conftest.py")
        conftest = evaluator.load(path) if evaluator.names.has(path) else None
        if conftest is not None:
            yield conftest, 0


def is_settled(values: Values) -> bool:
    """Whether callers alone tell what a parameter holds."""
    return bool(values) and ANYTHING not in values and not all(isinstance(one, KnownConstant) for one in values)
