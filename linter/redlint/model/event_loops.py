"""Calls of ``asyncio.run``, each of which runs an event loop of its own, with the Redis calls inside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from redlint.diagnostic import Span
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.events import Block, RedisCall, Scope
from redlint.model.facts import Call, CallSite, last_name
from redlint.model.index import ModuleIndex
from redlint.model.scopes import Scopes
from redlint.model.values import External, ProjectFunction

_RUN: Final = "asyncio.run"
_TASKS: Final = frozenset({"celery.shared_task", "shared_task", "app.task", "celery.task", "celery_app.task"})
"""Decorators of Celery: what they decorate is called once for each task (by the names that its documentation uses)."""


@dataclass(frozen=True, slots=True, eq=False)
class LoopRun:
    """A call of ``asyncio.run`` with a coroutine of the project; ``calls`` are the Redis calls of that itself.

    ``scope`` and ``blocks`` are those that the call of ``asyncio.run`` stands in.
    """

    path: str
    span: Span
    scope: Scope
    blocks: tuple[Block, ...]
    calls: tuple[RedisCall, ...]

    @property
    def happens_again(self) -> bool:
        """Whether the same call surely runs several loops: in a loop of the program, or in a Celery task."""
        return any(block.kind.is_loop for block in self.blocks) or not _TASKS.isdisjoint(self.scope.decorators)


class LoopRuns:
    """Finds the calls of ``asyncio.run``."""

    def __init__(self, evaluator: Evaluator, scopes: Scopes, calls: Iterable[RedisCall]) -> None:
        self._evaluator = evaluator
        self._scopes = scopes
        self._calls: dict[Scope, list[RedisCall]] = {}
        for call in calls:
            if call.scope.is_async:
                self._calls.setdefault(call.scope, []).append(call)

    def of_module(self, module: ModuleIndex) -> tuple[LoopRun, ...]:
        """Those of a module, by place."""
        if not self._calls:
            return ()
        found = [one for site in module.facts.calls if (one := self._run(module, site)) is not None]
        return tuple(sorted(found, key=lambda one: (one.span.start, one.span.end)))

    def _run(self, module: ModuleIndex, site: CallSite) -> LoopRun | None:
        arguments = site.call.arguments
        if last_name(site.call.function) != "run" or not arguments or not isinstance(arguments[0].value, Call):
            return None
        named = self._evaluator.evaluate(module, site.call.function)
        if not named or not all(isinstance(one, External) and one.name == _RUN for one in named):
            return None
        values = self._evaluator.evaluate(module, arguments[0].value.function)
        if len(values) != 1 or not isinstance(values[0], ProjectFunction):
            return None
        index = self._evaluator.load(values[0].function.path)
        called = self._scopes.scope(index, values[0].function.scope) if index is not None else None
        if called is None or called not in self._calls:
            return None
        return LoopRun(
            path=module.path,
            span=Span(site.call.start, site.call.end),
            scope=self._scopes.scope(module, site.scope),
            blocks=self._scopes.blocks(module, site.block),
            calls=tuple(self._calls[called]),
        )
