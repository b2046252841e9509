"""The keyspace of a project: its key patterns, and what the code does with each."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from redlint.commands.access import AccessMode, KeyAccess
from redlint.commands.table import CommandSpec, TtlFate, WrongType
from redlint.model.events import UNKNOWN, CallArgument, KeyUse, RedisCall
from redlint.model.kinds import Codec, Usage
from redlint.model.pattern import KeyPattern
from redlint.model.sequences import extra_conditions, tests_reply
from redlint.model.ttl import TtlEffect, TtlPolicy, lock_effect, ttl_effect, ttl_seconds

_COLLECTIONS = frozenset({"hash", "list", "set", "zset", "stream"})
_STRINGS = frozenset({"string"})
_STORED_AS: Mapping[str, str] = {"bitmap": "string", "hll": "string", "geo": "zset"}
"""Types by what they are for, and as what the server stores them."""
_ELEMENT_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "hash": ("key",),
    "set": ("values",),
    "zset": ("mapping", "value"),
}
"""Where methods take the names of the elements that they may add; a mapping of fields is nearly always a record."""


class Growth(enum.Enum):
    """Whether one key of the pattern gets larger for as long as the program runs.

    ``GROWS``: code adds an element each time it runs and nothing in the project takes any away. ``BOUNDED``: a
    plain value, or a collection that the project also takes elements from or rebuilds.
    """

    GROWS = "grows per call"
    BOUNDED = "bounded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class PatternUse:
    """One call that touches a key of the pattern, and what it does to that key."""

    call: RedisCall
    key: KeyUse

    @property
    def commands(self) -> tuple[CommandSpec, ...]:
        """The commands it may send, also those that an iterator or a lock object sends later."""
        return self.call.sent

    @property
    def value_types(self) -> frozenset[str]:
        """The types of value, by what they are for, that the command gives or expects."""
        return frozenset(kind for command in self.commands for kind in command.value_types)

    @property
    def value_type(self) -> str:
        """The one type of value, as TYPE names it, that the command gives or expects; empty where it is not one."""
        access = self.key.access
        if access is None or access.mode is AccessMode.READ:
            if any(command.takes_sets_for_sorted_sets for command in self.commands):
                return ""
        kinds = {_STORED_AS.get(kind, kind) for command in self.commands for kind in command.value_types}
        return kinds.pop() if len(kinds) == 1 and not kinds & {"any", "none"} else ""

    @property
    def is_script(self) -> bool:
        """Whether it runs code on the server that may do anything to the key."""
        return any(command.scripting for command in self.commands) and not self.call.makes_lock

    @property
    def reads(self) -> bool:
        """Whether it looks at the key: at its value, or at whether and for how long it exists.

        A command that changes the value and replies with it (``INCR``, ``LPOP``) reads where the reply is used.
        """
        if self.is_script or self.call.makes_lock:
            return False
        access = self.key.access
        if access is None or access.mode is AccessMode.READ or not access.reads:
            return access is not None and access.mode is AccessMode.READ
        if access.by_option:
            return _asks_for_old_value(self.call)
        return self.call.usage is not Usage.DISCARDED or self.call.client.queues

    @property
    def creates(self) -> bool:
        """Whether it may bring the key into being, as far as can be seen."""
        if self.call.makes_lock:
            return True
        access = self.key.access
        if access is None or self.is_script:
            return False
        return (access.updates or access.inserts) and any(command.creates for command in self.commands)

    @property
    def writes(self) -> bool:
        """Whether it changes the value; deleting the key or moving its TTL is something else."""
        access = self.key.access
        if self.creates or access is None or self.is_script:
            return self.creates
        return access.changes and any(
            command.write and not command.deletes and "any" not in command.value_types for command in self.commands
        )

    @property
    def deletes(self) -> bool:
        """Whether it removes the whole key; a lock object does so when it is released."""
        access = self.key.access
        if access is None or self.is_script:
            return False
        if self.call.makes_lock or access.mode is AccessMode.REMOVE:
            return True
        return access.deletes and any(command.deletes for command in self.commands)

    @property
    def takes_away(self) -> bool:
        """Whether it removes elements from the value and leaves the rest (``SREM``, ``LPOP``, ``XTRIM``)."""
        access = self.key.access
        if access is None or not access.deletes or self.deletes:
            return False
        # Groups and consumers are deleted from a stream without any of its entries.
        return not self.is_script and any(command.words[0] != "XGROUP" for command in self.commands)

    @property
    def effect(self) -> TtlEffect:
        """What the call does to the key's TTL."""
        if self.call.makes_lock:
            return lock_effect(self.call)
        access = self.key.access
        if access is not None and not access.changes:
            return TtlEffect.NONE
        return ttl_effect(self.call)

    @property
    def may_expire(self) -> bool:
        """Whether it gives the key a TTL, or may."""
        return self.effect in (TtlEffect.SETS, TtlEffect.MAY_SET)

    @property
    def overwrites(self) -> bool:
        """Whether it replaces the whole value, whatever type that has."""
        access = self.key.access
        if access is None or self.is_script or not self.creates:
            return False
        return access.mode is AccessMode.OVERWRITE or any(
            command.wrong_type is WrongType.OVERWRITES for command in self.commands
        )

    @property
    def counts(self) -> bool:
        """Whether it is a counter: it changes a number, replies with it and keeps the TTL (``INCR``, ``HINCRBY``)."""
        access = self.key.access
        if access is None or access.mode is not AccessMode.MODIFY or access.by_option or access.deletes:
            return False
        return (access.reads and access.updates) and any(
            command.creates and command.ttl is TtlFate.KEEPS and "bitmap" not in command.value_types
            for command in self.commands
        )

    @property
    def adds_element(self) -> bool:
        """Whether it makes the collection larger each time it runs: per call or in a loop, by a name that varies."""
        return _adds_element(self)

    @property
    def elements(self) -> tuple[CallArgument, ...]:
        """The arguments that name the elements of a hash, set or sorted set that it may add."""
        return _elements(self.call, self.value_types)

    @property
    def caps(self) -> bool:
        """Whether a call that adds elements also limits their number (``XADD`` with ``maxlen``)."""
        return any(self.call.argument(name) is not None for name in ("maxlen", "minid"))


@dataclass(frozen=True, slots=True, eq=False)
class PatternUses:
    """The ledger of a key pattern: all its uses in the project, by path and place."""

    pattern: KeyPattern
    uses: tuple[PatternUse, ...]

    def of_commands(self, names: Iterable[str]) -> Iterator[PatternUse]:
        """The uses by certain commands."""
        wanted = frozenset(names)
        for use in self.uses:
            if any(command.name in wanted for command in use.call.commands):
                yield use

    @property
    def value_types(self) -> frozenset[str]:
        """The value types that the project's commands give or expect; several where code disagrees."""
        found: set[str] = set()
        for use in self.uses:
            if use.call.makes_lock:
                found.add("string")
                continue
            for command in use.commands:
                kinds = command.value_types
                if len(kinds) == 1 and not kinds & {"none", "any"}:
                    found |= kinds
        return frozenset(found)

    @property
    def is_counted(self) -> bool:
        """Whether such keys, or their fields, are counters."""
        return any(use.counts for use in self.uses)

    @property
    def is_collection(self) -> bool:
        """Whether the project only treats the key as a hash, list, set, sorted set or stream."""
        kinds = self.value_types
        return bool(kinds) and kinds <= _COLLECTIONS

    # --- access ---------------------------------------------------------------------------------------

    @property
    def creators(self) -> tuple[PatternUse, ...]:
        """The uses that may bring such a key into being."""
        return tuple(use for use in self.uses if use.creates)

    @property
    def writers(self) -> tuple[PatternUse, ...]:
        """The uses that change the value of such a key."""
        return tuple(use for use in self.uses if use.writes)

    @property
    def readers(self) -> tuple[PatternUse, ...]:
        """The uses that look at such a key."""
        return tuple(use for use in self.uses if use.reads)

    @property
    def deleters(self) -> tuple[PatternUse, ...]:
        """The uses that delete whole keys."""
        return tuple(use for use in self.uses if use.deletes)

    @property
    def scripts(self) -> tuple[PatternUse, ...]:
        """The uses that hand the key to code on the server, which may do anything to it."""
        return tuple(use for use in self.uses if use.is_script)

    # --- codecs ---------------------------------------------------------------------------------------

    @property
    def codecs_written(self) -> frozenset[Codec]:
        """The forms in which values are stored, as far as known."""
        return frozenset(
            codec for use in self.uses if use.writes for argument in use.call.arguments for codec in argument.codecs
        )

    @property
    def codecs_read(self) -> frozenset[Codec]:
        """The forms that the project takes values for when it reads them, as far as known."""
        return frozenset(use.call.reply_codec for use in self.uses if use.reads and use.call.reply_codec is not None)

    # --- time to live ---------------------------------------------------------------------------------

    @property
    def may_expire(self) -> bool:
        """Whether any code of the project gives such a key a TTL, or may."""
        return any(use.may_expire for use in self.uses)

    @property
    def ttl_seconds(self) -> tuple[float, ...]:
        """The TTLs that are constants, ascending."""
        return tuple(sorted({seconds for use in self.uses for seconds in ttl_seconds(use.call)}))

    @property
    def ttl_policy(self) -> TtlPolicy:
        """Whether every such key gets a TTL, as far as can be seen."""
        creators = self.creators
        if not creators:
            return TtlPolicy.UNKNOWN
        expiries = [use for use in self.uses if use.effect is TtlEffect.SETS and not use.creates]
        given = [
            use.effect is TtlEffect.SETS or any(_expires_too(expiry.call, use.call) for expiry in expiries)
            for use in creators
        ]
        if all(given):
            if any(True for _ in self.of_commands({"PERSIST"})):
                return TtlPolicy.SOMETIMES
            return TtlPolicy.UNKNOWN if self.scripts else TtlPolicy.ALWAYS
        if expiries or any(given):
            return TtlPolicy.SOMETIMES
        if self.may_expire or self.scripts:
            return TtlPolicy.UNKNOWN
        return TtlPolicy.NEVER

    # --- growth ---------------------------------------------------------------------------------------

    @property
    def is_rewritten(self) -> bool:
        """Whether a function deletes such a key and fills it again: a compaction or rebuild, which bounds it."""
        deleters = self.deleters
        creators = self.creators if deleters else ()
        return any(
            deleter.call.scope == creator.call.scope and deleter.call.span.end <= creator.call.span.start
            for deleter in deleters
            for creator in creators
        )

    @property
    def growth(self) -> tuple[PatternUse, ...]:
        """The writes that add an element each time they run, where nothing in the project bounds the key.

        A script that is given the key may bound it.
        """
        if self.is_rewritten or self.scripts or any(use.takes_away for use in self.uses):
            return ()
        return tuple(use for use in self.uses if use.adds_element)

    @property
    def growth_verdict(self) -> Growth:
        """Whether one such key gets ever larger, stays bounded, or neither can be said."""
        if self.growth:
            return Growth.GROWS
        kinds = self.value_types
        if kinds == _STRINGS:
            return Growth.UNKNOWN if any(True for _ in self.of_commands({"APPEND", "SETRANGE"})) else Growth.BOUNDED
        if (
            self.is_collection
            and (self.creators or self.scripts)
            and (self.is_rewritten or any(use.takes_away for use in self.uses))
        ):
            return Growth.BOUNDED
        return Growth.UNKNOWN


def _asks_for_old_value(call: RedisCall) -> bool:
    """Whether an option makes a writing command reply with the old value (``SET ... GET``)."""
    option = call.argument("get")
    return option is not None and option.constant not in (False, None)


def _adds_element(use: PatternUse) -> bool:
    call, access = use.call, use.key.access
    if access is None or access.mode is not AccessMode.MODIFY or access.deletes:
        return False
    if call.scope.runs_once and not any(True for _ in call.loops()):
        return False
    return any(_makes_larger(call, access, command) for command in call.commands)


def _makes_larger(call: RedisCall, access: KeyAccess, command: CommandSpec) -> bool:
    kinds = command.value_types
    if not kinds or not kinds <= _COLLECTIONS or command.words[0] == "XGROUP":
        return False
    if kinds == {"list"}:
        return access.inserts
    if kinds == {"stream"}:
        return (
            command.creates
            and not call.has_unknown_arguments
            and not (call.argument("maxlen") or call.argument("minid"))
        )
    if not command.creates or _writes_record(call, kinds):
        return False
    return any(one.constant is UNKNOWN for one in _elements(call, kinds)[:1])


def _elements(call: RedisCall, kinds: Iterable[str]) -> tuple[CallArgument, ...]:
    names = (parameter for kind in kinds for parameter in _ELEMENT_PARAMETERS.get(kind, ()))
    return tuple(found for name in names if (found := call.argument(name)) is not None)


def _writes_record(call: RedisCall, kinds: frozenset[str]) -> bool:
    """Whether a loop writes the elements of one record: the fields of a hash, what an object holds in an attribute."""
    return any(kinds == {"hash"} or "self." in block.header for block in call.loops())


def _expires_too(expiry: RedisCall, write: RedisCall) -> bool:
    """Whether an EXPIRE runs whenever the write before it in the same function did.

    Also where it runs only if the write's reply says that the key is new: ``if count == 1: expire(...)``.
    """
    if expiry.scope != write.scope or expiry.span.start < write.span.start:
        return False
    conditions = extra_conditions(write, expiry)
    return not conditions or (len(conditions) == 1 and tests_reply(conditions[0], write))


def only_if_missing(call: RedisCall) -> bool:
    """Whether a write only succeeds where the key does not exist (``SETNX``, ``SET ... NX``)."""
    if any(command.name in ("SETNX", "MSETNX") for command in call.commands):
        return True
    option = call.argument("nx")
    return option is not None and option.constant not in (False, None)


def patterns_of(calls: Iterable[RedisCall]) -> tuple[PatternUses, ...]:
    """The key patterns that calls touch, in alphabetical order; patterns of the same identity are one."""
    found: dict[str, list[PatternUse]] = {}
    first: dict[str, KeyPattern] = {}
    for call in calls:
        if not call.commands and not _takes_key(call):
            continue
        for key in call.keys:
            for pattern in key.patterns:
                identity = pattern.identity
                first.setdefault(identity, pattern)
                found.setdefault(identity, []).append(PatternUse(call, key))
    return tuple(
        PatternUses(first[identity], tuple(sorted(uses, key=lambda use: (use.call.path, use.call.span.start))))
        for identity, uses in sorted(found.items(), key=lambda item: (first[item[0]].text, item[0]))
    )


def _takes_key(call: RedisCall) -> bool:
    return call.spec is not None and bool(call.spec.keys)
