"""What a visitor of a web server chooses: values that come out of a request, and what the code asks of them first.

Which attributes, methods and parameters hold such values is in the tables of :mod:`redlint.model.clients`. A value that
the code asks anything of (a comparison, a regular expression, a conversion, a function that it is handed to) counts as
checked, whatever the answer is used for: only values that nobody looked at are told of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from redlint.diagnostic import Span
from redlint.model import clients as client_tables
from redlint.model.clients.cache_methods import cache_method
from redlint.model.derivation import ingredients
from redlint.model.evaluation.callers import told_expressions
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import bases, library_class
from redlint.model.events import CallArgument, ChosenMethod, KeyUse, Place, RedisCall, RequestInput
from redlint.model.examinations import KEEPS_TEXT, Examinations, written
from redlint.model.facts import (
    Argument,
    Attribute,
    Await,
    Binding,
    Call,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Formatted,
    Name,
    Operation,
    Parameter,
    Starred,
    Subscript,
    Template,
    Walrus,
    inner_expressions,
    last_name,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import BlockKind, Role, ScopeKind
from redlint.model.request_parameters import RequestParameters
from redlint.model.values import Anything, External, Instance, ProjectFunction, ScopeKey, clients

_HOPS: Final = 24
"""Steps from a use back to the request; a longer way tells nothing."""

_TRUSTED: Final = re.compile(r"admin|staff|super_?user|permission|has_perm|operator_only|internal_only", re.IGNORECASE)
"""Words of functions, classes and checks that only let those in who run the program."""
_LONGEST: Final = 60
"""Longer expressions are not shown in full."""

_MOST_ENTERED: Final = 200
"""So many calls of functions are followed into for one question."""

_TAKES_OUT: Final = frozenset({"get", "pop", "getlist", "getall", "getone", "get_list", "values", "keys", "items"})
"""Methods that take something out of what was sent."""
_PASSES_ON: Final = frozenset(
    {
        *(f"builtins.{name}" for name in ("str", "bytes", "list", "tuple", "set", "sorted", "dict", "reversed")),
        *("json.loads", "orjson.loads", "ujson.loads", "urllib.parse.unquote", "urllib.parse.unquote_plus"),
    }
)
"""Functions whose result is made of their first argument as it is."""
_HARMFUL: Final = frozenset({"match", "pattern", "script", "code"})
"""Parameters of redis-py that take a pattern of keys or the text of a script."""
_SERVER_MADE: Final = re.compile(r"(?!HTTP_|QUERY_STRING$|PATH_INFO$)")
"""Entries of Django's ``META`` that the server, not the visitor, fills in."""


@dataclass(frozen=True, slots=True)
class _Entered:
    """A call of a function that the value is looked for in: what its parameters are is told by this call alone."""

    function: ScopeKey
    caller: ModuleIndex
    call: Call
    skipped: int
    outer: _Entered | None


class RequestData:
    """Tells which values of a project a visitor chooses."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._examinations = Examinations(evaluator)
        self._parameters = RequestParameters(evaluator)
        self._is_web: bool | None = None
        self._known: dict[int, RequestInput | None] = {}
        self._inside: dict[int, dict[int, RequestInput | None]] = {}
        self._entered: list[_Entered] = []

    @property
    def evaluator(self) -> Evaluator:
        """What it asks about expressions."""
        return self._evaluator

    def of(self, module: ModuleIndex, expression: Expression) -> RequestInput | None:
        """What a visitor chooses of a value, unless the code looked at it first; ``None`` where nothing is known."""
        self._inside.clear()
        self._entered.clear()
        return self._of(module, expression, _HOPS, None)

    def marked(self, call: RedisCall, module: ModuleIndex, given: tuple[Argument, ...]) -> RedisCall:
        """The call, with what a visitor chooses of its command, scripts, patterns and keys."""
        if not self._serves_web():
            return call
        arguments = tuple(
            replace(record, requested=self.of(module, argument.value)) if _may_harm(call, record) else record
            for argument, record in zip(given, call.arguments, strict=True)
        )
        keys = tuple(self._marked_key(module, key, given) for key in call.keys)
        if (arguments, keys) == (call.arguments, call.keys):
            return call
        return replace(call, arguments=arguments, keys=keys)

    def _marked_key(self, module: ModuleIndex, key: KeyUse, given: tuple[Argument, ...]) -> KeyUse:
        if not _is_untold(key):
            return key
        expression = next((one for argument in given for one in _parts(argument.value) if _is_at(one, key.span)), None)
        found = self.of(module, expression) if expression is not None else None
        return key if found is None else replace(key, requested=found)

    def chosen_methods(self, module: ModuleIndex, evaluator: Evaluator) -> Iterator[ChosenMethod]:
        """The methods of Redis clients that a module looks up by a name which a visitor chooses.

        ``evaluator`` knows the clients; it need not look into files that hold none.
        """
        for site in module.calls_by_callee.get("getattr", ()) if self._serves_web() else ():
            given = [one.value for one in site.call.arguments if one.keyword is None and not one.stars]
            if len(given) < 2 or isinstance(given[1], Constant):
                continue
            found = next(iter(clients(evaluator.evaluate(module, given[0]))), None)
            requested = self.of(module, given[1]) if found is not None else None
            if found is not None and requested is not None:
                span = Span(site.call.start, site.call.end)
                is_production = self._evaluator.settings.is_production(module.path) and not found.ref.is_test_double
                yield ChosenMethod(module.path, span, found.ref, requested, is_production)

    def _serves_web(self) -> bool:
        """Whether the project uses a web framework at all."""
        if self._is_web is None:
            packages = client_tables.web_packages()
            self._is_web = any(
                name.partition(".")[0] in packages for module in self._evaluator.modules() for name in _imported(module)
            )
        return self._is_web

    # --- where a value comes from ---------------------------------------------------------------------

    def _of(
        self, module: ModuleIndex, expression: Expression, hops: int, entered: _Entered | None
    ) -> RequestInput | None:
        """The same, found once for each expression (for each call, in the functions that are followed into)."""
        if hops == 0:
            return None
        known = self._known if entered is None else self._inside.setdefault(id(entered), {})
        place = id(expression)
        if place not in known:
            known[place] = None  # what leads back to itself tells nothing new
            known[place] = self._found(module, expression, hops - 1, entered)
        return known[place]

    def _found(
        self, module: ModuleIndex, expression: Expression, hops: int, entered: _Entered | None
    ) -> RequestInput | None:
        if isinstance(expression, Name | Attribute | Subscript | Call) and self._examinations.is_examined(
            module, expression
        ):
            return None
        if isinstance(expression, Name):
            return self._of_name(module, expression, hops, entered)
        if isinstance(expression, Await | Starred | Walrus):
            return self._of(module, expression.value, hops, entered)
        if isinstance(expression, Formatted):
            return self._of(module, expression.value, hops, entered) if expression.plain else None
        if isinstance(expression, Attribute):
            return self._of_attribute(module, expression, hops, entered)
        if isinstance(expression, Call):
            return self._of_call(module, expression, hops, entered)
        if isinstance(expression, Subscript):
            found = self._of(module, expression.value, hops, entered)
            return None if _is_server_made(expression.value, expression.index) else _widened(module, found, expression)
        return self._of_parts(module, expression, hops, entered)

    def _of_parts(
        self, module: ModuleIndex, expression: Expression, hops: int, entered: _Entered | None
    ) -> RequestInput | None:
        """Of a text that is put together, a list, or one of several values."""
        is_whole = True
        parts: tuple[Expression, ...]
        if isinstance(expression, Template) or (isinstance(expression, Operation) and expression.operator in "+%"):
            parts = inner_expressions(expression)
            is_whole = len(parts) == 1
        elif isinstance(expression, Operation) and expression.operator in ("or", "and"):
            parts = expression.operands
        elif isinstance(expression, Conditional):
            parts = (expression.body, expression.otherwise)
            asked = {written(module, part) for part in parts}
            if any(self._examinations.asks(module, expression.test, text) for text in asked):
                return None
        elif isinstance(expression, Collection):
            parts = expression.elements
        elif isinstance(expression, Comprehension) and not expression.filtered and expression.value is None:
            parts = (expression.element,)
        else:
            return None
        found = next((one for part in parts if (one := self._of(module, part, hops, entered)) is not None), None)
        return found if found is None or is_whole else replace(found, is_whole=False)

    # --- names ----------------------------------------------------------------------------------------

    def _of_name(self, module: ModuleIndex, name: Name, hops: int, entered: _Entered | None) -> RequestInput | None:
        reaching = module.reaching(name.name, name.start)
        if reaching is None or reaching[1] == 0:
            return None
        bindings, scope = reaching
        is_changed = any(binding.kind == "augmented" for binding in bindings)
        for binding in bindings:
            found = self._of_binding(module, binding, hops, entered)
            if found is not None:
                return replace(found, is_whole=found.is_whole and not is_changed)
        if module.always_reached(bindings, name.start) and scope == _scope_at(module, name):
            return None
        for position, parameter in enumerate(module.facts.scopes[scope].parameters):
            if parameter.name == name.name:
                found = self._of_parameter(module, scope, position, hops, entered)
                return None if found is None else replace(found, is_whole=found.is_whole and not is_changed)
        return None

    def _of_binding(
        self, module: ModuleIndex, binding: Binding, hops: int, entered: _Entered | None
    ) -> RequestInput | None:
        if binding.value is None or binding.kind not in ("assign", "annotated", "augmented", "for", "with"):
            return None
        if binding.annotation is not None and not self._parameters.is_text(module, binding.annotation):
            return None
        block = module.facts.blocks[binding.block]
        if block.kind is BlockKind.COMPREHENSION and _is_filtered(module.text(block.start, block.end), binding.name):
            return None
        value, path = binding.value, binding.path
        while path and isinstance(value, Collection) and not any(isinstance(one, Starred) for one in value.elements):
            if not 0 <= path[0] < len(value.elements):
                return None
            value, path = value.elements[path[0]], path[1:]
        return self._of(module, value, hops, entered)

    def _of_parameter(
        self, module: ModuleIndex, scope: int, position: int, hops: int, entered: _Entered | None
    ) -> RequestInput | None:
        facts = module.facts.scopes[scope]
        parameter = facts.parameters[position]
        if facts.kind is not ScopeKind.FUNCTION or (position == 0 and module.owner_of_self(scope, parameter.name)):
            return None
        if parameter.annotation is not None and not self._parameters.is_text(module, parameter.annotation):
            return None
        if parameter.kind in ("args", "kwargs"):
            return None
        if self._parameters.is_sent(module, scope, parameter):
            return _parameter_input(module, scope, parameter)
        if entered is not None and entered.function == ScopeKey(module.path, scope):
            given = _given(entered, parameter, position)
            return None if given is None else self._of(entered.caller, given, hops, entered.outer)
        is_production = self._evaluator.settings.is_production
        for passed in told_expressions(self._evaluator, module, scope, position):
            if is_production(passed.caller.path):
                found = self._of(passed.caller, passed.expression, hops, None)
                if found is not None:
                    return found
        return None

    # --- attributes and calls -------------------------------------------------------------------------

    def _of_attribute(
        self, module: ModuleIndex, expression: Attribute, hops: int, entered: _Entered | None
    ) -> RequestInput | None:
        if self._is_requested(module, expression.value, expression.name):
            return _input(module, written(module, expression), expression.start)
        return self._of_field(module, expression)

    def _is_requested(self, module: ModuleIndex, owner: Expression, member: str) -> bool:
        classes = self._classes(module, owner)
        return any(client_tables.is_requested(cls, member) for cls in classes)

    def _classes(self, module: ModuleIndex, owner: Expression) -> Iterator[str]:
        """The library classes that an object may be of; the request's, for the argument of a view."""
        is_unknown = False
        for value in self._evaluator.evaluate(module, owner):
            cls = library_class(value)
            if cls is not None:
                yield cls
            elif isinstance(value, Instance):
                yield from bases(self._evaluator, value.cls)[1]
            is_unknown = is_unknown or isinstance(value, Anything)
        if not is_unknown or last_name(owner) != "request" or isinstance(owner, Call):
            return
        for prefix, cls in client_tables.views():
            if any(f"{name}.".startswith(f"{prefix}.") for name in _imported(module)):
                yield cls

    def _of_field(self, module: ModuleIndex, expression: Attribute) -> RequestInput | None:
        """``item.name``, where a web framework makes ``item`` of what was sent."""
        if not self._is_made_of_request(module, expression.value):
            return None
        for value in self._evaluator.evaluate(module, expression.value):
            index = self._evaluator.load(value.cls.path) if isinstance(value, Instance) else None
            if (
                isinstance(value, Instance)
                and index is not None
                and self._parameters.is_open_field(index, value, expression.name)
            ):
                return _input(module, written(module, expression), expression.start)
        return None

    def _is_made_of_request(self, module: ModuleIndex, owner: Expression) -> bool:
        """Whether a web framework makes an object of what was sent: a parameter, or a part of one."""
        while isinstance(owner, Attribute):
            owner = owner.value
        reaching = module.reaching(owner.name, owner.start) if isinstance(owner, Name) else None
        if not isinstance(owner, Name) or reaching is None or reaching[0]:
            return False
        scope = reaching[1]
        parameters = module.facts.scopes[scope].parameters
        return any(one.name == owner.name and self._parameters.is_sent(module, scope, one) for one in parameters)

    def _of_call(self, module: ModuleIndex, call: Call, hops: int, entered: _Entered | None) -> RequestInput | None:
        function = call.function
        arguments = tuple(argument.value for argument in call.arguments)
        if isinstance(function, Attribute):
            if self._is_requested(module, function.value, f"{function.name}()"):
                return _input(module, written(module, call), call.start)
            if function.name in KEEPS_TEXT or function.name in _TAKES_OUT:
                if _converts(call) or (arguments and _is_server_made(function.value, arguments[0])):
                    return None
                found = self._of(module, function.value, hops, entered)
                return _widened(module, found, call) if function.name in _TAKES_OUT else found
            if function.name in ("format", "join") and isinstance(function.value, Constant):
                parts = (self._of(module, one, hops, entered) for one in arguments)
                part = next((one for one in parts if one is not None), None)
                return None if part is None else replace(part, is_whole=False)
        for value in self._evaluator.evaluate(module, function):
            if isinstance(value, External) and value.name in _PASSES_ON and arguments:
                return self._of(module, arguments[0], hops, entered)
            if isinstance(value, ProjectFunction):
                found_inside = self._returned(module, call, value, hops, entered)
                if found_inside is not None:
                    return found_inside
        return None

    def _returned(
        self, module: ModuleIndex, call: Call, value: ProjectFunction, hops: int, entered: _Entered | None
    ) -> RequestInput | None:
        """What a function of the project gives back, for the arguments of this call."""
        index = self._evaluator.load(value.function.path)
        if index is None or _is_inside(entered, value.function) or len(self._entered) >= _MOST_ENTERED:
            return None
        inner = _Entered(value.function, module, call, int(value.receiver is not None), entered)
        self._entered.append(inner)  # kept: it is known by its identity
        for result in index.results.get(value.function.scope, ()):
            if result.value is not None and not result.is_yield:
                found = self._of(index, result.value, hops, inner)
                if found is not None:
                    return found
        return None


def _widened(module: ModuleIndex, found: RequestInput | None, expression: Expression) -> RequestInput | None:
    """The value of ``request.args["name"]``, rather than all of ``request.args``, where it is read at once."""
    text = written(module, expression)
    is_same = found is not None and found.place.path == module.path and found.place.span.start == expression.start
    return replace(found, text=text) if found is not None and is_same and len(text) <= _LONGEST else found


def _is_filtered(comprehension: str, name: str) -> bool:
    return re.search(rf"\bif\b.*\b{re.escape(name)}\b", comprehension, re.DOTALL) is not None


def takes_parameter(call: RedisCall, module: ModuleIndex, given: tuple[Argument, ...]) -> bool:
    """Whether the command, a script, a pattern or a whole key of a call is made of a parameter of its function."""
    keys = {key.span for key in call.keys if _is_untold(key)}
    return any(
        ingredients(module, part).has_parameter
        for argument, record in zip(given, call.arguments, strict=True)
        for part in ((argument.value,) if _may_harm(call, record) else _parts(argument.value))
        if _may_harm(call, record) or Span(part.start, part.end) in keys
    )


def _is_untold(key: KeyUse) -> bool:
    """Whether a key may be something that nothing stands around of, also if only in one of several cases."""
    if key.from_command:
        return False
    return not key.patterns or any(pattern.is_opaque or pattern.is_constant for pattern in key.patterns)


def _may_harm(call: RedisCall, argument: CallArgument) -> bool:
    """Whether an argument may be (part of) a command, a script or a pattern, rather than a key or a value."""
    if call.client.role is Role.CACHE:
        spec = cache_method(call.method)
        return spec is not None and argument.parameter in spec.patterns
    return argument.parameter in _HARMFUL or call.is_raw


def _parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    for inner in inner_expressions(expression):
        yield from _parts(inner)


def _is_at(expression: Expression, span: Span) -> bool:
    return (expression.start, expression.end) == (span.start, span.end)


def _scope_at(module: ModuleIndex, expression: Expression) -> int:
    return module.facts.blocks[module.block_at(expression.start)].scope


def _input(module: ModuleIndex, text: str, start: int) -> RequestInput | None:
    """What is read from the request at a place; nothing where only administrators send such requests."""
    if _is_for_administrators(module, start):
        return None
    return RequestInput(text, Place(module.path, Span(start, start + len(text))))


def _parameter_input(module: ModuleIndex, scope: int, parameter: Parameter) -> RequestInput | None:
    found = _input(module, parameter.name, module.facts.blocks[module.facts.scopes[scope].block].start)
    place = Place(module.path, Span(parameter.start, parameter.start + len(parameter.name)))
    return None if found is None else replace(found, place=place)


def _is_for_administrators(module: ModuleIndex, position: int) -> bool:
    """Whether names, decorators, parameters or conditions around a place say that not everybody gets there."""
    if _TRUSTED.search(PurePosixPath(module.path).stem):
        return True
    number = module.block_at(position)
    chain = module.ancestors(number)
    for one in (*chain, *module.passed_before(chain, position)):
        if any(_TRUSTED.search(written(module, header)) for header in module.facts.blocks[one].header):
            return True
    scope = module.facts.blocks[number].scope
    while scope > 0:
        facts = module.facts.scopes[scope]
        told = [one.annotation for one in facts.parameters] + [one.default for one in facts.parameters]
        texts = [written(module, one) for one in (*facts.decorators, *facts.bases, *told) if one is not None]
        if any(map(_TRUSTED.search, (facts.name, *texts))):
            return True
        scope = facts.parent
    return False


def _imported(module: ModuleIndex) -> Iterator[str]:
    """The modules, and their members, that a module imports, by dotted name."""
    for binding in module.facts.bindings:
        if binding.kind == "import":
            yield f"{binding.module}.{binding.member}" if binding.member else binding.module


def _is_inside(entered: _Entered | None, function: ScopeKey) -> bool:
    while entered is not None:
        if entered.function == function:
            return True
        entered = entered.outer
    return False


def _given(entered: _Entered, parameter: Parameter, position: int) -> Expression | None:
    """The argument that a call gives for a parameter, where that can be told."""
    plain: list[Expression] = []
    for argument in entered.call.arguments:
        if argument.keyword == parameter.name:
            return argument.value
        if argument.stars:
            return None
        if argument.keyword is None:
            plain.append(argument.value)
    place = position - entered.skipped
    return plain[place] if 0 <= place < len(plain) else None


def _converts(call: Call) -> bool:
    """Whether ``args.get(name, type=int)`` makes something else than text of what was sent."""
    return any(one.keyword == "type" and last_name(one.value) != "str" for one in call.arguments)


def _is_server_made(owner: Expression, index: Expression) -> bool:
    """``request.META["REMOTE_ADDR"]``."""
    name = str(index.value) if isinstance(index, Constant) else ""
    return last_name(owner) == "META" and _SERVER_MADE.match(name) is not None


__all__ = ["RequestData", "takes_parameter"]
