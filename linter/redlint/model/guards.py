"""What keeps other processes out while a call is made: locks that are held around it."""

from __future__ import annotations

from redlint.model.events import RedisCall
from redlint.model.key_words import names_lock
from redlint.model.keyspace import only_if_missing
from redlint.model.kinds import BlockKind, Role, Usage
from redlint.model.sequences import CallSequence, same_key


def is_under_lock(sequence: CallSequence, call: RedisCall) -> bool:
    """Whether a lock may be held where a call of a function is made.

    By a ``with`` statement on something that is called a lock, by ``acquire()`` of a lock object, or by a key that is
    called a lock and was taken with NX; unless it was released in between. Which of them other processes heed is not
    told apart.
    """
    if any(block.kind is BlockKind.WITH and names_lock(block.header) for block in call.blocks):
        return True
    before = tuple(sequence.before(call))
    return any(
        _takes(taken) and not any(_gives_back(one, taken) for one in before if one.span.start > taken.span.end)
        for taken in before
    )


def _takes(call: RedisCall) -> bool:
    if call.client.role is Role.LOCK:
        return call.method == "acquire"
    if not only_if_missing(call) or call.usage is Usage.DISCARDED:
        return False
    return any(names_lock(name) for key in call.keys for name in (key.text, key.shown))


def _gives_back(call: RedisCall, taken: RedisCall) -> bool:
    if taken.client.role is Role.LOCK:
        return call.client.role is Role.LOCK and call.method == "release" and call.receiver == taken.receiver
    is_delete = call.command_name in ("DEL", "UNLINK")
    return is_delete and any(same_key(one, other) for one in call.keys for other in taken.keys)
