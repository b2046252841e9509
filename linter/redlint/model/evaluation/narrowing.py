"""What ``isinstance`` tells of a name or attribute: in its branch, after an early exit, after ``assert``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redlint.diagnostic import Span
from redlint.model.evaluation import annotated
from redlint.model.events import Place
from redlint.model.facts import Attribute, Call, Collection, Expression, Name, Operation, dotted_name
from redlint.model.index import ModuleIndex
from redlint.model.kinds import BlockKind
from redlint.model.values import ANYTHING, Client, External, Values, union

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator


@dataclass(frozen=True, slots=True)
class Test:
    """``isinstance(subject, types)`` that is known to have been true (or false, where ``holds`` is not set)."""

    types: Expression
    holds: bool


def narrowed(evaluator: Evaluator, module: ModuleIndex, expression: Name | Attribute, found: Values) -> Values:
    """``found``, the alternatives for an expression, less those that tests around its place rule out."""
    if not module.tested_names or dotted_name(expression) not in module.tested_names:
        return found
    for test in _tests(module, expression):
        named = _instances(evaluator, module, test.types)
        kinds = {(value.ref.role, value.ref.is_async) for value in named if isinstance(value, Client)}
        if not kinds:
            if test.holds and _is_no_client(evaluator, module, test.types):
                found = tuple(value for value in found if not isinstance(value, Client)) or (ANYTHING,)
            continue
        if test.holds:
            kept = tuple(value for value in found if isinstance(value, Client) and _kind(value) in kinds)
            found = kept or named
        else:
            found = tuple(value for value in found if not isinstance(value, Client) or _kind(value) not in kinds)
    return found


def _is_no_client(evaluator: Evaluator, module: ModuleIndex, types: Expression) -> bool:
    """Whether the types are known, and a Redis object is certainly an instance of none of them."""
    if isinstance(types, Collection):
        return all(_is_no_client(evaluator, module, one) for one in types.elements)
    values = evaluator.evaluate(module, types)
    return bool(values) and all(
        isinstance(value, External) and value.name.startswith("builtins.") and value.name != "builtins.object"
        for value in values
    )


def _kind(client: Client) -> tuple[object, bool]:
    return client.ref.role, client.ref.is_async


def _instances(evaluator: Evaluator, module: ModuleIndex, types: Expression) -> Values:
    if isinstance(types, Collection):
        return union(*(_instances(evaluator, module, one) for one in types.elements))
    if isinstance(types, Operation) and types.operator == "|":
        return union(*(_instances(evaluator, module, one) for one in types.operands))
    place = Place(module.path, Span(types.start, types.end))
    return annotated.of_types(evaluator, evaluator.evaluate(module, types), place)


def _tests(module: ModuleIndex, expression: Name | Attribute) -> Iterator[Test]:
    subject = dotted_name(expression)
    chain = module.ancestors(module.block_at(expression.start))
    for number in chain:
        block = module.facts.blocks[number]
        if block.kind in (BlockKind.IF, BlockKind.ELSE) and block.header:
            yield from _told(block.header[0], subject, block.kind is BlockKind.IF)
    for exit_block in module.exits_before(chain, expression.start):
        yield from _told(exit_block.header[0], subject, holds=False)
    for site in module.asserted_types:
        if site.block in chain and site.call.start < expression.start:
            yield from _told(site.call, subject, holds=True)


def _told(condition: Expression, subject: str, holds: bool) -> Iterator[Test]:
    """The tests of a subject that a condition, known to be true or false, settles."""
    if isinstance(condition, Operation) and condition.operator == "not":
        yield from _told(condition.operands[0], subject, not holds)
    elif isinstance(condition, Operation) and condition.operator == ("and" if holds else "or"):
        for operand in condition.operands:
            yield from _told(operand, subject, holds)
    elif isinstance(condition, Call) and len(condition.arguments) == 2:
        function, tested = condition.function, condition.arguments[0].value
        is_test = isinstance(function, Name) and function.name == "isinstance"
        if is_test and isinstance(tested, Name | Attribute) and dotted_name(tested) == subject:
            yield Test(condition.arguments[1].value, holds)
