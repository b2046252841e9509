"""What a command does with each of its keys: it reads, changes, overwrites or removes it.

The servers tell it per key (``COMMAND DOCS``, "key specifications"); where they do not, the command as a whole
decides. Source: https://redis.io/docs/latest/develop/reference/key-specs/ and the command table.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redlint.commands.methods import MethodSpec
from redlint.commands.table import CommandSpec, KeySpecification


class AccessMode(enum.Enum):
    """What happens to the key as a whole, in the servers' own words for it."""

    READ = "RO"
    MODIFY = "RW"
    OVERWRITE = "OW"
    REMOVE = "RM"


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """What a command does with one of its keys.

    ``reads`` says that the value, or a part of it, comes back or is used; ``updates``, ``inserts`` and
    ``deletes`` what is done to the value's content. A key whose content is deleted need not vanish (SREM).
    ``by_option`` says that options of the call decide (SET reads with GET only).
    """

    mode: AccessMode
    reads: bool = False
    updates: bool = False
    inserts: bool = False
    deletes: bool = False
    by_option: bool = False

    @property
    def changes(self) -> bool:
        """Whether the key or its content is changed at all."""
        return self.mode is not AccessMode.READ


def key_access(spec: CommandSpec, words: Sequence[object], index: int) -> KeyAccess:
    """What a command does with the key at word ``index`` (from 0, the name's words included).

    Modules specify all their keys alike, as read and written, which says nothing.
    """
    for specification in spec.key_specifications if not spec.module else ():
        if index in _positions(specification, words):
            return _told(specification)
    unplaced = [_told(one) for one in spec.key_specifications if one.index is None and not one.keyword]
    return next((access for access in unplaced if access.changes), _judged(spec))  # the STORE of SORT


def parameter_access(method: MethodSpec, parameter: str, spec: CommandSpec) -> KeyAccess:
    """What a method's command does with the keys that go to a parameter, after the recorded call."""
    words = _words(method.base_call or ())
    index = _index_of(words, parameter)
    if index is None:
        known = method.parameter(parameter)
        words = [*words, *_words(known.adds)] if known is not None else words
        index = _index_of(words, parameter)
    return key_access(spec, words, index) if index is not None else _judged(spec)


def _words(recorded: Iterable[object]) -> list[object]:
    """The recorded words, those of a command's name apart (``XINFO STREAM``)."""
    words: list[object] = []
    for word in recorded:
        words.extend(word.split() if isinstance(word, str) and not word.startswith("<") else [word])
    return words


def _index_of(words: Sequence[object], parameter: str) -> int | None:
    starts = (f"<{parameter}>", f"<{parameter}[", f"<{parameter}.")
    for index, word in enumerate(words):
        if isinstance(word, str) and word.startswith(starts):
            return index
    return None


def _told(specification: KeySpecification) -> KeyAccess:
    flags = specification.flags
    return KeyAccess(
        mode=next((mode for mode in AccessMode if mode.value in flags), AccessMode.MODIFY),
        reads="access" in flags,
        updates="update" in flags,
        inserts="insert" in flags,
        deletes="delete" in flags,
        by_option="variable_flags" in flags,
    )


def _judged(spec: CommandSpec) -> KeyAccess:
    """For keys that no specification covers: by what the command does as a whole."""
    if not spec.write:
        return KeyAccess(AccessMode.READ, reads=True)
    if spec.deletes and not spec.creates:
        return KeyAccess(AccessMode.REMOVE, deletes=True)
    return KeyAccess(AccessMode.MODIFY, updates=True)


def _positions(specification: KeySpecification, words: Sequence[object]) -> Iterable[int]:
    """The words that a key specification covers."""
    begin = _begin(specification, words)
    if begin is None:
        return ()
    if specification.keynum is not None:
        count = words[begin + specification.keynum.count_at] if begin < len(words) else None
        first = begin + specification.keynum.first
        step = specification.keynum.step
        return range(first, first + count * step, step) if isinstance(count, int) else range(first, len(words), step)
    covered = specification.range
    if covered is None:
        return ()
    if covered.last >= 0:
        end = begin + covered.last
    elif covered.limit > 1:
        end = begin + (len(words) - begin) // covered.limit - 1
    else:
        end = len(words) + covered.last
    return range(begin, end + 1, covered.step)


def _begin(specification: KeySpecification, words: Sequence[object]) -> int | None:
    if specification.index is not None:
        return specification.index
    if not specification.keyword:
        return None
    at = [
        number for number, word in enumerate(words) if isinstance(word, str) and word.upper() == specification.keyword
    ]
    return at[0] + 1 if at else None
