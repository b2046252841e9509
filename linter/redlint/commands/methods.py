"""Facts about the methods of redis-py: what each sends, which arguments are keys, TTLs or waiting times.

The facts were recorded from redis-py itself (3.5.3 to 8.1.0, sync, asyncio and cluster) and are stored in
``data/redis_py_methods.json``; ``data/README.md`` tells what every field means and how it was found. The file
is read when the first method is asked for. valkey-py has the same methods up to what redis-py 5 had.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

import msgspec

from redlint.commands.table import TtlScope, TtlUnit

CLIENT: Final = "Redis"
"""The owner of a client's own methods."""
CLUSTER: Final = "RedisCluster"
PIPELINE: Final = "Pipeline"
PUBSUB: Final = "PubSub"
LOCK: Final = "Lock"

GENERIC_NAMES: Final = frozenset(
    {
        # containers, text and arrays
        *("append", "copy", "get", "keys", "set", "sort", "type"),
        # caches and counters
        *("decr", "delete", "exists", "expire", "incr", "persist", "touch", "ttl"),
        # files, paths, sockets, processes, hashes
        *("auth", "command", "digest", "echo", "move", "ping", "quit", "readonly", "readwrite"),
        *(
            "rename",
            "reset",
            "restore",
            "save",
            "scan",
            "select",
            "shutdown",
            "sync",
            "time",
            "unlink",
            "wait",
        ),
        # databases, SQL functions, search engines, brokers, cloud clients, data frames
        *("client_id", "cluster", "dump", "eval", "info", "ltrim", "memory_stats"),
        *("memory_usage", "mget", "migrate", "object", "publish", "role", "strlen"),
        *("substr", "unwatch", "watch"),
        # Python 2
        "xrange",
    }
)
"""Names of command methods that objects other than Redis clients have as well."""


class ParameterKind(enum.Enum):
    """How an argument reaches a parameter, as in :class:`inspect.Parameter`."""

    POSITIONAL_ONLY = "POSITIONAL_ONLY"
    POSITIONAL_OR_KEYWORD = "POSITIONAL_OR_KEYWORD"
    VAR_POSITIONAL = "VAR_POSITIONAL"
    KEYWORD_ONLY = "KEYWORD_ONLY"
    VAR_KEYWORD = "VAR_KEYWORD"


class KeyShape(enum.Enum):
    """In which form a parameter takes keys.

    ``LIST`` takes any iterable, ``STRICT_LIST`` refuses a string (TypeError). ``VARARGS_NUMKEYS``: the first
    ``numkeys`` of the positional rest. ``DICT_KEYS``: the keys of a dict. ``LIST_OF_TUPLES``: a key is the
    first item of each tuple.
    """

    SCALAR = "scalar"
    LIST = "list (a str is split into characters)"
    STRICT_LIST = "list"
    LIST_OR_SCALAR = "list or scalar"
    LIST_OR_DICT_KEYS = "list (a str is split into characters) or dict keys (values are weights)"
    LIST_OF_TUPLES = "list of tuples"
    DICT_KEYS = "dict keys"
    VARARGS = "varargs"
    VARARGS_NUMKEYS = "varargs, the first numkeys"

    @property
    def splits_text(self) -> bool:
        """Whether one string passed here is taken for a list of one-letter keys, which is a bug."""
        return self in (KeyShape.LIST, KeyShape.LIST_OR_DICT_KEYS)


class Routing(enum.Enum):
    """What a cluster client does with a method's command."""

    BY_KEY = "routes by key"
    SPLIT = "splits across slots"
    ALL_NODES = "all nodes"
    ALL_PRIMARIES = "all primaries"
    RANDOM_NODE = "random node"
    DEFAULT_NODE = "default node"
    BY_SLOT = "routes by slot number"
    NEEDS_TARGET_NODES = "needs target_nodes"
    TARGET_NODES = "the node given as target_node(s)"
    BLOCKED = "blocked"
    NOT_IMPLEMENTED = "not implemented"


class Awaiting(enum.Enum):
    """What :mod:`redis.asyncio` returns from a method."""

    COROUTINE = "coroutine"
    ASYNC_ITERATOR = "async iterator"
    PLAIN = "plain"


class Only(enum.Enum):
    """The one kind of client that has a method."""

    SYNC = "sync"
    ASYNC = "async"
    CLUSTER = "cluster"


class ParameterSpec(msgspec.Struct, frozen=True):
    """One parameter of a method, in the order of its signature.

    ``default`` is the text of the default value, ``None`` where the argument is required. ``since`` is the
    redis-py version that added it, empty where it came with the method. ``adds`` are the words that giving it
    adds to the command, ``removes`` those it takes away; ``<x>`` stands for the value of parameter x.
    ``command`` is what is sent instead when it is given. ``shown_with`` names the parameters it needs too.
    """

    name: str
    kind: ParameterKind
    default: str | None = None
    since: str = ""
    adds: tuple[str | int | float, ...] = ()
    removes: tuple[str | int | float, ...] = ()
    command: str = ""
    shown_with: tuple[str, ...] = ()


class TtlParameter(msgspec.Struct, frozen=True):
    """What a parameter says about a TTL, and whether of a key or of a hash field."""

    unit: TtlUnit
    scope: TtlScope = TtlScope.KEY


class Decoration(msgspec.Struct, frozen=True):
    """A decorator of redis-py that deprecates a method or calls it experimental."""

    decorator: str
    reason: str = ""
    version: str = ""


class AsyncDifference(msgspec.Struct, frozen=True):
    """How a method of the asyncio client fails where the sync one works."""

    error: str = ""


class MethodSpec(msgspec.Struct, frozen=True):
    """What is known of one method of a client, of a module's sub-client or of an object made from a client.

    ``owner`` is ``"Redis"``, ``"RedisCluster"``, ``"Pipeline"``, ``"PubSub"``, ``"Lock"`` or the factory of a
    sub-client (``"json"``). ``commands`` are the commands that the method may itself send. A ``helper`` is
    no command: its ``commands`` are empty and ``sends`` says what using it, or what it returns, sends
    (``"*"``: any command, ``"JSON.*"``: a family). ``base_call`` is the recorded call with only required
    arguments, ``<x>`` standing for parameter x. ``keys``, ``ttl`` and ``blocks`` map parameters to the form
    of their keys, to the TTL they give and to the unit of the time they wait. ``since`` is the first of the
    redis-py versions looked at that has it. ``in_pipeline`` says that a pipeline queues it and returns
    itself. ``cluster`` is ``None`` where cluster clients lack it or it was not measured.
    ``in_cluster_pipeline`` is true, or tells what happens instead.
    """

    parameters: tuple[ParameterSpec, ...] = msgspec.field(name="params", default=())
    commands: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    base_call: tuple[str | int | float, ...] | None = None
    keys: Mapping[str, KeyShape] = {}
    ttl: Mapping[str, TtlParameter] = {}
    blocks: Mapping[str, TtlUnit] = {}
    since: str = ""
    deprecated: tuple[Decoration, ...] = ()
    experimental: tuple[Decoration, ...] = ()
    async_form: str | AsyncDifference = msgspec.field(name="async", default="same")
    awaitable: Awaiting = Awaiting.COROUTINE
    only: Only | None = None
    in_pipeline: bool = False
    in_pipeline_note: str = ""
    cluster: Routing | None = None
    cluster_note: str = ""
    in_cluster_pipeline: bool | str | None = None
    not_implemented: bool = False
    would_send: str = ""
    sends_nothing: str = ""
    returns: str = ""
    note: str = ""
    name: str = ""
    owner: str = ""
    helper: bool = False

    @property
    def works_async(self) -> bool:
        """Whether the asyncio client's method sends the same as the sync one's."""
        return self.async_form == "same"

    @property
    def is_deprecated(self) -> bool:
        """Whether redis-py itself deprecates the method."""
        return any(decoration.decorator.startswith("deprecated") for decoration in self.deprecated)

    def parameter(self, name: str) -> ParameterSpec | None:
        """The parameter of this name, or ``None``."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        return None

    def bind(self, position: int) -> ParameterSpec | None:
        """The parameter that the positional argument at ``position`` (from 0) goes to, or ``None``."""
        for index, parameter in enumerate(self.parameters):
            if parameter.kind is ParameterKind.VAR_POSITIONAL:
                return parameter
            if parameter.kind in (ParameterKind.KEYWORD_ONLY, ParameterKind.VAR_KEYWORD):
                return None
            if index == position:
                return parameter
        return None


class _Helper(msgspec.Struct, frozen=True):
    """A helper as the file has it: TTL units are bare there."""

    returns: str = ""
    sends: tuple[str, ...] = ()
    awaitable: Awaiting = Awaiting.COROUTINE
    note: str = ""
    since: str = ""
    parameters: tuple[ParameterSpec, ...] = msgspec.field(name="params", default=())
    keys: Mapping[str, KeyShape] = {}
    ttl: Mapping[str, TtlUnit] = {}
    only: Only | None = None
    deprecated: tuple[Decoration, ...] = ()

    def spec(self, owner: str, name: str) -> MethodSpec:
        return MethodSpec(
            owner=owner,
            name=name,
            helper=True,
            sends=self.sends,
            returns=self.returns,
            awaitable=self.awaitable,
            note=self.note,
            since=self.since,
            parameters=self.parameters,
            keys=self.keys,
            ttl={parameter: TtlParameter(unit) for parameter, unit in self.ttl.items()},
            only=self.only,
            experimental=self.deprecated,
        )


class _Recorded(msgspec.Struct, frozen=True):
    """The file ``redis_py_methods.json``, as far as it is used."""

    redis_py: str
    methods: dict[str, dict[str, MethodSpec]]
    helpers: dict[str, dict[str, _Helper]]
    objects: dict[str, dict[str, _Helper]]
    cluster_only: dict[str, MethodSpec]
    missing_on_cluster: frozenset[str]


@cache
def _recorded() -> _Recorded:
    text = resources.files(__package__).joinpath("data", "redis_py_methods.json").read_bytes()
    recorded = msgspec.json.decode(text, type=_Recorded)
    for owner, methods in recorded.methods.items():
        for name, spec in methods.items():
            _name(spec, owner, name)
    return recorded


def _name(spec: MethodSpec, owner: str, name: str) -> None:
    """Fill in what the file only says by its structure."""
    msgspec.structs.force_setattr(spec, "owner", owner)
    msgspec.structs.force_setattr(spec, "name", name)
    msgspec.structs.force_setattr(spec, "sends", spec.commands)


@cache
def _methods_of(owner: str) -> Mapping[str, MethodSpec]:
    recorded = _recorded()
    table = dict(recorded.methods.get(owner, {}))
    for name, helper in recorded.helpers.get(owner, {}).items():
        table[name] = helper.spec(owner, name)
    return MappingProxyType(table)


@cache
def _methods_of_object(name: str) -> Mapping[str, MethodSpec]:
    return MappingProxyType({method: record.spec(name, method) for method, record in _recorded().objects[name].items()})


def recorded_client_version() -> str:
    """The newest redis-py version that the facts were recorded from."""
    return _recorded().redis_py


def client_methods() -> Mapping[str, MethodSpec]:
    """All public methods of ``redis.Redis`` and ``redis.asyncio.Redis`` by name, helpers included."""
    return _methods_of(CLIENT)


def module_names() -> frozenset[str]:
    """The methods of a client that return the sub-client of a module: ``json``, ``ft`` ..."""
    return frozenset(_recorded().methods) - {CLIENT}


def module_methods(name: str) -> Mapping[str, MethodSpec]:
    """All public methods of the sub-client that ``client.<name>()`` returns; empty for other names."""
    return _methods_of(name) if name in module_names() else MappingProxyType({})


@cache
def cluster_methods() -> Mapping[str, MethodSpec]:
    """All public methods of ``redis.cluster.RedisCluster``: the client's, less what it lacks, and its own."""
    recorded = _recorded()
    shared = client_methods()
    table = {name: spec for name, spec in shared.items() if name not in recorded.missing_on_cluster}
    for name, spec in recorded.cluster_only.items():
        _name(spec, CLUSTER, name)
        twin = shared.get(name.removesuffix("_nonatomic"))
        if twin is not None and twin.commands == spec.commands:
            msgspec.structs.force_setattr(spec, "keys", twin.keys)
        table[name] = spec
    return MappingProxyType(table)


@cache
def pipeline_methods() -> Mapping[str, MethodSpec]:
    """All public methods of a pipeline: the client's, and its own (``execute``, ``multi``, ``reset`` ...)."""
    shared = client_methods()
    own = {
        name: spec
        for name, spec in _methods_of_object(PIPELINE).items()
        if name not in shared or shared[name].commands != spec.sends
    }
    return MappingProxyType({**shared, **own})


def pubsub_methods() -> Mapping[str, MethodSpec]:
    """All public methods of the object that ``client.pubsub()`` returns."""
    return _methods_of_object(PUBSUB)


def lock_methods() -> Mapping[str, MethodSpec]:
    """All public methods of the object that ``client.lock(...)`` returns."""
    return _methods_of_object(LOCK)


def methods_of(owner: str) -> Mapping[str, MethodSpec]:
    """The methods of an owner (see :class:`MethodSpec`); empty for an unknown one."""
    if owner == CLUSTER:
        return cluster_methods()
    if owner == PIPELINE:
        return pipeline_methods()
    if owner in (PUBSUB, LOCK):
        return _methods_of_object(owner)
    return client_methods() if owner == CLIENT else module_methods(owner)


def method(owner: str, name: str) -> MethodSpec | None:
    """The method ``name`` of an owner (``"Redis"``, ``"json"``, ``"Pipeline"`` ...), or ``None``."""
    return methods_of(owner).get(name)


@cache
def distinctive_methods() -> frozenset[str]:
    """Names of command methods that no dict, list, set, ORM, cache, file or connection has.

    All methods of a client that send a command, and its scan iterators, less :data:`GENERIC_NAMES`.
    """
    return frozenset(
        name for name, spec in client_methods().items() if spec.commands or name.endswith("scan_iter")
    ).difference(GENERIC_NAMES)
