"""The text of keys: from expressions to key patterns.

Literals are kept, everything else becomes a hole named by its expression. An expression with several
possible texts gives several patterns; more than :data:`MOST_PATTERNS` of them is a hole again.

Where nothing of a key is known inside its own function, what the project's callers pass is asked: all of them
have to tell, else the key stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from itertools import product
from typing import TypeAlias

from redlint.model.evaluation import callers
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import bases
from redlint.model.facts import (
    Attribute,
    Await,
    Binding,
    Bytes,
    Call,
    Collection,
    Conditional,
    Constant,
    Expression,
    Formatted,
    Mapping,
    Name,
    Operation,
    Subscript,
    Template,
    Walrus,
)
from redlint.model.index import ModuleIndex, is_static
from redlint.model.kinds import ScopeKind
from redlint.model.origin import is_fixed, setting_name, source_of
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.values import Client, Instance, ProjectClass, ProjectFunction, ProjectModule, ScopeKey

Parts: TypeAlias = tuple[str | Hole, ...]
Texts: TypeAlias = tuple[Parts, ...]
Given: TypeAlias = Table[str, Texts]

MOST_PATTERNS = 4
MOST_HOPS = 8
_LONGEST_HOLE = 60
_ENUMERATIONS = frozenset({"Enum", "StrEnum", "TextChoices"})
_FIELD = re.compile(r"\{([^{}!:]*)(?:![rsa])?(?::[^{}]*)?\}|\{\{|\}\}")
_CONVERSION = re.compile(r"%(?:\((\w+)\))?[#0\- +]*(?:\d+|\*)?(?:\.\d+)?[hlL]?([diouxXeEfFgGcrsa%])")


class KeyTexts:
    """Works out the patterns of key expressions."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._known: dict[int, Texts] = {}
        self._known_of_callers: dict[int, Texts] = {}
        self._active: set[int] = set()
        self._receiver: ScopeKey | None = None
        self._asks_callers = False
        self._asked: set[tuple[str, int, int]] = set()

    def patterns(self, module: ModuleIndex, expression: Expression) -> tuple[KeyPattern, ...]:
        """The patterns an expression may denote; empty where nothing but holes is known of it."""
        found = _telling(self.texts(module, expression, {}, 0))
        return found or _telling(self._of_callers(module, expression))

    def _of_callers(self, module: ModuleIndex, expression: Expression) -> Texts:
        """The texts of an expression with those of its parameters that callers pass."""
        if self._asks_callers:
            return ()
        # What is known without callers must not be mixed up with what is known through them.
        before, self._known = self._known, self._known_of_callers
        self._asks_callers = True
        try:
            return self.texts(module, expression, {}, 0)
        finally:
            self._asks_callers = False
            self._known = before

    # --- expressions ----------------------------------------------------------------------------------

    def texts(self, module: ModuleIndex, expression: Expression, given: Given, hops: int) -> Texts:
        """The possible texts of an expression; ``given`` holds the texts of the parameters around it."""
        if hops > MOST_HOPS:
            return self._hole(module, expression)
        if given or self._receiver is not None:
            return self._texts(module, expression, given, hops)
        key = id(expression)
        known = self._known.get(key)
        if known is not None:
            return known
        if key in self._active:
            return self._hole(module, expression)
        self._active.add(key)
        found = self._texts(module, expression, given, hops)
        self._active.discard(key)
        if hops == 0:
            self._known[key] = found
        return found

    def _texts(self, module: ModuleIndex, expression: Expression, given: Given, hops: int) -> Texts:
        if isinstance(expression, Constant):
            return _constant(expression)
        if isinstance(expression, Bytes):
            return ((expression.value.decode("utf-8", "replace"),),)
        if isinstance(expression, Template):
            return self._joined(module, expression.parts, given, hops)
        if isinstance(expression, Formatted):
            return self._formatted(module, expression, given, hops)
        if isinstance(expression, Operation):
            return self._operation(module, expression, given, hops)
        if isinstance(expression, Name):
            return self._name(module, expression, given, hops)
        if isinstance(expression, Attribute):
            return self._attribute(module, expression, given, hops)
        if isinstance(expression, Call):
            return self._call(module, expression, given, hops)
        if isinstance(expression, Conditional):
            first = self.texts(module, expression.body, given, hops)
            return self._few(module, expression, first + self.texts(module, expression.otherwise, given, hops))
        if isinstance(expression, Await | Walrus):
            return self.texts(module, expression.value, given, hops)
        if isinstance(expression, Subscript):
            return self._subscript(module, expression, given, hops)
        return self._hole(module, expression)

    def _hole(self, module: ModuleIndex, expression: Expression) -> Texts:
        text = setting_name(expression) or " ".join(module.text(expression.start, expression.end).split())
        name = text if len(text) <= _LONGEST_HOLE else text[: _LONGEST_HOLE - 1] + "…"
        return ((Hole(name, is_fixed(module, expression), source_of(self._evaluator, module, expression)),),)

    def _few(self, module: ModuleIndex, expression: Expression, texts: Texts) -> Texts:
        distinct = tuple(dict.fromkeys(texts))
        return distinct if 0 < len(distinct) <= MOST_PATTERNS else self._hole(module, expression)

    def _joined(
        self, module: ModuleIndex, parts: tuple[Expression, ...], given: Given, hops: int, between: Parts = ()
    ) -> Texts:
        choices = [self.texts(module, part, given, hops) for part in parts]
        total = 1
        for position, choice in enumerate(choices):
            total *= len(choice)
            if total > MOST_PATTERNS:
                choices[position] = self._hole(module, parts[position])
                total //= len(choice)
        joined = []
        for combination in product(*choices):
            text: Parts = ()
            for position, chosen in enumerate(combination):
                text += (between if position else ()) + chosen
            joined.append(text)
        return tuple(joined)

    def _formatted(self, module: ModuleIndex, expression: Formatted, given: Given, hops: int) -> Texts:
        if expression.plain:
            return self.texts(module, expression.value, given, hops)
        return self._hole(module, expression.value)

    def _operation(self, module: ModuleIndex, expression: Operation, given: Given, hops: int) -> Texts:
        if expression.operator == "+":
            return self._joined(module, expression.operands, given, hops)
        if expression.operator == "%":
            return self._percent(module, expression, given, hops)
        if expression.operator == "or":
            found = tuple(text for operand in expression.operands for text in self.texts(module, operand, given, hops))
            return self._few(module, expression, tuple(text for text in found if text not in ((), ("",))))
        return self._hole(module, expression)

    # --- formatting -----------------------------------------------------------------------------------

    def _percent(self, module: ModuleIndex, expression: Operation, given: Given, hops: int) -> Texts:
        template, values = expression.operands
        positional = values.elements if isinstance(values, Collection) and values.kind == "tuple" else (values,)
        named = _entries(values)
        found: Texts = ()
        for parts in self.texts(module, template, given, hops):
            if not any(isinstance(part, str) for part in parts):
                return self._hole(module, expression)
            used = 0
            pieces: list[Texts] = []
            for part in parts:
                if isinstance(part, Hole):
                    pieces.append(((part,),))
                    continue
                end = 0
                for match in _CONVERSION.finditer(part):
                    pieces.append(((part[end : match.start()],),))
                    end = match.end()
                    if match.group(2) == "%":
                        pieces.append((("%",),))
                    elif match.group(1):
                        value = named.get(match.group(1))
                        hole: Texts = ((Hole(match.group(1)),),)
                        pieces.append(hole if value is None else self.texts(module, value, given, hops))
                    elif used < len(positional):
                        pieces.append(self.texts(module, positional[used], given, hops))
                        used += 1
                    else:
                        return self._hole(module, expression)
                pieces.append(((part[end:],),))
            found += _products(pieces)
        return self._few(module, expression, found)

    def _format_method(self, module: ModuleIndex, call: Call, templates: Texts, given: Given, hops: int) -> Texts:
        positional = [argument.value for argument in call.arguments if not argument.keyword and not argument.stars]
        named = {argument.keyword: argument.value for argument in call.arguments if argument.keyword}
        found: Texts = ()
        for parts in templates:
            if not any(isinstance(part, str) for part in parts):
                return self._hole(module, call)
            automatic = 0
            pieces: list[Texts] = []
            for part in parts:
                if isinstance(part, Hole):
                    pieces.append(((part,),))
                    continue
                end = 0
                for match in _FIELD.finditer(part):
                    pieces.append(((part[end : match.start()],),))
                    end = match.end()
                    field = match.group(1)
                    if field is None:
                        pieces.append(((match.group()[0],),))
                        continue
                    if field == "":
                        field = str(automatic)
                        automatic += 1
                    is_place = field.isdigit() and int(field) < len(positional)
                    value = positional[int(field)] if is_place else named.get(field)
                    missing: Texts = ((Hole(field),),)
                    pieces.append(missing if value is None else self.texts(module, value, given, hops))
                pieces.append(((part[end:],),))
            found += _products(pieces)
        return self._few(module, call, found)

    # --- names and attributes -------------------------------------------------------------------------

    def _name(self, module: ModuleIndex, expression: Name, given: Given, hops: int) -> Texts:
        reaching = module.reaching(expression.name, expression.start)
        if reaching is None:
            return self._imported_star(module, expression, hops)
        bindings, scope = reaching
        if not bindings:
            return given.get(expression.name) or self._parameter(module, scope, expression, hops)
        if any(binding.kind == "augmented" for binding in bindings):
            return self._augmented(module, bindings, scope, expression, given, hops)
        found: Texts = ()
        for binding in bindings:
            found += self._binding(module, binding, expression, given, hops)
        if scope > 0 and not module.always_reached(bindings, expression.start):
            found += given.get(expression.name) or ()
        return self._few(module, expression, found)

    def _parameter(self, module: ModuleIndex, scope: int, use: Name, hops: int) -> Texts:
        """What production code passes to a parameter, where callers are asked and every one of them tells."""
        hole = self._hole(module, use)
        names = [parameter.name for parameter in module.facts.scopes[scope].parameters]
        if not self._asks_callers or use.name not in names:
            return hole
        question = (module.path, scope, names.index(use.name))
        if question in self._asked:
            return hole
        self._asked.add(question)
        before, self._receiver = self._receiver, None
        try:
            return self._passed(module, scope, question[2], hops) or hole
        finally:
            self._receiver = before
            self._asked.discard(question)

    def _passed(self, module: ModuleIndex, scope: int, position: int, hops: int) -> Texts:
        passed = callers.passed_expressions(self._evaluator, module, scope, position)
        is_production = self._evaluator.settings.is_production
        found: dict[Parts, None] = {}
        for caller, value in passed or ():
            if is_production(module.path) and not is_production(caller.path):
                continue  # a test's keys are not those of the program
            texts = self.texts(caller, value, {}, hops + 1)
            if not _telling(texts):
                return ()
            found.update(dict.fromkeys(texts))
        return tuple(found) if len(found) <= MOST_PATTERNS else ()

    def _augmented(
        self, module: ModuleIndex, bindings: list[Binding], scope: int, use: Name, given: Given, hops: int
    ) -> Texts:
        """A text that ``+=`` adds to, step by step; a hole where a loop does it or another operator."""
        unknown = self._hole(module, use)
        chain = module.ancestors(module.block_at(use.start))
        is_parameter = any(parameter.name == use.name for parameter in module.facts.scopes[scope].parameters)
        found: Texts = ()
        if is_parameter and not module.always_reached(bindings, use.start):
            found = given.get(use.name) or unknown
        for binding in sorted(bindings, key=lambda one: one.start):
            if binding.kind != "augmented":
                found += self._binding(module, binding, use, given, hops)
                continue
            blocks = (module.facts.blocks[number] for number in module.ancestors(binding.block))
            is_repeated = binding.start > use.start or any(block.kind.is_loop for block in blocks)
            if is_repeated or binding.operator != "+" or binding.value is None:
                return unknown
            longer = _products([found, self.texts(module, binding.value, given, hops + 1)])
            found = longer if binding.block in chain else found + longer
            if not longer:
                return unknown
        return self._few(module, use, found)

    def _binding(self, module: ModuleIndex, binding: Binding, use: Expression, given: Given, hops: int) -> Texts:
        if binding.kind == "import":
            return self._value_elsewhere(module, use, hops)
        if binding.kind in ("assign", "annotated") and binding.value is not None and not binding.path:
            if isinstance(binding.value, Constant) and binding.value.value is None:
                return ()
            if module.facts.blocks[binding.block].scope != binding.scope:
                given = {}
            return self.texts(module, binding.value, given, hops + 1)
        if binding.kind == "for" and isinstance(binding.value, Collection) and not binding.path:
            return tuple(
                text for element in binding.value.elements for text in self.texts(module, element, given, hops + 1)
            )
        return self._hole(module, use)

    def _value_elsewhere(self, module: ModuleIndex, use: Expression, hops: int) -> Texts:
        """The text of an imported constant."""
        if isinstance(use, Name):
            reaching = module.reaching(use.name, use.start)
            for binding in reaching[0] if reaching is not None else ():
                if binding.kind == "import" and binding.member:
                    found = self._member_of_import(module, binding, hops)
                    if found:
                        return found
        return self._hole(module, use)

    def _member_of_import(self, module: ModuleIndex, binding: Binding, hops: int) -> Texts:
        names = self._evaluator.names
        relative = binding.module.startswith(".")
        lookup = names.relative if relative else names.absolute
        path = lookup(binding.module, module.path)
        return self._module_constant(path, binding.member, hops) if path is not None else ()

    def _module_constant(self, path: str, name: str, hops: int) -> Texts:
        index = self._evaluator.load(path)
        if index is None or hops > MOST_HOPS:
            return ()
        found: Texts = ()
        for binding in index.bindings.get((0, name), ()):
            if binding.kind == "import" and binding.member:
                found += self._member_of_import(index, binding, hops + 1)
            elif binding.kind in ("assign", "annotated") and binding.value is not None:
                found += self.texts(index, binding.value, {}, hops + 1)
            else:
                return ()
        return found if len(found) <= MOST_PATTERNS else ()

    def _imported_star(self, module: ModuleIndex, expression: Name, hops: int) -> Texts:
        for binding in reversed(module.star_imports):
            found = self._member_of_import(module, _named(binding, expression.name), hops)
            if found:
                return found
        return self._hole(module, expression)

    def _attribute(self, module: ModuleIndex, expression: Attribute, given: Given, hops: int) -> Texts:
        found: Texts = ()
        if self._receiver is not None and self._is_self(module, expression.value):
            found = self._class_text(self._receiver, expression.name, hops)
        elif expression.name == "value" and isinstance(expression.value, Attribute):
            found = self._enum_value(module, expression.value, hops)
        for value in self._evaluator.evaluate(module, expression.value) if not found else ():
            if isinstance(value, ProjectModule):
                found += self._module_constant(value.path, expression.name, hops)
            elif isinstance(value, Instance | ProjectClass):
                found += self._class_text(value.cls, expression.name, hops)
            elif isinstance(value, Client) and value.subclass is not None:
                found += self._class_text(value.subclass, expression.name, hops)
        found = tuple(text for text in found if text not in ((), ("",)))
        return self._few(module, expression, found) if found else self._hole(module, expression)

    def _is_self(self, module: ModuleIndex, expression: Expression) -> bool:
        scope = module.facts.blocks[module.block_at(expression.start)].scope
        return isinstance(expression, Name) and module.owner_of_self(scope, expression.name) is not None

    def _enum_value(self, module: ModuleIndex, member: Attribute, hops: int) -> Texts:
        """The text of ``Key.USER.value``."""
        found: Texts = ()
        for value in self._evaluator.evaluate(module, member.value):
            if isinstance(value, ProjectClass):
                _, external = bases(self._evaluator, value.cls)
                if any(base.rpartition(".")[2] in _ENUMERATIONS for base in external):
                    found += self._class_text(value.cls, member.name, hops)
        return found

    def _of(self, receiver: ScopeKey | None, index: ModuleIndex, scope: int, given: Given, hops: int) -> Texts:
        """What a function returns when ``self`` is an instance of a certain class."""
        before, self._receiver = self._receiver, receiver
        try:
            return self._returned(index, scope, given, hops)
        finally:
            self._receiver = before

    def _class_text(self, cls: ScopeKey, name: str, hops: int) -> Texts:
        """The text of an attribute of a class: a constant, an enum member, a property, ``self.x = ...``."""
        before, self._receiver = self._receiver, cls
        try:
            return self._class_texts(cls, name, hops)
        finally:
            self._receiver = before

    def _class_texts(self, cls: ScopeKey, name: str, hops: int) -> Texts:
        order, _ = bases(self._evaluator, cls)
        for key in order:
            index = self._evaluator.load(key.path)
            if index is None:
                continue
            found: Texts = ()
            for binding in index.bindings.get((key.scope, name), ()):
                if binding.kind in ("assign", "annotated") and binding.value is not None:
                    found += self._stored(index, binding.value, hops)
                elif binding.kind == "function":
                    found += self._returned(index, binding.target, {}, hops)
            for store in index.self_stores.get((key.scope, name), ()):
                if store.value is not None and store.kind in ("assign", "annotated") and not store.path:
                    found += self._stored(index, store.value, hops)
                else:
                    return ()
            if found:
                return found
        return ()

    def _stored(self, index: ModuleIndex, value: Expression, hops: int) -> Texts:
        if isinstance(value, Constant) and value.value is None:
            return ()
        if isinstance(value, Call):
            is_enum_value = isinstance(value.function, Name) and value.function.name == "auto"
            if is_enum_value:
                return ()
        return self.texts(index, value, {}, hops + 1)

    # --- calls ----------------------------------------------------------------------------------------

    def _call(self, module: ModuleIndex, call: Call, given: Given, hops: int) -> Texts:
        function = call.function
        if isinstance(function, Attribute):
            found = self._string_method(module, call, function, given, hops)
            if found is not None:
                return found
        if isinstance(function, Name) and function.name in ("str", "bytes") and call.arguments:
            if module.reaching(function.name, function.start) is None:
                return self.texts(module, call.arguments[0].value, given, hops)
        found = ()
        for value in self._evaluator.evaluate(module, function):
            if not isinstance(value, ProjectFunction):
                return self._hole(module, call)
            found += self._called(module, call, value, given, hops)
        return self._few(module, call, found)

    def _string_method(
        self, module: ModuleIndex, call: Call, function: Attribute, given: Given, hops: int
    ) -> Texts | None:
        name = function.name
        if name == "format":
            return self._format_method(module, call, self.texts(module, function.value, given, hops), given, hops)
        if name in ("encode", "decode") or (name == "strip" and not call.arguments):
            return self.texts(module, function.value, given, hops)
        if name in ("lower", "upper"):
            texts = self.texts(module, function.value, given, hops)
            change = str.lower if name == "lower" else str.upper
            return tuple(tuple(change(part) if isinstance(part, str) else part for part in text) for text in texts)
        if name == "join" and len(call.arguments) == 1 and isinstance(call.arguments[0].value, Collection):
            between = self.texts(module, function.value, given, hops)
            if len(between) == 1:
                return self._joined(module, call.arguments[0].value.elements, given, hops, between[0])
        return None

    def _called(self, module: ModuleIndex, call: Call, function: ProjectFunction, given: Given, hops: int) -> Texts:
        index = self._evaluator.load(function.function.path)
        if index is None:
            return self._hole(module, call)
        facts = index.facts.scopes[function.function.scope]
        names = [parameter.name for parameter in facts.parameters if parameter.kind in ("positional", "both")]
        is_method = index.class_of(function.function.scope) is not None and not is_static(facts)
        if is_method:
            names = names[1:]
        inner: dict[str, Texts] = {}
        for parameter in facts.parameters:
            if parameter.default is not None and isinstance(parameter.default, Constant):
                inner[parameter.name] = self.texts(index, parameter.default, {}, hops + 1)
        for position, argument in enumerate(call.arguments):
            if argument.stars:
                return self._hole(module, call)
            name = argument.keyword or (names[position] if position < len(names) else None)
            if name is not None:
                inner[name] = self.texts(module, argument.value, given, hops + 1)
        receiver = function.receiver.cls if isinstance(function.receiver, Instance | ProjectClass) else None
        return self._of(receiver, index, function.function.scope, inner, hops) or self._hole(module, call)

    def _returned(self, index: ModuleIndex, scope: int, given: Given, hops: int) -> Texts:
        facts = index.facts.scopes[scope]
        if facts.kind is not ScopeKind.FUNCTION or facts.is_generator or hops > MOST_HOPS:
            return ()
        found: Texts = ()
        for result in index.results.get(scope, ()):
            if result.value is not None and not (isinstance(result.value, Constant) and result.value.value is None):
                found += self.texts(index, result.value, given, hops + 1)
        distinct = tuple(dict.fromkeys(found))
        return distinct if len(distinct) <= MOST_PATTERNS else ()

    def _subscript(self, module: ModuleIndex, expression: Subscript, given: Given, hops: int) -> Texts:
        """An item of a dict of constants with a constant key."""
        if isinstance(expression.index, Constant) and isinstance(expression.value, Name):
            reaching = module.reaching(expression.value.name, expression.value.start)
            for binding in reaching[0] if reaching is not None else ():
                value = _entries(binding.value).get(str(expression.index.value)) if binding.value else None
                if value is not None:
                    return self.texts(module, value, {}, hops + 1)
        return self._hole(module, expression)


def _telling(texts: Texts) -> tuple[KeyPattern, ...]:
    """The patterns of texts, none where one of them is nothing but holes and separators."""
    found = dict.fromkeys(KeyPattern.of(*parts) for parts in texts)
    return () if any(pattern.is_opaque for pattern in found) else tuple(found)


def _constant(expression: Constant) -> Texts:
    value = expression.value
    if value is None:
        return ()
    return ((value if isinstance(value, str) else str(value),),)


def _entries(expression: Expression | None) -> dict[str, Expression]:
    if not isinstance(expression, Mapping):
        return {}
    return {
        str(key.value): value
        for key, value in zip(expression.keys, expression.values, strict=True)
        if isinstance(key, Constant)
    }


def _products(pieces: list[Texts]) -> Texts:
    total = 1
    for piece in pieces:
        total *= len(piece)
    if total > MOST_PATTERNS:
        return ()
    return tuple(tuple(part for text in combination for part in text) for combination in product(*pieces))


def _named(binding: Binding, name: str) -> Binding:
    return Binding(name, "import", binding.scope, binding.block, binding.start, module=binding.module, member=name)
