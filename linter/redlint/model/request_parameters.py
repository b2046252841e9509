"""Which parameters of functions, and fields of their data classes, a web framework fills with what was sent.

The decorators and functions that register them are in the tables of :mod:`redlint.model.clients`.
"""

from __future__ import annotations

import re
from typing import Final

from redlint.model import clients as client_tables
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import library_class
from redlint.model.facts import (
    Attribute,
    Call,
    Collection,
    Constant,
    Expression,
    Name,
    Operation,
    Parameter,
    Subscript,
    last_name,
)
from redlint.model.index import ModuleIndex
from redlint.model.values import External, Instance, ProjectClass, ProjectFunction, ScopeKey

_TEXT_TYPES: Final = frozenset(
    {
        *(f"builtins.{name}" for name in ("str", "bytes", "list", "dict", "set", "tuple")),
        *(f"typing.{name}" for name in ("Any", "List", "Dict", "Sequence", "Iterable", "AnyStr")),
    }
)
_WRAPPERS: Final = frozenset(
    {"Optional", "Union", "Annotated", "List", "list", "Sequence", "Set", "set", "tuple", "Tuple"}
)
_PARAMETERS: Final = frozenset({"Query", "Path", "Header", "Cookie", "Form", "Body", "Field"})
"""What declares a parameter or field that is sent (FastAPI, pydantic); anything else fills it in another way."""
_CONSTRAINTS: Final = frozenset({"pattern", "regex", "enum"})
_PATH_PART: Final = re.compile(r"<(?:(?P<converter>\w+)(?:\([^>]*\))?:)?(?P<name>\w+)>")
_TEXT_CONVERTERS: Final = frozenset({None, "str", "string", "path"})
_VERBS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "dispatch"})
"""Methods of class-based views that are given the parts of the path."""


class RequestParameters:
    """Tells which parameters of a project's functions visitors fill, and with which texts."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def is_sent(self, module: ModuleIndex, scope: int, parameter: Parameter) -> bool:
        """Whether a web framework fills a parameter with what was sent, and lets any text through."""
        for decorator in module.facts.scopes[scope].decorators:
            if not isinstance(decorator, Call) or not isinstance(decorator.function, Attribute):
                continue
            function = decorator.function
            for value in self._evaluator.evaluate(module, function.value):
                cls = library_class(value)
                if cls is None:
                    continue
                if client_tables.fills_path(cls, function.name) and parameter.name in _path_texts(decorator):
                    return True
                if client_tables.fills_signature(cls, function.name) and _takes_all(parameter):
                    return True
        return self._is_in_path(ScopeKey(module.path, scope), parameter.name)

    def _is_in_path(self, function: ScopeKey, name: str) -> bool:
        """``path("keys/<str:name>/", views.show)``."""
        return any(
            name in _path_texts(site.call)
            and self._registers(caller, site.call)
            and self._is_answered_by(caller, site.call, function)
            for caller, site in self._evaluator.calls_named("path")
        )

    def _registers(self, caller: ModuleIndex, call: Call) -> bool:
        values = self._evaluator.evaluate(caller, call.function)
        return any(isinstance(one, External) and client_tables.registers_path(one.name) for one in values)

    def _is_answered_by(self, caller: ModuleIndex, call: Call, function: ScopeKey) -> bool:
        view = call.arguments[1].value if len(call.arguments) > 1 else None
        if isinstance(view, Call) and isinstance(view.function, Attribute) and view.function.name == "as_view":
            module = self._evaluator.load(function.path)
            owner = module.class_of(function.scope) if module is not None else None
            if module is None or owner is None or module.facts.scopes[function.scope].name not in _VERBS:
                return False
            classes = self._evaluator.evaluate(caller, view.function.value)
            return any(isinstance(one, ProjectClass) and one.cls == ScopeKey(function.path, owner) for one in classes)
        values = self._evaluator.evaluate(caller, view) if view is not None else ()
        return any(isinstance(one, ProjectFunction) and one.function == function for one in values)

    def is_text(self, module: ModuleIndex, annotation: Expression) -> bool:
        """Whether an annotation lets any text through: ``str``, ``str | None``, ``Annotated[str, Query()]``."""
        if isinstance(annotation, Operation) and annotation.operator == "|":
            return any(self.is_text(module, one) for one in annotation.operands)
        if isinstance(annotation, Subscript):
            inner = annotation.index.elements if isinstance(annotation.index, Collection) else (annotation.index,)
            if last_name(annotation.value) == "Annotated":
                return self.is_text(module, inner[0]) and all(map(_is_open, inner[1:]))
            if last_name(annotation.value) in _WRAPPERS:
                return any(self.is_text(module, one) for one in inner)
            return self.is_text(module, annotation.value)
        if isinstance(annotation, Constant):
            return isinstance(annotation.value, str) and annotation.value.partition("[")[0] in ("str", "bytes", "Any")
        values = self._evaluator.evaluate(module, annotation)
        return any(isinstance(value, External) and value.name in _TEXT_TYPES for value in values)

    def is_open_field(self, index: ModuleIndex, value: Instance, name: str) -> bool:
        """Whether a data class has a field that takes any text, and no method of its own looks at it."""
        for number in index.methods.get(value.cls.scope, ()):
            if any("valid" in last_name(one) for one in index.facts.scopes[number].decorators):
                return False
        bindings = index.bindings.get((value.cls.scope, name), ())
        return any(
            one.annotation is not None
            and self.is_text(index, one.annotation)
            and (one.value is None or _is_open(one.value))
            for one in bindings
        )


def _path_texts(decorator: Call) -> set[str]:
    """The parameters that the path of a route gives as any text: ``name`` of ``/keys/<name>``."""
    path = decorator.arguments[0].value if decorator.arguments else None
    if not isinstance(path, Constant) or not isinstance(path.value, str):
        return set()
    found = _PATH_PART.finditer(path.value)
    return {part["name"] for part in found if part["converter"] in _TEXT_CONVERTERS}


def _takes_all(parameter: Parameter) -> bool:
    """Whether what is sent fills a parameter, rather than a dependency, and nothing is asked of it."""
    annotation = parameter.annotation
    if isinstance(annotation, Subscript) and last_name(annotation.value) == "Annotated":
        more = annotation.index.elements[1:] if isinstance(annotation.index, Collection) else ()
        if not all(map(_is_open, more)):
            return False
    return parameter.default is None or isinstance(parameter.default, Name | Attribute) or _is_open(parameter.default)


def _is_open(declaration: Expression) -> bool:
    """Whether a default, or what annotates a field, lets any text through: ``Query("*", max_length=50)``."""
    if not isinstance(declaration, Call):
        return isinstance(declaration, Constant)
    keywords = {one.keyword for one in declaration.arguments}
    return last_name(declaration) in _PARAMETERS and not keywords & _CONSTRAINTS


__all__ = ["RequestParameters"]
