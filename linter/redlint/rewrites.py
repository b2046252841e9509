"""Calls of old methods written with the methods that took their place.

Which pairs do the same, and where they differ, was measured on Redis 6.2 to 8.10 and Valkey 9 with redis-py 3.5 to
8.1 and valkey-py 6.2; ``tests/rules/test_rewrite_proofs.py`` runs each of them on real servers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from redlint.diagnostic import Edit, Span
from redlint.model.events import CallArgument, RedisCall
from redlint.model.kinds import Usage

_UNUSED: Final = (Usage.DISCARDED,)
_AS_CONDITION: Final = (Usage.DISCARDED, Usage.TESTED)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The new call, and whether it surely gives the same reply, key and TTL as the old one."""

    edits: tuple[Edit, ...]
    method: str
    is_safe: bool


def rewrite(call: RedisCall) -> Rewrite | None:
    """The call with the method that took the place of its own; ``None`` where there is none or it cannot be seen."""
    writer = _WRITERS.get(call.method)
    given = {argument.parameter: argument for argument in call.arguments}
    if writer is None or call.through or None in given or any(argument.splat for argument in call.arguments):
        return None
    if call.source.slice(call.method_span) != call.method or call.source.text[call.method_span.end] != "(":
        return None
    written = writer(call, {name: argument for name, argument in given.items() if name is not None})
    if written is None:
        return None
    method, arguments, is_safe = written
    if "#" in call.source.slice(Span(call.method_span.end, call.span.end)):
        return None
    return Rewrite(
        (Edit(Span(call.method_span.start, call.span.end), f"{method}({', '.join(arguments)})"),), method, is_safe
    )


Given = Mapping[str, CallArgument]
Written = tuple[str, list[str], bool]


def _taken(given: Given, *names: str) -> list[str] | None:
    """The texts of these arguments, where all of them are given and no others."""
    return [given[name].text for name in names] if set(names) == set(given) else None


def _is_whole_number(argument: CallArgument) -> bool:
    return isinstance(argument.constant, int) and not isinstance(argument.constant, bool)


def _setex(_call: RedisCall, given: Given) -> Written | None:
    texts = _taken(given, "name", "value", "time")
    return ("set", [*texts[:2], f"ex={texts[2]}"], _is_whole_number(given["time"])) if texts else None


def _psetex(_call: RedisCall, given: Given) -> Written | None:
    texts = _taken(given, "name", "value", "time_ms")
    return ("set", [*texts[:2], f"px={texts[2]}"], _is_whole_number(given["time_ms"])) if texts else None


def _setnx(call: RedisCall, given: Given) -> Written | None:
    texts = _taken(given, "name", "value")
    return ("set", [*texts, "nx=True"], call.usage in _AS_CONDITION and not call.client.queues) if texts else None


def _getset(_call: RedisCall, given: Given) -> Written | None:
    texts = _taken(given, "name", "value")
    return ("set", [*texts, "get=True"], True) if texts else None


def _hmset(call: RedisCall, given: Given) -> Written | None:
    texts = _taken(given, "name", "mapping")
    return (
        ("hset", [texts[0], f"mapping={texts[1]}"], call.usage in _UNUSED and not call.client.queues) if texts else None
    )


def _rpoplpush(_call: RedisCall, given: Given) -> Written | None:
    texts = _taken(given, "src", "dst")
    return ("lmove", [*texts, '"RIGHT"', '"LEFT"'], True) if texts else None


def _brpoplpush(_call: RedisCall, given: Given) -> Written | None:
    texts = _taken(given, "src", "dst", "timeout") or _taken(given, "src", "dst")
    if texts is None:
        return None
    timeout = given.get("timeout")
    is_safe = timeout is None or _is_whole_number(timeout)
    return "blmove", [*texts, *(["0"] if timeout is None else []), '"RIGHT"', '"LEFT"'], is_safe


def _range_by(option: str, *, is_reversed: bool) -> Callable[[RedisCall, Given], Written | None]:
    """``zrangebyscore(name, min, max)`` as ``zrange(name, min, max, byscore=True)``, and its relatives."""

    def write(_call: RedisCall, given: Given) -> Written | None:
        bounds = ("max", "min") if is_reversed else ("min", "max")
        if not {"name", *bounds} <= set(given) or ("start" in given) != ("num" in given):
            return None
        arguments = [given[name].text for name in ("name", *bounds)]
        arguments += ["desc=True"] if is_reversed else []
        arguments.append(f"{option}=True")
        for old, new in (("start", "offset"), ("num", "num"), ("withscores", "withscores"), ("score_cast_func",) * 2):
            if old in given:
                arguments.append(f"{new}={given[old].text}")
        known = {"name", *bounds, "start", "num", "withscores", "score_cast_func"}
        return ("zrange", arguments, True) if set(given) <= known else None

    return write


def _substr(_call: RedisCall, given: Given) -> Written | None:
    texts = _taken(given, "name", "start", "end") or _taken(given, "name", "start")
    return ("getrange", [*texts, *(["-1"] if len(texts) == 2 else [])], True) if texts else None


_WRITERS: Final[Mapping[str, Callable[[RedisCall, Given], Written | None]]] = {
    "setex": _setex,
    "psetex": _psetex,
    "setnx": _setnx,
    "getset": _getset,
    "hmset": _hmset,
    "rpoplpush": _rpoplpush,
    "brpoplpush": _brpoplpush,
    "zrangebyscore": _range_by("byscore", is_reversed=False),
    "zrevrangebyscore": _range_by("byscore", is_reversed=True),
    "zrangebylex": _range_by("bylex", is_reversed=False),
    "zrevrangebylex": _range_by("bylex", is_reversed=True),
    "substr": _substr,
}
