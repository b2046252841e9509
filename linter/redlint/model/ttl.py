"""What a call does to the TTL of its key."""

from __future__ import annotations

import enum

from redlint.commands.table import TtlFate, TtlScope, TtlUnit
from redlint.model.events import RedisCall, Unknown

_GIVING = (TtlUnit.SECONDS, TtlUnit.MILLISECONDS, TtlUnit.UNIX_SECONDS, TtlUnit.UNIX_MILLISECONDS)


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
