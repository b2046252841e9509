"""The shape of a client library's table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redlint.model.kinds import Role


@dataclass(frozen=True, slots=True)
class ClientType:
    """A kind of Redis object that a library makes."""

    library: str
    role: Role
    is_async: bool
    module: str = ""
    """For :attr:`Role.MODULE`: the client's method that returns the object (``json``, ``ft``)."""


@dataclass(frozen=True, slots=True)
class Library:
    """What a library offers. All names are dotted import names, each listed once, under its canonical name.

    That is the name of where it is defined (or the shortest one, where that is private or moved between releases).
    What the fields other than ``aliases`` list under its canonical name, programs may also write with any alias.
    """

    name: str
    import_words: tuple[str, ...]
    """Words of which at least one (or one of the weak words) stands in every file that imports the library."""
    weak_words: Mapping[str, str] = field(default_factory=dict)
    """Words of files that seldom touch Redis, to a regular expression that a file must match besides."""
    constructors: Mapping[str, ClientType] = field(default_factory=dict)
    """Classes whose instances are Redis objects."""
    factories: Mapping[str, ClientType] = field(default_factory=dict)
    """Functions and methods (``package.Class.method``) that return one; ``package.name[]`` for taking an element.

    What an awaitable or a context manager gives counts as returned.
    """
    attributes: Mapping[str, ClientType] = field(default_factory=dict)
    """Attributes that hold one: ``package.Class.attribute``, or ``package.module.name``."""
    objects: Mapping[str, str] = field(default_factory=dict)
    """The class of a library object that is no client itself but leads to one.

    Keys are ``package.Class.attribute`` and ``package.name``, with ``()`` for what calling it gives and ``[]``
    for its elements.
    """
    aliases: Mapping[str, str] = field(default_factory=dict)
    """The name that programs import, to the canonical name: where the class or function is defined."""
    bases: Mapping[str, str] = field(default_factory=dict)
    """A class of the library, to the class it inherits attributes and methods from."""
    defaults: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    """Options that a class or function of the library sets where nobody gives them, or leaves as redis-py has them."""
    only_in: Mapping[str, str] = field(default_factory=dict)
    """Names above that the newest release lacks, to the releases that have them (``aioredis 1``)."""

    requested: frozenset[str] = frozenset()
    """What a web framework hands out as a visitor sent it: ``package.Class.attribute``, with ``()`` for a method."""
    views: Mapping[str, str] = field(default_factory=dict)
    """The class of the ``request`` that functions are handed, by the module that a file with such functions imports."""
    routes: frozenset[str] = frozenset()
    """Methods that decorate the functions which answer requests, with the parts of the path as arguments."""
    typed_routes: frozenset[str] = frozenset()
    """The same where any parameter may be sent, and is converted to what it is annotated with."""

    tasks: frozenset[str] = frozenset()
    """Functions and methods that decorate what a worker process calls again and again, once for each task."""

    path_functions: frozenset[str] = frozenset()
    """Functions that are given a path and the function which answers requests for it."""

    @property
    def leads_to_clients(self) -> bool:
        """Whether the library itself makes Redis objects, rather than only holding those of the program."""
        return bool(self.constructors or self.factories or self.attributes)


def redis_like(library: str, package: str, client: str, cluster: str) -> tuple[dict[str, ClientType], dict[str, str]]:
    """The constructors and aliases of a library laid out like redis-py, with ``client`` and ``cluster`` as class names.

    Covers the package and its ``asyncio`` twin: the modules that define the classes, and what these modules and
    the packages re-export under the same or another name.
    """
    constructors: dict[str, ClientType] = {}
    aliases: dict[str, str] = {}
    for is_async in (False, True):
        root = f"{package}.asyncio" if is_async else package
        classes = {
            f"{root}.client.{client}": (Role.CLIENT, (f"{root}.{client}", f"{root}.client.Strict{client}")),
            f"{root}.cluster.{cluster}": (Role.CLUSTER, (f"{root}.{cluster}",)),
            f"{root}.sentinel.Sentinel": (Role.SENTINEL, (f"{root}.Sentinel",)),
            f"{root}.connection.ConnectionPool": (Role.POOL, (f"{root}.ConnectionPool",)),
            f"{root}.connection.BlockingConnectionPool": (Role.POOL, (f"{root}.BlockingConnectionPool",)),
            f"{root}.sentinel.SentinelConnectionPool": (Role.POOL, (f"{root}.SentinelConnectionPool",)),
            f"{root}.client.Pipeline": (Role.PIPELINE, ()),
            f"{root}.cluster.ClusterPipeline": (Role.PIPELINE, ()),
            f"{root}.client.PubSub": (Role.PUBSUB, ()),
            f"{root}.client.Monitor": (Role.MONITOR, ()),
            f"{root}.lock.Lock": (Role.LOCK, (f"{root}.client.Lock", f"{root}.cluster.Lock")),
        }
        for name, (role, others) in classes.items():
            constructors[name] = ClientType(library, role, is_async)
            aliases.update(dict.fromkeys(others, name))
        aliases[f"{root}.Strict{client}"] = f"{root}.client.{client}"
    core = f"{package}.commands.core"
    constructors[f"{core}.Script"] = ClientType(library, Role.SCRIPT, is_async=False)
    constructors[f"{core}.AsyncScript"] = ClientType(library, Role.SCRIPT, is_async=True)
    constructors[f"{core}.CoreCommands"] = ClientType(library, Role.CLIENT, is_async=False)
    constructors[f"{core}.AsyncCoreCommands"] = ClientType(library, Role.CLIENT, is_async=True)
    for name in ("CoreCommands", "AsyncCoreCommands"):
        aliases[f"{package}.commands.{name}"] = f"{core}.{name}"
    constructors.update(_modules(library, package))
    return constructors, aliases


def _modules(library: str, package: str) -> dict[str, ClientType]:
    """The objects that ``client.json()``, ``client.ft()`` and their like return, which annotations name."""
    return {
        f"{package}.commands.{name}": ClientType(library, Role.MODULE, is_async, module)
        for name, is_async, module in (
            ("json.JSON", False, "json"),
            ("search.Search", False, "ft"),
            ("search.AsyncSearch", True, "ft"),
            ("timeseries.TimeSeries", False, "ts"),
            ("bf.BFBloom", False, "bf"),
            ("bf.CFBloom", False, "cf"),
            ("bf.CMSBloom", False, "cms"),
            ("bf.TOPKBloom", False, "topk"),
            ("bf.TDigestBloom", False, "tdigest"),
        )
    }
