"""How long blocking commands wait, and how long their client waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from redlint.commands.table import TtlUnit
from redlint.model.defaults import effective_option
from redlint.model.events import CallArgument, ClientCreation, ClientRef, Place, RedisCall
from redlint.model.kinds import Role
from redlint.model.target import Target


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
    spec = call.spec
    if spec is None or not spec.blocks or call.client.queues or call.has_unknown_arguments or call.alternatives:
        return None
    (parameter, unit), *_ = spec.blocks.items()
    per_second = 1000 if unit is TtlUnit.MILLISECONDS else 1
    argument, known = call.argument(parameter), spec.parameter(parameter)
    # Where 0 is the default, which waits for ever, ``None`` is taken for it (redis/commands/core.py).
    is_for_ever_by_default = known is not None and known.default == "0"
    value: object = argument.constant if argument is not None else None
    if value is None and is_for_ever_by_default:
        value = 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    limit = effective_option(call.client, "socket_timeout", target)
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | float)):
        return BlockTime(value / per_second, None, parameter, argument, per_second) if not value else None
    return BlockTime(value / per_second, limit, parameter, argument, per_second)


def listening_limit(call: RedisCall, target: Target) -> float | None:
    """After how many seconds without a message a client gives up listening on a pubsub; ``None`` where it never does.

    That is the socket timeout, for ``listen()`` and ``get_message(timeout=None)``: seen with redis-py 5.2.1, 6.4.0,
    7.4.1 and 8.0.0 and valkey-py 6.2.0, sync and async. redis-py listens without it from 8.0.1 on (8.0.1, 8.1.0).
    """
    client = call.client
    if client.role is not Role.PUBSUB or not client.is_redis_py or call.alternatives or call.has_unknown_arguments:
        return None
    if client.library == "redis" and target.client_at_least(redis="8.0.1") is not False:
        return None
    timeout = call.argument("timeout")
    if call.method != "listen" and (call.method != "get_message" or timeout is None or timeout.constant is not None):
        return None
    limit = effective_option(client, "socket_timeout", target)
    return None if isinstance(limit, bool) or not isinstance(limit, int | float) else limit


def only_blocks(creation: ClientCreation, calls: Iterable[RedisCall]) -> bool:
    """Whether all that is ever sent with a client of the project are blocking commands."""
    place = Place(creation.path, creation.span)
    sent = [call for call in calls if call.commands and any(one.origin == place for one in _behind(call))]
    return bool(sent) and all(command.blocking for call in sent for command in call.commands)


def _behind(call: RedisCall) -> Iterable[ClientRef]:
    for client in (call.client, *call.alternatives):
        behind: ClientRef | None = client
        while behind is not None:
            yield behind
            behind = behind.parent
