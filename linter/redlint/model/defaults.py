"""The options that clients work with: as given in the code, else as the library's constructors default them.

The defaults were read from the signatures in the sources of redis-py 3.5.3 to 8.1.0 and valkey-py 6.1.1 and
6.2.0 by ``tests/tools/client_defaults.py`` and stand in ``data/client_defaults.json``. How constructors pass
options on is what these sources do: ``Redis.__init__`` hands every option with its own default to the
connections, unless it gets a pool; ``from_url`` makes a pool of connections from what it was given, so that the
connection's defaults count; a sync ``RedisCluster`` makes a ``Redis`` (or a pool, with a URL) per node.

A default of ``None`` is what the signature says; the library may then choose something itself
(``max_connections``: 2**31, from redis-py 8 on 100; ``socket_connect_timeout`` of a connection: the
``socket_timeout``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from redlint.diagnostic import Confidence
from redlint.model import clients
from redlint.model.events import UNKNOWN, ClientRef, ConstantValue, Unknown
from redlint.model.kinds import Role
from redlint.model.target import Target

_CONSTRUCTED: Final = (Role.CLIENT, Role.CLUSTER, Role.SENTINEL, Role.POOL)
_CLIENT_CLASSES: Final = {"redis": "Redis", "valkey": "Valkey"}
_IN_URL: Final = frozenset({"host", "port", "path", "username", "password", "db"})
"""What the parts of a URL other than its query tell."""

_OF_CLIENT: Final = frozenset({"connection_pool", "single_connection_client", "auto_close_connection_pool"})
"""What a client that was handed a pool heeds itself; ``__init__`` takes everything else from the pool."""

_TRUE_WORDS: Final = frozenset({"1", "T", "TRUE", "Y", "YES"})
_FALSE_WORDS: Final = frozenset({"0", "F", "FALSE", "N", "NO"})
_NUMBERS_IN_URL: Final[Mapping[str, type[int] | type[float]]] = {
    "db": int,
    "socket_timeout": float,
    "socket_connect_timeout": float,
    "max_connections": int,
    "health_check_interval": int,
}
_FLAGS_IN_URL: Final = frozenset({"socket_keepalive", "retry_on_timeout", "ssl_check_hostname"})


class RecordedDefault(msgspec.Struct, frozen=True):
    """The default of an option from one recorded version on.

    ``value`` is set where it is a constant, ``text`` where it is anything else, neither where there is no such
    option.
    """

    since: str
    value: bool | int | float | str | UnsetType | None = UNSET
    text: str | UnsetType = UNSET

    @property
    def exists(self) -> bool:
        """Whether the constructor has the option at all."""
        return self.value is not UNSET or self.text is not UNSET


class LibraryDefaults(msgspec.Struct, frozen=True):
    """The recorded versions of a library, oldest first, and the options of each constructor by class."""

    versions: tuple[str, ...]
    constructors: Mapping[str, Mapping[str, tuple[RecordedDefault, ...]]]


@cache
def client_defaults() -> Mapping[str, LibraryDefaults]:
    """All that is recorded, by library (``redis``, ``valkey``)."""
    text = resources.files(__package__).joinpath("data", "client_defaults.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, LibraryDefaults])


def effective_option(ref: ClientRef, name: str, target: Target) -> ConstantValue | Unknown:
    """The value of a constructor's option that a client works with.

    The option as given; else the default, where it is the same constant in all recorded versions of the library
    that the target allows (all recorded ones without a target). What is made from a client (pipelines, locks,
    pub/sub) has the client's options; a client on a pool those of the pool, except what only the client has.
    :data:`UNKNOWN` where ``*x`` or ``**x`` may bring the option, where the constructor was not seen, and for
    clients that a Sentinel or a cluster made. What the query of a URL that is no constant may say is not heeded.
    """
    if ref.role not in _CONSTRUCTED or (ref.role is Role.POOL and ref.origin is None):
        return UNKNOWN if ref.parent is None else effective_option(ref.parent, name, target)
    if ref.parent is not None and ref.parent.role in (Role.SENTINEL, Role.CLUSTER):
        return UNKNOWN
    if _on_pool(ref) and name not in _OF_CLIENT:
        if ref.parent is None or ref.parent.role is not Role.POOL:
            return UNKNOWN
        return effective_option(ref.parent, name, target)
    given = _given(ref, name)
    if given is not None:
        return given[0]
    return _default(ref, name, target)


def _on_pool(ref: ClientRef) -> bool:
    """Whether a client works on a pool that it was handed."""
    if ref.role is not Role.CLIENT:
        return False
    return ref.parent is not None or ref.options.get("connection_pool") is not None


def _given(ref: ClientRef, name: str) -> tuple[ConstantValue | Unknown] | None:
    """The option as the code gives it, ``None`` where it does not."""
    if name in ref.options:
        value = ref.options[name]
        is_from_url = "url" in ref.options and isinstance(value, str)
        return (_from_query(name, value) if is_from_url and isinstance(value, str) else value,)
    if "*" in ref.options or "**" in ref.options:
        return (UNKNOWN,)
    return None


def _from_query(name: str, text: str) -> ConstantValue | Unknown:
    """The value of an option in a URL's query, cast as ``URL_QUERY_ARGUMENT_PARSERS`` of redis-py says."""
    number = _NUMBERS_IN_URL.get(name)
    if number is not None:
        try:
            return number(text)
        except ValueError:
            return UNKNOWN
    if name not in _FLAGS_IN_URL:
        return text
    return True if text.upper() in _TRUE_WORDS else False if text.upper() in _FALSE_WORDS else UNKNOWN


# --- defaults -----------------------------------------------------------------------------------------


def _default(ref: ClientRef, name: str, target: Target) -> ConstantValue | Unknown:
    if (
        ref.origin is None
        or ref.is_declared
        or ref.confidence in (Confidence.ANNOTATED, Confidence.CONFIGURED, Confidence.NAMED)
    ):
        return UNKNOWN
    if name in _IN_URL and _has_url(ref) and (name != "db" or not _scheme(ref)):
        return UNKNOWN
    own = clients.own_default(clients.canonical(ref.factory), name)
    if own is not None:
        return own
    signatures = _signatures(ref, name)
    if not signatures:
        return UNKNOWN
    return _only(
        _in_version(ref.library, signatures, name, version)
        for version in targeted_versions(ref.library, target)
        if _has_class(ref.library, signatures[0][0], version)
    )


def _in_version(
    library: str, signatures: tuple[tuple[str, ...], ...], name: str, version: str
) -> ConstantValue | Unknown:
    """The default in one version; the signatures that have the option must agree."""
    found: list[ConstantValue | Unknown] = []
    for classes in signatures:
        entries = (_entry(library, one, name, version) for one in classes)
        first = next((entry for entry in entries if entry is not None and entry.exists), None)
        if first is not None:
            found.append(UNKNOWN if isinstance(first.value, UnsetType) else first.value)
    return _only(found)


def _only(values: Iterable[ConstantValue | Unknown]) -> ConstantValue | Unknown:
    """The value that all are, where they are one; 0 is not False here."""
    distinct = {(type(value), value): value for value in values}
    return next(iter(distinct.values())) if len(distinct) == 1 else UNKNOWN


def _signatures(ref: ClientRef, name: str) -> tuple[tuple[str, ...], ...]:
    """The classes whose signatures have the defaults: in each list the first with the option counts.

    Several lists are for the kinds of connection that it may be. None where the constructor is not a recorded
    one: project classes, clients of other libraries.
    """
    if ref.library not in client_defaults():
        return ()
    factory = clients.canonical(ref.factory)
    owner = factory.removesuffix(".from_url").removesuffix(".from_pool")
    package = f"{ref.library}.asyncio" if ref.is_async else ref.library
    class_name = _CLIENT_CLASSES[ref.library]
    client, cluster = f"{package}.client.{class_name}", f"{package}.cluster.{class_name}Cluster"
    pool, connections = f"{package}.connection.ConnectionPool", _connections(ref, package)
    if owner in (client, f"{package}.utils"):
        if not factory.endswith(".from_url") or name in _OF_CLIENT:
            return ((client,),)
        return tuple((pool, *classes) for classes in connections)
    if owner == cluster:
        if ref.is_async:
            return ((cluster,),)
        return tuple((cluster, *classes) for classes in connections) if _has_url(ref) else ((cluster, client),)
    if owner in (pool, f"{package}.connection.BlockingConnectionPool"):
        return () if "connection_class" in ref.options else tuple((owner, *classes) for classes in connections)
    if owner == f"{package}.sentinel.Sentinel":
        return tuple((owner, *classes) for classes in connections)
    return ()


def _has_url(ref: ClientRef) -> bool:
    return ref.factory.endswith(".from_url") or ref.options.get("url") is not None


def _scheme(ref: ClientRef) -> str:
    """The scheme of the URL, empty where that is not known."""
    url = ref.options.get("url")
    return url.partition(":")[0] if isinstance(url, str) else ""


def _connections(ref: ClientRef, package: str) -> tuple[tuple[str, ...], ...]:
    """The classes of connection that are made, each with its bases (``parse_url`` of redis-py for URLs)."""
    module = f"{package}.connection"
    base = f"{module}.AbstractConnection"
    plain = (f"{module}.Connection", base)
    encrypted = (f"{module}.SSLConnection", *plain)
    local = (f"{module}.UnixDomainSocketConnection", base)
    if not _has_url(ref):
        return (plain,)
    known = {
        **dict.fromkeys(("redis", "valkey"), plain),
        **dict.fromkeys(("rediss", "valkeys"), encrypted),
        "unix": local,
    }
    scheme = _scheme(ref)
    return (known[scheme],) if scheme in known else (plain, encrypted, local)


@cache
def _entry(library: str, constructor: str, name: str, version: str) -> RecordedDefault | None:
    """What is recorded of an option in one version."""
    current: RecordedDefault | None = None
    for one in client_defaults()[library].constructors[constructor].get(name, ()):
        if Version(one.since) <= Version(version):
            current = one
    return current


@cache
def _has_class(library: str, constructor: str, version: str) -> bool:
    """Whether a version has a class: code that uses it does not run with those that have not."""
    entries = (
        _entry(library, constructor, name, version) for name in client_defaults()[library].constructors[constructor]
    )
    return any(entry is not None and entry.exists for entry in entries)


def targeted_versions(library: str, target: Target) -> tuple[str, ...]:
    """The recorded versions that stand for those the target allows, oldest first.

    All of them without a target for this library. Where the target's range lies between two recorded versions,
    those two; above the newest, that one; none below the oldest.
    """
    versions = client_defaults()[library].versions
    if target.client is None or target.client.library != library:
        return versions
    return _within(versions, target.client.versions)


@cache
def _within(versions: tuple[str, ...], wanted: SpecifierSet) -> tuple[str, ...]:
    inside = tuple(one for one in versions if wanted.contains(one, prereleases=True))
    if inside:
        return inside
    named = [Version(one.version.removesuffix(".*")) for one in wanted if one.operator not in ("!=", "===")]
    if not named:
        return ()
    below = [one for one in versions if Version(one) <= min(named)]
    above = [one for one in versions if Version(one) >= max(named)]
    return (*below[-1:], *above[:1]) if below else ()


# --- what options mean --------------------------------------------------------------------------------


def decodes_replies(ref: ClientRef, target: Target) -> bool | None:
    """Whether a client gives text as ``str`` rather than as ``bytes``; ``None`` where that is not known.

    In the query of a URL any value turns it on, ``False`` and ``0`` as well: redis-py keeps the text.
    """
    value = effective_option(ref, "decode_responses", target)
    return None if isinstance(value, Unknown) else bool(value)
