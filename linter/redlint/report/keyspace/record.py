"""What ``redlint keyspace`` tells of each key pattern. Everything that formats show is worked out here."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redlint.commands.table import CommandSpec, TtlScope, TtlUnit
from redlint.model.events import RedisCall
from redlint.model.keyspace import PatternUse, PatternUses, patterns_of
from redlint.model.link import ProjectModel
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.ttl import TtlEffect

_STRINGS = frozenset({"string"})
_LONGEST_HOLE = 32
_LEADING_NAME = re.compile(r"\w+(?:\.\w+)*")


class TtlPolicy(enum.Enum):
    """Whether the keys of a pattern expire.

    ``ALWAYS``: every write that creates such a key gives it a TTL, or an EXPIRE follows in the same function
    under no further condition. ``SOMETIMES``: some code gives a TTL, but not for every such write. ``NEVER``:
    no code gives one. ``UNKNOWN``: an option that cannot be seen or a script decides, or nothing seen creates
    the key.
    """

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"
    UNKNOWN = "unknown"


class Growth(enum.Enum):
    """Whether one key of the pattern gets larger for as long as the program runs.

    ``GROWS``: code adds an element each time it runs and nothing in the project takes any away. ``BOUNDED``: a
    plain value, or a collection that the project also takes elements from or rebuilds.
    """

    GROWS = "grows per call"
    BOUNDED = "bounded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class CodePlace:
    """A row of a file."""

    path: str
    row: int


@dataclass(frozen=True, slots=True)
class PatternRecord:
    """One key pattern.

    ``pattern`` names its holes (``user:{uid}``), ``text`` does not (``user:{}``). ``seconds`` are the TTLs that
    are constants, ``scripts`` the calls of scripts, which may do anything, ``uses`` counts the calls.
    """

    pattern: str
    text: str
    types: tuple[str, ...]
    ttl: TtlPolicy
    seconds: tuple[float, ...]
    growth: Growth
    hash_tag: str | None
    commands: tuple[str, ...]
    writers: tuple[CodePlace, ...]
    readers: tuple[CodePlace, ...]
    deleters: tuple[CodePlace, ...]
    scripts: tuple[CodePlace, ...]
    uses: int


@dataclass(frozen=True, slots=True)
class KeyspaceRecord:
    """The key patterns of a project, and of how many calls the key is known at all."""

    patterns: tuple[PatternRecord, ...]
    resolved: int
    unknown: int


def keyspace_record(model: ProjectModel, wanted: frozenset[str], *, tests: bool = False) -> KeyspaceRecord:
    """The patterns that the wanted files touch, with what the whole project does to them.

    A pattern without any literal word says nothing about a key: such calls count as unknown. What tests do is
    left out unless asked for.
    """
    calls = [call for call in model.calls() if tests or call.production]
    records = [
        pattern_record(uses)
        for uses in patterns_of(calls)
        if not uses.pattern.is_opaque and any(use.call.path in wanted for use in uses.uses)
    ]
    keyed = [call for call in calls if call.path in wanted and _takes_key(call)]
    resolved = sum(any(not pattern.is_opaque for key in call.keys for pattern in key.patterns) for call in keyed)
    return KeyspaceRecord(
        tuple(sorted(records, key=lambda record: (record.pattern, record.text))), resolved, len(keyed) - resolved
    )


def pattern_record(uses: PatternUses) -> PatternRecord:
    """The row of one pattern."""
    return PatternRecord(
        pattern=_shown(uses.pattern),
        text=uses.pattern.text,
        types=tuple(sorted(_types(uses))),
        ttl=_policy(uses),
        seconds=tuple(sorted({seconds for use in uses.uses for seconds in _seconds(use.call)})),
        growth=_growth(uses),
        hash_tag=_hash_tag(uses.pattern),
        commands=tuple(sorted({name for use in uses.uses for name in _commands(use)})),
        writers=_places(use for use in uses.uses if _writes(use)),
        readers=_places(use for use in uses.uses if _reads(use)),
        deleters=_places(uses.deleters),
        scripts=_places(use for use in uses.uses if _is_script(use)),
        uses=len({(use.call.path, use.call.span.start, use.call.span.end) for use in uses.uses}),
    )


def _takes_key(call: RedisCall) -> bool:
    if call.keys or (call.spec is not None and call.spec.keys):
        return True
    return any(command.keys is not None and command.keys.has_keys for command in call.commands)


def _places(uses: Iterable[PatternUse]) -> tuple[CodePlace, ...]:
    found = {CodePlace(use.call.path, use.call.source.location(use.call.span.start).row) for use in uses}
    return tuple(sorted(found))


def _hash_tag(pattern: KeyPattern) -> str | None:
    return None if pattern.hash_tag is None else _shown(KeyPattern.of(*pattern.hash_tag))


def _shown(pattern: KeyPattern) -> str:
    """The pattern with the names of its holes; of a long expression, the name that it begins with."""
    return KeyPattern.of(
        *(part if isinstance(part, str) else Hole(_short(part.name), part.fixed, part.source) for part in pattern.parts)
    ).display


def _short(name: str) -> str:
    name = " ".join(name.split())
    if len(name) <= _LONGEST_HOLE:
        return name
    start = _LEADING_NAME.match(name)
    return f"{start[0][:_LONGEST_HOLE] if start is not None else ''}…"


def _types(uses: PatternUses) -> frozenset[str]:
    return uses.value_types | (_STRINGS if any(map(_is_lock, uses.uses)) else frozenset())


def _commands(use: PatternUse) -> Iterable[str]:
    """The commands of a call; those that a lock object sends, where the call makes one."""
    if _is_lock(use) and use.call.spec is not None:
        return use.call.spec.sends
    return (command.name for command in use.call.commands)


# --- access -----------------------------------------------------------------------------------------------


def _is_script(use: PatternUse) -> bool:
    """Whether a call runs code on the server that may do anything to the key."""
    return any(command.scripting for command in use.call.commands)


def _is_lock(use: PatternUse) -> bool:
    """Whether a call makes a lock object, which sets and deletes its key (``client.lock("name", timeout=10)``)."""
    return use.call.spec is not None and use.call.spec.returns == "Lock"


def _creates(use: PatternUse) -> bool:
    """Whether a call may bring the key into being, as far as can be seen."""
    if _is_script(use):
        return False
    return _is_lock(use) or any(one.creates and not _is_source(use, one) for one in use.call.commands)


def _writes(use: PatternUse) -> bool:
    """Whether a call changes the value; only deleting the key, or moving its TTL, is something else."""
    return _creates(use) or any(
        command.write and not command.deletes and "any" not in command.value_types and not command.scripting
        for command in use.call.commands
        if not _is_source(use, command)
    )


def _reads(use: PatternUse) -> bool:
    return any(
        (command.readonly and not command.scripting) or _is_source(use, command) for command in use.call.commands
    )


def _is_source(use: PatternUse, command: CommandSpec) -> bool:
    """Whether a command that stores its result elsewhere (``ZUNIONSTORE``) only reads this key."""
    stores = command.keys is not None and command.keys.destination == 1
    return stores and use.call.keys[0] is not use.key


# --- time to live -----------------------------------------------------------------------------------------


def _policy(uses: PatternUses) -> TtlPolicy:
    effects = {use: _effect(use) for use in uses.uses}
    creations = [use for use in uses.uses if _creates(use)]
    expiries = [use for use in uses.uses if effects[use] is TtlEffect.SETS and use not in creations]
    given = [
        effects[use] is TtlEffect.SETS or any(_follows(one.call, use.call) for one in expiries) for use in creations
    ]
    if not creations:
        return TtlPolicy.UNKNOWN
    if all(given):
        if _is_persisted(uses):
            return TtlPolicy.SOMETIMES
        return TtlPolicy.UNKNOWN if any(map(_is_script, uses.uses)) else TtlPolicy.ALWAYS
    if TtlEffect.SETS in effects.values():
        return TtlPolicy.SOMETIMES
    if TtlEffect.MAY_SET in effects.values() or any(map(_is_script, uses.uses)):
        return TtlPolicy.UNKNOWN
    return TtlPolicy.NEVER


def _effect(use: PatternUse) -> TtlEffect:
    """What a call does to the TTL; a lock object without ``timeout`` holds its key for good."""
    if not _is_lock(use):
        return use.effect
    timeout = use.call.argument("timeout")
    if timeout is None:
        return TtlEffect.MAY_SET if use.call.has_unknown_arguments else TtlEffect.NONE
    if not timeout.is_known:
        return TtlEffect.MAY_SET
    return TtlEffect.NONE if timeout.constant is None else TtlEffect.SETS


def _is_persisted(uses: PatternUses) -> bool:
    return any(True for _ in uses.of_commands({"PERSIST"}))


def _follows(expiry: RedisCall, write: RedisCall) -> bool:
    """Whether an EXPIRE runs whenever the write before it in the same function did."""
    if expiry.scope != write.scope or expiry.span.start < write.span.start:
        return False
    around = {block.number for block in write.blocks}
    return not any(block.kind.is_branch or block.kind.is_loop for block in expiry.blocks if block.number not in around)


def _seconds(call: RedisCall) -> Iterable[float]:
    """The constants that a call gives as a duration."""
    spec = call.spec
    for argument in call.arguments if spec is not None else ():
        given = spec.ttl.get(argument.parameter or "") if spec is not None else None
        value = argument.constant
        if given is None or given.scope is not TtlScope.KEY or not isinstance(value, int | float):
            continue
        if isinstance(value, bool):
            continue
        if given.unit is TtlUnit.SECONDS:
            yield value
        elif given.unit is TtlUnit.MILLISECONDS:
            yield value / 1000


# --- growth -----------------------------------------------------------------------------------------------


def _growth(uses: PatternUses) -> Growth:
    if uses.growth:
        return Growth.GROWS
    if _types(uses) == _STRINGS:
        return Growth.UNKNOWN if any(True for _ in uses.of_commands({"APPEND", "SETRANGE"})) else Growth.BOUNDED
    if uses.is_collection and uses.writers and (uses.is_rewritten or any(map(_takes_away, uses.uses))):
        return Growth.BOUNDED
    return Growth.UNKNOWN


def _takes_away(use: PatternUse) -> bool:
    """Whether a call removes elements of a collection: it writes, but cannot bring the key into being."""
    return any(
        command.write
        and not (command.creates or command.deletes or command.scripting)
        and "any" not in command.value_types
        for command in use.call.commands
    )


# --- words ------------------------------------------------------------------------------------------------


def shown_ttl(record: PatternRecord) -> str:
    """The TTL policy with the known durations: ``always (60s, 1h)``."""
    if not record.seconds:
        return record.ttl.value
    return f"{record.ttl.value} ({', '.join(map(shown_duration, record.seconds))})"


def shown_duration(seconds: float) -> str:
    """``90s``, ``5m``, ``1d``: in the largest unit that it is a whole number of."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{seconds:g}s"


def shown_types(record: PatternRecord) -> str:
    """The value types in one cell."""
    return ", ".join(record.types) or "unknown"


def shown_summary(record: KeyspaceRecord) -> str:
    """How much of the keyspace is known, in one line."""
    patterns = f"{len(record.patterns)} key pattern{'' if len(record.patterns) == 1 else 's'}"
    total = record.resolved + record.unknown
    calls = f"{total} call{'' if total == 1 else 's'}"
    return f"{patterns}; of {calls} with a key, {record.resolved} resolved, {record.unknown} with an unknown key"


def access_of(record: PatternRecord) -> Sequence[tuple[str, tuple[CodePlace, ...]]]:
    """The kinds of access with their places, in the order in which all formats show them."""
    return (
        ("writers", record.writers),
        ("readers", record.readers),
        ("deleters", record.deleters),
        ("scripts", record.scripts),
    )
