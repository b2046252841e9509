"""What a value is made from: the loops, calls and parameters behind an expression, also through variables."""

from __future__ import annotations

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


def ingredients(module: ModuleIndex, expression: Expression, hops: int = _HOPS) -> Ingredients:
    """What an expression is made from; variables of the module itself are constants and are not followed."""
    if isinstance(expression, Name):
        return _behind(module, expression, hops)
    found = Ingredients(calls=frozenset((expression.start,))) if isinstance(expression, Call) else Ingredients()
    for part in inner_expressions(expression):
        found |= ingredients(module, part, hops)
    return found


def _behind(module: ModuleIndex, name: Name, hops: int) -> Ingredients:
    reaching = module.reaching(name.name, name.start)
    if reaching is None or hops == 0:
        return Ingredients()
    bindings, scope = reaching
    if not bindings:
        return Ingredients(has_parameter=scope > 0 and module.owner_of_self(scope, name.name) is None)
    found = Ingredients(loops=frozenset(one.block for one in bindings if one.kind == "for"))
    for binding in bindings:
        if binding.value is not None and scope > 0:
            found |= ingredients(module, binding.value, hops - 1)
    return found
