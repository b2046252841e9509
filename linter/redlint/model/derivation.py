"""What a value is made from: the loops, calls and parameters behind an expression, also through variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redlint.model.facts import Call, Expression, Name, inner_expressions
from redlint.model.index import ModuleIndex

_HOPS: Final = 4
"""How many variables are followed one after the other; a longer way tells nothing (less is found, not more)."""


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What an expression is made from, as far as the variables of its function tell.

    Attributes:
        loops: The numbers of the blocks whose ``for`` variables it is made from.
        calls: Where the calls start whose results it is made from.
        has_parameter: Whether it is made from a parameter that is not ``self``.
    """

    loops: frozenset[int] = frozenset()
    calls: frozenset[int] = frozenset()
    has_parameter: bool = False

    def __or__(self, other: Ingredients) -> Ingredients:
        return Ingredients(
            self.loops | other.loops, self.calls | other.calls, self.has_parameter or other.has_parameter
        )


def ingredients(module: ModuleIndex, expression: Expression) -> Ingredients:
    """What an expression is made from; variables of the module itself are constants and are not followed."""
    found = Ingredients()
    seen: set[int] = set()
    reached = [expression]
    for hop in range(_HOPS + 1):
        names: list[Name] = []
        for one in reached:
            found |= Ingredients(calls=frozenset(_calls_and_names(one, seen, names)))
        reached = []
        for name in names if hop < _HOPS else ():
            behind, values = _behind(module, name)
            found |= behind
            reached += values
    return found


def _calls_and_names(expression: Expression, seen: set[int], names: list[Name]) -> Iterator[int]:
    """Where calls in an expression start; its names are added to ``names``. What was ``seen`` before is left out."""
    if id(expression) in seen:
        return
    seen.add(id(expression))
    if isinstance(expression, Name):
        names.append(expression)
        return
    if isinstance(expression, Call):
        yield expression.start
    for part in inner_expressions(expression):
        yield from _calls_and_names(part, seen, names)


def _behind(module: ModuleIndex, name: Name) -> tuple[Ingredients, list[Expression]]:
    """What a variable is made from, and the expressions that it is bound to."""
    reaching = module.reaching(name.name, name.start)
    if reaching is None:
        return Ingredients(), []
    bindings, scope = reaching
    if not bindings:
        return Ingredients(has_parameter=scope > 0 and module.owner_of_self(scope, name.name) is None), []
    loops = Ingredients(loops=frozenset(one.block for one in bindings if one.kind == "for"))
    return loops, [one.value for one in bindings if one.value is not None and scope > 0]
