"""What a call does to the TTL of its key."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from redlint.commands.table import TtlFate, TtlScope, TtlUnit
from redlint.model.events import RedisCall, Unknown

_GIVING = (TtlUnit.SECONDS, TtlUnit.MILLISECONDS, TtlUnit.UNIX_SECONDS, TtlUnit.UNIX_MILLISECONDS)


class TtlPolicy(enum.Enum):
    """Whether the keys of a pattern expire.

    ``ALWAYS``: every write that creates such a key gives it a TTL, or an EXPIRE follows in the same function
    under no further condition. ``SOMETIMES``: some code gives a TTL, but not for every such write. ``NEVER``:
    no code gives one. ``UNKNOWN``: an option that cannot be seen or a script decides, or nothing seen creates
    the key.
    """

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"
    UNKNOWN = "unknown"


class TtlEffect(enum.Enum):
    """``MAY_SET``: an option that cannot be seen, or whose value may be ``None``, decides."""

    SETS = "sets"
    MAY_SET = "may set"
    CLEARS = "clears"
    KEEPS = "keeps"
    NONE = "none"


def ttl_effect(call: RedisCall) -> TtlEffect:
    """What a call does to the TTL of the keys it writes (command table, method table)."""
    spec = call.spec
    if spec is None or not call.commands:
        return _raw_effect(call)
    given = [argument for argument in call.arguments if argument.parameter in spec.ttl]
    for argument in given:
        parameter = spec.ttl[argument.parameter or ""]
        if parameter.scope is not TtlScope.KEY or argument.constant is None or argument.constant is False:
            continue
        if parameter.unit in _GIVING:
            return TtlEffect.SETS
        if parameter.unit is TtlUnit.KEEP:
            return TtlEffect.KEEPS
        return TtlEffect.CLEARS
    fate = call.commands[0].ttl
    if spec.ttl and call.has_unknown_arguments:
        return TtlEffect.MAY_SET
    if fate is TtlFate.SETS:
        return TtlEffect.NONE if spec.ttl else TtlEffect.SETS
    return TtlEffect(fate.value)


def lock_effect(call: RedisCall) -> TtlEffect:
    """What a lock object will do to the TTL of its key: without ``timeout`` it holds the key for good."""
    timeout = call.argument("timeout")
    if timeout is None:
        return TtlEffect.MAY_SET if call.has_unknown_arguments else TtlEffect.NONE
    if not timeout.is_known:
        return TtlEffect.MAY_SET
    return TtlEffect.NONE if timeout.constant is None else TtlEffect.SETS


def ttl_seconds(call: RedisCall) -> Iterator[float]:
    """The durations that a call gives its keys as constants, in seconds."""
    spec = call.spec
    for argument in call.arguments if spec is not None else ():
        given = spec.ttl.get(argument.parameter or "") if spec is not None else None
        value = argument.constant
        if given is None or given.scope is not TtlScope.KEY or not isinstance(value, int | float):
            continue
        if isinstance(value, bool):
            continue
        if given.unit is TtlUnit.SECONDS:
            yield value
        elif given.unit is TtlUnit.MILLISECONDS:
            yield value / 1000


def _raw_effect(call: RedisCall) -> TtlEffect:
    """For ``execute_command``: the words of the call, against the command's options."""
    if call.command is None:
        return TtlEffect.NONE
    if call.command.ttl is TtlFate.SETS:
        return TtlEffect.SETS
    tokens = {argument.token.upper(): argument.unit for argument in call.command.ttl_args if argument.token}
    for argument in call.arguments:
        word = argument.constant
        if argument.splat or (isinstance(word, Unknown) and tokens):
            return TtlEffect.MAY_SET
        unit = tokens.get(word.upper()) if isinstance(word, str) else None
        if unit is not None:
            return TtlEffect.SETS if unit in _GIVING else TtlEffect.KEEPS
    return TtlEffect(call.command.ttl.value)
