"""Calls of the project's own functions in async code, with the Redis calls that these make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from redlint.diagnostic import Span
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.events import Block, RedisCall, Scope
from redlint.model.facts import CallSite, last_name
from redlint.model.index import ModuleIndex
from redlint.model.kinds import ScopeKind
from redlint.model.scopes import Scopes
from redlint.model.values import ProjectFunction


@dataclass(frozen=True, slots=True, eq=False)
class FunctionCall:
    """A call of a plain function in an ``async def``, which runs it to its end there and then.

    ``called`` is the function that it surely is: neither async nor a generator, and without decorators that may run
    it elsewhere. ``calls`` are the Redis calls that stand in that function itself, in order.
    """

    path: str
    span: Span
    scope: Scope
    blocks: tuple[Block, ...]
    called: Scope
    calls: tuple[RedisCall, ...]


class FunctionCalls:
    """Finds the calls of functions that hold Redis calls."""

    def __init__(self, evaluator: Evaluator, scopes: Scopes, calls: Iterable[RedisCall]) -> None:
        self._evaluator = evaluator
        self._scopes = scopes
        self._calls: dict[Scope, list[RedisCall]] = {}
        for call in calls:
            if _runs_at_once(call.scope):
                self._calls.setdefault(call.scope, []).append(call)
        self._names = frozenset(scope.name for scope in self._calls)

    def of_module(self, module: ModuleIndex) -> tuple[FunctionCall, ...]:
        """Those of a module, by place."""
        found = [one for site in module.facts.calls if (one := self._call(module, site)) is not None]
        return tuple(sorted(found, key=lambda one: (one.span.start, one.span.end)))

    def _call(self, module: ModuleIndex, site: CallSite) -> FunctionCall | None:
        function = site.call.function
        if site.awaited or last_name(function) not in self._names or not module.facts.scopes[site.scope].is_async:
            return None
        values = self._evaluator.evaluate(module, function)
        if len(values) != 1 or not isinstance(values[0], ProjectFunction):
            return None
        key = values[0].function
        index = self._evaluator.load(key.path)
        called = self._scopes.scope(index, key.scope) if index is not None else None
        if called is None or called not in self._calls:
            return None
        return FunctionCall(
            path=module.path,
            span=Span(site.call.start, site.call.end),
            scope=self._scopes.scope(module, site.scope),
            blocks=self._scopes.blocks(module, site.block),
            called=called,
            calls=tuple(self._calls[called]),
        )


def _runs_at_once(scope: Scope) -> bool:
    is_plain = not scope.is_async and not scope.is_generator and scope.kind is ScopeKind.FUNCTION
    return is_plain and all(one.rpartition(".")[2] in ("staticmethod", "classmethod") for one in scope.decorators)
