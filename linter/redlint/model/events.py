"""The finished records that rules see: calls, clients, keys, scopes. No syntax in here.

Built by :mod:`redlint.model.link`; everything is frozen and knows where it stands in the source.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from redlint.commands.access import KeyAccess
from redlint.commands.methods import MethodSpec
from redlint.commands.table import CommandSpec, command
from redlint.diagnostic import Confidence, Span
from redlint.model.kinds import BlockKind, Codec, PayloadKind, Role, ScopeKind, Usage
from redlint.model.pattern import KeyPattern
from redlint.source import SourceText


class Unknown(enum.Enum):
    """The type of :data:`UNKNOWN`, the value nobody could work out."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

RAW_METHODS: Final = frozenset({"execute_command", "immediate_execute_command", "pipeline_execute_command"})
"""Methods that are given the words of a command."""

ConstantValue = None | bool | int | float | str | bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in a file of the project."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class ClientRef:
    """What the model knows of a Redis client (or of an object made from one).

    ``options`` are the constructor's keyword arguments that are constants; an option that was given but is
    not constant maps to :data:`UNKNOWN`. ``origin`` is where it was constructed or declared (how it got from
    there to a call is told by ``ProjectModel.chain``). ``parent`` is the client a pipeline, lock, pubsub or
    module sub-client was made from. ``factory`` names what made it (``redis.Redis``,
    ``redis.from_url``); ``module`` the sub-client (``json``, ``ft``). ``is_declared`` says that
    ``origin`` is an annotation: how it was constructed is not known, whatever the confidence came to.
    """

    library: str
    role: Role
    is_async: bool
    confidence: Confidence
    origin: Place | None = None
    factory: str = ""
    options: Mapping[str, ConstantValue | Unknown] = field(default_factory=dict, hash=False)
    parent: ClientRef | None = None
    module: str = ""
    is_declared: bool = False

    @property
    def is_cluster(self) -> bool:
        """Whether commands go to a cluster through a cluster-aware client.

        The client of a single node, which a cluster client hands out (``get_redis_connection``), is none.
        """
        if self.role in (Role.CLUSTER, Role.CLIENT):
            return self.role is Role.CLUSTER
        return self.parent is not None and self.parent.is_cluster

    @property
    def is_redis_py(self) -> bool:
        """Whether its methods are those of redis-py, or of valkey-py, which began as its copy."""
        return self.library in ("redis", "valkey")

    @property
    def is_guessed(self) -> bool:
        """Whether only its name or the commands sent to it tell what it is, so that its library is a guess."""
        return self.origin is None and self.confidence <= Confidence.INFERRED

    @property
    def is_test_double(self) -> bool:
        """Whether no server stands behind it: code that works with it is no production code, wherever it is."""
        return self.library == "fakeredis"

    @property
    def is_of_node(self) -> bool:
        """Whether it is the client of a single node, which a cluster client has handed out."""
        return self.role is Role.CLIENT and self.parent is not None and self.parent.is_cluster

    @property
    def queues(self) -> bool:
        """Whether commands are queued for a later ``execute`` instead of being sent at once."""
        return self.role in (Role.PIPELINE, Role.TRANSACTION)


@dataclass(frozen=True, slots=True)
class RequestInput:
    """A value that a visitor of a web server chooses freely.

    ``text`` is the expression that reads it from the request, ``place`` where that stands. ``is_whole`` says that the
    value is all of what was asked about: nothing is put in front of it or behind it.
    """

    text: str
    place: Place
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Payload:
    """What is known of a value that is stored: a literal of so many bytes, or all of a file or of a query's rows."""

    kind: PayloadKind
    size: int = 0


@dataclass(frozen=True, slots=True)
class CallArgument:
    """One argument of a call, with what is known of its value.

    ``parameter`` is the name of the method's parameter it goes to, ``None`` where that is not known.
    ``constant`` is its value where that is a constant, else :data:`UNKNOWN`. ``splat`` is 0 for a plain
    argument, 1 for ``*x``, 2 for ``**x``. ``from_command`` names the command whose reply the value is (part
    of): KEYS, SCAN, SMEMBERS. ``is_container`` says that the value surely is a list, tuple, set or dict.
    ``globs`` are the key patterns that a ``match`` or ``pattern`` argument of KEYS and SCAN is built as,
    ``scripts`` the texts of a script or library. ``codecs`` are the forms of the values that it brings, as far
    as known. ``requested`` tells, of commands, scripts and patterns of keys, what a visitor chooses, ``payload``
    what is known of the size of a value that is stored.
    """

    text: str
    span: Span
    parameter: str | None
    keyword: str | None
    splat: int
    constant: ConstantValue | Unknown
    from_command: str = ""
    is_container: bool = False
    globs: tuple[KeyPattern, ...] = ()
    scripts: tuple[KeyPattern, ...] = ()
    codecs: frozenset[Codec] = frozenset()
    requested: RequestInput | None = None
    payload: Payload | None = None

    @property
    def is_known(self) -> bool:
        """Whether the value is a constant."""
        return not isinstance(self.constant, Unknown)


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key that a call touches.

    ``patterns`` are the alternatives the expression may denote, none where it is unknown. ``many`` says the
    expression stands for any number of keys (a splat, a list that is not spelled out).
    ``from_command`` is the command whose reply the key is part of, ``from_place`` where that was called.
    ``identity`` is equal for two key expressions of one scope that denote the same value. ``access`` is what
    the command does with the key, ``None`` where the method sends no single command. ``requested`` is what a visitor
    of a web server chooses of it.
    """

    text: str
    span: Span
    patterns: tuple[KeyPattern, ...]
    many: bool = False
    access: KeyAccess | None = None
    from_command: str = ""
    from_place: Place | None = None
    identity: str = ""
    requested: RequestInput | None = None

    @property
    def shown(self) -> str:
        """The key for messages: its pattern where there is exactly one, else its expression."""
        return self.patterns[0].display if len(self.patterns) == 1 else self.text


@dataclass(frozen=True, slots=True)
class Block:
    """One enclosing block of a call, innermost blocks first in :attr:`RedisCall.blocks`.

    ``header`` is the source text of the condition, the iterable or the context managers.
    ``items`` is how many items a loop runs over where that is a constant, else ``None``. ``statement`` is equal
    for the branches of one ``if``, ``try`` or ``match``; ``exits`` says that a branch of an ``if`` ends by leaving
    the code around it (``return``, ``raise``, ``continue``, ``break``).
    """

    number: int
    kind: BlockKind
    span: Span
    header: str
    items: int | None = None
    statement: int = -1
    exits: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """A ``for`` loop or comprehension that a call works on the items of.

    ``over`` is the text of what it runs over, ``from_command`` the command whose reply that is, ``stream`` what kind of
    stream it is in a word ("file", "generator", "rows"), empty if it is none; ``is_endless`` says that this gives items
    for as long as the program runs. ``leaves`` says that the loop may end early or hands out
    items one by one (``break``, ``return``, ``yield``), ``waits`` that it sleeps. ``works_before`` says that a call
    before this one does something with the item that the command may have to wait for, ``receiver_varies`` that each
    item has a client of its own. ``works`` says that the loop does something with its items besides sending commands.
    ``made_of_items`` are the arguments of the call that differ from item to item. ``gathered`` says that
    ``asyncio.gather`` starts the call for all items at once, and that nothing bounds their number.
    """

    number: int
    kind: BlockKind
    span: Span
    over: str
    from_command: str = ""
    stream: str = ""
    is_endless: bool = False
    leaves: bool = False
    waits: bool = False
    works_before: bool = False
    works: bool = False
    receiver_varies: bool = False
    made_of_items: tuple[Span, ...] = ()
    gathered: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """A module body, a class body or a function.

    ``decorators`` are dotted names as written, resolved through imports where possible. ``runs_once`` says
    that the code runs once per process (module level, ``__init__`` of a long-lived object, cached and
    lazy-singleton functions, startup hooks, ``main``), with the reason in ``runs_once_because``.
    """

    path: str
    kind: ScopeKind
    name: str
    qualname: str
    span: Span
    name_span: Span
    is_async: bool = False
    is_generator: bool = False
    class_name: str = ""
    decorators: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    runs_once_because: str = ""

    @property
    def runs_once(self) -> bool:
        """Whether the scope's code runs once (or a few times) per process."""
        return bool(self.runs_once_because)


@dataclass(frozen=True, slots=True, eq=False)
class RedisCall:
    """One call of a command method on a resolved Redis object.

    ``commands`` are the commands it may send (one, nearly always); ``spec`` describes the method.
    ``span`` covers the call, ``method_span`` the method's name, ``receiver`` is the receiver's source text.
    ``outer_span`` covers the ``await`` and the parentheses around the call as well. ``consumer`` names what
    takes the result: a function, an attribute, an operator or a variable. ``alternatives`` are the other
    Redis objects that the receiver may be. ``through`` names what stands between: the function that the
    method is handed to (``asyncio.to_thread`` of ``asyncio.to_thread(client.get, key)``), or the wrapper's method
    that passes the call on; empty where the client's own method is called. No fix rewrites such a call.
    ``reply_codec`` is what the code decodes the reply with, where that is known. ``passed`` are the ``if`` branches
    before the call that leave the code around them (``return``, ``continue``): where the call is made, none of their
    conditions held, or something went wrong in the branch. ``loop`` is the loop whose items its arguments are made of.
    ``derived_from`` are the places where the calls start whose results its arguments are made of, as far as they stand
    in the same function. ``escapes`` tells in a word where the pipeline, pubsub or lock that the call makes goes when
    it outlives the function ("returned", "attribute", "argument", ...); empty if it does not, and for all other calls.
    ``receiver_rebound`` are the places further down where the receiver, if it is a name, gets another value.
    """

    path: str
    source: SourceText
    span: Span
    method: str
    method_span: Span
    receiver: str
    client: ClientRef
    commands: tuple[CommandSpec, ...]
    spec: MethodSpec | None
    arguments: tuple[CallArgument, ...]
    keys: tuple[KeyUse, ...]
    scope: Scope
    blocks: tuple[Block, ...]
    usage: Usage
    consumer: str
    awaited: bool
    production: bool
    outer_span: Span
    alternatives: tuple[ClientRef, ...] = ()
    through: str = ""
    reply_codec: Codec | None = None
    passed: tuple[Block, ...] = ()
    loop: Loop | None = None
    escapes: str = ""
    derived_from: frozenset[int] = frozenset()
    receiver_rebound: tuple[int, ...] = ()

    @property
    def command(self) -> CommandSpec | None:
        """The command it sends, if it can send only one."""
        return self.commands[0] if len(self.commands) == 1 else None

    @property
    def command_name(self) -> str:
        """The name of that command, or an empty string."""
        return self.commands[0].name if len(self.commands) == 1 else ""

    @property
    def cluster_client(self) -> ClientRef | None:
        """The cluster-aware one among the Redis objects that the receiver may be, the likeliest first."""
        return next((client for client in (self.client, *self.alternatives) if client.is_cluster), None)

    @property
    def asks_for_cluster(self) -> bool:
        """Whether a branch around the call, or one that left before it, tells clusters from single servers."""
        branches = [block for block in self.blocks if block.kind.is_branch]
        return any("cluster" in block.header.lower() for block in (*branches, *self.passed))

    @property
    def shown_command(self) -> str:
        """The command for messages, or the method's name where it may send several."""
        return self.command_name or self.method.upper()

    @property
    def sent(self) -> tuple[CommandSpec, ...]:
        """The commands it may send, those of the iterators and lock objects that it returns included."""
        if self.commands or self.spec is None:
            return self.commands
        return tuple(found for name in self.spec.sends if (found := command(name)) is not None)

    @property
    def is_raw(self) -> bool:
        """Whether it is given the words of a command (``execute_command("GET", key)``)."""
        return self.method in RAW_METHODS

    @property
    def makes_lock(self) -> bool:
        """Whether it makes a lock object, which sets and deletes its key (``client.lock("name", timeout=10)``)."""
        return self.spec is not None and self.spec.returns == "Lock"

    def argument(self, parameter: str) -> CallArgument | None:
        """The argument given for a parameter of the method, or ``None`` where it is not given."""
        for argument in self.arguments:
            if argument.parameter == parameter and not argument.splat:
                return argument
        return None

    @property
    def has_unknown_arguments(self) -> bool:
        """Whether ``*x`` or ``**x`` may bring arguments that cannot be seen."""
        return any(
            argument.splat == 2 or (argument.splat and argument.parameter is None) for argument in self.arguments
        )

    def loops(self) -> Iterator[Block]:
        """The loops around the call inside its own function, innermost first."""
        for block in self.blocks:
            if block.kind.is_loop:
                yield block


@dataclass(frozen=True, slots=True, eq=False)
class ChosenMethod:
    """A method of a Redis client that is looked up by a name which a visitor chooses: ``getattr(client, name)``."""

    path: str
    span: Span
    client: ClientRef
    requested: RequestInput
    production: bool


@dataclass(frozen=True, slots=True, eq=False)
class ClientCreation:
    """An expression that constructs a client or a pool.

    ``escapes`` tells in a word where the object goes when it outlives the call
    ("returned", "attribute", "global", "argument", "yielded", "container"), empty if it does not.
    ``varies_in_loop`` says that an argument depends on the variable of a loop around it,
    ``varies_per_call`` that the address depends on a parameter of the function. ``serves_loop`` says that a
    ``while`` loop of the function works with the client: a worker that runs for long.
    ``shared_pool`` says a pool made elsewhere is handed in, so no connection of its own is opened per call.
    ``keywords`` are the names of the options that are given right there, ``lists_of_dicts`` those whose value is surely
    a list of dicts.
    """

    path: str
    source: SourceText
    span: Span
    client: ClientRef
    scope: Scope
    blocks: tuple[Block, ...]
    escapes: str
    shared_pool: bool
    closed: bool
    production: bool
    varies_in_loop: bool = False
    varies_per_call: bool = False
    serves_loop: bool = False
    keywords: tuple[str, ...] = ()
    lists_of_dicts: tuple[str, ...] = ()

    def loops(self) -> Iterator[Block]:
        """The loops around the construction inside its own function, innermost first."""
        for block in self.blocks:
            if block.kind.is_loop:
                yield block
