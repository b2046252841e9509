"""What ``redlint keyspace`` tells of each key pattern. Everything that formats show is worked out here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redlint.model.events import RedisCall
from redlint.model.keyspace import Growth, PatternUse, PatternUses, patterns_of
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.project import ProjectModel
from redlint.model.ttl import TtlPolicy

_STRINGS = frozenset({"string"})
_LONGEST_HOLE = 32
_LEADING_NAME = re.compile(r"\w+(?:\.\w+)*")


@dataclass(frozen=True, slots=True, order=True)
class CodePlace:
    """A row of a file."""

    path: str
    row: int


@dataclass(frozen=True, slots=True)
class PatternRecord:
    """One key pattern.

    ``pattern`` names its holes (``user:{uid}``), ``text`` does not (``user:{}``). ``written_as`` and ``read_as``
    are the forms of the values, as far as known. ``seconds`` are the TTLs that
    are constants, ``scripts`` the calls of scripts, which may do anything, ``uses`` counts the calls.
    """

    pattern: str
    text: str
    types: tuple[str, ...]
    written_as: tuple[str, ...]
    read_as: tuple[str, ...]
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
        types=tuple(sorted(uses.value_types)),
        written_as=tuple(sorted(codec.value for codec in uses.codecs_written)),
        read_as=tuple(sorted(codec.value for codec in uses.codecs_read)),
        ttl=uses.ttl_policy,
        seconds=uses.ttl_seconds,
        growth=uses.growth_verdict,
        hash_tag=_hash_tag(uses.pattern),
        commands=tuple(sorted({command.name for use in uses.uses for command in use.commands})),
        writers=_places(uses.writers),
        readers=_places(uses.readers),
        deleters=_places(uses.deleters),
        scripts=_places(uses.scripts),
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
    """The value types in one cell, with the form of the values: ``string (json)``."""
    types = ", ".join(record.types) or "unknown"
    written, read = ", ".join(record.written_as), ", ".join(record.read_as)
    if written and read and written != read:
        return f"{types} ({written}; read as {read})"
    return f"{types} ({written or read})" if written or read else types


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
