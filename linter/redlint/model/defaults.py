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
    value: None | bool | int | float | str | UnsetType = UNSET
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
    if _on_pool(ref) and not _is_of_client(ref, name):
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


def _is_of_client(ref: ClientRef, name: str) -> bool:
    """Whether an option is heeded by a client that was handed a pool: its connections do not know it."""
    return not any(name in _options(ref.library, one) for one in _connection_classes(ref, ""))


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
    if ref.origin is None or ref.confidence in (Confidence.ANNOTATED, Confidence.CONFIGURED, Confidence.NAMED):
        return UNKNOWN
    if _has_url(ref) and (name in _IN_URL - {"db"} or not isinstance(ref.options.get("url"), str)) and name in _IN_URL:
        return UNKNOWN
    found: list[ConstantValue | Unknown] = []
    for alternative in _lookups(ref):
        for one in alternative:
            if name in _options(ref.library, one):
                found.append(_agreed(ref.library, _options(ref.library, one)[name], target))
                break
    return _only(found)


def _only(values: Iterable[ConstantValue | Unknown]) -> ConstantValue | Unknown:
    """The value that all are, where they are one; 0 is not False here."""
    distinct = {(type(value), value): value for value in values}
    return next(iter(distinct.values())) if len(distinct) == 1 else UNKNOWN


def _lookups(ref: ClientRef) -> tuple[tuple[str, ...], ...]:
    """The classes whose signatures have the defaults, first one first; several such lists must agree.

    None where the constructor is not a recorded one: project classes, clients of other libraries.
    """
    factory = clients.canonical(ref.factory)
    owner = factory.removesuffix(".from_url")
    has_url = owner != factory
    package = f"{ref.library}.asyncio" if ref.is_async else ref.library
    if ref.library not in client_defaults():
        return ()
    name = _CLIENT_CLASSES[ref.library]
    client, cluster = f"{package}.client.{name}", f"{package}.cluster.{name}Cluster"
    connections = tuple((one,) for one in _connection_classes(ref, _scheme(ref) if _has_url(ref) else "redis"))
    chains = tuple((*chain, f"{package}.connection.AbstractConnection") for chain in connections)
    if owner in (client, f"{package}.utils"):
        if has_url:
            return tuple((f"{package}.connection.ConnectionPool", *chain) for chain in chains)
        return ((client,),) if owner == client else ()
    if owner == cluster:
        if ref.is_async:
            return ((cluster,),)
        return tuple((cluster, *chain) for chain in chains) if _has_url(ref) else ((cluster, client),)
    if owner in (f"{package}.connection.ConnectionPool", f"{package}.connection.BlockingConnectionPool"):
        return () if "connection_class" in ref.options else tuple((owner, *chain) for chain in chains)
    if owner == f"{package}.sentinel.Sentinel":
        return tuple((owner, *chain) for chain in chains)
    return ()


def _has_url(ref: ClientRef) -> bool:
    return ref.factory.endswith(".from_url") or ref.options.get("url") is not None


def _scheme(ref: ClientRef) -> str:
    """The scheme of the URL, empty where that is not known."""
    url = ref.options.get("url")
    return url.partition(":")[0] if isinstance(url, str) else ""


def _connection_classes(ref: ClientRef, scheme: str) -> tuple[str, ...]:
    """The classes of connection that a URL of this scheme makes (``parse_url`` of redis-py)."""
    module = f"{ref.library}.asyncio.connection" if ref.is_async else f"{ref.library}.connection"
    plain, encrypted = f"{module}.Connection", f"{module}.SSLConnection"
    classes = {"redis": (plain,), "valkey": (plain,), "unix": (f"{module}.UnixDomainSocketConnection",)}
    if scheme in ("rediss", "valkeys"):
        return (encrypted,)
    return classes.get(scheme, (plain, encrypted, f"{module}.UnixDomainSocketConnection"))


@cache
def _options(library: str, constructor: str) -> Mapping[str, tuple[RecordedDefault, ...]]:
    """The recorded options of a class."""
    known = client_defaults().get(library)
    return known.constructors.get(constructor, {}) if known is not None else {}


def _agreed(library: str, recorded: tuple[RecordedDefault, ...], target: Target) -> ConstantValue | Unknown:
    """The default in all versions that count, where it is the same constant."""
    return _only(_at(recorded, version) for version in targeted_versions(library, target))


def _at(recorded: tuple[RecordedDefault, ...], version: str) -> ConstantValue | Unknown:
    """The default in one recorded version."""
    current: ConstantValue | Unknown = UNKNOWN
    for one in recorded:
        if Version(one.since) <= Version(version):
            current = UNKNOWN if isinstance(one.value, UnsetType) else one.value
    return current


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
    named = [
        Version(one.version.removesuffix(".*")) for one in wanted if one.operator not in ("!=", "===")
    ]
    if not named:
        return ()
    below = [one for one in versions if Version(one) <= min(named)]
    above = [one for one in versions if Version(one) >= max(named)]
    return (*below[-1:], *above[:1]) if below else ()
