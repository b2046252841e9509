"""What callers pass to a parameter, and what a pytest fixture of its name gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from redlint.diagnostic import Confidence
from redlint.model.evaluation import members
from redlint.model.evaluation.calling import last_name
from redlint.model.facts import Argument, CallSite, Parameter
from redlint.model.index import ModuleIndex, is_static
from redlint.model.kinds import ScopeKind
from redlint.model.values import (
    ANYTHING,
    Client,
    Generator,
    KnownConstant,
    ProjectClass,
    ProjectFunction,
    ScopeKey,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

MOST_CALLERS = 150
"""A function with more calls of its name than this is not followed to its callers."""


def passed(evaluator: Evaluator, module: ModuleIndex, scope: int, position: int) -> Values:
    """What the project's calls pass to the parameter at ``position`` of a function; empty without any call."""
    function = ScopeKey(module.path, scope)
    groups: list[Values] = []
    for caller, site in _sites(evaluator, module, scope):
        argument = _argument(module, function, scope, position, caller, site, evaluator)
        if argument is not None:
            groups.append(tuple(map(_less_sure, evaluator.evaluate(caller, argument.value))))
    return union(*groups)


def _less_sure(value: Value) -> Value:
    """A client that came through a call is inferred."""
    if not isinstance(value, Client) or value.ref.confidence <= Confidence.INFERRED:
        return value
    return replace(value, ref=replace(value.ref, confidence=Confidence.INFERRED))


def _sites(evaluator: Evaluator, module: ModuleIndex, scope: int) -> Iterator[tuple[ModuleIndex, CallSite]]:
    """The calls whose last name may mean the function: its own name, or its class's for a constructor."""
    facts = module.facts.scopes[scope]
    owner = module.class_of(scope)
    names = {facts.name}
    if facts.name in ("__init__", "__new__") and owner is not None:
        names = {"__init__", "cls", *evaluator.class_names(ScopeKey(module.path, owner))}
    found = [pair for name in sorted(names) for pair in evaluator.calls_named(name)]
    if len(found) <= MOST_CALLERS:
        yield from found


def _argument(
    module: ModuleIndex,
    function: ScopeKey,
    scope: int,
    position: int,
    caller: ModuleIndex,
    site: CallSite,
    evaluator: Evaluator,
) -> Argument | None:
    """The argument that a call gives to a parameter, if the call does mean the function."""
    facts = module.facts.scopes[scope]
    parameter = facts.parameters[position]
    given = _given(parameter, position - _skipped(module, scope), site)
    if given is None:
        return None
    for callee in evaluator.evaluate(caller, site.call.function):
        if isinstance(callee, ProjectFunction) and callee.function == function:
            is_unbound = callee.receiver is None and _skipped(module, scope) == 1
            return _given(parameter, position, site) if is_unbound else given
        if isinstance(callee, ProjectClass) and _constructor(evaluator, callee.cls) == function:
            return given
    return None


def _skipped(module: ModuleIndex, scope: int) -> int:
    """1 where the first parameter is the object itself."""
    is_method = module.class_of(scope) is not None and not is_static(module.facts.scopes[scope])
    return 1 if is_method else 0


def _given(parameter: Parameter, position: int, site: CallSite) -> Argument | None:
    place = 0
    for argument in site.call.arguments:
        if argument.stars:
            return None
        if argument.keyword == parameter.name:
            return argument
        if argument.keyword is None:
            if place == position and parameter.kind in ("positional", "both"):
                return argument
            place += 1
    return None


def _constructor(evaluator: Evaluator, cls: ScopeKey) -> ScopeKey | None:
    """The ``__init__`` that constructing a class runs."""
    for key in members.bases(evaluator, cls)[0]:
        index = evaluator.load(key.path)
        for binding in index.bindings.get((key.scope, "__init__"), ()) if index is not None else ():
            if binding.kind == "function":
                return ScopeKey(key.path, binding.target)
    return None


def fixture(evaluator: Evaluator, module: ModuleIndex, scope: int, name: str) -> Values:
    """What a pytest fixture of this name gives to a test (or another fixture); empty where there is none."""
    facts = module.facts.scopes[scope]
    if not facts.name.startswith("test") and not _is_fixture(module, scope):
        return ()
    for candidate in _fixture_modules(evaluator, module):
        for binding in candidate.bindings.get((0, name), ()):
            if binding.kind == "function" and binding.target != scope and _is_fixture(candidate, binding.target):
                found = evaluator.returned(ProjectFunction(ScopeKey(candidate.path, binding.target)))
                return union(*(evaluator.yielded(one) if isinstance(one, Generator) else (one,) for one in found))
    return ()


def _fixture_modules(evaluator: Evaluator, module: ModuleIndex) -> Iterator[ModuleIndex]:
    yield module
    for directory in PurePosixPath(module.path).parents:
        path = str(directory / "conftest.py")
        conftest = evaluator.load(path) if evaluator.names.has(path) else None
        if conftest is not None:
            yield conftest


def _is_fixture(module: ModuleIndex, scope: int) -> bool:
    facts = module.facts.scopes[scope]
    return facts.kind is ScopeKind.FUNCTION and any(last_name(decorator) == "fixture" for decorator in facts.decorators)


def is_settled(values: Values) -> bool:
    """Whether callers alone tell what a parameter holds."""
    return bool(values) and ANYTHING not in values and not all(isinstance(one, KnownConstant) for one in values)
