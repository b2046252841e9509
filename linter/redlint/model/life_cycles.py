"""The lives of clients and pubsubs inside one function: made, used, closed, handed out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redlint.diagnostic import Span
from redlint.model.events import Block, ClientCreation, ClientRef, Place, RedisCall
from redlint.model.kinds import BlockKind, Role, Usage
from redlint.model.sequences import CallSequence

_CLOSES: Final = frozenset({"close", "aclose", "disconnect", "reset", "__aexit__", "__exit__"})
"""Methods of clients, pubsubs and pools that give connections back
(https://redis.readthedocs.io/en/stable/connections.html)."""


@dataclass(frozen=True, slots=True, eq=False)
class ObjectLife:
    """A client or pubsub that one function makes, and everything that the function does with it, in order.

    ``escapes`` tells in a word where it goes when it outlives the function. ``calls`` are those on the object itself,
    ``derived`` those on what is made from it: pipelines, locks, its pool.
    """

    place: Place
    client: ClientRef
    escapes: str
    blocks: tuple[Block, ...]
    calls: tuple[RedisCall, ...]
    derived: tuple[RedisCall, ...]

    @property
    def is_closed(self) -> bool:
        """Whether something in the function closes it, on whichever path."""
        if any(call.method in _CLOSES for call in self.calls):
            return True
        if any(call.client.role is Role.POOL and call.method in _CLOSES for call in self.derived):
            return True
        names = {call.receiver for call in self.calls if call.receiver.isidentifier()}
        return any(
            block.kind is BlockKind.WITH and re.search(rf"\b{name}\b", block.header) is not None
            for call in (*self.calls, *self.derived)
            for block in call.blocks
            for name in names
        )

    @property
    def is_sent(self) -> bool:
        """Whether a command surely opened a connection: one of its own, awaited."""
        return any(call.awaited and not call.through for call in self.calls)

    @property
    def is_certain(self) -> bool:
        """Whether what is done with it is done with nothing else: no call may be on another object."""
        return not any(call.alternatives for call in (*self.calls, *self.derived))

    @property
    def serves_loop(self) -> bool:
        """Whether a loop works with it that may go on for as long as the program runs."""
        around = {block.number for block in self.blocks}
        return any(
            (call.usage is Usage.ITERATED and call.method == "listen")
            or any(block.kind is BlockKind.WHILE and block.number not in around for block in call.blocks)
            for call in (*self.calls, *self.derived)
        )


def client_lives(sequence: CallSequence, creations: tuple[ClientCreation, ...]) -> Iterator[ObjectLife]:
    """The clients that a function constructs by itself, with connections of their own."""
    for made in creations:
        is_own = not made.shared_pool and not made.closed and not made.serves_loop
        if made.scope == sequence.scope and is_own and made.client.role in (Role.CLIENT, Role.CLUSTER):
            yield _life(sequence, made.path, made.span, made.client, made.escapes, made.blocks)


def pubsub_lives(sequence: CallSequence) -> Iterator[ObjectLife]:
    """The pubsubs that a function makes by itself."""
    for made in sequence.calls:
        if made.method == "pubsub" and made.usage is not Usage.ENTERED and not made.alternatives and not made.through:
            yield _life(sequence, made.path, made.span, made.client, made.escapes, made.blocks)


def _life(
    sequence: CallSequence, path: str, span: Span, client: ClientRef, escapes: str, blocks: tuple[Block, ...]
) -> ObjectLife:
    place = Place(path, span)
    calls = tuple(call for call in sequence.calls if any(_is_made_at(one, place) for one in _known(call)))
    derived = tuple(call for call in sequence.calls if any(_stems_from(one, place) for one in _known(call)))
    return ObjectLife(place, client, escapes, blocks, calls, derived)


def _known(call: RedisCall) -> tuple[ClientRef, ...]:
    return (call.client, *call.alternatives)


def _is_made_at(client: ClientRef, place: Place) -> bool:
    return client.origin is not None and client.origin == place


def _stems_from(client: ClientRef, place: Place) -> bool:
    while client.parent is not None:
        client = client.parent
        if _is_made_at(client, place):
            return True
    return False
