"""The lock file of ``redlint keyspace``: which key patterns a project has, for review."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from redlint.errors import RedlintError

VERSION: Final = 1
"""The version of the file's form."""


class LockEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of a pattern: no places, so that moving code changes nothing."""

    types: tuple[str, ...]
    ttl: Literal["always", "sometimes", "never", "unknown"]


class _LockFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    patterns: dict[str, LockEntry]


@dataclass(frozen=True, slots=True)
class LockChange:
    """One difference between the lock file and the code, in words."""

    pattern: str
    words: str


def joint_entry(one: LockEntry, other: LockEntry) -> LockEntry:
    """The entry of two patterns of the same text, whose holes come from different places."""
    policies = {one.ttl, other.ttl}
    ttl = one.ttl
    if policies == {"always", "never"} or "sometimes" in policies:
        ttl = "sometimes"
    elif len(policies) > 1:
        ttl = "unknown"
    return LockEntry(types=tuple(sorted({*one.types, *other.types})), ttl=ttl)


def lock_text(entries: Mapping[str, LockEntry]) -> str:
    """The content of the lock file: the same for the same patterns, one row of the file for each."""
    rows = [
        f"    {json.dumps(pattern)}: {json.dumps({'types': sorted(entry.types), 'ttl': entry.ttl})}"
        for pattern, entry in sorted(entries.items())
    ]
    patterns = "{\n" + ",\n".join(rows) + "\n  }" if rows else "{}"
    return f'{{\n  "version": {VERSION},\n  "patterns": {patterns}\n}}\n'


def read_lock(path: str) -> dict[str, LockEntry]:
    """The patterns of a lock file. Raises :class:`RedlintError` where it is missing or not such a file."""
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise RedlintError(f"{path}: no such lock file; write it with --lock, without --check") from error
    except OSError as error:
        raise RedlintError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_without_repetition)
        lock = msgspec.convert(document, _LockFile)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise RedlintError(f"{path}: not a lock file of redlint keyspace: {error}") from error
    if lock.version != VERSION:
        raise RedlintError(f"{path}: version {lock.version} of the lock file, this redlint reads version {VERSION}")
    return lock.patterns


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an entry stands in it twice")
    return found


def lock_changes(locked: Mapping[str, LockEntry], current: Mapping[str, LockEntry]) -> Iterator[LockChange]:
    """What differs, by pattern."""
    for pattern in sorted({*locked, *current}):
        before, after = locked.get(pattern), current.get(pattern)
        if before is None and after is not None:
            yield LockChange(pattern, f"is new: {_types(after)}, TTL {after.ttl}")
        elif after is None:
            yield LockChange(pattern, "is gone: no code uses it any more")
        elif before is not None:
            if sorted(before.types) != sorted(after.types):
                yield LockChange(pattern, f"changed its type from {_types(before)} to {_types(after)}")
            if before.ttl != after.ttl:
                yield LockChange(pattern, f"changed its TTL from {before.ttl} to {after.ttl}")


def _types(entry: LockEntry) -> str:
    return " and ".join(sorted(entry.types)) or "unknown type"
