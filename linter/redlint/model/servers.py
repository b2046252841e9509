"""Whether two clients talk to one server and one database, as far as their options tell."""

from __future__ import annotations

from typing import Final

from redlint.model.events import UNKNOWN, ClientRef

_DEFAULTS: Final = {
    "url": None,
    "host": "localhost",
    "port": 6379,
    "db": 0,
    "unix_socket_path": None,
    "connection_pool": None,
    "service_name": None,
    "**": None,
}
"""The options that say where the data is, and what redis-py takes where they are left out."""


def may_be_elsewhere(one: ClientRef, other: ClientRef) -> bool:
    """Whether the keys of two clients may be in different places: another server, or another database of one.

    Not so for clients made in one place, and for those whose options are all known and say the same.
    """
    first, second = _root(one), _root(other)
    if first.origin is not None and first.origin == second.origin:
        return False
    return any(
        UNKNOWN in (mine := first.options.get(name, default), theirs := second.options.get(name, default))
        or mine != theirs
        for name, default in _DEFAULTS.items()
    )


def _root(client: ClientRef) -> ClientRef:
    """The client that a pipeline, lock or module was made from."""
    while client.parent is not None and client.queues:
        client = client.parent
    return client
