"""How big the values are that code stores, where the code tells: literals, whole files, all rows of a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from redlint.model.codecs import encoder
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.events import Payload
from redlint.model.facts import (
    Attribute,
    Await,
    Bytes,
    Call,
    Comprehension,
    Constant,
    Expression,
    Mapping,
    Name,
    Operation,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import Codec, PayloadKind
from redlint.model.values import External, KnownConstant

_HOPS: Final = 4
_OPENS: Final = frozenset({"builtins.open", "io.open", "aiofiles.open", "codecs.open"})
_WHOLE_FILE: Final = frozenset({"read_bytes", "read_text"})
"""Methods of ``pathlib.Path`` that read all of a file."""

_COLLECTS: Final = frozenset({"builtins.list", "builtins.tuple", "builtins.sorted", "builtins.str", "builtins.bytes"})
_ALL_ROWS: Final = frozenset({"all", "filter", "exclude", "order_by", "values", "values_list", "select_related"})
"""Methods of Django's query sets that give many rows; ``all`` of SQLAlchemy's queries and results as well."""

_QUERIES: Final = frozenset({"objects", "query", "execute", "scalars"})
"""Names in the chain of calls by which a query is told: ``Model.objects.all()``, ``session.query(Model).all()``."""

_LIMITS: Final = frozenset({"limit", "first", "one", "get", "count", "slice", "paginate", "fetch"})


class Payloads:
    """Tells what is known of the size of a value."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def of(self, module: ModuleIndex, expression: Expression) -> Payload | None:
        """The payload that a value is; the biggest one of a dict. ``None`` where nothing tells that it may be big."""
        found = list(self._payloads(module, expression, _HOPS))
        return max(found, key=lambda payload: (payload.kind is not PayloadKind.LITERAL, payload.size), default=None)

    def _payloads(self, module: ModuleIndex, expression: Expression, hops: int) -> Iterator[Payload]:
        if isinstance(expression, Constant | Bytes):
            yield from _literal(expression.value, 1)
        elif isinstance(expression, Operation) and expression.operator == "*":
            left, right = expression.operands
            if isinstance(left, Constant | Bytes) and isinstance(right, Constant) and isinstance(right.value, int):
                yield from _literal(left.value, right.value)
        elif isinstance(expression, Await):
            yield from self._payloads(module, expression.value, hops)
        elif isinstance(expression, Mapping):
            for value in expression.values:
                yield from self._payloads(module, value, hops)
        elif isinstance(expression, Comprehension):
            if _is_query(expression.iterables[0]):
                yield Payload(PayloadKind.QUERY)
            else:
                yield from self._payloads(module, expression.iterables[0], hops)
        elif isinstance(expression, Call):
            yield from self._of_call(module, expression, hops)
        elif isinstance(expression, Name):
            yield from self._of_name(module, expression, hops)

    def _of_call(self, module: ModuleIndex, call: Call, hops: int) -> Iterator[Payload]:
        function = call.function
        if _is_query(call):
            yield Payload(PayloadKind.QUERY)
        elif isinstance(function, Attribute) and function.name in _WHOLE_FILE:
            yield Payload(PayloadKind.FILE)
        elif isinstance(function, Attribute) and function.name == "read" and not call.arguments:
            if self._is_file(module, function.value):
                yield Payload(PayloadKind.FILE)
        elif isinstance(function, Attribute) and function.name in ("encode", "decode"):
            yield from self._payloads(module, function.value, hops)
        elif call.arguments and not call.arguments[0].stars and self._keeps_size(module, function):
            yield from self._payloads(module, call.arguments[0].value, hops)

    def _keeps_size(self, module: ModuleIndex, function: Expression) -> bool:
        """Whether a function gives about as much as it gets: one that encodes, or collects."""
        names = [one.name for one in self._evaluator.evaluate(module, function) if isinstance(one, External)]
        return bool(names) and all(name in _COLLECTS or encoder(name) not in (None, Codec.COMPRESSED) for name in names)

    def _is_file(self, module: ModuleIndex, expression: Expression) -> bool:
        """Whether an expression is a file that was opened by name: right there, or by ``with`` or an assignment."""
        if isinstance(expression, Await):
            return self._is_file(module, expression.value)
        if isinstance(expression, Call):
            opened = self._evaluator.evaluate(module, expression.function)
            return bool(opened) and all(isinstance(one, External) and one.name in _OPENS for one in opened)
        if not isinstance(expression, Name):
            return False
        reaching = module.reaching(expression.name, expression.start)
        bindings = reaching[0] if reaching is not None else []
        return bool(bindings) and all(
            isinstance(one.value, Call) and one.kind in ("with", "assign") and self._is_file(module, one.value)
            for one in bindings
        )

    def _of_name(self, module: ModuleIndex, name: Name, hops: int) -> Iterator[Payload]:
        reaching = module.reaching(name.name, name.start)
        bindings = reaching[0] if reaching is not None else []
        if len(bindings) == 1 and hops:
            (binding,) = bindings
            if binding.kind == "assign" and not binding.path and binding.value is not None:
                yield from self._payloads(module, binding.value, hops - 1)
                return
        for value in self._evaluator.evaluate(module, name):
            if isinstance(value, KnownConstant):
                yield from _literal(value.value, 1)


def _literal(value: object, times: int) -> Iterator[Payload]:
    if isinstance(value, str | bytes):
        content = value.encode(errors="surrogatepass") if isinstance(value, str) else value
        yield Payload(PayloadKind.LITERAL, len(content) * times)


def _is_query(expression: Expression) -> bool:
    """Whether a chain of calls asks a database for all rows that match, without a limit."""
    if isinstance(expression, Await):
        return _is_query(expression.value)
    if not isinstance(expression, Call) or not isinstance(expression.function, Attribute):
        return False
    name = expression.function.name
    if name == "fetchall" and not expression.arguments:
        return True
    names = set(_chain(expression))
    return name in _ALL_ROWS and not names.isdisjoint(_QUERIES) and names.isdisjoint(_LIMITS)


def _chain(expression: Expression) -> Iterator[str]:
    """The names along ``a.b(...).c(...)``."""
    while isinstance(expression, Call | Attribute | Await):
        if isinstance(expression, Attribute):
            yield expression.name
            expression = expression.value
        else:
            expression = expression.function if isinstance(expression, Call) else expression.value
    if isinstance(expression, Name):
        yield expression.name
