"""Expressions: from LibCST nodes to the records of :mod:`redlint.model.facts`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import libcst as cst

from redlint.model.collect.cursor import Cursor, significant_tokens
from redlint.model.collect.literals import number, string, template_text
from redlint.model.facts import (
    Argument,
    Attribute,
    Await,
    Binding,
    BlockFacts,
    Bytes,
    Call,
    CallSite,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Formatted,
    Lambda,
    Mapping,
    Name,
    Opaque,
    Operation,
    Parameter,
    Result,
    Starred,
    Store,
    Subscript,
    Template,
    Walrus,
    Yield,
    dotted_name,
)
from redlint.model.kinds import BlockKind, Usage

_WORDS = {"True": True, "False": False, "None": None}


@dataclass(slots=True)
class OpenBlock:
    """A block while its end is not known yet."""

    kind: BlockKind
    parent: int
    scope: int
    start: int
    statement: int
    end: int = 0
    header: tuple[Expression, ...] = ()
    exits: bool = False
    breaks: bool = False

    def facts(self) -> BlockFacts:
        """The finished record."""
        return BlockFacts(
            self.kind,
            self.parent,
            self.scope,
            self.start,
            self.end,
            self.statement,
            self.header,
            self.exits,
            self.breaks,
        )


@dataclass(slots=True)
class Target:
    """A place that a statement gives a value to, before the value is known."""

    path: tuple[int, ...]
    name: str = ""
    object: Expression | None = None
    index: Expression | None = None
    rest: bool = False


@dataclass(slots=True)
class Results:
    """The lists that the walk fills."""

    blocks: list[OpenBlock] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    multiline_strings: list[tuple[int, int]] = field(default_factory=list)


MOST_NESTED = 300
"""Expressions inside each other; what is further in counts as opaque. Python's own parser takes 200 brackets."""


class ExpressionCollector(Cursor):
    """Walks expressions in source order, recording calls, yields, walrus bindings and comprehensions."""

    def __init__(self, text: str, module: cst.Module) -> None:
        super().__init__(text)
        self.module = module
        self.out = Results()
        self.scope = 0
        self.block = 0
        self.statements = 0
        self.generators: set[int] = set()
        self._nesting = 0
        self.began = 0
        """Where the expression walked last starts, its parentheses included."""

    # --- blocks ---------------------------------------------------------------------------------------

    def new_statement(self) -> int:
        """A number for a statement whose blocks belong together."""
        self.statements += 1
        return self.statements

    def open_block(self, kind: BlockKind, statement: int, header: tuple[Expression, ...], start: int = -1) -> int:
        """Begin a block in the current one, from ``start`` (by default, from here); gives its number."""
        blocks = self.out.blocks
        begin = self.position if start < 0 else start
        blocks.append(OpenBlock(kind, self.block, self.scope, begin, statement, header=header))
        self.block = len(blocks) - 1
        return self.block

    def close_block(self) -> None:
        """End the current block here."""
        block = self.out.blocks[self.block]
        block.end = self.position
        self.block = block.parent

    @contextmanager
    def inside(self, kind: BlockKind, statement: int, *header: Expression, start: int = -1) -> Iterator[int]:
        """Collect what follows as the content of a new block; gives its number."""
        yield self.open_block(kind, statement, header, start)
        self.close_block()

    # --- entry ----------------------------------------------------------------------------------------

    def expression(self, node: cst.BaseExpression, usage: Usage = Usage.OTHER, consumer: str = "") -> Expression:
        """The record of an expression; ``usage`` says what its surroundings do with the value."""
        handler = _HANDLERS.get(type(node))
        if handler is None or self._nesting >= MOST_NESTED:
            return self.skip_node(node)
        self._nesting += 1
        record = self._entered(handler, node, usage, consumer)
        self._nesting -= 1
        return record

    def _entered(self, handler: _Handler, node: cst.BaseExpression, usage: Usage, consumer: str) -> Expression:
        lpar = node.lpar
        if not lpar:
            record = handler(self, node, usage, consumer)
            self.began = record.start
            return record
        outer = self.take("(")
        for _ in lpar[1:]:
            self.take("(")
        calls = len(self.out.calls)
        record = handler(self, node, usage, consumer)
        for _ in lpar:
            self.take(")")
        self._widen(calls, record, outer)
        self.began = outer
        return record

    def _widen(self, calls: int, record: Expression, outer_start: int) -> None:
        """Let the outer place of the call just recorded cover the parentheses (or the await) around it."""
        inner = record.value if isinstance(record, Await) else record
        if len(self.out.calls) > calls and self.out.calls[-1].call is inner:
            site = self.out.calls[-1]
            self.out.calls[-1] = CallSite(
                site.call,
                site.scope,
                site.block,
                site.usage,
                site.consumer,
                site.awaited,
                outer_start,
                self.position,
            )

    def skip_node(self, node: cst.CSTNode) -> Opaque:
        """Pass over a node that linking has no use for."""
        code = self.module.code_for_node(node).strip()
        if not code:
            return Opaque(self.position, self.position)
        if "\n" not in code:
            start = self.take(code)
            return Opaque(start, self.position)
        # Generated code is indented differently from the source: follow it token by token.
        tokens = significant_tokens(code)
        start = self.take(tokens[0])
        for token in tokens[1:]:
            self.take(token)
        return Opaque(start, self.position)

    # --- leaves ---------------------------------------------------------------------------------------

    def _name(self, node: cst.Name, usage: Usage, consumer: str) -> Expression:
        value = node.value
        start = self.take(value)
        if value in _WORDS:
            return Constant(start, self.position, _WORDS[value])
        return Name(start, self.position, value)

    def _number(self, node: cst.Integer | cst.Float, usage: Usage, consumer: str) -> Expression:
        start = self.take(node.value)
        return number(start, self.position, node.value)

    def _leaf(self, node: cst.Imaginary | cst.Ellipsis, usage: Usage, consumer: str) -> Expression:
        start = self.take("..." if isinstance(node, cst.Ellipsis) else node.value)
        return Opaque(start, self.position)

    def string_place(self, node: cst.SimpleString) -> int:
        """Pass over a string literal, noting it when it covers several rows; return where it starts."""
        start = self.take(node.value)
        if "\n" in node.value or "\r" in node.value:
            self.out.multiline_strings.append((start, self.position))
        return start

    def _string(self, node: cst.SimpleString, usage: Usage, consumer: str) -> Expression:
        start = self.string_place(node)
        value = string(node.value)
        if isinstance(value, bytes):
            return Bytes(start, self.position, value)
        return Opaque(start, self.position) if value is None else Constant(start, self.position, value)

    def _template(self, node: cst.FormattedString, usage: Usage, consumer: str) -> Expression:
        start = self.take(node.start)
        parts = self._template_parts(node.parts, node.start)
        self.skip_text(node.end)
        if "\n" in self.text[start : self.position]:
            self.out.multiline_strings.append((start, self.position))
        return Template(start, self.position, tuple(parts))

    def _template_parts(self, nodes: Sequence[cst.BaseFormattedStringContent], prefix: str) -> list[Expression]:
        parts: list[Expression] = []
        for part in nodes:
            if isinstance(part, cst.FormattedStringText):
                start = self.skip_text(part.value)
                parts.append(Constant(start, self.position, template_text(part.value, prefix)))
            elif isinstance(part, cst.FormattedStringExpression):
                start = self.skip_text("{")
                value = self.expression(part.expression, Usage.ARGUMENT, "format")
                if part.conversion:
                    self.take("!" + part.conversion)
                if part.format_spec is not None:
                    self.take(":")
                    self._template_parts(part.format_spec, prefix)
                self.take("}")
                plain = not part.conversion and not part.format_spec and part.equal is None
                parts.append(Formatted(start, self.position, value, plain))
        return parts

    def _adjacent(self, node: cst.ConcatenatedString, usage: Usage, consumer: str) -> Expression:
        left = self.expression(node.left)
        right = self.expression(node.right)
        if isinstance(left, Constant) and isinstance(right, Constant):
            if isinstance(left.value, str) and isinstance(right.value, str):
                return Constant(left.start, right.end, left.value + right.value)
        if isinstance(left, Bytes) and isinstance(right, Bytes):
            return Bytes(left.start, right.end, left.value + right.value)
        return Template(left.start, right.end, (*_template_of(left), *_template_of(right)))

    # --- operators ------------------------------------------------------------------------------------

    def _attribute(self, node: cst.Attribute, usage: Usage, consumer: str) -> Expression:
        value = self.expression(node.value, Usage.RECEIVER, node.attr.value)
        start = self.began
        name_start = self.take(node.attr.value)
        return Attribute(start, self.position, value, node.attr.value, name_start)

    def _subscript(self, node: cst.Subscript, usage: Usage, consumer: str) -> Expression:
        value = self.expression(node.value, Usage.SUBSCRIPTED, "")
        start = self.began
        self.take("[")
        indexes = [self._slice(element.slice) for element in node.slice]
        self.take("]")
        single = len(indexes) == 1 and not _ends_with_comma(node.slice[-1])
        index = indexes[0] if single else Collection(indexes[0].start, indexes[-1].end, "tuple", tuple(indexes))
        return Subscript(start, self.position, value, index)

    def _slice(self, node: cst.BaseSlice) -> Expression:
        if isinstance(node, cst.Index):
            if node.star:
                self.take("*")
            return self.expression(node.value, Usage.ARGUMENT, "[]")
        start = self.position
        if isinstance(node, cst.Slice):
            if node.lower is not None:
                self.expression(node.lower)
            self.take(":")
            if node.upper is not None:
                self.expression(node.upper)
            if node.step is not None:
                self.take(":")
                self.expression(node.step)
        return Opaque(start, self.position)

    def _binary(self, node: cst.BinaryOperation, usage: Usage, consumer: str) -> Expression:
        spine: list[cst.BinaryOperation] = [node]
        while isinstance(spine[-1].left, cst.BinaryOperation) and not spine[-1].left.lpar:
            spine.append(spine[-1].left)
        left = self.expression(spine[-1].left)
        start = self.began
        for operation in reversed(spine):
            operator = _operator(operation.operator)
            right = self.expression(operation.right)
            left = Operation(start, self.position, operator, (left, right))
        return left

    def _boolean(self, node: cst.BooleanOperation, usage: Usage, consumer: str) -> Expression:
        operator = "or" if isinstance(node.operator, cst.Or) else "and"
        tested = usage if usage is Usage.TESTED else Usage.OTHER
        left = self.expression(node.left, tested, consumer)
        start = self.began
        right = self.expression(node.right, usage, consumer)
        return Operation(start, self.position, operator, (left, right))

    def _unary(self, node: cst.UnaryOperation, usage: Usage, consumer: str) -> Expression:
        operator = _operator(node.operator)
        start = self.take(operator)
        tested = operator == "not"
        value = self.expression(node.expression, Usage.TESTED if tested else Usage.OTHER, operator)
        if operator == "-" and isinstance(value, Constant) and isinstance(value.value, int | float):
            return Constant(start, value.end, -value.value)
        return Operation(start, self.position, operator, (value,))

    def _comparison(self, node: cst.Comparison, usage: Usage, consumer: str) -> Expression:
        first = _comparison_operator(node.comparisons[0].operator)
        left = self.expression(node.left, Usage.COMPARED, f"left of {first}")
        start = self.began
        operands = [left]
        for comparison in node.comparisons:
            operator = _comparison_operator(comparison.operator)
            operands.append(self.expression(comparison.comparator, Usage.COMPARED, operator))
        operator = first if len(operands) == 2 else "chain"
        return Operation(start, self.position, operator, tuple(operands))

    def _conditional(self, node: cst.IfExp, usage: Usage, consumer: str) -> Expression:
        body = self.expression(node.body, usage, consumer)
        start = self.began
        test = self.expression(node.test, Usage.TESTED, "if")
        otherwise = self.expression(node.orelse, usage, consumer)
        return Conditional(start, self.position, test, body, otherwise)

    def _await(self, node: cst.Await, usage: Usage, consumer: str) -> Expression:
        start = self.take("await")
        calls = len(self.out.calls)
        # Of a choice (`await (a() if x else b())`) each call is awaited when it is made: neither is dropped.
        is_choice = isinstance(node.expression, cst.IfExp | cst.BooleanOperation)
        value = self.expression(node.expression, Usage.OTHER if is_choice else usage, "" if is_choice else consumer)
        if len(self.out.calls) > calls and self.out.calls[-1].call is value:
            site = self.out.calls[-1]
            self.out.calls[-1] = CallSite(
                site.call, site.scope, site.block, usage, consumer, True, start, self.position
            )
        return Await(start, self.position, value)

    def _yield(self, node: cst.Yield, usage: Usage, consumer: str) -> Expression:
        start = self.take("yield")
        delegates = isinstance(node.value, cst.From)
        inner = node.value.item if isinstance(node.value, cst.From) else node.value
        value = self.expression(inner, Usage.YIELDED, "") if inner is not None else None
        self.generators.add(self.scope)
        self.out.results.append(Result(value, self.scope, self.block, True, start, delegates))
        return Yield(start, self.position, value, delegates)

    def _walrus(self, node: cst.NamedExpr, usage: Usage, consumer: str) -> Expression:
        target = self.expression(node.target)
        name = target.name if isinstance(target, Name) else ""
        value = self.expression(node.value, Usage.ASSIGNED, name)
        self.out.bindings.append(Binding(name, "assign", self.scope, self._named_block(), self.position, value=value))
        return Walrus(target.start, self.position, name, value)

    def _named_block(self) -> int:
        """A walrus inside a comprehension binds in the block around it."""
        block = self.block
        while self.out.blocks[block].kind is BlockKind.COMPREHENSION:
            block = self.out.blocks[block].parent
        return block

    # --- containers -----------------------------------------------------------------------------------

    def _elements(self, nodes: Sequence[cst.BaseElement]) -> tuple[Expression, ...]:
        elements: list[Expression] = []
        for element in nodes:
            if isinstance(element, cst.StarredElement):
                for _ in element.lpar:
                    self.take("(")
                start = self.take("*")
                value = self.expression(element.value, Usage.ARGUMENT, "[]")
                for _ in element.rpar:
                    self.take(")")
                elements.append(Starred(start, self.position, value))
            else:
                elements.append(self.expression(element.value, Usage.ARGUMENT, "[]"))
        return tuple(elements)

    def _tuple(self, node: cst.Tuple, usage: Usage, consumer: str) -> Expression:
        start = self.position
        if node.elements and not isinstance(node.elements[0], cst.StarredElement):
            first = self.expression(node.elements[0].value, Usage.ARGUMENT, "[]")
            start = self.began
            elements = (first, *self._elements(node.elements[1:]))
        else:
            elements = self._elements(node.elements)
        return Collection(start, self.position, "tuple", elements)

    def _list(self, node: cst.List | cst.Set, usage: Usage, consumer: str) -> Expression:
        kind = "list" if isinstance(node, cst.List) else "set"
        start = self.take("[" if kind == "list" else "{")
        elements = self._elements(node.elements)
        self.take("]" if kind == "list" else "}")
        return Collection(start, self.position, kind, elements)

    def _dict(self, node: cst.Dict, usage: Usage, consumer: str) -> Expression:
        start = self.take("{")
        keys: list[Expression | None] = []
        values: list[Expression] = []
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                keys.append(self.expression(element.key))
            else:
                self.take("**")
                keys.append(None)
            values.append(self.expression(element.value, Usage.ARGUMENT, "{}"))
        self.take("}")
        return Mapping(start, self.position, tuple(keys), tuple(values))

    def _comprehension(self, node: cst.BaseComp, usage: Usage, consumer: str) -> Expression:
        kind, opening, closing = _COMPREHENSIONS[type(node)]
        start = self.take(opening) if opening else self.position
        value: Expression | None = None
        with self.inside(BlockKind.COMPREHENSION, self.new_statement(), start=start) as block:
            if isinstance(node, cst.DictComp):
                element = self.expression(node.key, Usage.YIELDED, "")
                value = self.expression(node.value, Usage.YIELDED, "")
            elif isinstance(node, cst.GeneratorExp | cst.ListComp | cst.SetComp):
                element = self.expression(node.elt, Usage.YIELDED, "")
            else:
                element = self.skip_node(getattr(node, "value"))  # noqa: B009 - only in the newest LibCST
                start = start if opening else self.began
            iterables, filtered = self._clauses(node.for_in, start)
            self.out.blocks[block].header = (iterables[0],)
        if closing:
            self.take(closing)
        return Comprehension(start, self.position, kind, element, value, iterables, filtered)

    def _clauses(self, node: cst.CompFor, start: int) -> tuple[tuple[Expression, ...], bool]:
        iterables: list[Expression] = []
        filtered = False
        clause: cst.CompFor | None = node
        while clause is not None:
            targets = self.targets(clause.target)
            iterable = self.expression(clause.iter, Usage.ITERATED, "for")
            iterables.append(iterable)
            self.bind(targets, "for", iterable, position=start, is_async=clause.asynchronous is not None)
            for condition in clause.ifs:
                filtered = True
                self.expression(condition.test, Usage.TESTED, "if")
            clause = clause.inner_for_in
        return tuple(iterables), filtered

    def _lambda(self, node: cst.Lambda, usage: Usage, consumer: str) -> Expression:
        start = self.take("lambda")
        with self.inside(BlockKind.LAMBDA, self.new_statement()):
            parameters = self.parameters(node.params)
            for parameter in parameters:
                self.out.bindings.append(Binding(parameter.name, "lambda", self.scope, self.block, parameter.start))
            body = self.expression(node.body, Usage.RETURNED, "lambda")
        return Lambda(start, self.position, tuple(parameter.name for parameter in parameters), body)

    def _call(self, node: cst.Call, usage: Usage, consumer: str) -> Expression:
        function = self.expression(node.func)
        start = self.began
        open_ = self.take("(")
        name = dotted_name(function)
        arguments: list[Argument] = []
        for argument in node.args:
            if argument.star:
                self.take(argument.star)
            if argument.keyword is not None:
                self.take(argument.keyword.value)
            value = self.expression(argument.value, Usage.ARGUMENT, name)
            keyword = argument.keyword.value if argument.keyword is not None else None
            arguments.append(Argument(value.start, value.end, value, keyword, len(argument.star)))
        self.take(")")
        call = Call(start, self.position, function, tuple(arguments), open_)
        self.out.calls.append(CallSite(call, self.scope, self.block, usage, consumer, False, call.start, call.end))
        return call

    # --- parameters and targets -----------------------------------------------------------------------

    def parameters(self, node: cst.Parameters) -> list[Parameter]:
        """The parameters of a function or lambda, in source order."""
        found = [self._parameter(parameter, "positional") for parameter in node.posonly_params]
        found += [self._parameter(parameter, "both") for parameter in node.params]
        if isinstance(node.star_arg, cst.Param):
            found.append(self._parameter(node.star_arg, "args"))
        found += [self._parameter(parameter, "keyword") for parameter in node.kwonly_params]
        if node.star_kwarg is not None:
            found.append(self._parameter(node.star_kwarg, "kwargs"))
        return found

    def _parameter(self, node: cst.Param, kind: str) -> Parameter:
        start = self.take(node.name.value)
        annotation = self.annotation(node.annotation)
        default = self.expression(node.default) if node.default is not None else None
        return Parameter(node.name.value, kind, start, default, annotation)

    def annotation(self, node: cst.Annotation | None) -> Expression | None:
        """The expression of an annotation, if there is one."""
        return self.expression(node.annotation) if node is not None else None

    def targets(self, node: cst.BaseExpression, path: tuple[int, ...] = ()) -> list[Target]:
        """The places a target expression assigns to; unpacking adds a step to ``path`` for each level."""
        for _ in node.lpar:
            self.take("(")
        found = self._bare_targets(node, path)
        for _ in node.rpar:
            self.take(")")
        return found

    def _bare_targets(self, node: cst.BaseExpression, path: tuple[int, ...]) -> list[Target]:
        if isinstance(node, cst.Name):
            self.take(node.value)
            return [Target(path, name=node.value)]
        if isinstance(node, cst.Attribute):
            value = self.expression(node.value)
            self.take(node.attr.value)
            return [Target(path, name=node.attr.value, object=value)]
        if isinstance(node, cst.Subscript):
            record = self._subscript(node, Usage.OTHER, "")
            if isinstance(record, Subscript):
                return [Target(path, object=record.value, index=record.index)]
            return []
        if not isinstance(node, cst.Tuple | cst.List):
            self.expression(node)
            return []
        if isinstance(node, cst.List):
            self.take("[")
        found: list[Target] = []
        for position, element in enumerate(node.elements):
            inner = self.targets(element.value, (*path, position))
            if isinstance(element, cst.StarredElement):
                for target in inner:
                    target.rest = True
            found += inner
        if isinstance(node, cst.List):
            self.take("]")
        return found

    def bind(
        self,
        targets: Sequence[Target],
        kind: str,
        value: Expression | None,
        *,
        annotation: Expression | None = None,
        position: int | None = None,
        is_async: bool = False,
        operator: str = "",
    ) -> None:
        """Record that ``targets`` get ``value`` from ``position`` on (by default, from here)."""
        place = self.position if position is None else position
        for target in targets:
            known = None if target.rest else value
            if target.object is None:
                self.out.bindings.append(
                    Binding(
                        target.name,
                        kind,
                        self.scope,
                        self.block,
                        place,
                        value=known,
                        annotation=annotation,
                        path=target.path,
                        is_async=is_async,
                        operator=operator,
                    )
                )
            else:
                self.out.stores.append(
                    Store(
                        target.object,
                        target.name,
                        target.index,
                        kind,
                        self.scope,
                        self.block,
                        place,
                        known,
                        annotation,
                        target.path,
                        is_async,
                    )
                )


def _template_of(record: Expression) -> tuple[Expression, ...]:
    return record.parts if isinstance(record, Template) else (record,)


def _ends_with_comma(element: cst.SubscriptElement) -> bool:
    return isinstance(element.comma, cst.Comma)


def _operator(node: cst.BaseBinaryOp | cst.BaseUnaryOp | cst.BaseAugOp) -> str:
    if isinstance(node, cst.Not):
        return "not"
    return str(node._get_token())  # type: ignore[union-attr]


_COMPARISON_WORDS: dict[type[cst.BaseCompOp], str] = {
    cst.In: "in",
    cst.NotIn: "not in",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.NotEqual: "!=",
    cst.Equal: "==",
    cst.LessThan: "<",
    cst.GreaterThan: ">",
    cst.LessThanEqual: "<=",
    cst.GreaterThanEqual: ">=",
}


def _comparison_operator(node: cst.BaseCompOp) -> str:
    return _COMPARISON_WORDS[type(node)]


_COMPREHENSIONS: dict[type[cst.BaseComp], tuple[str, str, str]] = {
    cst.GeneratorExp: ("generator", "", ""),
    cst.ListComp: ("list", "[", "]"),
    cst.SetComp: ("set", "{", "}"),
    cst.DictComp: ("dict", "{", "}"),
}

_Handler: TypeAlias = Callable[..., Expression]

_HANDLERS: dict[type[cst.BaseExpression], _Handler] = {
    cst.Name: ExpressionCollector._name,
    cst.Integer: ExpressionCollector._number,
    cst.Float: ExpressionCollector._number,
    cst.Imaginary: ExpressionCollector._leaf,
    cst.Ellipsis: ExpressionCollector._leaf,
    cst.SimpleString: ExpressionCollector._string,
    cst.FormattedString: ExpressionCollector._template,
    cst.ConcatenatedString: ExpressionCollector._adjacent,
    cst.Attribute: ExpressionCollector._attribute,
    cst.Subscript: ExpressionCollector._subscript,
    cst.BinaryOperation: ExpressionCollector._binary,
    cst.BooleanOperation: ExpressionCollector._boolean,
    cst.UnaryOperation: ExpressionCollector._unary,
    cst.Comparison: ExpressionCollector._comparison,
    cst.IfExp: ExpressionCollector._conditional,
    cst.Await: ExpressionCollector._await,
    cst.Yield: ExpressionCollector._yield,
    cst.NamedExpr: ExpressionCollector._walrus,
    cst.Tuple: ExpressionCollector._tuple,
    cst.List: ExpressionCollector._list,
    cst.Set: ExpressionCollector._list,
    cst.Dict: ExpressionCollector._dict,
    cst.GeneratorExp: ExpressionCollector._comprehension,
    cst.ListComp: ExpressionCollector._comprehension,
    cst.SetComp: ExpressionCollector._comprehension,
    cst.DictComp: ExpressionCollector._comprehension,
    cst.Lambda: ExpressionCollector._lambda,
    cst.Call: ExpressionCollector._call,
}
