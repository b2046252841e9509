"""What is queued together on one pipeline, and whether it is a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from redlint.model.events import UNKNOWN, ClientRef, KeyUse, RedisCall
from redlint.model.kinds import Role
from redlint.model.sequences import CallSequence

_ENDS = frozenset({"execute", "reset", "discard"})


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The commands that one function queues on one pipeline before it executes it, with the keys it watches."""

    client: ClientRef
    calls: tuple[RedisCall, ...]

    @property
    def on_cluster_client(self) -> bool:
        """Whether the pipeline belongs to a cluster client, which sends each node its part."""
        return self.client.is_cluster

    @property
    def is_transaction(self) -> bool | None:
        """Whether MULTI and EXEC surround the commands; ``None`` where an option that cannot be seen decides.

        Without the option, pipelines of a plain client are transactions and those of a cluster client are not
        (redis-py and valkey-py, all versions).
        """
        if self.client.role is Role.TRANSACTION or self.client.factory == "transaction":
            return True
        option = self.client.options.get("transaction")
        if option is UNKNOWN:
            return None
        if option is None:
            return not self.on_cluster_client
        return bool(option)

    @property
    def asks_for_transaction(self) -> bool:
        """Whether the code calls ``multi`` or ``watch`` on the pipeline."""
        return any(call.method in ("multi", "watch") for call in self.calls)

    @property
    def keys(self) -> tuple[KeyUse, ...]:
        """The keys of all commands, in order."""
        return tuple(key for call in self.calls for key in call.keys)

    def call_of(self, key: KeyUse) -> RedisCall:
        """The command that a key belongs to."""
        return next(call for call in self.calls if any(one is key for one in call.keys))


def batches(sequence: CallSequence) -> Iterator[Batch]:
    """The batches of a function, in the order of their first commands.

    Pipelines that are parameters or come from elsewhere are left out: others may queue on them as well.
    """
    opened: dict[object, list[RedisCall]] = {}
    finished: list[list[RedisCall]] = []
    for call in sequence.calls:
        origin = call.client.origin
        if not call.client.queues or origin is None or origin.path != call.path:
            continue
        if not sequence.scope.span.start <= origin.span.start < sequence.scope.span.end:
            continue
        if call.method in _ENDS:
            finished.append(opened.pop(origin, []))
        else:
            opened.setdefault(origin, []).append(call)
    found = [calls for calls in (*finished, *opened.values()) if calls]
    for calls in sorted(found, key=lambda calls: calls[0].span):
        yield Batch(calls[0].client, tuple(calls))
