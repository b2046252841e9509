"""Which attributes the classes of a text have, by Python's own parser.

That parser is many times faster than the one that facts come from: a file that is only asked for the name of an
attribute need not be collected if it certainly has one of that name, or certainly has none.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from redlint.model.collect.danger import is_dangerous

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ASSIGNMENTS = (ast.AugAssign, ast.AnnAssign)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True, slots=True)
class ClassAttributes:
    """The attributes of the classes of a text, as the facts of the text would have them.

    All of ``certain`` are among them, and none that is not in ``possible``.
    """

    certain: frozenset[str]
    possible: frozenset[str]


def class_attributes(text: str) -> ClassAttributes | None:
    """The names that classes of a source text bind, and those that are stored on ``self``.

    ``None`` where Python cannot tell: it may be of another version than the text is for.
    """
    if is_dangerous(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes and the like, which are not ours to judge
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = list(_inside([tree], ()))
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    possible = frozenset(_possible(nodes, classes))
    certain = frozenset(name for one in classes for name in _certain(one))
    return ClassAttributes(certain & possible, possible)


def _inside(roots: Iterable[ast.AST], closed: tuple[type[ast.AST], ...]) -> Iterator[ast.AST]:
    """These nodes and all below them, in no order; what is in nodes of the ``closed`` types is left out."""
    pending = [*roots]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, closed):
            continue
        for value in vars(node).values():  # `ast.walk` takes four times as long
            if isinstance(value, list):
                pending += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                pending.append(value)


# --- what may be one --------------------------------------------------------------------------------------


def _possible(nodes: Iterable[ast.AST], classes: Iterable[ast.ClassDef]) -> Iterator[str]:
    inside = [node for one in classes for node in _inside(one.body, (ast.ClassDef, *_FUNCTIONS))]
    owners = {one.name for one in classes}
    owners.update(name for node in inside if isinstance(node, _FUNCTIONS) for name in _first_parameter(node.args))
    yield from (name for node in inside for name in _names(node))
    yield from (node.attr for node in nodes if isinstance(node, ast.Attribute) and _is_stored(node, owners))


def _is_stored(node: ast.Attribute, owners: Container[str]) -> bool:
    """Whether an attribute gets a value on a class or its instances: ``self.x =``, ``type(self).x =``, ``A.x =``."""
    if isinstance(node.ctx, ast.Load):
        return False
    if isinstance(node.value, ast.Name):
        return node.value.id in owners
    return isinstance(node.value, ast.Call) or (
        isinstance(node.value, ast.Attribute) and node.value.attr == "__class__"
    )


def _first_parameter(arguments: ast.arguments) -> Iterator[str]:
    more = (arguments.vararg, *arguments.kwonlyargs, arguments.kwarg)
    for one in (*arguments.posonlyargs, *arguments.args, *more):
        if one is not None:
            yield one.arg
            return


def _names(node: ast.AST) -> Iterator[str]:
    """The names that a statement or expression binds by itself."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        yield from filter(None, (node.name,))
    elif isinstance(node, ast.MatchMapping):
        yield from filter(None, (node.rest,))


# --- what surely is one -----------------------------------------------------------------------------------


def _certain(cls: ast.ClassDef) -> Iterator[str]:
    """What a class assigns and defines in its body, and its methods on their first parameter."""
    statements = list(_statements(cls.body))
    shared = {name for node in statements if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
    for node in statements:
        if isinstance(node, _DEFINITIONS):
            yield from {node.name} - shared
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.decorator_list:
            receivers = [one.arg for one in (*node.args.posonlyargs, *node.args.args)][:1]
            targets = (target for one in _statements(node.body) for target in _targets(one))
            yield from (
                target.attr
                for target in targets
                if isinstance(target, ast.Attribute)
                and isinstance(target.value, ast.Name)
                and target.value.id in receivers
            )
        for target in _targets(node):
            if isinstance(target, ast.Name):
                yield from {target.id} - shared


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The statements of a body, also those in blocks, but not those of its functions and classes."""
    pending = [*body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _DEFINITIONS):
            fields = vars(node)
            for name in _BLOCKS:
                block = fields.get(name)
                if isinstance(block, list):
                    pending += block


def _targets(node: ast.AST) -> list[ast.expr]:
    """What an assignment gives a value to, but for what it unpacks."""
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, _ASSIGNMENTS) else []
