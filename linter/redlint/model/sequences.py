"""The Redis calls of one function in their order: which follows which, on the same key, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from redlint.model.events import Block, ClientRef, KeyUse, Place, RedisCall, Scope
from redlint.model.kinds import BlockKind, Usage


@dataclass(frozen=True, slots=True, eq=False)
class CallSequence:
    """The Redis calls of one function (or module or class body), in the order in which they are made.

    That is the order of their ends: the arguments of a call come before it, and so does its receiver.
    """

    scope: Scope
    calls: tuple[RedisCall, ...]

    def after(self, call: RedisCall) -> Iterator[RedisCall]:
        """The calls that may run after a call, on the way that it is on: not those of exclusive branches."""
        for other in self.calls:
            if other.span.end > call.span.end and not are_exclusive(call, other) and not _has_left(call, other):
                yield other

    def before(self, call: RedisCall) -> Iterator[RedisCall]:
        """The calls that may have run before a call, the nearest first."""
        for other in reversed(self.calls):
            if other.span.end < call.span.end and not are_exclusive(other, call) and not _has_left(other, call):
                yield other

    def one_batch(self, first: RedisCall, later: RedisCall) -> bool:
        """Whether two calls are queued on the same pipeline, which sends them together.

        Together is not yet atomic (see :class:`ClientRef`'s options), but nothing of the program runs between them.
        """
        if not (first.client.queues and later.client.queues and _same_pipeline(first, later)):
            return False
        return not any(
            other.method == "execute"
            and other.span.end < later.span.end
            and _same_pipeline(first, other)
            and not extra_conditions(first, other)
            for other in self.after(first)
        )


def call_sequences(calls: Iterable[RedisCall]) -> tuple[CallSequence, ...]:
    """The sequences of a module's calls, by scope, in the order of their first calls."""
    found: dict[Scope, list[RedisCall]] = {}
    for call in sorted(calls, key=lambda call: (call.span.end, call.span.start)):
        found.setdefault(call.scope, []).append(call)
    return tuple(CallSequence(scope, tuple(calls)) for scope, calls in found.items())


def same_key(one: KeyUse, other: KeyUse) -> bool:
    """Whether two key expressions of one function surely denote the same key.

    The same expression of the same bindings, or the same constant.
    """
    if one.many or other.many:
        return False
    if one.identity and one.identity == other.identity:
        return True
    constants = {pattern.constant for key in (one, other) for pattern in key.patterns}
    return len(one.patterns) == len(other.patterns) == 1 and len(constants) == 1 and None not in constants


def same_server(one: RedisCall, other: RedisCall) -> bool:
    """Whether two calls go to the same server: the same receiver, or objects made from the same client."""
    if one.receiver == other.receiver:
        return True
    first, second = _origin(one.client), _origin(other.client)
    return first is not None and first == second


def extra_conditions(first: RedisCall, later: RedisCall) -> tuple[Block, ...]:
    """The branches and loops around the later of two calls that are not around the first, innermost first.

    Without any, the later call runs whenever the first one did, unless something is raised between them.
    """
    around = {block.number for block in first.blocks}
    return tuple(
        block for block in later.blocks if block.number not in around and (block.kind.is_branch or block.kind.is_loop)
    )


def tests_reply(block: Block, call: RedisCall) -> bool:
    """Whether a branch is taken for certain replies of a call: ``count = incr(key)``, ``if count == 1``."""
    if block.kind is not BlockKind.IF:
        return False
    if call.usage is Usage.ASSIGNED and call.consumer.isidentifier():
        return re.search(rf"\b{call.consumer}\b", block.header) is not None
    return call.source.slice(call.span) in block.header


def are_exclusive(one: RedisCall, other: RedisCall) -> bool:
    """Whether two calls stand in different branches of one statement, of which only one is taken.

    The ``finally`` of a ``try`` runs after its other blocks, and so does its ``else``; an ``except`` may.
    """
    branches = {block.statement: block for block in one.blocks}
    for block in other.blocks:
        twin = branches.get(block.statement)
        if twin is None or twin.number == block.number:
            continue
        kinds = {twin.kind, block.kind}
        if kinds <= {BlockKind.IF, BlockKind.ELSE, BlockKind.CASE}:
            return True
        if kinds in ({BlockKind.EXCEPT}, {BlockKind.EXCEPT, BlockKind.ELSE}):
            return True
    return False


def _has_left(first: RedisCall, later: RedisCall) -> bool:
    """Whether a branch around the first call ends by leaving the code that the later one is in."""
    around = {block.number for block in later.blocks}
    return any(block.exits for block in first.blocks if block.number not in around)


def _same_pipeline(one: RedisCall, other: RedisCall) -> bool:
    """Also of calls in one chain: ``pipe.sadd(key, member).expire(key, 60)``."""
    if one.receiver == other.receiver or one.span.start == other.span.start:
        return True
    return one.client.origin is not None and one.client.origin == other.client.origin


def _origin(client: ClientRef) -> Place | None:
    while client.parent is not None:
        client = client.parent
    return client.origin
