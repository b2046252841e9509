"""What an expression may denote: the abstract values of the linker.

An expression has a tuple of alternatives (``Values``); an empty tuple means that nothing is known, and
:data:`ANYTHING` among others means that some of its sources could not be followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from redlint.model.events import ClientRef, ConstantValue
from redlint.model.facts import Expression


@dataclass(frozen=True, slots=True)
class ScopeKey:
    """A function or class of the project: the path of its module and the number of its scope."""

    path: str
    scope: int


@dataclass(frozen=True, slots=True)
class Anything:
    """A source that could not be followed."""


@dataclass(frozen=True, slots=True)
class KnownConstant:
    """A constant."""

    value: ConstantValue


@dataclass(frozen=True, slots=True)
class Client:
    """A Redis object; ``subclass`` is the project's own class if it is an instance of one."""

    ref: ClientRef
    subclass: ScopeKey | None = None


@dataclass(frozen=True, slots=True)
class ClientMethod:
    """A method of a Redis object, not called yet."""

    client: Client
    name: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a Redis command answered, or a part of that.

    ``steps`` lead from the whole answer to the part: the place of an item where that is known, ``None`` for any item.
    ``decoded`` says that ``decode()`` was called on it.
    """

    commands: tuple[str, ...]
    client: ClientRef
    path: str
    start: int
    steps: tuple[int | None, ...] = ()
    decoded: bool = False

    @property
    def element(self) -> bool:
        """Whether it is an item of the answer, or a part of one, rather than the whole."""
        return bool(self.steps)


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class of the project that is not a client."""

    cls: ScopeKey


@dataclass(frozen=True, slots=True)
class ProjectClass:
    """A class of the project."""

    cls: ScopeKey


@dataclass(frozen=True, slots=True)
class ProjectFunction:
    """A function of the project; ``receiver`` is what it is bound to."""

    function: ScopeKey
    receiver: Value | None = None


@dataclass(frozen=True, slots=True)
class ProjectLambda:
    """A lambda of the project: where it begins, and the expression it gives."""

    path: str
    start: int
    body: Expression = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Generator:
    """What calling a generator function gives: something to iterate over or, decorated so, to enter."""

    function: ScopeKey
    receiver: Value | None = None


@dataclass(frozen=True, slots=True)
class ProjectModule:
    """A module of the project, by path; a namespace package has none and is known by name only."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class External:
    """Something outside the project, by its dotted name: ``redis.Redis``, ``functools.partial``."""

    name: str


@dataclass(frozen=True, slots=True)
class ExternalInstance:
    """What calling something outside the project gave."""

    name: str


@dataclass(frozen=True, slots=True)
class ExternalMethod:
    """An attribute of such an object."""

    instance: ExternalInstance
    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, set, tuple or iterator; ``elements`` are the alternatives for any one of its items."""

    elements: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A tuple or list whose items are known one by one."""

    items: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A dict: alternatives by constant key, and for the other keys."""

    entries: tuple[tuple[ConstantValue, tuple[Value, ...]], ...]
    others: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """An object that something is put into and taken out of again: a context variable, a queue."""

    contents: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A container that a name or attribute holds, with what the project puts into it looked up when it is needed.

    ``path``, ``scope`` and ``name`` tell the name in a scope, or the attribute of a class.
    """

    container: Items | Row | Table | Box
    path: str
    scope: int
    name: str


@dataclass(frozen=True, slots=True)
class Keywords:
    """The dict that ``**kwargs`` of a function is; what it holds is looked up key by key."""

    function: ScopeKey


@dataclass(frozen=True, slots=True)
class ContainerMethod:
    """A method of a container, not called yet."""

    container: Items | Row | Table | Box | Held | Keywords
    name: str


@dataclass(frozen=True, slots=True)
class Parent:
    """What ``super()`` gives in a method of ``cls``: ``receiver``, with attributes looked up in the bases."""

    cls: ScopeKey
    receiver: Value


@dataclass(frozen=True, slots=True)
class Maker:
    """Something that gives ``results`` when it is called: a provider, a partial function."""

    results: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class DeclaredType:
    """A type that is spelled as an expression (``Annotated[Redis, ...]``, ``Redis | None``), not looked into yet."""

    path: str
    expression: Expression = field(compare=False, repr=False)
    start: int = 0


Value: TypeAlias = (
    Anything
    | KnownConstant
    | Client
    | ClientMethod
    | Reply
    | Instance
    | ProjectClass
    | ProjectFunction
    | ProjectLambda
    | Generator
    | ProjectModule
    | External
    | ExternalInstance
    | ExternalMethod
    | Items
    | Row
    | Table
    | Box
    | Held
    | Keywords
    | ContainerMethod
    | Parent
    | Maker
    | DeclaredType
)

Values: TypeAlias = tuple[Value, ...]

ANYTHING = Anything()

MOST_ALTERNATIVES = 12
"""More alternatives than this say nothing."""


def union(*groups: Values) -> Values:
    """The alternatives of all groups, each once, in order."""
    filled = [group for group in groups if group]
    if len(filled) <= 1:
        return filled[0] if filled else ()
    merged = dict.fromkeys([value for group in filled for value in group])
    if len(merged) > MOST_ALTERNATIVES:
        clients = tuple(value for value in merged if isinstance(value, Client))
        return (*clients[:MOST_ALTERNATIVES], ANYTHING)
    return tuple(merged)


MOST_STEPS_INTO_REPLY = 6
"""No reply is nested deeper; a loop that takes parts of parts would go on for ever."""

MOST_CONTENTS = 60
"""Containers with more in them than this are not followed into other containers."""


def contained(values: Values) -> Values:
    """The values as the contents of a container: big containers among them are given up.

    Without a bound, containers that are put into each other grow without end.
    """
    if not any(isinstance(value, _CONTAINERS) for value in values):
        return values
    return tuple(dict.fromkeys(ANYTHING if _weight(value) > MOST_CONTENTS else value for value in values))


def table_of(entries: Mapping[ConstantValue, Values], others: Values) -> Table:
    """A dict with these alternatives by constant key, and for the other keys."""
    if len(entries) > MOST_CONTENTS:
        return Table((), (ANYTHING,))
    return Table(tuple((key, contained(found)) for key, found in entries.items()), contained(others))


def _weight(value: Value) -> int:
    if isinstance(value, Items):
        return 1 + sum(map(_weight, value.elements))
    if isinstance(value, Row):
        return 1 + sum(_weight(one) for group in value.items for one in group)
    if isinstance(value, Table):
        entries = sum(_weight(one) for _, group in value.entries for one in group)
        return 1 + entries + sum(map(_weight, value.others))
    if isinstance(value, Box):
        return 1 + sum(map(_weight, value.contents))
    if isinstance(value, Maker):
        return 1 + sum(map(_weight, value.results))
    return 1 + _weight(value.container) if isinstance(value, Held) else 1


_CONTAINERS = (Items, Row, Table, Box, Maker, Held)


def clients(values: Values) -> tuple[Client, ...]:
    """The Redis objects among the alternatives."""
    return tuple(value for value in values if isinstance(value, Client))
