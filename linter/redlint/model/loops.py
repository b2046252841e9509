"""Loops as rules see them: what they run over, and what they do besides sending a command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from redlint.diagnostic import Span
from redlint.model.derivation import ingredients
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.events import Loop
from redlint.model.facts import Attribute, Call, CallSite, Expression, last_name
from redlint.model.index import ModuleIndex
from redlint.model.kinds import BlockKind, Usage
from redlint.model.streams import Streams
from redlint.model.together import Together
from redlint.model.values import ClientMethod, ContainerMethod, Reply

_OVER_ITEMS: Final = (BlockKind.FOR, BlockKind.COMPREHENSION)
_ENDLESS: Final = frozenset({"listen", "count", "cycle", "repeat", "iter", "subscribe", "consume", "poll", "follow"})
"""What gives items for as long as the program runs; ``iter(function, sentinel)`` of the builtins among them."""
_WAITS: Final = frozenset({"sleep"})
_NO_WORK: Final = frozenset(
    {
        *("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "trace"),
        *("append", "add", "extend", "update", "setdefault", "discard", "insert", "put", "appendleft"),
    }
)
"""Calls that tell or collect something: what is sent afterwards need not wait for them. By name, because what is
collected into is often not known; methods of a known list, set or dict count with any name."""


class Loops:
    """Finds the loop whose items a call works on."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._streams = Streams(evaluator)
        self._together = Together(evaluator)

    def of_call(self, module: ModuleIndex, site: CallSite, arguments: Iterable[Expression]) -> Loop | None:
        """The innermost loop of the call's function whose items its arguments are made from."""
        chain = module.ancestors(site.block)
        blocks = module.facts.blocks
        if not any(blocks[number].kind in _OVER_ITEMS for number in chain):
            return None
        made_of = [(argument, ingredients(module, argument).loops) for argument in arguments]
        varying = {number for _, numbers in made_of for number in numbers}
        for number in chain:
            if blocks[number].kind is BlockKind.WHILE:
                return None
            if number in varying:
                given = tuple(Span(one.start, one.end) for one, numbers in made_of if number in numbers)
                return self._loop(module, number, site, given)
        return None

    def _loop(self, module: ModuleIndex, number: int, site: CallSite, made_of_items: tuple[Span, ...]) -> Loop:
        facts = module.facts.blocks[number]
        header = facts.header[0] if facts.header else None
        inside = [one for one in module.calls_by_scope.get(facts.scope, ()) if _is_in(module, one.block, number)]
        results = module.results.get(facts.scope, ())
        function = site.call.function
        receiver = function.value if isinstance(function, Attribute) else None
        return Loop(
            number=number,
            kind=facts.kind,
            span=Span(facts.start, facts.end),
            over=" ".join(module.text(header.start, header.end).split()) if header is not None else "",
            from_command=self._command(module, header) if header is not None else "",
            stream=self._streams.kind(module, header) if header is not None else "",
            is_endless=header is not None and self._is_endless(module, number, header),
            leaves=facts.breaks or any(_is_in(module, one.block, number) for one in results),
            waits=any(last_name(one.call.function) in _WAITS for one in inside),
            works_before=any(
                one.call.end <= site.call.start
                and (self._is_work(module, one) or self._decides(module, one, site, number))
                and number in ingredients(module, one.call).loops
                for one in inside
            ),
            works=any(
                self._is_work(module, one)
                and number in ingredients(module, one.call).loops
                and not self._is_command(module, one)
                for one in inside
            ),
            receiver_varies=receiver is not None and number in ingredients(module, receiver).loops,
            made_of_items=made_of_items,
            gathered=facts.kind is BlockKind.COMPREHENSION and self._together.gathers(module, site),
        )

    def _decides(self, module: ModuleIndex, work: CallSite, site: CallSite, loop: int) -> bool:
        """Whether a call that is no Redis command gives the value by which a branch around another call is taken."""
        if work.usage is not Usage.ASSIGNED or not work.consumer.isidentifier():
            return False
        chain = module.ancestors(site.block)
        branches = (module.facts.blocks[number] for number in chain[: chain.index(loop)])
        headers = [module.text(part.start, part.end) for one in branches if one.kind.is_branch for part in one.header]
        if not any(re.search(rf"\b{work.consumer}\b", header) for header in headers):
            return False
        return not self._is_command(module, work)

    def _is_work(self, module: ModuleIndex, site: CallSite) -> bool:
        """Whether a call is made for what it does, not for its result, and does more than to tell or collect."""
        if site.usage is not Usage.DISCARDED or last_name(site.call.function) in _NO_WORK:
            return False
        return not any(isinstance(one, ContainerMethod) for one in self._evaluator.evaluate(module, site.call.function))

    def _is_command(self, module: ModuleIndex, site: CallSite) -> bool:
        return any(isinstance(one, ClientMethod) for one in self._evaluator.evaluate(module, site.call.function))

    def _command(self, module: ModuleIndex, header: Expression) -> str:
        values = self._evaluator.evaluate(module, header)
        return next((value.commands[0] for value in values if isinstance(value, Reply) and value.commands), "")

    def _is_endless(self, module: ModuleIndex, number: int, header: Expression) -> bool:
        if isinstance(header, Call) and last_name(header.function) in _ENDLESS:
            return True
        bindings = (one for one in module.facts.bindings if one.kind == "for" and one.block == number)
        is_async = any(one.is_async for one in bindings)
        return is_async and not any(isinstance(one, Reply) for one in self._evaluator.evaluate(module, header))


def _is_in(module: ModuleIndex, block: int, loop: int) -> bool:
    return loop in module.ancestors(block)
