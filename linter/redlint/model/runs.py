"""Commands that follow each other, statement by statement, and need nothing of each other's replies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from redlint.model.events import RedisCall
from redlint.model.kinds import Role, Usage
from redlint.model.sequences import CallSequence

_BETWEEN: Final = re.compile(
    r"[ \t]*(?:;|(?:#[^\r\n]*)?(?:\r?\n[ \t]*(?:#[^\r\n]*)?)*\r?\n)[ \t]*"
    r"(?:(?P<target>[\w.]+(?:, ?[\w.]+)*) ?= ?|return )?"
)
"""What may stand between two such calls: the end of a row, comments, and a variable for the next reply."""
_TARGET: Final = re.compile(r"(?:^|[\r\n;])[ \t]*(?P<target>[\w.]+(?:, ?[\w.]+)*) ?= ?$")
_ROLES: Final = (Role.CLIENT, Role.CLUSTER)


@dataclass(frozen=True, slots=True, eq=False)
class CommandRun:
    """Calls of one client in consecutive statements, none of which takes what an earlier one replied."""

    calls: tuple[RedisCall, ...]

    @property
    def is_unordered(self) -> bool:
        """Whether the commands may run in any order: all only read, or all work on keys that surely differ."""
        if all(command.readonly for call in self.calls for command in call.commands):
            return True
        keys = [{pattern.constant for key in call.keys for pattern in key.patterns} for call in self.calls]
        if any(not found or None in found for found in keys):
            return False
        return all(one.isdisjoint(other) for one, other in combinations(keys, 2))


def command_runs(sequence: CallSequence) -> Iterator[CommandRun]:
    """The runs of a function, longest first at each place: two commands or more."""
    run: list[RedisCall] = []
    taken: set[str] = set()
    for call in sequence.calls:
        target = _follows(run[-1], call) if run else None
        if target is None or not _waits_for_reply(call) or _takes(call, taken):
            if len(run) > 1:
                yield CommandRun(tuple(run))
            run, taken = [], set()
            target = None
        if _waits_for_reply(call):
            run.append(call)
            taken |= _names(target if target is not None else _first_target(call))
    if len(run) > 1:
        yield CommandRun(tuple(run))


def _waits_for_reply(call: RedisCall) -> bool:
    """Whether a call is a statement of its own that sends one command at once and waits for the reply."""
    command = call.command
    if command is None or command.blocking or call.through or call.alternatives or call.client.role not in _ROLES:
        return False
    if call.client.is_async and not call.awaited:
        return False
    return call.usage in (Usage.DISCARDED, Usage.ASSIGNED, Usage.RETURNED)


def _follows(earlier: RedisCall, call: RedisCall) -> str | None:
    """The variable that the next statement assigns to (or nothing); ``None`` where something stands between."""
    if earlier.receiver != call.receiver or _around(earlier) != _around(call):
        return None
    between = _BETWEEN.fullmatch(call.source.text[earlier.outer_span.end : call.outer_span.start])
    return (between["target"] or "") if between is not None else None


def _around(call: RedisCall) -> tuple[int, ...]:
    return tuple(block.number for block in call.blocks)


def _first_target(call: RedisCall) -> str:
    found = _TARGET.search(call.source.text[: call.outer_span.start])
    return found["target"] if found is not None else ""


def _names(target: str) -> set[str]:
    return {name.strip() for name in target.split(",") if name.strip() not in ("", "_")}


def _takes(call: RedisCall, names: set[str]) -> bool:
    """Whether the arguments or the receiver of a call mention a variable that holds an earlier reply."""
    text = call.source.slice(call.span)
    return any(re.search(rf"(?<![\w.]){re.escape(name)}\b", text) for name in names)
