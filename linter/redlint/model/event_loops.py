"""Calls of ``asyncio.run``, each of which runs an event loop of its own, with the Redis calls inside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from redlint.diagnostic import Span
from redlint.model import clients as client_tables
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import library_class
from redlint.model.events import Block, RedisCall, Scope
from redlint.model.facts import Attribute, Call, CallSite, last_name
from redlint.model.index import ModuleIndex
from redlint.model.scopes import Scopes
from redlint.model.values import External, ProjectFunction

_RUN: Final = "asyncio.run"


@dataclass(frozen=True, slots=True, eq=False)
class LoopRun:
    """A call of ``asyncio.run`` with a coroutine of the project; ``calls`` are the Redis calls of that itself.

    ``scope`` and ``blocks`` are those that the call of ``asyncio.run`` stands in. ``is_task`` says that a worker calls
    that function once for each task.
    """

    path: str
    span: Span
    scope: Scope
    blocks: tuple[Block, ...]
    calls: tuple[RedisCall, ...]
    is_task: bool

    @property
    def happens_again(self) -> bool:
        """Whether the same call surely runs several loops: in a loop of the program, or in a task."""
        return self.is_task or any(block.kind.is_loop for block in self.blocks)


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
            is_task=self._is_task(module, site.scope),
        )

    def _is_task(self, module: ModuleIndex, scope: int) -> bool:
        """Whether a decorator of the function makes it a task: ``@app.task``, ``@shared_task(bind=True)``."""
        for decorator in module.facts.scopes[scope].decorators:
            function = decorator.function if isinstance(decorator, Call) else decorator
            names = [one.name for one in self._evaluator.evaluate(module, function) if isinstance(one, External)]
            if isinstance(function, Attribute):
                owners = map(library_class, self._evaluator.evaluate(module, function.value))
                names += [f"{owner}.{function.name}" for owner in owners if owner is not None]
            if any(map(client_tables.makes_task, names)):
                return True
        return False
