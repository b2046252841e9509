"""What an editor can set: in ``initializationOptions``, or later under ``redlint`` in its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of the server itself; how code is judged stands in ``pyproject.toml`` or ``redlint.toml``.

    ``debounce`` is how many milliseconds pass between an edit and its analysis, ``settle`` how long edits must
    pause before the rest of the project is linked again. ``workspace`` says whether files that are not open are
    reported on, ``inlay_hints`` whether the TTL policy of keys is shown in the text. ``config`` is a config file to use
    instead of those found.
    """

    debounce: int = 150
    settle: int = 500
    workspace: bool = True
    inlay_hints: bool = False
    config: str | None = None


def read_settings(options: object) -> tuple[ServerSettings, tuple[str, ...]]:
    """The settings that an editor sends, and what is wrong with them; what is wrong counts as not set."""
    if not isinstance(options, Mapping):
        return ServerSettings(), () if options is None else ("the settings are not an object",)
    known = {_editor_name(one.name): one for one in fields(ServerSettings)}
    given: dict[str, object] = {}
    problems: list[str] = []
    for name, value in options.items():
        if name not in known:
            problems.append(f"unknown setting {name!r}")
        elif not _fits(value, str(known[name].type)):
            problems.append(f"setting {name!r} must be {_WANTED[str(known[name].type)]}")
        else:
            given[known[name].name] = value
    return ServerSettings(**given), tuple(problems)  # type: ignore[arg-type]


_WANTED = {"int": "a number of milliseconds", "bool": "true or false", "str | None": "a string"}


def _fits(value: object, wanted: str) -> bool:
    if wanted == "int":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if wanted == "bool":
        return isinstance(value, bool)
    return value is None or isinstance(value, str)


def _editor_name(name: str) -> str:
    """``inlay_hints`` is ``inlayHints`` for editors."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
