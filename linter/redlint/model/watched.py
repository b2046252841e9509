"""Functions that a transaction runs, and whether they ever queue what they write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from redlint.model.events import KeyUse, Place, RedisCall
from redlint.model.project import ProjectModel
from redlint.model.sequences import CallSequence

_QUEUES_FROM_NOW = "multi"


@dataclass(frozen=True, slots=True)
class UnqueuedWrite:
    """A write of a watched key, which ``client.transaction(function, key)`` runs before any ``multi()``.

    ``ran_by`` is that call of ``transaction``.
    """

    write: RedisCall
    key: KeyUse
    ran_by: RedisCall


def unqueued_writes(sequence: CallSequence, project: ProjectModel) -> Iterator[UnqueuedWrite]:
    """The first such write for each transaction that runs a function.

    Until ``multi()`` the pipeline that ``transaction`` hands to its function sends every command at once, and a key
    that is written that way has changed when EXEC looks (``client.py`` of redis-py). Functions that hand the pipeline
    on are left out: ``multi()`` may be called there.
    """
    by_transaction: dict[Place, list[RedisCall]] = {}
    for call in sequence.calls:
        origin = call.client.origin
        if call.client.factory == "transaction" and origin is not None and not call.alternatives:
            by_transaction.setdefault(origin, []).append(call)
    for origin, calls in by_transaction.items():
        ran_by = project.call_at(origin)
        if ran_by is None or ran_by.method != "transaction" or _is_handed_on(calls, project):
            continue
        for call in calls:
            if call.method == _QUEUES_FROM_NOW:
                break
            key = next((one for one in call.keys if any(_is_same(one, other) for other in ran_by.keys)), None)
            if key is not None and any(command.write for command in call.commands):
                yield UnqueuedWrite(call, key, ran_by)
                break


def _is_handed_on(calls: list[RedisCall], project: ProjectModel) -> bool:
    """Whether another function works with the same pipeline."""
    first = calls[0]
    return any(
        call.client.origin == first.client.origin and call.client.queues and call.scope != first.scope
        for call in project.calls()
    )


def _is_same(one: KeyUse, other: KeyUse) -> bool:
    """Whether two keys are surely the same: one variable of the functions around, or one constant."""
    if one.identity and one.identity == other.identity and not one.many and not other.many:
        return True
    return len(one.patterns) == 1 and one.patterns == other.patterns and one.patterns[0].is_constant
