"""The texts that calls give: of the project's functions, and of the methods of strings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.facts import (
    Attribute,
    Bytes,
    Call,
    Constant,
    Expression,
    Result,
)
from redlint.model.index import ModuleIndex, is_static
from redlint.model.kinds import BlockKind, ScopeKind
from redlint.model.origin import default_of
from redlint.model.texts import formatting
from redlint.model.texts.families import is_super
from redlint.model.texts.parts import (
    MOST_HOPS,
    MOST_PATTERNS,
    Context,
    Depth,
    Parts,
    Place,
    Texts,
    is_none,
    literal,
    products,
    tells,
    widest,
)
from redlint.model.values import (
    Anything,
    Client,
    External,
    Instance,
    Parent,
    ProjectClass,
    ProjectFunction,
    ProjectLambda,
    ScopeKey,
)

if TYPE_CHECKING:
    from redlint.model.strings import KeyTexts
    from redlint.model.texts.items import Item

_SAME_TEXT = frozenset(
    {
        *("kombu.utils.encoding.bytes_to_str", "kombu.utils.encoding.ensure_bytes", "kombu.utils.encoding.safe_str"),
        *("kombu.utils.encoding.str_to_bytes", "kombu.utils.encoding.default_encode"),
        *("django.utils.encoding.force_str", "django.utils.encoding.force_bytes", "django.utils.encoding.smart_str"),
        *("django.utils.encoding.smart_bytes", "sys.intern", "builtins.str", "builtins.bytes"),
    }
)
"""Functions that give the text of their argument."""


class CallTexts:
    """The texts that calls give: of the project's functions, and of methods of strings."""

    def __init__(self, texts: KeyTexts, evaluator: Evaluator) -> None:
        self._texts = texts
        self._evaluator = evaluator

    def of(self, module: ModuleIndex, call: Call, context: Context) -> Texts:
        """The texts that a call gives."""
        function = call.function
        if isinstance(function, Attribute):
            found = self._string_method(module, call, function, context)
            if found is not None:
                return found
        if self._texts.depth is Depth.DEFAULTS:
            default = default_of(call)
            texts = self._texts.texts(module, default, context) if default is not None else ()
            if texts and all(tells(text) for text in texts):
                return texts
        functions = self.functions(module, call, context)
        if functions is None:
            return self._not_of_project(module, call, context)
        found = ()
        for index, scope, inner in functions:
            texts = self._texts.of_places(self.results(index, scope, inner))
            if not texts:
                return self._texts.hole(module, call)
            found += texts
        return self._texts.few(module, call, found)

    def _not_of_project(self, module: ModuleIndex, call: Call, context: Context) -> Texts:
        """What a function from outside, or a lambda, gives."""
        values = self._evaluator.evaluate(module, call.function)
        names = {value.name.removesuffix(".__func__") for value in values if isinstance(value, External)}
        if call.arguments and names & _SAME_TEXT and all(isinstance(one, External | Anything) for one in values):
            return self._texts.operators.argument(module, call.arguments[0].value, context)
        found: Texts = ()
        for value in values:
            if isinstance(value, ProjectLambda):
                index = self._evaluator.load(value.path)
                if index is None:
                    return self._texts.hole(module, call)
                found += self._texts.operators.argument(index, value.body, context.elsewhere())
            else:
                return self._texts.hole(module, call)
        return self._texts.few(module, call, found)

    def _string_method(self, module: ModuleIndex, call: Call, function: Attribute, context: Context) -> Texts | None:
        name = function.name
        if name == "format":
            return self._texts.operators.format_method(module, call, function.value, context)
        if name in formatting.SAME_TEXT:
            return self._texts.texts(module, function.value, context)
        if name == "join" and len(call.arguments) == 1:
            return self._join(module, call, function.value, context)
        if name not in formatting.CHANGES:
            return None
        arguments = [literal(self._texts.texts(module, one.value, context)) for one in call.arguments]
        known = [argument for argument in arguments if argument is not None]
        if len(known) != len(arguments):
            return None
        found: list[Parts] = []
        for text in self._texts.texts(module, function.value, context):
            changed = formatting.changed(name, text, known)
            if changed is None:
                return self._texts.hole(module, call)
            found.append(changed)
        return self._texts.few(module, call, tuple(found))

    def _join(self, module: ModuleIndex, call: Call, separator: Expression, context: Context) -> Texts | None:
        between = self._texts.texts(module, separator, context)
        items = self._texts.items.of(Place(module, call.arguments[0].value, context)) if len(between) == 1 else None
        if items is None:
            return self._texts.hole(module, call) if isinstance(separator, Constant | Bytes) else None
        found: Texts = ((),)
        for position, item in enumerate(items):
            piece = widest(item.texts)
            longer = products([found, (between[0],), piece] if position else [piece])
            both = tuple(dict.fromkeys(found + longer)) if item.is_optional else longer
            if not longer or len(both) > MOST_PATTERNS:
                # Too many ways to go on: what is sure, and a hole for the rest.
                sure = self._sure_start(items, between[0])
                hole = self._texts.hole(module, call.arguments[0].value)
                return products([sure, (between[0],), hole]) if sure else self._texts.hole(module, call)
            found = both
        return found

    def _sure_start(self, items: list[Item], between: Parts) -> Texts:
        """The first items of a list that are always there, joined."""
        found: Texts = ()
        for item in items:
            piece = widest(item.texts)
            if item.is_optional or len(piece) > 1:
                break
            found = products([found, (between,), piece]) if found else piece
        return found

    def functions(
        self, module: ModuleIndex, call: Call, context: Context
    ) -> list[tuple[ModuleIndex, int, Context]] | None:
        """The functions of the project that a call calls, with what it gives them; ``None`` where one is unknown."""
        found: list[tuple[ModuleIndex, int, Context]] = []
        for target, receiver, skipped in self._targets(module, call, context):
            index = self._evaluator.load(target.path)
            if index is None or context.hops > MOST_HOPS:
                return None
            inner = self._called(module, call, index, target, context, skipped)
            found.append((index, target.scope, replace(inner, receiver=receiver)))
        return found or None

    def _targets(
        self, module: ModuleIndex, call: Call, context: Context
    ) -> list[tuple[ScopeKey, ScopeKey | None, bool]]:
        """The functions that a call calls, on which class, and whether that takes the first parameter."""
        function = call.function
        if isinstance(function, Attribute):
            receiver = self._texts.attributes.own_receiver(module, function.value, context)
            if receiver is not None:
                method = self._texts.families.method(receiver, function.name)
                if method is not None:
                    return [(method, receiver, self._takes_self(method))]
        found: list[tuple[ScopeKey, ScopeKey | None, bool]] = []
        for value in self._evaluator.evaluate(module, function):
            if not isinstance(value, ProjectFunction):
                return []
            owner = value.receiver
            if isinstance(owner, Parent):
                owner = owner.receiver
            takes_self = owner is not None and self._takes_self(value.function)
            if not isinstance(owner, Instance | ProjectClass):
                subclass = owner.subclass if isinstance(owner, Client) else None
                found.append((value.function, subclass, takes_self))
            elif isinstance(function, Attribute) and is_super(function) and context.receiver is not None:
                found.append((value.function, context.receiver, takes_self))
            elif not isinstance(function, Attribute) or self._texts.attributes.is_exact(module, function.value):
                found.append((value.function, owner.cls, takes_self))
            else:
                for cls in self._texts.attributes.below(module, owner.cls):
                    method = self._texts.families.method(cls, function.name) or value.function
                    found.append((method, cls, self._takes_self(method)))
        return list(dict.fromkeys(found))

    def _takes_self(self, function: ScopeKey) -> bool:
        index = self._evaluator.load(function.path)
        return (
            index is not None
            and index.class_of(function.scope) is not None
            and not is_static(index.facts.scopes[function.scope])
        )

    def _called(
        self,
        module: ModuleIndex,
        call: Call,
        index: ModuleIndex,
        function: ScopeKey,
        context: Context,
        skipped: bool,
    ) -> Context:
        """What is known of the parameters of a function in one call of it."""
        parameters = index.facts.scopes[function.scope].parameters
        plain = [one.name for one in parameters if one.kind in ("positional", "both")][1 if skipped else 0 :]
        given: dict[str, Texts] = {}
        places: dict[str, Place] = {}
        here = context.elsewhere()
        for parameter in parameters:
            if parameter.default is not None:
                given[parameter.name] = self._texts.texts(index, parameter.default, here)
                places[parameter.name] = Place(index, parameter.default, here)
        rest: list[Texts] | None = []
        position = 0
        for argument in call.arguments:
            if argument.stars == 1:
                items = self._texts.items.sure(Place(module, argument.value, context.deeper))
                if items is None:
                    for name in plain[position:]:
                        given.pop(name, None)
                        places.pop(name, None)
                    rest = (
                        [*rest, self._texts.hole(module, argument.value)]
                        if rest is not None and position >= len(plain)
                        else None
                    )
                    position = len(plain)
                    continue
                for item in items:
                    if position < len(plain):
                        given[plain[position]] = item
                        places.pop(plain[position], None)
                    elif rest is not None:
                        rest.append(item)
                    position += 1
                continue
            if argument.stars:
                for parameter in parameters:
                    if parameter.default is not None and parameter.name not in plain[:position]:
                        given.pop(parameter.name, None)
                        places.pop(parameter.name, None)
                continue
            name = argument.keyword or (plain[position] if position < len(plain) else "")
            texts = self._texts.texts(module, argument.value, context.deeper)
            if name:
                given[name] = texts
                places[name] = Place(module, argument.value, context.deeper)
            elif rest is not None:
                rest.append(texts or self._texts.hole(module, argument.value))
            if not argument.keyword:
                position += 1
        variadic = next((one.name for one in parameters if one.kind == "args"), "")
        known = {variadic: tuple(rest)} if variadic and rest is not None else {}
        return Context(function, given, known, places, {}, None, context.hops + 1)

    def results(self, index: ModuleIndex, scope: int, context: Context) -> list[Place]:
        """What a function returns under a context; empty where that is nothing, or not known."""
        facts = index.facts.scopes[scope]
        if facts.kind is not ScopeKind.FUNCTION or facts.is_generator or context.hops > MOST_HOPS:
            return []
        return [
            Place(index, result.value, context)
            for result in index.results.get(scope, ())
            if result.value is not None and not is_none(result.value) and self._is_run(index, result, context)
        ]

    def _is_run(self, index: ModuleIndex, result: Result, context: Context) -> bool:
        """Whether a place of a function may be reached under what a call gives it."""
        if context.is_plain:
            return True
        chain = index.ancestors(result.block)
        for number in chain:
            facts = index.facts.blocks[number]
            if facts.kind is BlockKind.IF and len(facts.header) == 1:
                if self._texts.operators.holds(index, facts.header[0], context) is False:
                    return False
        for leaving in index.exits_before(chain, result.start):
            if leaving.kind is BlockKind.IF and len(leaving.header) == 1:
                if self._texts.operators.holds(index, leaving.header[0], context) is True:
                    return False
        return True
