"""The enumerations that facts and events share."""

from __future__ import annotations

import enum


class Role(enum.Enum):
    """What kind of Redis object a receiver is."""

    CLIENT = "client"
    CLUSTER = "cluster"
    SENTINEL = "sentinel"
    PIPELINE = "pipeline"
    TRANSACTION = "transaction"
    LOCK = "lock"
    PUBSUB = "pubsub"
    SCRIPT = "script"
    POOL = "pool"
    MONITOR = "monitor"
    MODULE = "module"
    CACHE = "cache"
    """A cache of django-redis: not a client, but some of its methods are thin covers of commands."""


class Usage(enum.Enum):
    """What the code around a call does with its result (of the awaited result, if it is awaited)."""

    DISCARDED = "discarded"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    YIELDED = "yielded"
    ITERATED = "iterated"
    TESTED = "tested"
    COMPARED = "compared"
    ARGUMENT = "argument"
    RECEIVER = "receiver"
    SUBSCRIPTED = "subscripted"
    ENTERED = "entered"
    OTHER = "other"


class BlockKind(enum.Enum):
    """The statement (or expression) that a block of code belongs to."""

    BODY = "body"
    IF = "if"
    ELSE = "else"
    FOR = "for"
    WHILE = "while"
    WITH = "with"
    TRY = "try"
    EXCEPT = "except"
    FINALLY = "finally"
    CASE = "case"
    COMPREHENSION = "comprehension"
    LAMBDA = "lambda"

    @property
    def is_loop(self) -> bool:
        """Whether the block's code may run more than once per entry."""
        return self in (BlockKind.FOR, BlockKind.WHILE, BlockKind.COMPREHENSION)

    @property
    def is_branch(self) -> bool:
        """Whether the block's code runs only under a condition."""
        return self in (BlockKind.IF, BlockKind.ELSE, BlockKind.CASE, BlockKind.EXCEPT)


class ScopeKind(enum.Enum):
    """Where code stands: at module level, in a class body, or in a function."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"


class Codec(enum.Enum):
    """The form of a stored value, as the code that writes or reads it has it."""

    JSON = "json"
    PICKLE = "pickle"
    MSGPACK = "msgpack"
    COMPRESSED = "compressed"
    BASE64 = "base64"
    STRING = "str"
    INTEGER = "int"
    FLOAT = "float"
    BYTES = "bytes"


class PayloadKind(enum.Enum):
    """Where a value comes from that may be big."""

    LITERAL = "literal"
    FILE = "file"
    QUERY = "query"
