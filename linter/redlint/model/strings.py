"""The text of keys: from expressions to key patterns.

Literals are kept, everything else becomes a hole named by its expression. An expression with several
possible texts gives several patterns; more than :data:`MOST_PATTERNS` of them is a hole again.

Where nothing of a key is known inside its own function, what the project's callers pass is asked: all of them
have to tell, else the key stays unknown. Where that tells nothing either, settings and parameters that nobody
in the project gives count with their defaults.

In a method, ``self`` may be an instance of any class below: a key counts for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

from redlint.model.evaluation import callers
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import bases, is_property
from redlint.model.facts import (
    Attribute,
    Await,
    Binding,
    Bytes,
    Call,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Formatted,
    Mapping,
    Name,
    Operation,
    Result,
    Starred,
    Subscript,
    Template,
    Walrus,
    last_name,
)
from redlint.model.index import ModuleIndex, is_static
from redlint.model.kinds import BlockKind, ScopeKind
from redlint.model.origin import default_of, is_fixed, is_option, setting_name, source_of
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.texts import formatting
from redlint.model.texts.families import Families, is_super, owner_of
from redlint.model.texts.parts import (
    MOST_HOPS,
    MOST_PATTERNS,
    MOST_STEPS,
    Context,
    Depth,
    Parts,
    Place,
    Texts,
    distinct,
    literal,
    products,
    telling,
    tells,
)
from redlint.model.texts.structures import Structures
from redlint.model.values import (
    Anything,
    Client,
    External,
    Instance,
    KnownConstant,
    Parent,
    ProjectClass,
    ProjectFunction,
    ProjectLambda,
    ProjectModule,
    ScopeKey,
    Values,
    union,
)

_LONGEST_HOLE = 60
_MOST_PARTS = 100
_ENUMERATIONS = frozenset({"Enum", "StrEnum", "TextChoices"})
_SAME_TEXT = frozenset(
    {
        *("kombu.utils.encoding.bytes_to_str", "kombu.utils.encoding.ensure_bytes", "kombu.utils.encoding.safe_str"),
        *("kombu.utils.encoding.str_to_bytes", "kombu.utils.encoding.default_encode"),
        *("django.utils.encoding.force_str", "django.utils.encoding.force_bytes", "django.utils.encoding.smart_str"),
        *("django.utils.encoding.smart_bytes", "sys.intern", "builtins.str", "builtins.bytes"),
    }
)
"""Functions that give the text of their argument."""

_AGAIN = Hole("…", source="again")
"""What an attribute is while it is worked out: texts that are made of it are worked out in a second round."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; ``is_optional`` where it is not always there."""

    texts: Texts
    is_optional: bool = False


class KeyTexts:
    """Works out the patterns of key expressions."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._families = Families(evaluator)
        self._structures = Structures(self)
        self._known: dict[tuple[int, Depth, ScopeKey | None], Texts] = {}
        self._known_here: dict[tuple[int, Depth, ScopeKey | None], Texts] = {}
        self._active: set[tuple[int, Depth, ScopeKey | None]] = set()
        self._attributes: dict[tuple[ScopeKey, str, Depth], Texts] = {}
        self._worked: dict[tuple[ScopeKey, str, Depth], Texts] = {}
        self._worked_here: dict[tuple[ScopeKey, str, Depth], Texts] = {}
        self._cuts = 0
        self._drops = 0
        self._steps = 0
        self.depth = Depth.ALONE
        """How far the question at hand goes."""
        self._asked: set[tuple[str, int, str]] = set()
        self._passed: dict[tuple[str, int, int, ScopeKey | None, bool], tuple[callers.Passed, ...] | None] = {}

    # --- questions ------------------------------------------------------------------------------------

    def patterns(self, module: ModuleIndex, expression: Expression) -> tuple[KeyPattern, ...]:
        """The patterns an expression may denote; empty where nothing but holes is known of it."""
        return self._at_depths(module, expression, self.texts)

    def element_patterns(self, module: ModuleIndex, expression: Expression) -> tuple[KeyPattern, ...]:
        """The patterns that the items of a list, set or tuple may denote."""
        return self._at_depths(module, expression, self._element_texts)

    def written_patterns(self, module: ModuleIndex, expression: Expression) -> tuple[KeyPattern, ...]:
        """The patterns of a text that may be wholly written in the project: callers are asked for what is a hole.

        Empty where nothing but holes is known.
        """
        found = self._at_depths(module, expression, self.texts)
        if not any(pattern.varies for pattern in found):
            return found
        return self._at_depths(module, expression, self.texts, (Depth.CALLERS,)) or found

    def _at_depths(
        self,
        module: ModuleIndex,
        expression: Expression,
        work: Callable[[ModuleIndex, Expression, Context], Texts],
        depths: tuple[Depth, ...] = tuple(Depth),
    ) -> tuple[KeyPattern, ...]:
        if self.depth is not Depth.ALONE:
            return ()
        try:
            for depth in depths:
                self.depth = depth
                self._steps = 0
                self._known_here.clear()
                self._worked_here.clear()
                found = self._of_receivers(module, expression, work)
                if found:
                    return found
        finally:
            self.depth = Depth.ALONE
        return ()

    def _of_receivers(
        self, module: ModuleIndex, expression: Expression, work: Callable[[ModuleIndex, Expression, Context], Texts]
    ) -> tuple[KeyPattern, ...]:
        """The patterns for each of the classes that ``self`` may be one of; none where one of them is unknown."""
        found: dict[tuple[str, bool], KeyPattern] = {}
        for receiver in self._receivers(module, expression):
            patterns = telling(work(module, expression, Context(receiver=receiver)))
            if not patterns:
                return ()
            for pattern in patterns:
                # Only the names of their holes tell some apart.
                found.setdefault((pattern.identity, pattern.varies), pattern)
        return tuple(found.values()) if len(found) <= MOST_PATTERNS else ()

    def _receivers(self, module: ModuleIndex, expression: Expression) -> tuple[ScopeKey | None, ...]:
        owner = owner_of(module, expression.start)
        if owner is None:
            return (None,)
        cls, method = owner
        family = self._families.family(cls, module.path)
        if family is None:
            return (None,)
        running = tuple(one for one in family if self._families.runs(one, module, method))
        return running or (cls,)

    def _element_texts(self, module: ModuleIndex, expression: Expression, context: Context) -> Texts:
        return self._of_places(self._structures.elements(Place(module, expression, context)))

    def _of_places(self, places: list[Place] | None) -> Texts:
        """The texts of expressions that stand anywhere; empty where one has none, or they are too many."""
        found: list[Parts] = []
        for place in places or ():
            texts = self.texts(place.module, place.expression, place.context.deeper)
            if not texts and not _is_none(place.expression):
                return ()
            found += texts
        few = distinct(found) if len(found) > 1 else tuple(found)
        return few if len(few) <= MOST_PATTERNS else ()

    def drop(self) -> None:
        """Note that an alternative was left out, so that what is worked out right now is not to be remembered."""
        self._drops += 1

    def _cut(self) -> None:
        """Note that something stays unknown that could be known: it is remembered for this question only."""
        self._cuts += 1

    # --- expressions ----------------------------------------------------------------------------------

    def texts(self, module: ModuleIndex, expression: Expression, context: Context) -> Texts:
        """The possible texts of an expression; empty for ``None``."""
        self._steps += 1
        if context.hops > MOST_HOPS or self._steps > MOST_STEPS:
            self._cut()
            return self._hole(module, expression)
        if not context.is_plain:
            return self._texts(module, expression, context)
        key = (id(expression), self.depth, context.receiver)
        known = self._known.get(key)
        if known is not None:
            return known
        known = self._known_here.get(key)
        if known is not None:
            self._cut()
            return known
        if key in self._active:
            self._cut()
            return self._hole(module, expression)
        self._active.add(key)
        cuts, drops = self._cuts, self._drops
        try:
            found = self._texts(module, expression, context)
        finally:
            self._active.discard(key)
        if self._drops == drops:
            (self._known if self._cuts == cuts else self._known_here)[key] = found
        return found

    def _texts(self, module: ModuleIndex, expression: Expression, context: Context) -> Texts:
        if isinstance(expression, Constant):
            return _constant(expression)
        if isinstance(expression, Bytes):
            return ((expression.value.decode("utf-8", "replace"),),)
        if isinstance(expression, Template):
            return self._joined(module, expression.parts, context)
        if isinstance(expression, Formatted):
            return self._formatted(module, expression, context)
        if isinstance(expression, Operation):
            return self._operation(module, expression, context)
        if isinstance(expression, Name):
            return self._name(module, expression, context)
        if isinstance(expression, Attribute):
            return self._attribute(module, expression, context)
        if isinstance(expression, Call):
            return self._call(module, expression, context)
        if isinstance(expression, Conditional):
            return self._conditional(module, expression, context)
        if isinstance(expression, Await | Walrus):
            return self.texts(module, expression.value, context)
        if isinstance(expression, Subscript):
            return self._subscript(module, expression, context)
        return self._hole(module, expression)

    def _hole(self, module: ModuleIndex, expression: Expression) -> Texts:
        text = setting_name(expression) or " ".join(module.text(expression.start, expression.end).split())
        name = text if len(text) <= _LONGEST_HOLE else text[: _LONGEST_HOLE - 1] + "…"
        return ((Hole(name, is_fixed(module, expression), source_of(self._evaluator, module, expression)),),)

    def _few(self, module: ModuleIndex, expression: Expression, texts: Texts) -> Texts:
        found = distinct(texts) if len(texts) > 1 else texts
        return found if 0 < len(found) <= MOST_PATTERNS else self._hole(module, expression)

    def _joined(
        self, module: ModuleIndex, parts: tuple[Expression, ...], context: Context, between: Parts = ()
    ) -> Texts:
        choices = self._in_order(module, parts, context)
        for position, choice in enumerate(choices):
            if any(len(text) > _MOST_PARTS for text in choice):  # text that doubles again and again is no key
                choices[position] = self._hole(module, parts[position])
        total = 1
        for position, choice in enumerate(choices):
            total *= len(choice)
            if total > MOST_PATTERNS:
                choices[position] = self._hole(module, parts[position])
                total //= len(choice)
        return _put_together(choices, between)

    def _in_order(self, module: ModuleIndex, parts: tuple[Expression, ...], context: Context) -> list[Texts]:
        """The texts of parts one by one: no default is taken once something is known of the text."""
        found: list[Texts] = []
        depth = self.depth
        try:
            for part in parts:
                texts = _widest(self._argument(module, part, context))
                if depth is Depth.DEFAULTS and all(tells(text) for text in texts):
                    self.depth = Depth.CALLERS
                found.append(texts)
        finally:
            self.depth = depth
        return found

    def _formatted(self, module: ModuleIndex, expression: Formatted, context: Context) -> Texts:
        if expression.plain:
            return self.texts(module, expression.value, context)
        return self._hole(module, expression.value)

    def _operation(self, module: ModuleIndex, expression: Operation, context: Context) -> Texts:
        if expression.operator == "+":
            return self._joined(module, expression.operands, context)
        if expression.operator == "%":
            return self._percent(module, expression, context)
        if expression.operator == "or":
            return self._either(module, expression, expression.operands, context)
        return self._hole(module, expression)

    def _conditional(self, module: ModuleIndex, expression: Conditional, context: Context) -> Texts:
        held = self._holds(module, expression.test, context)
        if held is not None:
            return self.texts(module, expression.body if held else expression.otherwise, context)
        return self._either(module, expression, (expression.body, expression.otherwise), context)

    def _either(
        self, module: ModuleIndex, expression: Expression, operands: tuple[Expression, ...], context: Context
    ) -> Texts:
        if self.depth is Depth.DEFAULTS:
            # ``options.get("queue") or "default"``
            operands = tuple(one for one in operands if not is_option(one)) or operands
        found = tuple(text for operand in operands for text in self.texts(module, operand, context))
        if isinstance(expression, Operation):
            found = tuple(text for text in found if text not in ((), ("",)))
        return self._few(module, expression, found) if found else ()

    def _holds(self, module: ModuleIndex, test: Expression, context: Context) -> bool | None:
        """Whether a condition on a parameter holds, where the call that is looked at gives it a known value."""
        if isinstance(test, Operation) and test.operator == "not":
            held = self._holds(module, test.operands[0], context)
            return None if held is None else not held
        if isinstance(test, Operation) and test.operator in ("is", "is not") and _is_none(test.operands[1]):
            known = self._given(module, test.operands[0], context)
            return None if known is None else (not known) == (test.operator == "is")
        known = self._given(module, test, context)
        if known == ():
            return False
        return True if known is not None and all(tells(text) for text in known) else None

    def _given(self, module: ModuleIndex, expression: Expression, context: Context) -> Texts | None:
        """The texts that a parameter is given; empty for ``None``, and ``None`` where it is not known to be given."""
        if not isinstance(expression, Name) or context.function is None:
            return None
        reaching = module.reaching(expression.name, expression.start)
        if reaching is None or reaching[0] or context.function != ScopeKey(module.path, reaching[1]):
            return None
        return context.given.get(expression.name)

    # --- formatting -----------------------------------------------------------------------------------

    def _percent(self, module: ModuleIndex, expression: Operation, context: Context) -> Texts:
        template, values = expression.operands
        is_tuple = isinstance(values, Collection) and values.kind == "tuple"
        positional = values.elements if isinstance(values, Collection) and is_tuple else (values,)
        given = [self._argument(module, value, context) for value in positional]
        named = {name: self._argument(module, value, context) for name, value in _entries(values).items()}
        found: Texts = ()
        for parts in self.texts(module, template, context):
            texts = formatting.percent(parts, given, named)
            if not texts:
                return self._hole(module, expression)
            found += texts
        return self._few(module, expression, found)

    def _format_method(self, module: ModuleIndex, call: Call, template: Expression, context: Context) -> Texts:
        positional: list[Texts] = []
        for argument in call.arguments:
            if argument.stars == 1:
                positional += self._sure_items(Place(module, argument.value, context)) or ()
            elif not argument.keyword and not argument.stars:
                positional.append(self._argument(module, argument.value, context))
        named = {
            argument.keyword: self._argument(module, argument.value, context)
            for argument in call.arguments
            if argument.keyword
        }
        found: Texts = ()
        for parts in self.texts(module, template, context):
            texts = formatting.format_method(parts, positional, named)
            if not texts:
                return self._hole(module, call)
            found += texts
        return self._few(module, call, found)

    def _argument(self, module: ModuleIndex, value: Expression, context: Context) -> Texts:
        return self.texts(module, value, context) or self._hole(module, value)

    # --- names ----------------------------------------------------------------------------------------

    def _name(self, module: ModuleIndex, expression: Name, context: Context) -> Texts:
        reaching = module.reaching(expression.name, expression.start)
        if reaching is None:
            return self._imported_star(module, expression, context)
        bindings, scope = reaching
        if not bindings:
            return self._parameter(module, scope, expression, context)
        if expression.name in context.loop and all(binding.kind == "for" for binding in bindings):
            return context.loop[expression.name]
        if any(binding.kind == "augmented" for binding in bindings):
            return self._augmented(module, bindings, scope, expression, context)
        found: Texts = ()
        for binding in bindings:
            found += self._binding(module, binding, expression, context)
        if scope > 0 and self._is_parameter(module, scope, expression.name):
            if not module.always_reached(bindings, expression.start):
                found += self._parameter(module, scope, expression, context)
        return self._few(module, expression, found) if found else ()

    def _is_parameter(self, module: ModuleIndex, scope: int, name: str) -> bool:
        return any(parameter.name == name for parameter in module.facts.scopes[scope].parameters)

    def _parameter(self, module: ModuleIndex, scope: int, use: Name, context: Context) -> Texts:
        """What a parameter holds: by the call that is looked at, by a fixture, or by what callers pass."""
        if context.function is not None and context.function == ScopeKey(module.path, scope):
            given = context.given.get(use.name)
            return given if given is not None else self._hole(module, use)
        hole = self._hole(module, use)
        facts = module.facts.scopes[scope]
        parameter = next((one for one in facts.parameters if one.name == use.name), None)
        if parameter is None or parameter.kind in ("args", "kwargs") or self._is_self(module, use):
            return hole
        function = callers.fixture_function(self._evaluator, module, scope, use.name)
        if function is not None:
            return self._of_fixture(function, context) or hole
        if self.depth is Depth.ALONE:
            return hole
        passed = self.passed(module, scope, use.name, context)
        if passed is None:
            return hole
        if passed:
            texts = self._of_places(list(passed))
            return texts if texts and all(tells(text) for text in texts) else hole
        if self.depth is Depth.DEFAULTS and parameter.default is not None:
            texts = self.texts(module, parameter.default, context.elsewhere())
            return texts if all(tells(text) for text in texts) else hole
        return hole

    def _of_fixture(self, function: ScopeKey, context: Context) -> Texts:
        index = self._evaluator.load(function.path)
        results = index.results.get(function.scope, ()) if index is not None else ()
        places = [
            Place(index, result.value, context.elsewhere())
            for result in results
            if index is not None and result.value is not None and not result.delegates
        ]
        return self._of_places(places)

    def passed(self, module: ModuleIndex, scope: int, name: str, context: Context) -> tuple[Place, ...] | None:
        """The arguments that the project passes to a parameter; empty without any call, ``None`` where unknown."""
        if self.depth is Depth.ALONE or context.hops > MOST_HOPS:
            return None
        names = [parameter.name for parameter in module.facts.scopes[scope].parameters]
        question = (module.path, scope, name)
        if name not in names or question in self._asked:
            self._cut()
            return None
        self._asked.add(question)
        try:
            receiver = self._receiver_of(module, scope, context)
            found = self._passed_expressions(module, scope, names.index(name), receiver)
        finally:
            self._asked.discard(question)
        if found is None:
            return None
        return tuple(
            Place(one.caller, one.expression, context.elsewhere(receiver if one.is_own else None)) for one in found
        )

    def _passed_expressions(
        self, module: ModuleIndex, scope: int, position: int, receiver: ScopeKey | None
    ) -> tuple[callers.Passed, ...] | None:
        is_lenient = self.depth is Depth.DEFAULTS
        key = (module.path, scope, position, receiver, is_lenient)
        if key not in self._passed:
            found = callers.passed_expressions(
                self._evaluator, module, scope, position, receiver, is_lenient=is_lenient
            )
            is_production = self._families.is_production
            # A test's keys are not those of the program.
            is_wanted = is_production(module.path)
            self._passed[key] = (
                None
                if found is None
                else tuple(one for one in found if not is_wanted or is_production(one.caller.path))
            )
        return self._passed[key]

    def _receiver_of(self, module: ModuleIndex, scope: int, context: Context) -> ScopeKey | None:
        """The class that ``self`` is an instance of, if the function is a method of that."""
        owner = module.class_of(scope)
        if owner is None or context.receiver is None:
            return None
        is_own = ScopeKey(module.path, owner) in bases(self._evaluator, context.receiver)[0]
        return context.receiver if is_own else None

    def _augmented(
        self, module: ModuleIndex, bindings: list[Binding], scope: int, use: Name, context: Context
    ) -> Texts:
        """A text that ``+=`` adds to, step by step; a hole where a loop does it or another operator."""
        unknown = self._hole(module, use)
        chain = module.ancestors(module.block_at(use.start))
        found: Texts = ()
        if self._is_parameter(module, scope, use.name) and not module.always_reached(bindings, use.start):
            found = self._parameter(module, scope, use, context)
        for binding in sorted(bindings, key=lambda one: one.start):
            if binding.kind != "augmented":
                found += self._binding(module, binding, use, context)
                continue
            blocks = (module.facts.blocks[number] for number in module.ancestors(binding.block))
            is_repeated = binding.start > use.start or any(block.kind.is_loop for block in blocks)
            if is_repeated or binding.operator != "+" or binding.value is None:
                return unknown
            longer = products([found, self.texts(module, binding.value, context.deeper)])
            found = longer if binding.block in chain else found + longer
            if not longer:
                return unknown
        return self._few(module, use, found)

    def _binding(self, module: ModuleIndex, binding: Binding, use: Expression, context: Context) -> Texts:
        if binding.kind == "import":
            places = self.imported(module, binding)
            return self._of_places(places) or self._hole(module, use)
        value = binding.value
        if value is None:
            return self._hole(module, use)
        if binding.kind in ("assign", "annotated") and not binding.path:
            return self.texts(module, value, context.deeper)
        place = Place(module, value, context.deeper)
        if binding.kind in ("assign", "annotated"):
            return self._of_places(self._structures.item(place, binding.path)) or self._hole(module, use)
        if binding.kind == "for":
            return self._of_places(self._structures.elements(place, binding.path)) or self._hole(module, use)
        return self._hole(module, use)

    # --- modules --------------------------------------------------------------------------------------

    def imported(self, module: ModuleIndex, binding: Binding) -> list[Place] | None:
        """The expressions that an imported variable is assigned."""
        if not binding.member:
            return None
        names = self._evaluator.names
        lookup = names.relative if binding.module.startswith(".") else names.absolute
        path = lookup(binding.module, module.path)
        return self._module_constant(path, binding.member, 0) if path is not None else None

    def _module_constant(self, path: str, name: str, hops: int) -> list[Place] | None:
        index = self._evaluator.load(path)
        if index is None or hops > MOST_HOPS:
            return None
        found: list[Place] = []
        group = index.bindings.get((0, name), ())
        for binding in group:
            if binding.kind == "import" and binding.member:
                names = self._evaluator.names
                lookup = names.relative if binding.module.startswith(".") else names.absolute
                target = lookup(binding.module, path)
                inner = self._module_constant(target, binding.member, hops + 1) if target is not None else None
                if inner is None:
                    return None
                found += inner
            elif binding.kind in ("assign", "annotated") and binding.value is not None and not binding.path:
                found.append(Place(index, binding.value, Context()))
            else:
                return None
        if not group:
            for star in reversed(index.star_imports):
                inner = self.imported(index, _named(star, name))
                if inner:
                    return inner
        return found or None

    def _imported_star(self, module: ModuleIndex, expression: Name, context: Context) -> Texts:
        for binding in reversed(module.star_imports):
            found = self._of_places(self.imported(module, _named(binding, expression.name)))
            if found:
                return found
        return self._hole(module, expression)

    # --- attributes -----------------------------------------------------------------------------------

    def _attribute(self, module: ModuleIndex, expression: Attribute, context: Context) -> Texts:
        found = self._attribute_texts(module, expression, context)
        return self._few(module, expression, found) if found else self._hole(module, expression)

    def _attribute_texts(self, module: ModuleIndex, expression: Attribute, context: Context) -> Texts:
        name = expression.name
        if name == "value" and isinstance(expression.value, Attribute):
            found = self._enum_value(module, expression.value, context)
            if found:
                return found
        groups: list[Texts] = []
        owners = self._owners(module, expression.value, context)
        for owner in owners:
            if len(owners) > 1 and isinstance(owner, ScopeKey) and not self._families.has(owner, name):
                continue
            if isinstance(owner, ScopeKey):
                groups.append(self._class_text(owner, name, context))
            else:
                groups.append(self._of_places(self._module_constant(owner, name, 0)))
        if not all(groups):
            return ()
        return tuple(text for group in groups for text in group)

    def _owners(self, module: ModuleIndex, value: Expression, context: Context) -> list[ScopeKey | str]:
        """The classes (and modules, by path) whose attributes an expression has; empty where one is unknown."""
        receiver = self._own_receiver(module, value, context)
        if receiver is not None:
            return [receiver]
        values = self._evaluator.evaluate(module, value)
        if self.depth is not Depth.ALONE and all(isinstance(one, Anything) for one in values):
            values = self._handed_over(module, value, context)
        is_exact = self._is_exact(module, value)
        found: list[ScopeKey | str] = []
        for one in values:
            if isinstance(one, ProjectModule):
                found.append(one.path)
            elif isinstance(one, ProjectClass) and not self._is_self(module, value):
                found.append(one.cls)
            elif isinstance(one, Instance | ProjectClass):
                found += [one.cls] if is_exact else self._below(module, one.cls)
            elif isinstance(one, Client) and one.subclass is not None:
                found.append(one.subclass)
            elif not isinstance(one, Anything | KnownConstant):
                return self._put_there(module, value)
        return list(dict.fromkeys(found)) or self._put_there(module, value)

    def _handed_over(self, module: ModuleIndex, value: Expression, context: Context) -> Values:
        """What an attribute or parameter holds by what callers pass, also to the constructor; empty where unknown."""
        if not isinstance(value, Name | Attribute):
            return ()
        groups: list[Values] = []
        for place in self._structures.whole(Place(module, value, context)) or ():
            groups.append(self._evaluator.evaluate(place.module, place.expression))
            if not all(isinstance(one, Instance | KnownConstant) for one in groups[-1]):
                return ()
        return union(*groups)

    def _put_there(self, module: ModuleIndex, value: Expression) -> list[ScopeKey | str]:
        """The classes of what the project stores under an attribute of an unknown object of the same name."""
        if not isinstance(value, Attribute):
            return []
        stores = self._evaluator.outside_stores().attributes.get(value.name, [])
        owner = last_name(value.value)
        if not owner or not stores or any(last_name(store.object) != owner for store in stores):
            return []
        found: list[ScopeKey | str] = []
        for store in stores:
            for one in self._evaluator.evaluate(store.module, store.value):
                if not isinstance(one, Instance) or store.path:
                    return []
                found.append(one.cls)
        return list(dict.fromkeys(found))

    def _below(self, module: ModuleIndex, cls: ScopeKey) -> tuple[ScopeKey, ...]:
        return self._families.family(cls, module.path) or (cls,)

    def _own_receiver(self, module: ModuleIndex, value: Expression, context: Context) -> ScopeKey | None:
        """The class of ``self``, where an expression is that, ``super()`` or ``type(self)``."""
        if context.receiver is None:
            return None
        if isinstance(value, Attribute) and value.name == "__class__":
            value = value.value
        elif isinstance(value, Call) and last_name(value.function) == "type" and len(value.arguments) == 1:
            value = value.arguments[0].value
        if not self._is_self(module, value):
            return None
        owner = owner_of(module, value.start)
        if owner is None or owner[0] not in bases(self._evaluator, context.receiver)[0]:
            return None
        return context.receiver

    def _is_self(self, module: ModuleIndex, expression: Expression) -> bool:
        scope = module.facts.blocks[module.block_at(expression.start)].scope
        return isinstance(expression, Name) and module.owner_of_self(scope, expression.name) is not None

    def _is_exact(self, module: ModuleIndex, value: Expression) -> bool:
        """Whether an object is made right here, so that its class is no other than the one that is named."""
        if isinstance(value, Name):
            reaching = module.reaching(value.name, value.start)
            bindings = reaching[0] if reaching is not None else []
            return bool(bindings) and all(
                isinstance(one.value, Call) and one.kind in ("assign", "with") and not one.path for one in bindings
            )
        return isinstance(value, Call)

    def _enum_value(self, module: ModuleIndex, member: Attribute, context: Context) -> Texts:
        """The text of ``Key.USER.value``."""
        found: Texts = ()
        for value in self._evaluator.evaluate(module, member.value):
            if isinstance(value, ProjectClass):
                _, external = bases(self._evaluator, value.cls)
                if any(base.rpartition(".")[2] in _ENUMERATIONS for base in external):
                    found += self._class_text(value.cls, member.name, context)
        return found

    def _class_text(self, cls: ScopeKey, name: str, context: Context) -> Texts:
        """The text of an attribute of an object: a constant, an enum member, a property, ``self.x = ...``."""
        key = (cls, name, self.depth)
        known = self._worked.get(key)
        if known is not None:
            return known
        known = self._worked_here.get(key)
        if known is not None:
            self._cut()
            return known
        if key in self._attributes:
            before = self._attributes[key]
            if any(_AGAIN in text for text in before):
                self.drop()
            return before
        if context.hops > MOST_HOPS:
            self._cut()
            return ()
        cuts, drops = self._cuts, self._drops
        self._attributes[key] = ((_AGAIN,),)
        try:
            found = self._class_texts(cls, name, context)
            first = tuple(text for text in found if _AGAIN not in text)
            if first != found and first:
                # ``self.prefix = site + self.prefix``: the attribute itself is what it was before.
                self._attributes[key] = first
                drops = self._drops
                found = self._class_texts(cls, name, context)
            found = first if first != found and not found else found
        finally:
            del self._attributes[key]
        found = tuple(text for text in dict.fromkeys(found) if _AGAIN not in text and text not in ((), ("",)))
        if self._drops == drops:
            (self._worked if self._cuts == cuts else self._worked_here)[key] = found
        return found

    def _class_texts(self, cls: ScopeKey, name: str, context: Context) -> Texts:
        found: Texts = ()
        for place in self._stored(cls, name, context) or ():
            texts = self.texts(place.module, place.expression, place.context)
            if not texts and not _is_none(place.expression):
                return ()
            found += texts
        return found

    def stored(self, module: ModuleIndex, expression: Attribute, context: Context) -> list[Place] | None:
        """The expressions that are stored under an attribute; ``None`` where that is unknown."""
        found: list[Place] = []
        owners = self._owners(module, expression.value, context)
        for owner in owners:
            is_class = isinstance(owner, ScopeKey)
            places = (
                self._stored(owner, expression.name, context)
                if isinstance(owner, ScopeKey)
                else self._module_constant(owner, expression.name, 0)
            )
            if places is None:
                return None
            found += places if is_class else [replace(one, context=context.elsewhere()) for one in places]
        return found if owners else None

    def _stored(self, cls: ScopeKey, name: str, context: Context) -> list[Place] | None:
        """The expressions that instances of exactly this class have under a name."""
        for key in bases(self._evaluator, cls)[0]:
            index = self._evaluator.load(key.path)
            if index is None:
                return None
            found: list[Place] = []
            group = self._families.class_bindings(index, key.scope, name)
            here = context.elsewhere(cls)
            for binding in group:
                if binding.kind == "function":
                    if not is_property(self._evaluator, index, binding.target):
                        return None
                    return self._results(index, binding.target, here)
                places = self._of_body(cls, index, binding, name, here)
                if places is None:
                    return None
                found += places
            for store in index.self_stores.get((key.scope, name), ()):
                if store.value is None or store.kind not in ("assign", "annotated") or store.path:
                    return None
                found.append(Place(index, store.value, here))
            if found:
                return found
        return None

    def _of_body(
        self, cls: ScopeKey, index: ModuleIndex, binding: Binding, name: str, here: Context
    ) -> list[Place] | None:
        """What a class body binds to a name: for the fields of a data class, what its constructor is given."""
        if binding.kind not in ("assign", "annotated"):
            return None
        is_field = binding.kind == "annotated" and self._families.is_record(cls)
        if is_field and last_name(binding.annotation or Constant(0, 0, None)) != "ClassVar":
            return self._field(cls, index, binding, name, here)
        if binding.value is None:
            return []
        if isinstance(binding.value, Call) and last_name(binding.value.function) == "auto":
            return None
        return [Place(index, binding.value, here)]

    def _field(
        self, cls: ScopeKey, index: ModuleIndex, binding: Binding, name: str, here: Context
    ) -> list[Place] | None:
        if self.depth is Depth.ALONE:
            return None
        default = binding.value
        if isinstance(default, Call):
            default = next((one.value for one in default.arguments if one.keyword == "default"), None)
        found: list[Place] = []
        is_production = self._families.is_production
        for class_name in sorted(self._evaluator.class_names(cls)):
            for caller, site in self._evaluator.calls_named(class_name):
                if is_production(index.path) and not is_production(caller.path):
                    continue
                values = self._evaluator.evaluate(caller, site.call.function)
                if not any(isinstance(one, ProjectClass) and one.cls == cls for one in values):
                    continue
                value = next((one.value for one in site.call.arguments if one.keyword == name), None)
                if value is None and any(one.stars or not one.keyword for one in site.call.arguments):
                    return None
                if value is None and default is None:
                    return None
                found.append(
                    Place(caller, value, here.elsewhere())
                    if value is not None
                    else Place(index, default or site.call, here)
                )
        if not found and default is not None and self.depth is Depth.DEFAULTS:
            return [Place(index, default, here)]
        return found or None

    # --- calls ----------------------------------------------------------------------------------------

    def _call(self, module: ModuleIndex, call: Call, context: Context) -> Texts:
        function = call.function
        if isinstance(function, Attribute):
            found = self._string_method(module, call, function, context)
            if found is not None:
                return found
        if self.depth is Depth.DEFAULTS:
            default = default_of(call)
            texts = self.texts(module, default, context) if default is not None else ()
            if texts and all(tells(text) for text in texts):
                return texts
        functions = self.functions(module, call, context)
        if functions is None:
            return self._not_of_project(module, call, context)
        found = ()
        for index, scope, inner in functions:
            texts = self._of_places(self._results(index, scope, inner))
            if not texts:
                return self._hole(module, call)
            found += texts
        return self._few(module, call, found)

    def _not_of_project(self, module: ModuleIndex, call: Call, context: Context) -> Texts:
        """What a function from outside, or a lambda, gives."""
        values = self._evaluator.evaluate(module, call.function)
        names = {value.name.removesuffix(".__func__") for value in values if isinstance(value, External)}
        if call.arguments and names & _SAME_TEXT and all(isinstance(one, External | Anything) for one in values):
            return self._argument(module, call.arguments[0].value, context)
        found: Texts = ()
        for value in values:
            if isinstance(value, ProjectLambda):
                index = self._evaluator.load(value.path)
                if index is None:
                    return self._hole(module, call)
                found += self._argument(index, value.body, context.elsewhere())
            else:
                return self._hole(module, call)
        return self._few(module, call, found)

    def _string_method(self, module: ModuleIndex, call: Call, function: Attribute, context: Context) -> Texts | None:
        name = function.name
        if name == "format":
            return self._format_method(module, call, function.value, context)
        if name in formatting.SAME_TEXT:
            return self.texts(module, function.value, context)
        if name == "join" and len(call.arguments) == 1:
            return self._join(module, call, function.value, context)
        if name not in formatting.CHANGES:
            return None
        arguments = [literal(self.texts(module, one.value, context)) for one in call.arguments]
        known = [argument for argument in arguments if argument is not None]
        if len(known) != len(arguments):
            return None
        found: list[Parts] = []
        for text in self.texts(module, function.value, context):
            changed = formatting.changed(name, text, known)
            if changed is None:
                return self._hole(module, call)
            found.append(changed)
        return self._few(module, call, tuple(found))

    def _join(self, module: ModuleIndex, call: Call, separator: Expression, context: Context) -> Texts | None:
        between = self.texts(module, separator, context)
        items = self.items(Place(module, call.arguments[0].value, context)) if len(between) == 1 else None
        if items is None:
            return self._hole(module, call) if isinstance(separator, Constant | Bytes) else None
        found: Texts = ((),)
        for position, item in enumerate(items):
            piece = _widest(item.texts)
            longer = products([found, (between[0],), piece] if position else [piece])
            both = tuple(dict.fromkeys(found + longer)) if item.is_optional else longer
            if not longer or len(both) > MOST_PATTERNS:
                # Too many ways to go on: what is sure, and a hole for the rest.
                sure = self._sure_start(items, between[0])
                hole = self._hole(module, call.arguments[0].value)
                return products([sure, (between[0],), hole]) if sure else self._hole(module, call)
            found = both
        return found

    def _sure_start(self, items: list[Item], between: Parts) -> Texts:
        """The first items of a list that are always there, joined."""
        found: Texts = ()
        for item in items:
            piece = _widest(item.texts)
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
            receiver = self._own_receiver(module, function.value, context)
            if receiver is not None:
                method = self._families.method(receiver, function.name)
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
            elif not isinstance(function, Attribute) or self._is_exact(module, function.value):
                found.append((value.function, owner.cls, takes_self))
            else:
                for cls in self._below(module, owner.cls):
                    method = self._families.method(cls, function.name) or value.function
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
                given[parameter.name] = self.texts(index, parameter.default, here)
                places[parameter.name] = Place(index, parameter.default, here)
        rest: list[Texts] | None = []
        position = 0
        for argument in call.arguments:
            if argument.stars == 1:
                items = self._sure_items(Place(module, argument.value, context.deeper))
                if items is None:
                    for name in plain[position:]:
                        given.pop(name, None)
                        places.pop(name, None)
                    rest = (
                        [*rest, self._hole(module, argument.value)]
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
            texts = self.texts(module, argument.value, context.deeper)
            if name:
                given[name] = texts
                places[name] = Place(module, argument.value, context.deeper)
            elif rest is not None:
                rest.append(texts or self._hole(module, argument.value))
            if not argument.keyword:
                position += 1
        variadic = next((one.name for one in parameters if one.kind == "args"), "")
        known = {variadic: tuple(rest)} if variadic and rest is not None else {}
        return Context(function, given, known, places, {}, None, context.hops + 1)

    def _results(self, index: ModuleIndex, scope: int, context: Context) -> list[Place]:
        """What a function returns under a context; empty where that is nothing, or not known."""
        facts = index.facts.scopes[scope]
        if facts.kind is not ScopeKind.FUNCTION or facts.is_generator or context.hops > MOST_HOPS:
            return []
        return [
            Place(index, result.value, context)
            for result in index.results.get(scope, ())
            if result.value is not None and not _is_none(result.value) and self._is_run(index, result, context)
        ]

    def _is_run(self, index: ModuleIndex, result: Result, context: Context) -> bool:
        """Whether a place of a function may be reached under what a call gives it."""
        if context.is_plain:
            return True
        chain = index.ancestors(result.block)
        for number in chain:
            facts = index.facts.blocks[number]
            if facts.kind is BlockKind.IF and len(facts.header) == 1:
                if self._holds(index, facts.header[0], context) is False:
                    return False
        for leaving in index.exits_before(chain, result.start):
            if leaving.kind is BlockKind.IF and len(leaving.header) == 1:
                if self._holds(index, leaving.header[0], context) is True:
                    return False
        return True

    # --- lists ----------------------------------------------------------------------------------------

    def items(self, place: Place) -> list[Item] | None:
        """The items of a list one by one; an unknown rest of it is one hole. ``None`` where all is unknown."""
        expression, module, context = place.expression, place.module, place.context
        if context.hops > MOST_HOPS:
            return None
        if isinstance(expression, Collection) and expression.kind != "set":
            if not any(isinstance(element, Starred) for element in expression.elements):
                return [Item(texts) for texts in self._in_order(module, expression.elements, context)]
            found: list[Item] = []
            for element in expression.elements:
                if isinstance(element, Starred):
                    found += self._items_or_hole(replace(place, expression=element.value))
                else:
                    found.append(Item(self._argument(module, element, context)))
            return found
        if isinstance(expression, Operation) and expression.operator == "+":
            operands = [replace(place, expression=one) for one in expression.operands]
            if all(self.items(one) is None for one in operands):
                return None
            return [item for one in operands for item in self._items_or_hole(one)]
        if isinstance(expression, Call):
            return self._items_of_call(place, expression)
        if isinstance(expression, Comprehension):
            return self._items_of_comprehension(place, expression)
        if isinstance(expression, Name):
            return self._items_of_name(place, expression)
        return None

    def _items_or_hole(self, place: Place) -> list[Item]:
        items = self.items(place)
        return items if items is not None else [Item(self._hole(place.module, place.expression))]

    def _sure_items(self, place: Place) -> list[Texts] | None:
        """The items, where all of them are there in any case."""
        items = self.items(place)
        return None if items is None or any(item.is_optional for item in items) else [item.texts for item in items]

    def _items_of_call(self, place: Place, call: Call) -> list[Item] | None:
        name = call.function.name if isinstance(call.function, Name) else ""
        if name in ("list", "tuple", "iter") and len(call.arguments) == 1:
            return self.items(replace(place, expression=call.arguments[0].value))
        if name == "map" and len(call.arguments) == 2 and last_name(call.arguments[0].value) == "str":
            return self.items(replace(place, expression=call.arguments[1].value))
        return None

    def _items_of_comprehension(self, place: Place, expression: Comprehension) -> list[Item] | None:
        if expression.value is not None or len(expression.iterables) != 1:
            return None
        items = self.items(replace(place, expression=expression.iterables[0]))
        variables = {
            binding.name
            for binding in place.module.facts.bindings
            if binding.kind == "for" and expression.start <= binding.start <= expression.end and not binding.path
        }
        if items is None or len(variables) != 1:
            return None
        (variable,) = variables
        return [
            Item(
                self.texts(
                    place.module, expression.element, replace(place.context.deeper, loop={variable: item.texts})
                ),
                item.is_optional or (expression.filtered and not all(tells(text) for text in item.texts)),
            )
            for item in items
        ]

    def _items_of_name(self, place: Place, name: Name) -> list[Item] | None:
        module, context = place.module, place.context
        reaching = module.reaching(name.name, name.start)
        if reaching is None:
            return None
        bindings, scope = reaching
        if not bindings:
            if context.function != ScopeKey(module.path, scope):
                return None
            known = context.rest.get(name.name)
            if known is not None:
                return [Item(texts) for texts in known]
            argument = context.arguments.get(name.name)
            return self.items(argument) if argument is not None else None
        binding = bindings[0]
        is_one = len(bindings) == 1 and binding.kind in ("assign", "annotated") and not binding.path
        if not is_one or binding.value is None:
            return None
        items = self.items(Place(module, binding.value, context.deeper))
        added = self._appended(place, name, binding)
        return None if items is None or added is None else items + added

    def _appended(self, place: Place, name: Name, binding: Binding) -> list[Item] | None:
        """What is appended to a list between its display and a use of it."""
        added = self._structures.appended(place, binding.start)
        if added is None:
            return None
        module = place.module
        chain = module.ancestors(module.block_at(name.start))
        found: list[Item] = []
        for at, is_many in added:
            block = module.block_at(at.expression.start)
            inner = [number for number in module.ancestors(block) if number not in chain]
            is_repeated = any(module.facts.blocks[number].kind.is_loop for number in inner)
            if is_many or is_repeated:
                found.append(Item(self._hole(module, at.expression), True))
            else:
                found.append(Item(self._argument(module, at.expression, at.context), bool(inner)))
        return found

    def _subscript(self, module: ModuleIndex, expression: Subscript, context: Context) -> Texts:
        """An item of a display: a dict of templates, a list of keys."""
        found = self._of_places(self._structures.entry(Place(module, expression, context.deeper), expression))
        return self._few(module, expression, found) if found else self._hole(module, expression)


def _put_together(choices: list[Texts], between: Parts) -> Texts:
    joined: list[Parts] = []
    for combination in product(*choices):
        text: Parts = ()
        for position, chosen in enumerate(combination):
            text += (between if position else ()) + chosen
        joined.append(text)
    return tuple(joined)


def _widest(texts: Texts) -> Texts:
    """The texts without the constants among them, where another may be anything."""
    if not any(all(isinstance(part, Hole) for part in text) for text in texts):
        return texts
    return tuple(text for text in texts if any(isinstance(part, Hole) for part in text))


def _is_none(expression: Expression) -> bool:
    return isinstance(expression, Constant) and expression.value is None


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


def _named(binding: Binding, name: str) -> Binding:
    return Binding(name, "import", binding.scope, binding.block, binding.start, module=binding.module, member=name)
