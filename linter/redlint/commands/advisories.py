"""Advisories about client libraries: the versions with bugs that hand out data to the wrong caller.

Read from ``data/client_advisories.json``, which ``tests/tools/client_advisories/make.py`` makes; each names its source.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec


class Advisory(msgspec.Struct, frozen=True):
    """One advisory: ``versions`` are those that have the bug, ``concerns`` which clients: ``async``."""

    id: str
    library: str
    concerns: str
    harm: str
    ranges: tuple[str, ...]
    source: str
    versions: tuple[str, ...]


@cache
def advisories() -> tuple[Advisory, ...]:
    """All advisories, by their number."""
    content = resources.files("redlint.commands").joinpath("data/client_advisories.json").read_bytes()
    return msgspec.json.decode(content, type=tuple[Advisory, ...])
