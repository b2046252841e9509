"""What the user tells the model about a project: its target, its clients, its production code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from redlint.model.target import Target


def _everything(path: str) -> bool:  # noqa: ARG001
    return True


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The settings that the model heeds.

    ``is_production`` tells for a path whether its code runs in production. ``clients`` maps places that hold
    or return a client (``"app.cache:get_redis"``) to the type of client (``"redis.asyncio.Redis"``).
    ``client_names`` are further names of variables that hold clients, ``wrappers`` dotted names of classes
    with the methods of a client. ``persistent_keys`` and ``cache_keys`` are globs over key patterns.
    ``gate`` leaves out files that cannot touch Redis.
    """

    target: Target = field(default_factory=Target)
    is_production: Callable[[str], bool] = _everything
    clients: Mapping[str, str] = field(default_factory=dict)
    client_names: tuple[str, ...] = ()
    wrappers: tuple[str, ...] = ()
    persistent_keys: tuple[str, ...] = ()
    cache_keys: tuple[str, ...] = ()
    gate: bool = True
