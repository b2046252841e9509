"""The texts of the items of lists, one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from redlint.model.facts import (
    Binding,
    Call,
    Collection,
    Comprehension,
    Name,
    Operation,
    Starred,
    last_name,
)
from redlint.model.texts.parts import (
    MOST_HOPS,
    Place,
    Texts,
    tells,
)
from redlint.model.values import (
    ScopeKey,
)

if TYPE_CHECKING:
    from redlint.model.strings import KeyTexts


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; ``is_optional`` where it is not always there."""

    texts: Texts
    is_optional: bool = False


class ItemTexts:
    """The texts of the items of lists, one by one."""

    def __init__(self, texts: KeyTexts) -> None:
        self._texts = texts

    def of(self, place: Place) -> list[Item] | None:
        """The items of a list one by one; an unknown rest of it is one hole. ``None`` where all is unknown."""
        expression, module, context = place.expression, place.module, place.context
        if context.hops > MOST_HOPS:
            return None
        if isinstance(expression, Collection) and expression.kind != "set":
            if not any(isinstance(element, Starred) for element in expression.elements):
                return [Item(texts) for texts in self._texts.operators.in_order(module, expression.elements, context)]
            found: list[Item] = []
            for element in expression.elements:
                if isinstance(element, Starred):
                    found += self.or_hole(replace(place, expression=element.value))
                else:
                    found.append(Item(self._texts.operators.argument(module, element, context)))
            return found
        if isinstance(expression, Operation) and expression.operator == "+":
            operands = [replace(place, expression=one) for one in expression.operands]
            if all(self.of(one) is None for one in operands):
                return None
            return [item for one in operands for item in self.or_hole(one)]
        if isinstance(expression, Call):
            return self._items_of_call(place, expression)
        if isinstance(expression, Comprehension):
            return self._items_of_comprehension(place, expression)
        if isinstance(expression, Name):
            return self._items_of_name(place, expression)
        return None

    def or_hole(self, place: Place) -> list[Item]:
        """The items; one hole where nothing is known of them."""
        items = self.of(place)
        return items if items is not None else [Item(self._texts.hole(place.module, place.expression))]

    def sure(self, place: Place) -> list[Texts] | None:
        """The items, where all of them are there in any case."""
        items = self.of(place)
        return None if items is None or any(item.is_optional for item in items) else [item.texts for item in items]

    def _items_of_call(self, place: Place, call: Call) -> list[Item] | None:
        name = call.function.name if isinstance(call.function, Name) else ""
        if name in ("list", "tuple", "iter") and len(call.arguments) == 1:
            return self.of(replace(place, expression=call.arguments[0].value))
        if name == "map" and len(call.arguments) == 2 and last_name(call.arguments[0].value) == "str":
            return self.of(replace(place, expression=call.arguments[1].value))
        return None

    def _items_of_comprehension(self, place: Place, expression: Comprehension) -> list[Item] | None:
        if expression.value is not None or len(expression.iterables) != 1:
            return None
        items = self.of(replace(place, expression=expression.iterables[0]))
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
                self._texts.texts(
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
            return self.of(argument) if argument is not None else None
        binding = bindings[0]
        is_one = len(bindings) == 1 and binding.kind in ("assign", "annotated") and not binding.path
        if not is_one or binding.value is None:
            return None
        items = self.of(Place(module, binding.value, context.deeper))
        added = self._appended(place, name, binding)
        return None if items is None or added is None else items + added

    def _appended(self, place: Place, name: Name, binding: Binding) -> list[Item] | None:
        """What is appended to a list between its display and a use of it."""
        added = self._texts.structures.appended(place, binding.start)
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
                found.append(Item(self._texts.hole(module, at.expression), True))
            else:
                found.append(Item(self._texts.operators.argument(module, at.expression, at.context), bool(inner)))
        return found
