"""The texts of operators: ``+``, ``%``, ``format``, f-strings, ``or`` and ``x if y else z``."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from redlint.model.facts import (
    Call,
    Collection,
    Conditional,
    Constant,
    Expression,
    Formatted,
    Mapping,
    Name,
    Operation,
)
from redlint.model.index import ModuleIndex
from redlint.model.origin import is_option
from redlint.model.texts import formatting
from redlint.model.texts.parts import (
    MOST_PATTERNS,
    Context,
    Depth,
    Parts,
    Place,
    Texts,
    is_none,
    tells,
    widest,
)
from redlint.model.values import (
    ScopeKey,
)

if TYPE_CHECKING:
    from redlint.model.strings import KeyTexts

_MOST_PARTS = 100


class OperatorTexts:
    """The texts of operators: joining, formatting, choosing."""

    def __init__(self, texts: KeyTexts) -> None:
        self._texts = texts

    def joined(
        self, module: ModuleIndex, parts: tuple[Expression, ...], context: Context, between: Parts = ()
    ) -> Texts:
        """Texts put one after the other, with a text ``between`` them."""
        choices = self.in_order(module, parts, context)
        for position, choice in enumerate(choices):
            if any(len(text) > _MOST_PARTS for text in choice):  # text that doubles again and again is no key
                choices[position] = self._texts.hole(module, parts[position])
        total = 1
        for position, choice in enumerate(choices):
            total *= len(choice)
            if total > MOST_PATTERNS:
                choices[position] = self._texts.hole(module, parts[position])
                total //= len(choice)
        return _put_together(choices, between)

    def in_order(self, module: ModuleIndex, parts: tuple[Expression, ...], context: Context) -> list[Texts]:
        """The texts of parts one by one: no default is taken once something is known of the text."""
        found: list[Texts] = []
        depth = self._texts.depth
        try:
            for part in parts:
                texts = widest(self.argument(module, part, context))
                if depth is Depth.DEFAULTS and all(tells(text) for text in texts):
                    self._texts.depth = Depth.CALLERS
                found.append(texts)
        finally:
            self._texts.depth = depth
        return found

    def formatted(self, module: ModuleIndex, expression: Formatted, context: Context) -> Texts:
        """What stands in braces of an f-string."""
        if expression.plain:
            return self._texts.texts(module, expression.value, context)
        return self._texts.hole(module, expression.value)

    def operation(self, module: ModuleIndex, expression: Operation, context: Context) -> Texts:
        """``a + b``, ``a % b``, ``a or b``."""
        if expression.operator == "+":
            return self.joined(module, expression.operands, context)
        if expression.operator == "%":
            return self._percent(module, expression, context)
        if expression.operator == "or":
            return self._either(module, expression, expression.operands, context)
        return self._texts.hole(module, expression)

    def conditional(self, module: ModuleIndex, expression: Conditional, context: Context) -> Texts:
        """``a if test else b``."""
        held = self.holds(module, expression.test, context)
        if held is not None:
            return self._texts.texts(module, expression.body if held else expression.otherwise, context)
        return self._either(module, expression, (expression.body, expression.otherwise), context)

    def _either(
        self, module: ModuleIndex, expression: Expression, operands: tuple[Expression, ...], context: Context
    ) -> Texts:
        if self._texts.depth is Depth.DEFAULTS:
            # ``options.get("queue") or "default"``
            operands = tuple(one for one in operands if not is_option(one)) or operands
        found = tuple(text for operand in operands for text in self._texts.texts(module, operand, context))
        if isinstance(expression, Operation):
            found = tuple(text for text in found if text not in ((), ("",)))
        return self._texts.few(module, expression, found) if found else ()

    def holds(self, module: ModuleIndex, test: Expression, context: Context) -> bool | None:
        """Whether a condition on a parameter holds, where the call that is looked at gives it a known value."""
        if isinstance(test, Operation) and test.operator == "not":
            held = self.holds(module, test.operands[0], context)
            return None if held is None else not held
        if isinstance(test, Operation) and test.operator in ("is", "is not") and is_none(test.operands[1]):
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

    def _percent(self, module: ModuleIndex, expression: Operation, context: Context) -> Texts:
        template, values = expression.operands
        is_tuple = isinstance(values, Collection) and values.kind == "tuple"
        positional = values.elements if isinstance(values, Collection) and is_tuple else (values,)
        given = [self.argument(module, value, context) for value in positional]
        named = {name: self.argument(module, value, context) for name, value in _entries(values).items()}
        found: Texts = ()
        for parts in self._texts.texts(module, template, context):
            texts = formatting.percent(parts, given, named)
            if not texts:
                return self._texts.hole(module, expression)
            found += texts
        return self._texts.few(module, expression, found)

    def format_method(self, module: ModuleIndex, call: Call, template: Expression, context: Context) -> Texts:
        """``template.format(...)``."""
        positional: list[Texts] = []
        for argument in call.arguments:
            if argument.stars == 1:
                positional += self._texts.items.sure(Place(module, argument.value, context)) or ()
            elif not argument.keyword and not argument.stars:
                positional.append(self.argument(module, argument.value, context))
        named = {
            argument.keyword: self.argument(module, argument.value, context)
            for argument in call.arguments
            if argument.keyword
        }
        found: Texts = ()
        for parts in self._texts.texts(module, template, context):
            texts = formatting.format_method(parts, positional, named)
            if not texts:
                return self._texts.hole(module, call)
            found += texts
        return self._texts.few(module, call, found)

    def argument(self, module: ModuleIndex, value: Expression, context: Context) -> Texts:
        """The texts of a part of another text, where ``None`` is something unknown."""
        return self._texts.texts(module, value, context) or self._texts.hole(module, value)


def _put_together(choices: list[Texts], between: Parts) -> Texts:
    joined: list[Parts] = []
    for combination in product(*choices):
        text: Parts = ()
        for position, chosen in enumerate(combination):
            text += (between if position else ()) + chosen
        joined.append(text)
    return tuple(joined)


def _entries(expression: Expression | None) -> dict[str, Expression]:
    if not isinstance(expression, Mapping):
        return {}
    return {
        str(key.value): value
        for key, value in zip(expression.keys, expression.values, strict=True)
        if isinstance(key, Constant)
    }
