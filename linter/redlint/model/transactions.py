"""What is queued together on one pipeline, and whether it is a transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from redlint.model.events import UNKNOWN, ClientRef, KeyUse, RedisCall
from redlint.model.kinds import Role
from redlint.model.sequences import CallSequence
from redlint.model.slots import SlotConflict, is_split, may_share_tag, slot_conflict

_ENDS = frozenset({"execute", "reset", "discard"})
_BINDINGS = re.compile(r"@([\d,]+)$")


@dataclass(frozen=True, slots=True, eq=False)
class BatchConflict:
    """Two commands of a transaction (or one that is queued again and again) and their keys in different slots."""

    first: RedisCall
    later: RedisCall
    keys: SlotConflict


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The commands that one function queues on one pipeline before it executes it, with the keys it watches.

    ``ends`` are the calls that execute the pipeline, anywhere in the function.
    """

    client: ClientRef
    calls: tuple[RedisCall, ...]
    ends: tuple[RedisCall, ...]
    sequence: CallSequence

    @property
    def on_cluster_client(self) -> bool:
        """Whether the pipeline belongs to a cluster client, which sends each node its part."""
        return self.client.is_cluster

    @property
    def is_transaction(self) -> bool | None:
        """Whether MULTI and EXEC surround the commands; ``None`` where an option that cannot be seen decides.

        Without the option, pipelines of a plain client are transactions and those of a cluster client are not
        (redis-py and valkey-py, all versions). After ``watch`` or ``multi`` a plain client's is one in any case.
        """
        answers = {self._sends_multi(ref) for call in self.calls for ref in (call.client, *call.alternatives)}
        return answers.pop() if len(answers) == 1 else None

    def _sends_multi(self, client: ClientRef) -> bool | None:
        if client.role is Role.TRANSACTION or client.factory == "transaction":
            return True
        if self.asks_for_transaction and not client.is_cluster:
            return True
        option = client.options.get("transaction")
        if option is UNKNOWN:
            return None
        return bool(option) if option is not None else not client.is_cluster

    @property
    def asks_for_transaction(self) -> bool:
        """Whether the code calls ``multi`` or ``watch`` on the pipeline."""
        return any(call.method in ("multi", "watch") for call in self.calls)

    @property
    def conflict(self) -> BatchConflict | None:
        """Keys of two commands that both run and do not share a slot, those that are proven first.

        Keys of a single command are no conflict of the transaction, unless outside of one the client would split it.
        """
        possible: BatchConflict | None = None
        for found in self._conflicts():
            if found.keys.proven:
                return found
            possible = possible or found
        return possible

    @property
    def _queued(self) -> tuple[RedisCall, ...]:
        """The commands of the transaction itself: what stands between ``watch`` and ``multi`` is sent at once.

        A cluster client counts these as well: all have to be in one slot.
        """
        watch = next((place for place, call in enumerate(self.calls) if call.method == "watch"), len(self.calls))
        multi = next((place for place, call in enumerate(self.calls) if call.method == "multi"), len(self.calls))
        return (*self.calls[:watch], *self.calls[max(watch, multi) :])

    def _conflicts(self) -> Iterator[BatchConflict]:
        calls = self.calls if self.on_cluster_client else self._queued
        for position, call in enumerate(calls):
            own = slot_conflict(call.keys)
            if own is not None:
                if is_split(call):
                    yield BatchConflict(call, call, own)
                continue
            later = {*self.sequence.after(call)}
            for other in calls[position + 1 :]:
                if other in later or other.span.start == call.span.start:  # the latter in a chain of calls
                    yield from _between(call, other)
            for key in call.keys:
                found = slot_conflict((replace(key, many=True),)) if self._varies(call, key) else None
                if found is not None:
                    yield BatchConflict(call, call, found)

    def _varies(self, call: RedisCall, key: KeyUse) -> bool:
        """Whether a loop queues the call with another key each time, by the place where the key's names are bound."""
        bound = _BINDINGS.search(key.identity)
        if bound is None or len(key.patterns) != 1 or may_share_tag(key.patterns[0], key.patterns[0]):
            return False
        places = [int(place) for place in bound.group(1).split(",")]
        return any(
            any(loop.span.start <= place < loop.span.end for place in places)
            and loop.items != 1
            and not any(loop.span.start <= end.span.start < loop.span.end for end in self.ends)
            and not (self.client.origin and loop.span.start <= self.client.origin.span.start < loop.span.end)
            for loop in call.loops()
        )


def _between(call: RedisCall, other: RedisCall) -> Iterator[BatchConflict]:
    for one in call.keys:
        for another in other.keys:
            found = slot_conflict((one, another))
            if found is None or found.one is found.other:
                continue
            if found.proven or not may_share_tag(one.patterns[0], another.patterns[0]):
                yield BatchConflict(call, other, found)


def batches(sequence: CallSequence) -> Iterator[Batch]:
    """The batches of a function, in the order of their first commands.

    Pipelines that are parameters or come from elsewhere are left out: others may queue on them as well. What
    ``client.transaction`` hands to a function counts.
    """
    opened: dict[object, list[RedisCall]] = {}
    finished: list[list[RedisCall]] = []
    ends: dict[object, list[RedisCall]] = {}
    for call in sequence.calls:
        origin = call.client.origin
        if not call.client.queues or origin is None:
            continue
        is_made_here = origin.path == call.path and (
            sequence.scope.span.start <= origin.span.start < sequence.scope.span.end
        )
        if not is_made_here and call.client.factory != "transaction":
            continue
        if call.method in _ENDS:
            ends.setdefault(origin, []).append(call)
            finished.append(opened.pop(origin, []))
        else:
            opened.setdefault(origin, []).append(call)
    found = [calls for calls in (*finished, *opened.values()) if calls]
    for calls in sorted(found, key=lambda calls: calls[0].span):
        yield Batch(calls[0].client, tuple(calls), tuple(ends.get(calls[0].client.origin, ())), sequence)
