"""The lives of pipelines inside one function: made, queued on, executed, handed out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redlint.model.events import ClientRef, RedisCall
from redlint.model.kinds import Role, ScopeKind, Usage
from redlint.model.sequences import CallSequence, extra_conditions

_MAKERS: Final = (Role.CLIENT, Role.CLUSTER)
_SENDS: Final = frozenset({"execute", "immediate_execute_command", "watch", "transaction"})
"""Methods after which queued commands are sent, or commands are sent at once."""


@dataclass(frozen=True, slots=True, eq=False)
class PipelineLife:
    """A pipeline that one function makes, and everything that the function does with it, in order."""

    made: RedisCall
    calls: tuple[RedisCall, ...]

    @property
    def queued(self) -> tuple[RedisCall, ...]:
        """The commands that are put on it."""
        return tuple(call for call in self.calls if call.commands)

    @property
    def is_dropped(self) -> bool:
        """Whether commands are queued that nothing ever sends: it is never executed, and nobody else gets it."""
        if self.made.escapes or any(call.method in _SENDS for call in self.calls):
            return False
        if self.made.scope.kind is not ScopeKind.FUNCTION and self.made.usage is Usage.ASSIGNED:
            return False  # whoever imports the module or uses the class has it
        return bool(self.queued) and all(self.has(call) for call in self.calls)

    def has(self, call: RedisCall) -> bool:
        """Whether a call surely is on this pipeline, whichever of several clients has made it."""
        return all(_is_from(client, self.made) for client in (call.client, *call.alternatives))

    def immediate(self, call: RedisCall) -> bool:
        """Whether a command may be sent at once, because WATCH came before it and no MULTI surely came between."""
        watched = False
        for one in self.calls:
            if one.span.end >= call.span.end:
                break
            if one.method == "watch":
                watched = True
            elif one.method == "multi" and not extra_conditions(call, one) and not _in_one_loop(one, call):
                watched = False
        return watched


def _in_one_loop(one: RedisCall, other: RedisCall) -> bool:
    """Whether a loop is around both of two calls, so that the later one may come first in the next round."""
    around = {block.number for block in one.loops()}
    return any(block.number in around for block in other.loops())


def pipeline_lives(sequence: CallSequence) -> Iterator[PipelineLife]:
    """The pipelines that a function makes by itself."""
    for made in sequence.calls:
        if made.method != "pipeline" or made.through:
            continue
        if not all(client.is_redis_py and client.role in _MAKERS for client in (made.client, *made.alternatives)):
            continue
        yield PipelineLife(made, tuple(call for call in sequence.calls if _is_on(call, made)))


def _is_on(call: RedisCall, made: RedisCall) -> bool:
    return any(_is_from(client, made) for client in (call.client, *call.alternatives))


def _is_from(client: ClientRef, made: RedisCall) -> bool:
    origin = client.origin
    return client.queues and origin is not None and (origin.path, origin.span) == (made.path, made.span)
