"""Facts about every Redis and Valkey command: arity, keys, value type, TTL, cost, versions.

The facts were read from running servers (Redis 6.2 to 8.6, Valkey 8.1 and 9.1) and are stored in
``data/commands.json``; ``data/README.md`` tells what every field means and how it was found. The file is
read when the first command is asked for.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType


class Family(enum.Enum):
    """The two lines of servers; Valkey left Redis after 7.2."""

    REDIS = "redis"
    VALKEY = "valkey"


class TtlFate(enum.Enum):
    """What a command does to the TTL that a key it writes already has.

    ``SETS``: gives it a new one, always or with an option (otherwise left alone). ``CLEARS``: drops it unless
    an option says otherwise. ``KEEPS``: writes and leaves it. ``NONE``: writes nothing, or removes the key.
    """

    SETS = "sets"
    CLEARS = "clears"
    KEEPS = "keeps"
    NONE = "none"


class TtlUnit(enum.Enum):
    """How a TTL is given: a duration, a point in time, or an order to keep or remove it."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    UNIX_SECONDS = "unix-s"
    UNIX_MILLISECONDS = "unix-ms"
    KEEP = "keep"
    REMOVE = "remove"
    ONLY_IF_NONE = "only-if-none"

    @property
    def gives_ttl(self) -> bool:
        """Whether a value in this unit sets an expiry."""
        return self in _EXPIRY_UNITS


_EXPIRY_UNITS: Final = frozenset(
    {TtlUnit.SECONDS, TtlUnit.MILLISECONDS, TtlUnit.UNIX_SECONDS, TtlUnit.UNIX_MILLISECONDS}
)


class TtlScope(enum.Enum):
    """What a TTL belongs to: a key, or a field of a hash."""

    KEY = "key"
    FIELD = "field"


class Cost(enum.Enum):
    """How the work of a command grows; a judgement, not a measurement.

    ``LINEAR_KEY``: with the size of the value. ``LINEAR_KEYSPACE``: with the number of keys in the database.
    ``LINEAR_ARGS``: with what is passed. ``LINEAR_RESULT``: with what is returned, asked for or removed.
    ``DEPENDS``: on a script, a transaction or a subcommand.
    """

    CONSTANT = "constant"
    LOG = "log"
    LINEAR_KEY = "linear_key"
    LINEAR_KEYSPACE = "linear_keyspace"
    LINEAR_ARGS = "linear_args"
    LINEAR_RESULT = "linear_result"
    DEPENDS = "depends"


class WrongType(enum.Enum):
    """What happens where the key holds a value of another type."""

    ERROR = "error"
    OVERWRITES = "overwrites"
    IGNORED = "ignored"


class KeywordShare(enum.Enum):
    """How much of the words after a keyword are keys."""

    ONE = "one"
    HALF = "half"
    ALL = "all"


class WordRange(msgspec.Struct, frozen=True):
    """Every ``step``-th word from ``first`` to ``last``; a negative ``last`` counts from the end."""

    first: int
    last: int
    step: int


class CountedKeys(msgspec.Struct, frozen=True):
    """As many keys as the word at ``count_at`` says, every ``step``-th word from ``first`` on."""

    count_at: int
    first: int
    step: int


class KeywordKeys(msgspec.Struct, frozen=True):
    """Keys that follow a word such as ``STREAMS`` or ``STORE``."""

    word: str
    rest: KeywordShare
    step: int


class KeyPositions(msgspec.Struct, frozen=True):
    """Where the keys stand among the words of a command; word 0 is the command's first word.

    The parts add up: a command may have a destination and counted sources, or a range and a keyword.
    ``channels`` and ``routed_like_a_key`` are words that are not keys: names of channels, and words that a
    cluster routes by.
    """

    first: int | None = None
    last: int = 0
    step: int = 1
    destination: int | None = None
    keynum: CountedKeys | None = None
    keyword: tuple[KeywordKeys, ...] = ()
    channels: WordRange | None = None
    routed_like_a_key: WordRange | None = None

    @property
    def has_keys(self) -> bool:
        """Whether any word can be a key (and not only the name of a channel)."""
        return any((self.first is not None, self.destination is not None, self.keynum, self.keyword))


class SpecifiedRange(msgspec.Struct, frozen=True):
    """Keys from a first word on: ``last`` counts from there, or from the end where it is negative.

    ``limit`` says that only that part of the words to the end is keys: 2 for one half.
    """

    last: int
    step: int
    limit: int


class KeySpecification(msgspec.Struct, frozen=True):
    """A server's own description of some of a command's keys: where they are, and what happens to them.

    The first of them is word ``index``, or the one after ``keyword``. ``flags`` are the server's
    (https://redis.io/docs/latest/develop/reference/key-specs/). Neither place is there where the server
    calls it unknown.
    """

    flags: frozenset[str] = frozenset()
    index: int | None = None
    keyword: str = ""
    range: SpecifiedRange | None = None
    keynum: CountedKeys | None = None


class TtlArgument(msgspec.Struct, frozen=True):
    """How a command is told a TTL: after the word ``token``, or as word number ``arg``."""

    unit: TtlUnit
    scope: TtlScope
    token: str = ""
    arg: int | None = None


class Replacement(msgspec.Struct, frozen=True):
    """What replaces a deprecated command: commands, and options that make them do the same."""

    commands: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class OptionVersions(msgspec.Struct, frozen=True):
    """The versions that brought an option of a command.

    ``None`` where the newest server of that family looked at lacks the option; ``UNSET`` where the version is
    not known (``source`` is then ``"redis-py"``: the client sends the word, no server was asked).
    """

    redis: str | UnsetType | None = UNSET
    valkey: str | UnsetType | None = UNSET
    source: str = "server"


class CommandSpec(msgspec.Struct, frozen=True):
    """What is known of one command; subcommands are commands of their own (``CONFIG SET``).

    ``name`` is in capitals. ``since`` and ``since_valkey`` are versions as the servers tell them (use
    :meth:`since_in`), ``servers`` where the command was seen, such as ``redis-7.4`` or ``valkey-9.1``.
    ``arity`` counts all words with the name; negative means at least that many; -1 says nothing.
    ``key_specifications`` are the server's own word on its keys (see :mod:`redlint.commands.access`).
    ``multi_key`` can take more than one key. ``creates`` can bring a key into being, ``deletes`` removes
    whole keys. ``value_type`` is the type of value it works on, alternatives joined by ``|`` (see
    :attr:`value_types`). ``ttl`` is the fate of an existing TTL, ``ttl_args`` how a TTL is passed,
    ``field_ttl`` the fate of the TTLs of hash fields. ``complexity`` holds the big-O terms that the server
    gives. ``options`` are the words it understands, flattened. ``probed_on`` names the servers where type,
    creation and TTL were measured; where it is empty they were judged. ``source`` is where the facts
    come from; ``"redis-py"`` means that no server was asked.
    """

    group: str
    arity: int = -1
    since: str | None = None
    since_valkey: str | None = None
    in_redis_core_since: str | None = None
    servers: tuple[str, ...] = ()
    source: str = ""
    module: str = ""
    write: bool = False
    readonly: bool = False
    blocking: bool = False
    dangerous: bool = False
    admin: bool = False
    pubsub: bool = False
    scripting: bool = False
    flags: frozenset[str] = frozenset()
    acl_categories: frozenset[str] = frozenset()
    arity_elsewhere: Mapping[str, int] = {}
    keys: KeyPositions | None = None
    key_specifications: tuple[KeySpecification, ...] = msgspec.field(name="key_specs", default=())
    multi_key: bool = False
    index_name_at: tuple[int, ...] = ()
    value_type: str = msgspec.field(name="type", default="none")
    wrong_type: WrongType | None = None
    creates: bool = False
    deletes: bool = False
    ttl: TtlFate = TtlFate.NONE
    ttl_args: tuple[TtlArgument, ...] = ()
    field_ttl: TtlFate | None = None
    cost: Cost = Cost.DEPENDS
    complexity: str | None = None
    deprecated_since: str | None = None
    deprecated_since_valkey: str | UnsetType | None = UNSET
    replaced_by: Replacement | None = None
    replaced_by_valkey: Replacement | None = None
    options: Mapping[str, OptionVersions] = {}
    probed_on: tuple[str, ...] = ()
    note: str = ""
    container: bool = False
    subcommands: tuple[str, ...] = ()
    name: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name: ``("CONFIG", "SET")``."""
        return tuple(self.name.split())

    @property
    def value_types(self) -> frozenset[str]:
        """The types of value it works on; empty where it takes no key. ``any`` is every type."""
        return _alternatives(self.value_type)

    @property
    def takes_sets_for_sorted_sets(self) -> bool:
        """Whether the keys that it reads may hold plain sets, whose members then count with score 1.

        So do the commands that combine a counted number of sorted sets (``ZUNIONSTORE dest 2 one two``).
        Source: https://redis.io/docs/latest/commands/zunionstore/
        """
        counted = any("RO" in one.flags and one.keynum is not None for one in self.key_specifications)
        return counted and self.value_types == {"zset"}

    def since_in(self, family: Family) -> str | None:
        """The version of a family that brought the command, or ``None`` where that family lacks it.

        For the modules that ship with Redis from 8.0 that is the version of Redis, and ``None`` for module
        commands that never became part of the server.
        """
        if family is Family.VALKEY:
            known = any(server.startswith("valkey-") for server in self.servers)
            return (self.since_valkey or self.since) if known else None
        known = self.source == "redis-py" or any(server.startswith("redis-") for server in self.servers)
        return (self.since or self.in_redis_core_since) if known else None

    def deprecated_in(self, family: Family) -> str | None:
        """The version of a family that deprecates the command, or ``None`` where it does not."""
        if family is Family.VALKEY and not isinstance(self.deprecated_since_valkey, UnsetType):
            return self.deprecated_since_valkey
        return self.deprecated_since

    def replacement_in(self, family: Family) -> Replacement | None:
        """What a family offers instead of the command, where it deprecates it."""
        if self.deprecated_in(family) is None:
            return None
        return (self.replaced_by_valkey if family is Family.VALKEY else None) or self.replaced_by


@cache
def _alternatives(value_type: str) -> frozenset[str]:
    return frozenset() if value_type == "none" else frozenset(value_type.split("|"))


@cache
def _all_entries() -> dict[str, CommandSpec]:
    text = resources.files(__package__).joinpath("data", "commands.json").read_bytes()
    entries = msgspec.json.decode(text, type=dict[str, CommandSpec])
    for name, spec in entries.items():
        msgspec.structs.force_setattr(spec, "name", name)
    return entries


@cache
def command_table() -> Mapping[str, CommandSpec]:
    """All commands by their name in capitals; containers (``CLIENT`` alone) are left out."""
    return MappingProxyType({name: spec for name, spec in _all_entries().items() if not spec.container})


@cache
def command_containers() -> Mapping[str, tuple[str, ...]]:
    """The words that are only commands together with a second one, and those second words, in capitals."""
    return MappingProxyType({name: spec.subcommands for name, spec in _all_entries().items() if spec.container})


def command(name: str) -> CommandSpec | None:
    """The command of this name in any case (``"get"``, ``"CONFIG SET"``), or ``None``."""
    return command_table().get(name.upper())


def command_of(words: Sequence[object]) -> CommandSpec | None:
    """The command that these words send, with or without a subcommand; only words of text are known."""
    if not words or (first := _text(words[0])) is None:
        return None
    second = _text(words[1]) if len(words) > 1 else None
    return (command(f"{first} {second}") if second else None) or command(first)


def _text(word: object) -> str | None:
    if isinstance(word, bytes):
        return word.decode("latin-1")
    return word if isinstance(word, str) else None


def key_positions(spec: CommandSpec, words: Sequence[object]) -> tuple[int, ...]:
    """The indexes of the keys among the words of a call, name included; in the order of the words' roles.

    A word may be any object that stands for a value nobody knows; only counts and keywords are read.
    Empty where the command takes no keys, or where the count of keys is not a number.
    """
    keys = spec.keys
    if keys is None or not keys.has_keys:
        return ()
    count = len(words)
    found: list[int] = []
    if keys.destination is not None:
        found.append(keys.destination)
    if keys.first is not None:
        last = keys.last if keys.last >= 0 else count + keys.last
        found.extend(range(keys.first, last + 1, keys.step))
    if keys.keynum is not None:
        found.extend(_counted(keys.keynum, words))
    for keyword in keys.keyword:
        found.extend(_after_keyword(keyword, words))
    return tuple(index for index in found if index < count and words[index] not in ("", b""))


def _counted(keys: CountedKeys, words: Sequence[object]) -> Iterable[int]:
    word = words[keys.count_at] if keys.count_at < len(words) else None
    if not isinstance(word, str | bytes | int):
        return ()
    try:
        number = int(word)
    except ValueError:
        return ()
    return range(keys.first, keys.first + number * keys.step, keys.step)


def _after_keyword(keys: KeywordKeys, words: Sequence[object]) -> Iterable[int]:
    """Indexes after the first ``STREAMS``, but after the last ``STORE`` or ``KEYS``, which come late."""
    at = [index for index, word in enumerate(words) if (_text(word) or "").upper() == keys.word]
    if not at:
        return ()
    place = at[0] if keys.rest is KeywordShare.HALF else at[-1]
    rest = len(words) - place - 1
    if keys.rest is KeywordShare.ONE:
        rest = min(rest, 1)
    elif keys.rest is KeywordShare.HALF:
        rest //= 2
    return range(place + 1, place + 1 + rest, keys.step)
