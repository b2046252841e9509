"""Keys that get their TTL in a second step: what writes them, and the EXPIRE that comes later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redlint.commands.table import TtlFate
from redlint.diagnostic import Span
from redlint.model.events import Block, KeyUse, RedisCall
from redlint.model.keyspace import PatternUse
from redlint.model.kinds import BlockKind, Usage
from redlint.model.sequences import CallSequence, extra_conditions, same_key, same_server, tests_reply
from redlint.model.ttl import TtlEffect

_OPTIONS: Final = {"expire": "ex", "pexpire": "px"}
_CONDITIONS: Final = ("nx", "xx", "gt", "lt")
_LONGEST_TTL: Final = 2**31 - 1
"""Of a TTL beyond what they can store, ``set`` refuses the value as well and ``expire`` only the TTL."""
_LIBRARIES: Final = ("redis", "valkey")
_ASKS_FOR_TTL: Final = frozenset({"TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"})


@dataclass(frozen=True, slots=True, eq=False)
class LateExpiry:
    """A write that may bring a key into being without a TTL, and the command that gives it one afterwards.

    ``conditions`` are the branches that the expiry is in and the write is not, innermost first. ``is_trimmed`` says
    that elements are taken away from the key in between.
    """

    write: RedisCall
    key: KeyUse
    expiry: RedisCall
    conditions: tuple[Block, ...]
    is_trimmed: bool = False

    @property
    def is_sliding_window(self) -> bool:
        """Whether it is one key for good that is kept small: each new element gives it its TTL again."""
        patterns = self.key.patterns
        return self.is_trimmed and bool(patterns) and not any(pattern.varies for pattern in patterns)

    @property
    def is_for_new_keys(self) -> bool:
        """Whether the expiry only runs where the write's reply says that the key is new: ``if count == 1``."""
        return any(tests_reply(block, self.write) for block in self.conditions)

    @property
    def is_adjacent(self) -> bool:
        """Whether the two calls are neighbours in one block; a comment behind the first does not count."""
        between = self.write.source.slice(Span(self.write.outer_span.end, self.expiry.outer_span.start))
        rest, newline, further = _rows(between)
        is_rest_of_row = not rest.strip() or rest.lstrip().startswith("#")
        one_block = [block.number for block in self.write.blocks] == [block.number for block in self.expiry.blocks]
        return one_block and bool(newline) and is_rest_of_row and not further.strip()

    @property
    def results_are_unused(self) -> bool:
        """Whether both calls are statements of their own."""
        return self.write.usage is self.expiry.usage is Usage.DISCARDED

    @property
    def is_guarded_by_write(self) -> bool:
        """Whether the expiry is the first statement under an ``if`` that tests nothing but the write."""
        write, expiry = self.write, self.expiry
        if len(self.conditions) != 1 or expiry.blocks[0].number != self.conditions[0].number:
            return False
        between = write.source.slice(Span(write.outer_span.end, expiry.outer_span.start))
        tests_only_write = self.conditions[0].header == _flat(write.source.slice(write.outer_span))
        colon, _, further = _rows(between)
        return tests_only_write and _flat(colon.partition("#")[0]) == ":" and not further.strip()

    @property
    def is_all_that_is_guarded(self) -> bool:
        """Whether nothing but the expiry stands under the ``if`` that the write is the test of."""
        expiry = self.expiry
        block = expiry.blocks[0]
        return self.is_guarded_by_write and block.span.end <= expiry.outer_span.end

    @property
    def set_option(self) -> str:
        """The option of ``set`` that stands for the expiry, such as ``ex``; empty where none does."""
        if self.expiry.has_unknown_arguments or self.expiry.argument("time") is None:
            return ""
        if any(self.expiry.argument(name) is not None for name in _CONDITIONS):
            return ""
        return _OPTIONS.get(self.expiry.method, "")

    @property
    def is_same_in_one_step(self) -> bool:
        """Whether ``set`` with the TTL surely does what the two commands do, once both are run.

        That takes a constant TTL that both accept, and no call in key or receiver, which would be made once only.
        """
        write, expiry = self.write, self.expiry
        ttl = expiry.argument("time")
        if ttl is None or isinstance(ttl.constant, bool) or not isinstance(ttl.constant, int):
            return False
        is_plain = "(" not in self.key.text and "(" not in write.receiver and write.awaited == expiry.awaited
        return 0 < ttl.constant <= _LONGEST_TTL and is_plain and write.client.library in _LIBRARIES

    @property
    def counts(self) -> bool:
        """Whether the write is a counter, such as INCR or HINCRBY."""
        return PatternUse(self.write, self.key).counts


def late_expiries(sequence: CallSequence) -> Iterator[LateExpiry]:
    """Each expiry of a function with the nearest write before it that left the key without a TTL.

    None where one pipeline sends both, or where anything but an ``if`` around the expiry decides on it.
    """
    for expiry in sequence.calls:
        if not _only_expires(expiry):
            continue
        found = _written_before(sequence, expiry)
        if found is None:
            continue
        write, key = found
        conditions = extra_conditions(write, expiry)
        if all(block.kind is BlockKind.IF for block in conditions):
            yield LateExpiry(write, key, expiry, conditions, _is_trimmed(sequence, key, write, expiry))


def _written_before(sequence: CallSequence, expiry: RedisCall) -> tuple[RedisCall, KeyUse] | None:
    for call in sequence.before(expiry):
        if not same_server(call, expiry):
            continue
        for key in call.keys:
            if not same_key(key, expiry.keys[0]):
                continue
            use = PatternUse(call, key)
            if any(command.name in _ASKS_FOR_TTL for command in call.commands):
                return None  # whoever asks whether there is a TTL repairs what a crash left
            if use.is_script or use.deletes or use.effect in (TtlEffect.SETS, TtlEffect.MAY_SET):
                return None
            if use.creates:
                return None if sequence.one_batch(call, expiry) or call.makes_lock else (call, key)
    return None


def _is_trimmed(sequence: CallSequence, key: KeyUse, write: RedisCall, expiry: RedisCall) -> bool:
    return any(
        PatternUse(call, other).takes_away and same_key(key, other)
        for call in sequence.calls
        if write.span.end < call.span.end < expiry.span.end
        for other in call.keys
    )


def _only_expires(call: RedisCall) -> bool:
    """Whether a call does nothing but give a key of any type a TTL (``EXPIRE``, ``PEXPIREAT``)."""
    return len(call.keys) == 1 and any(
        command.ttl is TtlFate.SETS and "any" in command.value_types and not command.creates
        for command in call.commands
    )


def _rows(text: str) -> tuple[str, str, str]:
    """The rest of a row, its end, and what follows."""
    rest, *newline_and_more = re.split(r"(\r\n|\r|\n)", text, maxsplit=1)
    newline, further = newline_and_more or ("", "")
    return rest, newline, further


def _flat(text: str) -> str:
    return " ".join(text.split())
