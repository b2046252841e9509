"""Which attributes the classes of a text may have, by Python's own parser.

That parser is many times faster than the one that facts come from: a file that is only asked for the name of an
attribute need not be collected if it certainly has none of that name.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Container, Iterator

from redlint.model.collect import is_dangerous

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def possible_attributes(text: str) -> frozenset[str] | None:
    """The names that classes of a source text bind, and those that are stored on something that may be ``self``.

    None of the attributes that the facts of the text know is missing; others may be among them. ``None`` where
    Python cannot tell: it may be of another version than the text is for.
    """
    if is_dangerous(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes and the like, which are not ours to judge
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    inside = [node for one in classes for node in _body(one)]
    owners = {one.name for one in classes}
    owners.update(name for node in inside if isinstance(node, _FUNCTIONS) for name in _first_parameter(node.args))
    stored = (node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_stored(node, owners))
    return frozenset((*(name for node in inside for name in _names(node)), *stored))


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


def _body(scope: ast.ClassDef) -> Iterator[ast.AST]:
    """All that stands in the scope of a class: not what is inside its functions and classes."""
    pending: list[ast.AST] = [*scope.body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.ClassDef, *_FUNCTIONS)):
            pending.extend(ast.iter_child_nodes(node))


def _names(node: ast.AST) -> Iterator[str]:
    """The names that a statement or expression binds by itself."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        yield from filter(None, (node.name,))
    elif isinstance(node, ast.MatchMapping):
        yield from filter(None, (node.rest,))
