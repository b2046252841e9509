"""What the code asks of a value before it uses it: whether it may tell good values from bad ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.facts import (
    Argument,
    Attribute,
    Await,
    Call,
    Comprehension,
    Constant,
    Expression,
    Name,
    Operation,
    Subscript,
    Walrus,
    last_name,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import BlockKind
from redlint.model.values import Client, ClientMethod

KEEPS_TEXT: Final = frozenset(
    {
        *("strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "capitalize", "encode", "decode"),
        *("split", "rsplit", "splitlines", "partition", "rpartition", "copy", "to_dict", "dict", "model_dump"),
    }
)
"""Methods whose result holds the text that they are called on."""

_ASKS_NOTHING: Final = frozenset(
    {
        *("len", "isinstance", "hasattr", "getattr", "bool", "str", "bytes", "list", "repr", "print", "type", "id"),
        *("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "jsonify", "set_tag"),
        *("loads", "unquote", "unquote_plus", "dict", "tuple", "sorted", "set", "append", "format", "join"),
    }
)
"""Functions that do not tell good values from bad ones: conversions to text, logs."""


class Examinations:
    """Tells which values the code of a project looks at."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def is_examined(self, module: ModuleIndex, expression: Expression) -> bool:
        """Whether the function asks something of a value before, or around, the place where it stands."""
        text, position = written(module, expression), expression.start
        block = module.block_at(position)
        chain = module.ancestors(block)
        scope = module.facts.blocks[block].scope
        before = (
            number
            for number, one in enumerate(module.facts.blocks)
            if one.kind is BlockKind.IF and one.end <= position and one.parent in chain
        )
        for number in (*chain, *before):
            if any(self.asks(module, one, text) for one in self._conditions(module, number)):
                return True
        for site in module.calls_by_scope.get(scope, ()):
            call = site.call
            if call.end <= position and self._call_asks(module, call, text):
                return True
        asserted = re.compile(rf"^[ \t]*assert\b[^\n]*(?<![\w.]){re.escape(text)}(?!\w)", re.MULTILINE)
        return asserted.search(module.source.text, module.facts.scopes[scope].start, position) is not None

    def _conditions(self, module: ModuleIndex, number: int) -> Iterator[Expression]:
        """What has to hold, or not to hold, for the code of a block to run."""
        block = module.facts.blocks[number]
        if block.kind in (BlockKind.IF, BlockKind.WHILE, BlockKind.COMPREHENSION):
            yield from block.header if block.kind is not BlockKind.COMPREHENSION else ()
        if block.kind in (BlockKind.ELSE, BlockKind.IF):
            for other in module.facts.blocks:
                if other.statement == block.statement and other.kind is BlockKind.IF and other.start < block.start:
                    yield from other.header
        elif block.kind is BlockKind.CASE:
            yield Operation(block.start, block.start, "match", block.header)

    def asks(self, module: ModuleIndex, condition: Expression, text: str) -> bool:
        """Whether a condition tells good values from bad ones, rather than just whether there is one."""
        if isinstance(condition, Operation) and condition.operator in ("and", "or", "not"):
            return any(self.asks(module, one, text) for one in condition.operands)
        if isinstance(condition, Operation):
            sides = [_plain(one) for one in condition.operands]
            if not any(written(module, one) == text for one in sides):
                return any(self.asks(module, one, text) for one in condition.operands)
            return not any(isinstance(one, Constant) and _tells_nothing(one, condition) for one in sides)
        if isinstance(condition, Walrus | Await):
            return self.asks(module, condition.value, text)
        if isinstance(condition, Call):
            return self._call_asks(module, condition, text)
        if isinstance(condition, Name | Attribute | Subscript | Constant):
            return False
        return re.search(rf"(?<![\w.]){re.escape(text)}(?!\w)", module.text(condition.start, condition.end)) is not None

    def _call_asks(self, module: ModuleIndex, call: Call, text: str) -> bool:
        function = call.function
        name = last_name(function)
        if isinstance(function, Attribute) and written(module, _plain(function.value)) == text:
            return name.startswith(("is", "match")) or name in ("startswith", "endswith", "index", "find", "count")
        if name in _ASKS_NOTHING:
            return any(
                isinstance(one.value, Call) and self._call_asks(module, one.value, text) for one in call.arguments
            )
        given = [one for one in call.arguments if written(module, _plain(one.value)) == text]
        inside = (one.value for one in call.arguments if isinstance(one.value, Comprehension | Call))
        if not given:
            return any(self.asks(module, one, text) for one in inside)
        return not self._is_key(module, function, call, given[0])

    def _is_key(self, module: ModuleIndex, function: Expression, call: Call, argument: Argument) -> bool:
        """Whether a value is only handed to a Redis command or object as its key: ``if client.exists(key)``."""
        values = self._evaluator.evaluate(module, function)
        owner = self._evaluator.evaluate(module, function.value) if isinstance(function, Attribute) else ()
        is_command = any(isinstance(one, ClientMethod | Client) for one in (*values, *owner))
        return is_command and argument is call.arguments[0]


def written(module: ModuleIndex, expression: Expression) -> str:
    """The text of an expression, in one line."""
    return " ".join(module.text(expression.start, expression.end).split())


def _plain(expression: Expression) -> Expression:
    """The value behind ``x.strip()`` and ``str(x)``."""
    while isinstance(expression, Call):
        function = expression.function
        if isinstance(function, Attribute) and function.name in KEEPS_TEXT:
            expression = function.value
        elif isinstance(function, Name) and function.name == "str" and len(expression.arguments) == 1:
            expression = expression.arguments[0].value
        else:
            break
    return expression


def _tells_nothing(constant: Constant, condition: Operation) -> bool:
    """``value is None``, ``value != ""``; ``"name" in values``, which asks whether there is one of this name."""
    if condition.operator in ("in", "not in"):
        is_name = isinstance(constant.value, str) and constant.value.replace("-", "_").isidentifier()
        return is_name and constant is condition.operands[0]
    return constant.value in (None, "", True, False)


__all__ = ["KEEPS_TEXT", "Examinations", "written"]
