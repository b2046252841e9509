"""Replies where code takes them for text or for bytes: compared with a literal, looked up, decoded, put into a key."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from redlint.commands.methods import Awaiting
from redlint.commands.replies import ReplyForm, reply_form
from redlint.diagnostic import Confidence, Span
from redlint.model.defaults import decodes_replies
from redlint.model.evaluation.containers import opened
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.events import UNKNOWN, CallArgument, ClientRef, RedisCall
from redlint.model.facts import (
    Attribute,
    Await,
    Bytes,
    Call,
    Collection,
    Constant,
    Expression,
    Formatted,
    Name,
    Operation,
    Subscript,
    Template,
    dotted_name,
    inner_expressions,
)
from redlint.model.handlers import errors_after
from redlint.model.index import ModuleIndex
from redlint.model.kinds import BlockKind
from redlint.model.values import External, Items, KnownConstant, Reply, Row, Table, Value
from redlint.source import SourceText

_ASKS: Final = ("isinstance", "hasattr", "type", "getattr")
_ROWS_OF_NARROW_TRY: Final = 2
"""``try:`` and one statement: the handler, whatever it catches, is for what that raises."""

_TAKES_TEXT: Final = frozenset(
    {
        *("startswith", "endswith", "split", "rsplit", "partition", "rpartition", "strip", "lstrip", "rstrip"),
        *("replace", "find", "rfind", "index", "rindex", "count", "removeprefix", "removesuffix"),
    }
)
"""Methods that ``str`` and ``bytes`` have and that take arguments of the same type only."""


class TextUseKind(enum.Enum):
    """What the code does with a reply."""

    COMPARED = "compared with a literal"
    AMONG = "looked for among literals"
    CONTAINS = "searched for a literal"
    LOOKED_UP = "a dict that is asked for a literal"
    KEY = "asked for in a dict of literals"
    ADDED = "added to text"
    METHOD = "a method of it that takes text"
    DECODED = "decoded, or encoded"
    FORMATTED = "put into an argument of a command by an f-string and the like"


_QUESTIONS: Final = frozenset(
    {TextUseKind.COMPARED, TextUseKind.AMONG, TextUseKind.CONTAINS, TextUseKind.LOOKED_UP, TextUseKind.KEY}
)
"""Where the wrong type gives no error, or one that the other type would not give: code may ask for both."""


@dataclass(frozen=True, slots=True, eq=False)
class TextUse:
    """A reply that is ``bytes`` (``is_bytes``) or ``str`` for certain, where code uses it as the other of the two.

    Attributes:
        call: The call whose reply it is (part of).
        other: The text of what it is used with: a literal, a variable, a method.
        reply: Where the reply stands; ``span`` is the whole expression.
        is_atom: Whether something may be attached to the reply without parentheses.
        form: Where text stands in it.
        literals: The plain literals that it is used with, where these are all there is.
        confidence: The least sure of the clients it may come from.
    """

    path: str
    source: SourceText
    span: Span
    kind: TextUseKind
    is_bytes: bool
    call: RedisCall
    other: str
    reply: Span
    is_atom: bool
    form: ReplyForm
    literals: tuple[Span, ...]
    confidence: Confidence

    @property
    def is_collection(self) -> bool:
        """Whether the reply is a collection that is searched, rather than one text."""
        return self.form.holds_text

    @property
    def may_be_none(self) -> bool:
        """Whether the client may have returned ``None`` in place of it."""
        return self.form.may_be_none


@dataclass(frozen=True, slots=True)
class _Text:
    """A reply (or part of one) with a known form and a known type of its texts."""

    form: ReplyForm
    is_bytes: bool
    call: RedisCall
    expression: Expression
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class _Found:
    kind: TextUseKind
    span: Span
    reply: _Text
    other: Expression
    literal: type


class TextUses:
    """Finds the replies of a module that are taken for the wrong type."""

    def __init__(self, evaluator: Evaluator, calls: Iterable[RedisCall]) -> None:
        self._evaluator = evaluator
        self._calls: dict[tuple[str, int], list[RedisCall]] = {}
        for call in calls:
            self._calls.setdefault((call.path, call.span.start), []).append(call)

    def of_module(self, module: ModuleIndex) -> tuple[TextUse, ...]:
        """The replies that a module uses as the type that they are not, by place."""
        if not self._calls:
            return ()
        found = [use for expression in _expressions(module) for use in self._of(module, expression)]
        # Code that compares a value with b"x" as well as with "x" is ready for both.
        asked = [one for one in found if one.kind in _QUESTIONS]
        right = {self._subject(module, one) for one in asked if (one.literal is bytes) == one.reply.is_bytes}
        wrong = [one for one in found if (one.literal is bytes) != one.reply.is_bytes]
        wrong = [one for one in wrong if one.kind not in _QUESTIONS or self._subject(module, one) not in right]
        wrong = [one for one in wrong if not self._is_ready(module, one)]
        uses = (self._use(module, one) for one in wrong)
        return tuple(sorted(uses, key=lambda use: (use.span.start, use.span.end)))

    def _subject(self, module: ModuleIndex, found: _Found) -> tuple[int, str]:
        place = found.reply.expression
        scope = module.facts.blocks[module.block_at(place.start)].scope
        return scope, module.text(place.start, place.end)

    def _is_ready(self, module: ModuleIndex, found: _Found) -> bool:
        """Whether the code around asks for the type of the value, or handles the error of the wrong one."""
        expression = found.reply.expression
        name = dotted_name(expression)
        scope = module.facts.blocks[module.block_at(expression.start)].scope
        for asks in _ASKS if name else ():
            for site in module.calls_by_callee.get(asks, ()):
                given = site.call.arguments[:1]
                if site.scope == scope and any(dotted_name(argument.value) == name for argument in given):
                    return True
        for number in module.ancestors(module.block_at(expression.start)):
            block = module.facts.blocks[number]
            errors = errors_after(module.source.text, block.end) if block.kind is BlockKind.TRY else None
            is_narrow = len(module.text(block.start, block.end).strip().splitlines()) <= _ROWS_OF_NARROW_TRY
            if errors is not None and (is_narrow or "AttributeError" in errors or "TypeError" in errors):
                return True
        return False

    def _use(self, module: ModuleIndex, found: _Found) -> TextUse:
        reply = found.reply.expression
        other = found.other
        literals: tuple[Expression, ...] = other.elements if isinstance(other, Collection) else (other,)
        is_plain = all(_literal_type(one) is found.literal for one in literals)
        return TextUse(
            path=module.path,
            source=module.source,
            span=found.span,
            kind=found.kind,
            is_bytes=found.reply.is_bytes,
            call=found.reply.call,
            other=" ".join(module.text(other.start, other.end).split()),
            reply=Span(reply.start, reply.end),
            is_atom=isinstance(reply, Name | Attribute | Call | Subscript),
            form=found.reply.form,
            literals=tuple(Span(one.start, one.end) for one in literals) if is_plain else (),
            confidence=found.reply.confidence,
        )

    # --- uses -----------------------------------------------------------------------------------------

    def _of(self, module: ModuleIndex, expression: Expression) -> Iterator[_Found]:
        if isinstance(expression, Operation) and len(expression.operands) == 2:
            yield from self._of_operation(module, expression)
        elif isinstance(expression, Subscript):
            yield from self._looked_up(module, expression, expression.value, expression.index)
        elif isinstance(expression, Call):
            if isinstance(expression.function, Attribute):
                yield from self._of_method(module, expression, expression.function)
            if any(call.span.end == expression.end for call in self._calls.get((module.path, expression.start), ())):
                for argument in expression.arguments:
                    yield from self._formatted(module, argument.value)

    def _of_operation(self, module: ModuleIndex, expression: Operation) -> Iterator[_Found]:
        left, right = expression.operands
        span = Span(expression.start, expression.end)
        if expression.operator in ("==", "!=", "+"):
            kind = TextUseKind.ADDED if expression.operator == "+" else TextUseKind.COMPARED
            for one, other in ((left, right), (right, left)):
                literal = self._type_of(module, other)
                reply = self._text(module, one) if literal is not None else None
                if literal is not None and reply is not None and reply.form.is_text:
                    yield _Found(kind, span, reply, other, literal)
        elif expression.operator in ("in", "not in"):
            literal = self._type_of(module, left)
            if literal is not None:
                reply = self._text(module, right)
                if reply is not None and (reply.form.is_text or reply.form.holds_text):
                    yield _Found(TextUseKind.CONTAINS, span, reply, left, literal)
                return
            literal = self._type_among(module, right)
            reply = self._text(module, left) if literal is not None else None
            if literal is not None and reply is not None and reply.form.is_text:
                yield _Found(TextUseKind.AMONG, span, reply, right, literal)

    def _looked_up(
        self, module: ModuleIndex, whole: Expression, table: Expression, key: Expression
    ) -> Iterator[_Found]:
        """``table[key]``, where one of them is a reply."""
        span = Span(whole.start, whole.end)
        literal = self._type_of(module, key)
        if literal is not None:
            reply = self._text(module, table)
            if reply is not None and reply.form.is_map:
                yield _Found(TextUseKind.LOOKED_UP, span, reply, key, literal)
            return
        literal = self._type_of_keys(module, table)
        reply = self._text(module, key) if literal is not None else None
        if literal is not None and reply is not None and reply.form.is_text:
            yield _Found(TextUseKind.KEY, span, reply, table, literal)

    def _of_method(self, module: ModuleIndex, call: Call, function: Attribute) -> Iterator[_Found]:
        span = Span(call.start, call.end)
        given = [argument.value for argument in call.arguments if not argument.stars and argument.keyword is None]
        if function.name in ("decode", "encode"):
            reply = self._text(module, function.value)
            if reply is not None and reply.form.is_text:
                literal = bytes if function.name == "decode" else str
                yield _Found(TextUseKind.DECODED, span, reply, function, literal)
        elif function.name == "get" and given:
            yield from self._looked_up(module, call, function.value, given[0])
        elif function.name in _TAKES_TEXT and given:
            literal_type = self._type_of(module, given[0])
            reply = self._text(module, function.value) if literal_type is not None else None
            if literal_type is not None and reply is not None and reply.form.is_text:
                yield _Found(TextUseKind.METHOD, span, reply, given[0], literal_type)

    def _formatted(self, module: ModuleIndex, argument: Expression) -> Iterator[_Found]:
        """Replies in the text that an argument of a command is: ``b'42'`` and all."""
        for part in _formatted_parts(self._spelled_out(module, argument)):
            reply = self._text(module, part)
            if reply is not None and reply.form.is_text and reply.is_bytes:
                yield _Found(TextUseKind.FORMATTED, Span(part.start, part.end), reply, argument, str)

    # --- what expressions are -------------------------------------------------------------------------

    def _text(self, module: ModuleIndex, expression: Expression) -> _Text | None:
        """The reply that an expression surely is, ``None`` and constant defaults aside."""
        if not isinstance(expression, Name | Attribute | Call | Subscript | Await | Operation):
            return None
        values = [one for one in self._evaluator.evaluate(module, expression) if not isinstance(one, KnownConstant)]
        replies = [one for one in values if isinstance(one, Reply)]
        if not replies or len(replies) != len(values):
            return None
        found = [self._of_reply(reply) for reply in replies]
        first = found[0]
        if first is None or any(one is None or one[:2] != first[:2] for one in found):
            return None
        form, is_bytes, call = first
        return _Text(form, is_bytes, call, expression, min(_confidence(reply.client) for reply in replies))

    def _of_reply(self, reply: Reply) -> tuple[ReplyForm, bool, RedisCall] | None:
        """The form of a reply, whether its texts are bytes, and its call."""
        decodes = decodes_replies(reply.client, self._evaluator.settings.target)
        call = next(
            (
                one
                for one in self._calls.get((reply.path, reply.start), ())
                if one.spec is not None and one.spec.sends == reply.commands
            ),
            None,
        )
        if call is None or call.spec is None or call.has_unknown_arguments or decodes is None:
            return None
        if reply.client.is_async and not call.awaited and call.spec.awaitable is Awaiting.COROUTINE:
            return None
        given = {one.parameter: _truth(one) for one in call.arguments if one.parameter is not None}
        form = reply_form(call.method, given)
        for step in reply.steps:
            form = form.part(step)
        return form, not (decodes or reply.decoded), call

    def _type_of(self, module: ModuleIndex, expression: Expression) -> type | None:
        """``str`` or ``bytes`` where an expression surely is text of that type."""
        literal = _literal_type(expression)
        if literal is not None:
            return literal
        if isinstance(expression, Template):
            return str
        if isinstance(expression, Name):
            spelled = self._spelled_out(module, expression)
            if spelled is not expression:
                return self._type_of(module, spelled)
        if isinstance(expression, Call):
            function = expression.function
            is_str = isinstance(function, Name) and self._evaluator.evaluate(module, function) == (
                External("builtins.str"),
            )
            return str if is_str else None
        if not isinstance(expression, Name | Attribute):
            return None
        return _common_type(self._evaluator.evaluate(module, expression))

    def _type_among(self, module: ModuleIndex, expression: Expression) -> type | None:
        """The type of all items of a display or of a constant collection; ``None`` for others."""
        if isinstance(expression, Collection):
            types = {self._type_of(module, element) for element in expression.elements}
            return types.pop() if len(types) == 1 else None
        return self._type_of_keys(module, expression)

    def _type_of_keys(self, module: ModuleIndex, expression: Expression) -> type | None:
        """The type of all items of a constant collection, or of all keys of a dict that is spelled out."""
        if not isinstance(expression, Name | Attribute):
            return None
        types = {_type_of_items(opened(self._evaluator, one)) for one in self._evaluator.evaluate(module, expression)}
        return types.pop() if len(types) == 1 else None

    def _spelled_out(self, module: ModuleIndex, expression: Expression) -> Expression:
        """What a name stands for, where it is bound exactly once before."""
        if not isinstance(expression, Name):
            return expression
        reaching = module.reaching(expression.name, expression.start)
        if reaching is None or len(reaching[0]) != 1 or not module.always_reached(reaching[0], expression.start):
            return expression
        binding = reaching[0][0]
        return expression if binding.kind != "assign" or binding.path or binding.value is None else binding.value


def _expressions(module: ModuleIndex) -> Iterator[Expression]:
    """The operations, subscripts and calls of a module that the facts hold, each once."""
    facts = module.facts
    roots: list[Expression | None] = [one.call for one in facts.calls]
    roots += [one.value for one in facts.bindings]
    roots += [one.value for one in facts.stores]
    roots += [one.value for one in facts.results]
    roots += [part for block in facts.blocks for part in block.header]
    seen: set[tuple[int, int, type]] = set()
    waiting = [root for root in roots if root is not None]
    while waiting:
        expression = waiting.pop()
        place = (expression.start, expression.end, type(expression))
        if place not in seen:
            seen.add(place)
            if isinstance(expression, Operation | Subscript | Call):
                yield expression
            waiting.extend(inner_expressions(expression))


def _formatted_parts(expression: Expression) -> Iterator[Expression]:
    """What is turned into text by ``f"{x}"``, ``"%s" % x``, ``"{}".format(x)`` or ``str(x)``."""
    if isinstance(expression, Template):
        yield from (part.value for part in expression.parts if isinstance(part, Formatted) and part.plain)
    elif isinstance(expression, Operation) and expression.operator == "%":
        left, right = expression.operands
        if _literal_type(left) is str:
            yield from right.elements if isinstance(right, Collection) else (right,)
    elif isinstance(expression, Call):
        function = expression.function
        is_format = isinstance(function, Attribute) and function.name == "format"
        if is_format and isinstance(function, Attribute) and _literal_type(function.value) is str:
            yield from (argument.value for argument in expression.arguments if not argument.stars)
        if isinstance(function, Name) and function.name == "str" and len(expression.arguments) == 1:
            yield expression.arguments[0].value


def _literal_type(expression: Expression) -> type | None:
    if isinstance(expression, Bytes):
        return bytes
    return str if isinstance(expression, Constant) and isinstance(expression.value, str) else None


def _confidence(client: ClientRef) -> Confidence:
    """How sure the client is; a URL that is read from somewhere might turn decoding on in its query."""
    own = client.confidence if client.options.get("url") is not UNKNOWN else Confidence.INFERRED
    return own if client.parent is None else min(own, _confidence(client.parent))


def _truth(argument: CallArgument) -> bool | None:
    return bool(argument.constant) if argument.is_known else None


def _common_type(values: Iterable[Value]) -> type | None:
    types = {type(value.value) if isinstance(value, KnownConstant) else None for value in values}
    found = types.pop() if len(types) == 1 else None
    return found if found in (str, bytes) else None


def _type_of_items(container: Value) -> type | None:
    if isinstance(container, Table):
        types = {type(key) for key, _ in container.entries}
        is_text = len(types) == 1 and types <= {str, bytes} and not container.others
        return types.pop() if is_text else None
    if isinstance(container, Items):
        return _common_type(container.elements)
    if isinstance(container, Row):
        return _common_type(value for item in container.items for value in item)
    return None
