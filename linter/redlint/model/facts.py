"""What collecting one file yields: plain records, serialisable, with no syntax tree behind them.

Expressions keep only what linking can use: names, attributes, calls, constants, strings with holes,
containers and the operators between them; anything else is :class:`Opaque`. Statements are reduced to
bindings (a name gets a value), stores (an attribute or an element gets one), calls and returns, each with the
scope and the block it stands in. All places are character offsets into the decoded text.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from redlint.model.kinds import BlockKind, ScopeKind, Usage


class _Expression(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where an expression stands: ``start`` and ``end`` cover it without surrounding parentheses."""

    start: int
    end: int


class Constant(_Expression, frozen=True, array_like=True, gc=False, tag="k"):
    """A literal."""

    value: bool | int | float | str | None


class Bytes(_Expression, frozen=True, array_like=True, gc=False, tag="b"):
    """A bytes literal."""

    value: bytes


class Name(_Expression, frozen=True, array_like=True, gc=False, tag="n"):
    """A variable that is read."""

    name: str


class Attribute(_Expression, frozen=True, array_like=True, gc=False, tag="a"):
    """``value.name``; ``name_start`` is where the name stands."""

    value: Expression
    name: str
    name_start: int


class Argument(_Expression, frozen=True, array_like=True, gc=False):
    """An argument of a call; ``stars`` is 1 for ``*value``, 2 for ``**value``. The place is the value's."""

    value: Expression
    keyword: str | None
    stars: int


class Call(_Expression, frozen=True, array_like=True, gc=False, tag="c"):
    """``function(arguments)``; ``open`` is where the parenthesis after the function stands."""

    function: Expression
    arguments: tuple[Argument, ...]
    open: int


class Subscript(_Expression, frozen=True, array_like=True, gc=False, tag="s"):
    """``value[index]``."""

    value: Expression
    index: Expression


class Formatted(_Expression, frozen=True, array_like=True, gc=False, tag="F"):
    """A ``{value!conversion:format}`` of an f-string; ``plain`` when it has neither of the latter."""

    value: Expression
    plain: bool


class Template(_Expression, frozen=True, array_like=True, gc=False, tag="f"):
    """An f-string, or adjacent literals of which one is an f-string: constants and formatted values."""

    parts: tuple[Expression, ...]


class Operation(_Expression, frozen=True, array_like=True, gc=False, tag="o"):
    """An operator and its operands: ``+ % or and not == in is ...``; a chained comparison is opaque."""

    operator: str
    operands: tuple[Expression, ...]


class Conditional(_Expression, frozen=True, array_like=True, gc=False, tag="i"):
    """``body if test else otherwise``."""

    test: Expression
    body: Expression
    otherwise: Expression


class Await(_Expression, frozen=True, array_like=True, gc=False, tag="w"):
    """``await value``."""

    value: Expression


class Yield(_Expression, frozen=True, array_like=True, gc=False, tag="y"):
    """``yield value`` or ``yield from value``; its own value is what the caller sends."""

    value: Expression | None
    delegates: bool


class Walrus(_Expression, frozen=True, array_like=True, gc=False, tag="W"):
    """``name := value``."""

    name: str
    value: Expression


class Collection(_Expression, frozen=True, array_like=True, gc=False, tag="l"):
    """A list, tuple or set display; ``kind`` is ``list``, ``tuple`` or ``set``."""

    kind: str
    elements: tuple[Expression, ...]


class Starred(_Expression, frozen=True, array_like=True, gc=False, tag="*"):
    """``*value`` inside a collection display."""

    value: Expression


class Mapping(_Expression, frozen=True, array_like=True, gc=False, tag="d"):
    """A dictionary display; the key of ``**value`` is ``None``."""

    keys: tuple[Expression | None, ...]
    values: tuple[Expression, ...]


class Comprehension(_Expression, frozen=True, array_like=True, gc=False, tag="C"):
    """A comprehension or generator expression; ``kind`` is ``list set dict generator``, ``element`` a dict's key.

    ``iterables`` are what its ``for`` clauses run over, outermost first.
    """

    kind: str
    element: Expression
    value: Expression | None
    iterables: tuple[Expression, ...]
    filtered: bool


class Lambda(_Expression, frozen=True, array_like=True, gc=False, tag="L"):
    """``lambda parameters: body``."""

    parameters: tuple[str, ...]
    body: Expression


class Opaque(_Expression, frozen=True, array_like=True, gc=False, tag="?"):
    """An expression that linking has no use for."""


Expression: TypeAlias = (
    Constant
    | Bytes
    | Name
    | Attribute
    | Call
    | Subscript
    | Formatted
    | Template
    | Operation
    | Conditional
    | Await
    | Yield
    | Walrus
    | Collection
    | Starred
    | Mapping
    | Comprehension
    | Lambda
    | Opaque
)


def dotted_name(expression: Expression) -> str:
    """``a.b.c`` for a chain of attributes on a name; for other receivers just the last attribute."""
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Attribute):
        base = dotted_name(expression.value)
        return f"{base}.{expression.name}" if base else expression.name
    return ""


def last_name(expression: Expression) -> str:
    """The last name of an expression, calls aside: ``lru_cache`` of ``@functools.lru_cache(maxsize=1)``."""
    if isinstance(expression, Call):
        return last_name(expression.function)
    return expression.name if isinstance(expression, Name | Attribute) else ""


def inner_expressions(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that one is directly made of, calls' functions and arguments included."""
    if isinstance(expression, Attribute | Await | Walrus | Starred | Formatted):
        return (expression.value,)
    if isinstance(expression, Call):
        return (expression.function, *(argument.value for argument in expression.arguments))
    if isinstance(expression, Subscript):
        return (expression.value, expression.index)
    if isinstance(expression, Template):
        return expression.parts
    if isinstance(expression, Operation):
        return expression.operands
    if isinstance(expression, Conditional):
        return (expression.test, expression.body, expression.otherwise)
    if isinstance(expression, Collection):
        return expression.elements
    if isinstance(expression, Mapping):
        return (*(key for key in expression.keys if key is not None), *expression.values)
    if isinstance(expression, Comprehension):
        value = () if expression.value is None else (expression.value,)
        return (expression.element, *value, *expression.iterables)
    if isinstance(expression, Yield):
        return () if expression.value is None else (expression.value,)
    return (expression.body,) if isinstance(expression, Lambda) else ()


class BlockFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A block of code. Block 0 is the module; ``parent`` is the enclosing block, ``scope`` the scope it is in.

    ``header`` holds the condition, the iterable, or the context managers. ``statement`` is equal for the
    branches of one ``if``, ``try`` or ``match``, so that exclusive branches can be told. ``exits`` says that a
    branch of an ``if`` ends by leaving the code around it (``return``, ``raise``, ``continue``, ``break``), ``breaks``
    that a loop has a ``break`` of its own.
    """

    kind: BlockKind
    parent: int
    scope: int
    start: int
    end: int
    statement: int
    header: tuple[Expression, ...] = ()
    exits: bool = False
    breaks: bool = False


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A parameter of a function; ``kind`` is ``positional``, ``both``, ``keyword``, ``args`` or ``kwargs``."""

    name: str
    kind: str
    start: int
    default: Expression | None
    annotation: Expression | None


class ScopeFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A module body (scope 0), a class body or a function.

    ``block`` is the body's own block, ``outer_block`` the block the definition stands in. ``bases`` holds a
    class's bases, ``metaclass`` its keyword argument of this name. ``shared_names`` are those declared
    ``global`` or ``nonlocal``.
    """

    kind: ScopeKind
    name: str
    qualname: str
    parent: int
    block: int
    outer_block: int
    start: int
    end: int
    name_start: int
    is_async: bool = False
    is_generator: bool = False
    decorators: tuple[Expression, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    returns: Expression | None = None
    bases: tuple[Expression, ...] = ()
    shared_names: tuple[str, ...] = ()
    docstring: bool = False
    metaclass: Expression | None = None


class Binding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name gets a value in a scope.

    ``kind``: ``assign``, ``annotated`` (with or without value), ``augmented``, ``for``, ``with``, ``except``,
    ``import``, ``function``, ``class``, ``delete``, ``pattern``, ``lambda``. ``path`` leads into the value when
    it is unpacked (``a, (b, c) = value``: ``b`` has ``(1, 0)``). For ``import``, ``module`` is the dotted module
    (with leading dots when relative) and ``member`` the imported name, empty for the module itself. ``target``
    is the scope number of a function or class. ``is_async`` marks ``async for`` and ``async with``.
    """

    name: str
    kind: str
    scope: int
    block: int
    start: int
    value: Expression | None = None
    annotation: Expression | None = None
    path: tuple[int, ...] = ()
    module: str = ""
    member: str = ""
    target: int = -1
    is_async: bool = False
    operator: str = ""


class Store(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``object.name = value`` or ``object[index] = value``, by any kind of binding (see :class:`Binding`)."""

    object: Expression
    name: str
    index: Expression | None
    kind: str
    scope: int
    block: int
    start: int
    value: Expression | None = None
    annotation: Expression | None = None
    path: tuple[int, ...] = ()
    is_async: bool = False


class CallSite(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call, where it stands and what becomes of its result.

    ``outer_start`` and ``outer_end`` cover the ``await`` and the parentheses around the call, if any.
    ``consumer`` names what takes the result: the function it is an argument of, the attribute or operator
    applied to it, or the variable it is assigned to.
    """

    call: Call
    scope: int
    block: int
    usage: Usage
    consumer: str
    awaited: bool
    outer_start: int
    outer_end: int


class Result(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a function gives back: a ``return`` or ``yield`` (``is_yield``) of ``value``."""

    value: Expression | None
    scope: int
    block: int
    is_yield: bool
    start: int
    delegates: bool = False


class ModuleFacts(msgspec.Struct, frozen=True, array_like=True):
    """Everything linking needs of one file. Scopes, blocks and calls are numbered by their position."""

    scopes: tuple[ScopeFacts, ...]
    blocks: tuple[BlockFacts, ...]
    bindings: tuple[Binding, ...]
    stores: tuple[Store, ...]
    calls: tuple[CallSite, ...]
    results: tuple[Result, ...]
    exports: tuple[str, ...] | None
    comments: tuple[tuple[int, str], ...]
    multiline_strings: tuple[tuple[int, int], ...]
