"""The servers and client libraries a project is meant for."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

_TARGET = re.compile(r"\s*(?P<name>[A-Za-z][\w.-]*)?\s*(?P<versions>.*?)\s*")
_FLAVOURS = ("redis", "valkey")


class Topology(enum.Enum):
    """How the servers are laid out; ``AUTO`` leaves it to the clients that the code constructs."""

    AUTO = "auto"
    STANDALONE = "standalone"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class ServerTarget:
    """A range of server versions; ``flavour`` is ``"redis"``, ``"valkey"``, or ``None`` for either."""

    flavour: str | None
    versions: SpecifierSet

    @staticmethod
    def parse(text: str) -> ServerTarget:
        """Read ``"redis>=7.2"``, ``"valkey>=8,<10"`` or ``">=7.2"``. Raises :class:`ValueError`."""
        name, versions = _parse(text)
        return ServerTarget(name, versions)

    def __str__(self) -> str:
        return f"{self.flavour or ''}{self.versions}"


@dataclass(frozen=True, slots=True)
class ClientTarget:
    """A range of versions of a client library, ``"redis"`` (redis-py) or ``"valkey"`` (valkey-py)."""

    library: str
    versions: SpecifierSet

    @staticmethod
    def parse(text: str) -> ClientTarget:
        """Read ``"redis>=5,<8"`` or ``"valkey"``. Raises :class:`ValueError`."""
        name, versions = _parse(text)
        if name is None:
            raise ValueError(f"{text!r} names no client library: write redis or valkey before the versions")
        return ClientTarget(name, versions)

    def __str__(self) -> str:
        return f"{self.library}{self.versions}"


@dataclass(frozen=True, slots=True)
class Target:
    """What a project is meant to run with; ``None`` where nobody said."""

    server: ServerTarget | None = None
    client: ClientTarget | None = None
    topology: Topology = Topology.AUTO

    def server_at_least(self, *, redis: str | None = None, valkey: str | None = None) -> bool | None:
        """Whether every targeted server is at least this version of its family.

        ``True`` if all versions of the target are, ``False`` if none is, ``None`` where some are or there is
        no target. A family left out is one where no version will do.
        """
        if self.server is None:
            return None
        needed = {"redis": redis, "valkey": valkey}
        flavours = _FLAVOURS if self.server.flavour is None else (self.server.flavour,)
        answers = {_at_least(self.server.versions, needed[flavour]) for flavour in flavours}
        return answers.pop() if len(answers) == 1 else None

    def client_at_least(self, *, redis: str | None = None, valkey: str | None = None) -> bool | None:
        """The same for the client library."""
        if self.client is None:
            return None
        return _at_least(self.client.versions, {"redis": redis, "valkey": valkey}[self.client.library])


def _parse(text: str) -> tuple[str | None, SpecifierSet]:
    found = _TARGET.fullmatch(text)
    name = found.group("name") if found else None
    if found is None or (name is not None and name.lower() not in _FLAVOURS):
        raise ValueError(f"{text!r} is neither redis nor valkey")
    versions = found.group("versions")
    if not (name or versions):
        raise ValueError("is empty: write for example redis>=7.2 or valkey>=8")
    try:
        return (name.lower() if name else None), SpecifierSet(versions)
    except InvalidSpecifier:
        raise ValueError(f"{versions!r} is not a range of versions: write for example >=7.2 or >=7,<9") from None


def _at_least(versions: SpecifierSet, needed: str | None) -> bool | None:
    if needed is None:
        return False
    wanted = Version(needed)
    lowest, highest, open_end = _bounds(versions)
    if lowest is not None and lowest >= wanted:
        return True
    if highest is not None and (highest < wanted or (open_end and highest == wanted)):
        return False
    return None


def _bounds(versions: SpecifierSet) -> tuple[Version | None, Version | None, bool]:
    """The lowest and the highest version of a range, and whether the highest itself is left out."""
    lowest: Version | None = None
    highest: tuple[Version, int] | None = None
    for specifier in versions:
        if specifier.operator in ("!=", "==="):
            continue
        prefix = specifier.version.removesuffix(".*")
        version = Version(prefix)
        if specifier.operator in (">=", ">", "==", "~="):
            lowest = version if lowest is None else max(lowest, version)
        if specifier.operator in ("<", "<=", "==", "~="):
            upper = _upper(specifier.operator, version, is_prefix=prefix != specifier.version)
            highest = upper if highest is None else min(highest, upper)
    return lowest, highest[0] if highest else None, highest is not None and highest[1] == 0


def _upper(operator: str, version: Version, *, is_prefix: bool) -> tuple[Version, int]:
    """The upper end of one specifier; the number is 0 where that version itself is left out, else 1."""
    if operator == "<":
        return version, 0
    if operator == "~=" or is_prefix:
        kept = version.release[:-1] if operator == "~=" else version.release
        return Version(".".join(map(str, (*kept[:-1], kept[-1] + 1)))), 0
    return version, 1
