"""Calls that look like Redis but whose receiver stayed unknown, and where the way to the receiver ends.

These are the calls that rules cannot see: a list of work for the setting ``clients``, and for redlint itself.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from redlint.commands.methods import distinctive_methods
from redlint.diagnostic import Span
from redlint.model.evaluation import callers, duck, members
from redlint.model.facts import (
    Attribute,
    Await,
    Binding,
    Call,
    CallSite,
    Conditional,
    Expression,
    Name,
    Operation,
    Starred,
    Store,
    Subscript,
    Walrus,
)
from redlint.model.index import ModuleIndex
from redlint.model.provenance import TracingEvaluator
from redlint.model.values import (
    Anything,
    External,
    ExternalInstance,
    ExternalMethod,
    Instance,
    KnownConstant,
    ProjectClass,
    ProjectFunction,
    ProjectModule,
    ScopeKey,
    Value,
    Values,
)
from redlint.source import SourceText

_MOST_LINKS = 16
_LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class UnresolvedCall:
    """A call of a method that only Redis clients have, on something unknown; ``reason`` is why it is."""

    path: str
    source: SourceText
    span: Span
    method: str
    receiver: str
    reason: str


def unresolved_calls(evaluator: TracingEvaluator, modules: Iterable[ModuleIndex]) -> tuple[UnresolvedCall, ...]:
    """The calls of the modules that look like Redis and were not resolved, by path and place."""
    arguments: dict[str, set[int]] = {}
    found = [
        UnresolvedCall(
            path=module.path,
            source=module.source,
            span=Span(site.call.start, site.call.end),
            method=function.name,
            receiver=_line(module, function.value),
            reason="; ".join(dict.fromkeys(_Search(evaluator, arguments).reasons(module, function.value))),
        )
        for module in modules
        for site in module.facts.calls
        if isinstance(function := site.call.function, Attribute)
        and function.name in distinctive_methods()
        and is_unknown(evaluator.evaluate(module, function.value))
    ]
    return tuple(sorted(found, key=lambda call: (call.path, call.span)))


def is_unknown(values: Values) -> bool:
    """Whether an expression may be anything: what is known of it says neither Redis nor something else."""
    return all(_says_nothing(value) for value in values)


def _says_nothing(value: Value) -> bool:
    if isinstance(value, KnownConstant):
        return value.value is None
    if isinstance(value, External):
        parent, _, last = value.name.rpartition(".")
        return not last[:1].isupper() and not (parent == "builtins" and hasattr(builtins, last))
    if isinstance(value, ExternalMethod):
        return not value.instance.name.startswith("builtins.")
    # A function has no such method: what its decorator made of it, or what calls it, is unknown.
    return isinstance(value, Anything | ProjectFunction)


# --- the reason -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Search:
    """Follows one receiver to where knowledge ends; what it has seen keeps it from going in circles."""

    evaluator: TracingEvaluator
    arguments: dict[str, set[int]]
    """The values of the arguments of each module's calls, by identity."""
    seen: set[object] = field(default_factory=set)

    def reasons(self, module: ModuleIndex, expression: Expression) -> Iterator[str]:
        """The links of the way to where knowledge ends, in words, nearest first."""
        if id(expression) in self.seen or len(self.seen) > _MOST_LINKS:
            return
        self.seen.add(id(expression))
        if isinstance(expression, Name):
            yield from self._name(module, expression)
        elif isinstance(expression, Attribute):
            yield from self._attribute(module, expression)
        elif isinstance(expression, Call):
            yield from self._call(module, expression)
        elif isinstance(expression, Await | Walrus | Starred):
            yield from self.reasons(module, expression.value)
        elif isinstance(expression, Subscript):
            yield from self._subscript(module, expression)
        else:
            yield from self._alternatives(module, expression)

    def _alternatives(self, module: ModuleIndex, expression: Expression) -> Iterator[str]:
        options: tuple[Expression, ...] = ()
        if isinstance(expression, Conditional):
            options = (expression.body, expression.otherwise)
        elif isinstance(expression, Operation) and expression.operator in ("or", "and"):
            options = expression.operands
        for option in options:
            values = self.evaluator.evaluate(module, option)
            if _is_open(values):
                yield from self.reasons(module, option)
                return
        yield f"`{_text(module, expression)}` ({_at(module, expression.start)}) is not followed"

    # --- names ----------------------------------------------------------------------------------------

    def _name(self, module: ModuleIndex, expression: Name) -> Iterator[str]:
        reaching = module.reaching(expression.name, expression.start)
        if reaching is None:
            starred = module.star_imports
            where = f", unless `from {starred[0].module} import *` brings it" if starred else ""
            yield f"nothing binds `{expression.name}`{where}"
            return
        bindings, scope = reaching
        misfit = self._misfit(module.method_calls.get((scope, expression.name), ()), module)
        yield from self._bound(module, expression.name, bindings, scope)
        yield from misfit

    def _bound(self, module: ModuleIndex, name: str, bindings: list[Binding], scope: int) -> Iterator[str]:
        telling = [one for one in bindings if _is_open(self._of(module, one))]
        parameter = self._parameter_of(module, scope, name)
        if telling:
            yield from self._binding(module, telling[0])
        elif parameter is not None:
            yield from self.parameter(module, scope, parameter)
        elif bindings:
            yield f"`{name}` is only ever set to None ({_at(module, bindings[0].start)})"
        else:
            yield f"`{name}` has no value before it is used"

    def _of(self, module: ModuleIndex, binding: Binding) -> Values:
        return self.evaluator.binding(module, binding)

    def _parameter_of(self, module: ModuleIndex, scope: int, name: str) -> int | None:
        for position, parameter in enumerate(module.facts.scopes[scope].parameters):
            if parameter.name == name:
                return position
        return None

    def _binding(self, module: ModuleIndex, binding: Binding) -> Iterator[str]:
        place = _at(module, binding.start)
        if binding.kind == "import":
            yield from self._import(module, binding)
        elif binding.kind == "function":
            decorators = module.facts.scopes[binding.target].decorators
            what = (
                f"what the decorator `{_text(module, decorators[0])}` makes of a function"
                if decorators
                else "a function"
            )
            yield f"`{binding.name}` is {what} ({place})"
        elif binding.value is None or binding.kind in ("augmented", "delete", "except", "pattern", "lambda"):
            yield f"where `{binding.name}` is bound ({place}) says nothing of its value"
        else:
            how = {"for": "runs over", "with": "is entered with"}.get(binding.kind, "is set to")
            part = "a part of " if binding.path else ""
            yield from self._link(f"`{binding.name}` {how} {part}", module, binding.value, place)

    def _import(self, module: ModuleIndex, binding: Binding) -> Iterator[str]:
        dotted = f"{binding.module}.{binding.member}" if binding.member else binding.module
        names = self.evaluator.names
        find = names.relative if binding.module.startswith(".") else names.absolute
        path = find(binding.module, module.path)
        if path is None:
            yield f"`{binding.name}` is imported from outside the project (`{dotted}`)"
            return
        yield from self._member(path, binding.member or binding.name)

    def _member(self, path: str, name: str) -> Iterator[str]:
        """Why a name of a module of the project is unknown."""
        index = self.evaluator.load(path)
        if index is None:
            yield f"`{name}` is imported from {path}, which neither uses Redis nor imports it from the project"
            return
        group = index.bindings.get((0, name))
        if group is None:
            yield f"{path} does not define `{name}`"
        elif (path, name) not in self.seen:
            self.seen.add((path, name))
            yield from self._bound(index, name, group, 0)

    def _link(self, words: str, module: ModuleIndex, value: Expression, place: str) -> Iterator[str]:
        yield f"{words}`{_text(module, value)}` ({place})"
        yield from self.reasons(module, value)

    # --- parameters -----------------------------------------------------------------------------------

    def parameter(self, module: ModuleIndex, scope: int, position: int) -> Iterator[str]:
        """Why a parameter is unknown."""
        facts = module.facts.scopes[scope]
        parameter = facts.parameters[position]
        if (module.path, scope, position) in self.seen:
            return
        self.seen.add((module.path, scope, position))
        subject = f"parameter `{parameter.name}` of `{facts.qualname}` ({_at(module, parameter.start)})"
        if parameter.kind in ("args", "kwargs"):
            yield f"{subject} collects any number of arguments"
            return
        given = self._given(module, scope, position)
        unknown = [pair for pair in given if _is_open(self.evaluator.evaluate(*pair))]
        if unknown:
            caller, value = unknown[0]
            yield f"{subject} is called with something unknown, `{_text(caller, value)}` ({_at(caller, value.start)})"
            yield from self.reasons(caller, value)
        elif given:
            caller, value = given[0]
            yield f"{subject} is only called with `{_text(caller, value)}` ({_at(caller, value.start)})"
        else:
            yield f"{subject}: {self._uncalled(module, scope, parameter.name)}"

    def _given(self, module: ModuleIndex, scope: int, position: int) -> list[tuple[ModuleIndex, Expression]]:
        """The arguments that were looked at when the parameter was worked out."""
        evaluator = self.evaluator
        evaluator.parameter(module, scope, position, module.facts.scopes[scope].parameters[position])
        asked = evaluator.asked_by(("p", (module.path, scope, position)))
        found = [evaluator.expressions[subject] for kind, subject in asked if kind == "e"]
        return [(caller, value) for caller, value in found if id(value) in self._arguments(caller)]

    def _arguments(self, module: ModuleIndex) -> set[int]:
        if module.path not in self.arguments:
            self.arguments[module.path] = {
                id(argument.value) for site in module.facts.calls for argument in site.call.arguments
            }
        return self.arguments[module.path]

    def _uncalled(self, module: ModuleIndex, scope: int, name: str) -> str:
        facts = module.facts.scopes[scope]
        if facts.name.startswith("test"):
            return f"no pytest fixture `{name}` of the project tells"
        if len(self.evaluator.calls_named(facts.name)) > callers.MOST_CALLERS:
            return f"too many calls bear the name `{facts.name}` to be followed"
        return "no call in the project is known to pass it"

    # --- attributes -----------------------------------------------------------------------------------

    def _attribute(self, module: ModuleIndex, expression: Attribute) -> Iterator[str]:
        base = self.evaluator.evaluate(module, expression.value)
        text, name = _text(module, expression), expression.name
        for value in base:
            if isinstance(value, Instance | ProjectClass):
                yield from self._of_class(value.cls, text, name)
                return
            if isinstance(value, ProjectModule) and value.path:
                yield from self._member(value.path, name)
                return
            if isinstance(value, ExternalInstance | ExternalMethod):
                yield f"`{text}` is an attribute of a `{_external(value)}`, a class outside the project"
                return
            if isinstance(value, External):
                yield f"`{text}` is from outside the project (`{value.name}.{name}`)"
                return
        if is_unknown(base):
            yield from self.reasons(module, expression.value)
        else:
            yield f"`{text}` ({_at(module, expression.start)}) is not followed"

    def _of_class(self, cls: ScopeKey, text: str, name: str) -> Iterator[str]:
        order, external = members.bases(self.evaluator, cls)
        label = self._class_name(cls)
        if (cls, name) in self.seen:
            return
        self.seen.add((cls, name))
        for key in order:
            index = self.evaluator.load(key.path)
            if index is None:
                continue
            stores = index.self_stores.get((key.scope, name), [])
            bindings = index.bindings.get((key.scope, name), [])
            if stores or bindings:
                yield from self._kept(index, text, stores, bindings)
                yield from self._misfit(index.method_calls.get((key.scope, name), ()), index)
                return
        strangers = [name for name in external if not name.startswith(("builtins.", "abc.", "typing."))]
        outside = f", but its base `{strangers[0]}` is outside the project" if strangers else ""
        heirs = sorted(self.evaluator.class_names(cls) - {label.rpartition(".")[2]})
        mixed_in = f" (`{heirs[0]}`, which derives from it, may have it from another base)" if heirs else ""
        yield f"attribute `{name}` of class `{label}` is never set in the project{outside}{mixed_in}"

    def _kept(self, index: ModuleIndex, text: str, stores: list[Store], bindings: list[Binding]) -> Iterator[str]:
        """Why what a class keeps under a name is unknown."""
        for store in stores:
            found = self.evaluator.assigned(index, store.kind, store.value, store.path, ())
            if store.value is not None and _is_open(found):
                yield from self._link(f"`{text}` is stored from ", index, store.value, _at(index, store.start))
                return
        for binding in bindings:
            if binding.kind == "function":
                yield from self._returned(ProjectFunction(ScopeKey(index.path, binding.target)), text)
                return
            found = self._of(index, binding)
            if _is_open(found):
                yield from self._binding(index, binding)
                return
        place = _at(index, stores[0].start if stores else bindings[0].start)
        yield f"`{text}` is only ever set to None in the project ({place})"

    def _class_name(self, cls: ScopeKey) -> str:
        module = self.evaluator.load(cls.path)
        return module.facts.scopes[cls.scope].qualname if module is not None else ""

    # --- calls and items ------------------------------------------------------------------------------

    def _call(self, module: ModuleIndex, expression: Call) -> Iterator[str]:
        callees = self.evaluator.evaluate(module, expression.function)
        text = _text(module, expression.function)
        for callee in callees:
            if isinstance(callee, ProjectFunction):
                yield from self._returned(callee, text)
                return
            if isinstance(callee, ExternalMethod):
                yield f"`{text}` is a method of a `{_external(callee)}`, a class outside the project"
                return
            if isinstance(callee, External) and callee.name.startswith("builtins."):
                yield from self._built_in(module, expression)
                return
            if isinstance(callee, External):
                yield f"`{text}` is from outside the project (`{callee.name}`)"
                return
        if is_unknown(callees):
            yield from self.reasons(module, expression.function)
        else:
            yield f"what `{_text(module, expression)}` ({_at(module, expression.start)}) gives is not followed"

    def _built_in(self, module: ModuleIndex, expression: Call) -> Iterator[str]:
        """``getattr(x, name)``, ``next(x)`` and the like know no more than their first argument."""
        first = expression.arguments[0].value if expression.arguments else None
        if first is not None and _is_open(self.evaluator.evaluate(module, first)):
            yield from self.reasons(module, first)
        else:
            yield f"what `{_text(module, expression)}` ({_at(module, expression.start)}) gives is not followed"

    def _returned(self, function: ProjectFunction, text: str) -> Iterator[str]:
        key = function.function
        index = self.evaluator.load(key.path)
        if index is None or ("returned", key) in self.seen:
            return
        self.seen.add(("returned", key))
        facts = index.facts.scopes[key.scope]
        place = _at(index, facts.name_start)
        for result in index.results.get(key.scope, ()):
            if result.value is None:
                continue
            found = self.evaluator.evaluate(index, result.value)
            if _is_open(found):
                yield from self._link(f"`{facts.qualname}` returns ", index, result.value, _at(index, result.start))
                return
        yield f"`{text}` is `{facts.qualname}` ({place}), which returns nothing known"

    def _subscript(self, module: ModuleIndex, expression: Subscript) -> Iterator[str]:
        if is_unknown(self.evaluator.evaluate(module, expression.value)):
            yield from self.reasons(module, expression.value)
        else:
            yield f"what `{_text(module, expression.value)}` holds ({_at(module, expression.start)}) is not known"

    # --- other calls ----------------------------------------------------------------------------------

    def _misfit(self, sites: Iterable[CallSite], module: ModuleIndex) -> Iterator[str]:
        """The call that keeps an object from being known by the commands it is sent."""
        site = duck.misfit(sites)
        function = site.call.function if site is not None else None
        if isinstance(function, Attribute):
            place = _at(module, function.name_start)
            yield f"`{_text(module, function)}` ({place}) is no call that a Redis client takes"


def _is_open(values: Values) -> bool:
    """Whether the way goes on there: unknown, and more than a None that waits to be replaced."""
    return is_unknown(values) and not (values and all(isinstance(value, KnownConstant) for value in values))


def _external(value: ExternalInstance | ExternalMethod) -> str:
    return value.name if isinstance(value, ExternalInstance) else value.instance.name


def _at(module: ModuleIndex, offset: int) -> str:
    return f"{module.path}:{module.source.location(offset).row}"


def _line(module: ModuleIndex, expression: Expression) -> str:
    return " ".join(module.text(expression.start, expression.end).split())


def _text(module: ModuleIndex, expression: Expression) -> str:
    """The source of an expression in one line, cut where it is long."""
    line = _line(module, expression)
    return line if len(line) <= _LONGEST_TEXT else f"{line[: _LONGEST_TEXT - 3]}..."


__all__ = ["UnresolvedCall", "is_unknown", "unresolved_calls"]
