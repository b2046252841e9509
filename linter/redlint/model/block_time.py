"""How long blocking commands wait, and how long their client waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from redlint.model.defaults import effective_option
from redlint.model.events import CallArgument, RedisCall
from redlint.model.target import Target

_IN_MILLISECONDS: Final[Mapping[str, str]] = {"XREAD": "block", "XREADGROUP": "block", "WAIT": "timeout"}
"""Commands that are told how long to wait in milliseconds, and redis-py's parameter for it."""
_FOR_EVER_BY_DEFAULT: Final = frozenset({"BLPOP", "BRPOP", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX"})
"""Commands whose methods wait for ever where no timeout is given (signatures of redis-py 3.5 to 8.1)."""


@dataclass(frozen=True, slots=True)
class BlockTime:
    """How long a command waits, in seconds, 0 for ever; ``limit`` is the client's socket timeout, if it has one.

    ``parameter`` is the name of the method's option, ``argument`` what is given for it, ``per_second`` its unit.
    """

    seconds: float
    limit: float | None
    parameter: str
    argument: CallArgument | None
    per_second: int


def block_seconds(call: RedisCall, target: Target) -> BlockTime | None:
    """The waiting time of a blocking call; ``None`` for other calls, and where one of the two times is unknown."""
    command = call.command
    if command is None or call.client.queues or call.has_unknown_arguments or call.alternatives:
        return None
    if not command.blocking and command.name != "WAIT":
        return None
    parameter = _IN_MILLISECONDS.get(command.name, "timeout")
    per_second = 1000 if command.name in _IN_MILLISECONDS else 1
    argument = call.argument(parameter)
    if argument is None:
        value: object = 0 if command.name in _FOR_EVER_BY_DEFAULT else None
    else:
        value = argument.constant
        if value is None and command.name in _FOR_EVER_BY_DEFAULT:
            value = 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    limit = effective_option(call.client, "socket_timeout", target)
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | float)):
        return BlockTime(value / per_second, None, parameter, argument, per_second) if not value else None
    return BlockTime(value / per_second, limit, parameter, argument, per_second)
