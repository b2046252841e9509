"""RED412."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.defaults import effective_option
from redlint.model.events import ClientRef
from redlint.model.kinds import Role
from redlint.model.target import Target
from redlint.rule import ProjectModel, RedisCall, Rule

_LIMIT: Final = 100
"""``max_connections`` of a pool from redis-py 8 on, where nothing else is given (``ConnectionPool.__init__``)."""


class GatherExceedsPool(Rule):
    """Commands for a whole collection are started at once, each on a connection of its own, from a limited pool.

    ## What it does
    Reports `asyncio.gather` over a command for each item of a parameter or of a reply, on a client whose pool gives out
    100 connections at most: by default with redis-py 8 and later, or because of `max_connections`. The version comes
    from the setting `target-client`, or from the project's lock file or dependencies.

    ## Why is this bad?
    Every command that waits for its reply holds a connection. The pool does not wait for one to come back: the command
    that finds none fails with `MaxConnectionsError`, and `gather` with it. This shows first when the collection grows.

    ## Example
    ```python
    import asyncio

    import redis.asyncio

    client = redis.asyncio.Redis(socket_timeout=5, max_connections=20)


    async def names(users):
        return await asyncio.gather(*[client.get(f"name:{user}") for user in users])
    ```

    ## Use instead
    ```python
    import asyncio

    import redis.asyncio

    pool = redis.asyncio.BlockingConnectionPool(max_connections=20, socket_timeout=5)
    client = redis.asyncio.Redis(connection_pool=pool)


    async def names(users):
        return await asyncio.gather(*[client.get(f"name:{user}") for user in users])
    ```

    ## Fix safety
    The fix is only displayed: the pool is made where the client is.

    ## Known problems
    Threads, task groups and commands inside other coroutines are not looked at. Silent where the version is unknown and
    no `max_connections` is given. How many items callers pass is not known.

    ## References
    - [Connection pools of redis-py](https://redis.readthedocs.io/en/stable/connections.html)
    - [Report: writes fail after an upgrade to redis-py 8](https://github.com/hopeit-git/hopeit.engine/issues/222)
    """

    code = "RED412"
    since = "0.2"
    severity = Severity.WARNING
    message = "More commands are started at once than the pool has connections"
    help = "Use a `BlockingConnectionPool`, which waits for a free connection"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report gathered commands on a pool that does not wait."""
        client = call.client
        if call.loop is None or not call.loop.gathered or call.loop.receiver_varies:
            return
        if call.alternatives or client.role is not Role.CLIENT or not client.is_async or client.is_test_double:
            return
        limit = _limit(client, project.target)
        if limit is None or any("len(" in block.header for block in (*call.blocks, *call.passed)):
            return
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=client.confidence,
            message=f"{call.shown_command} is started for all of `{call.loop.over}` at once, each on a connection of "
            f"its own: beyond {limit} the pool raises MaxConnectionsError",
            fix=Fix(Applicability.DISPLAY, "Give the client a `BlockingConnectionPool`"),
        )


def _limit(client: ClientRef, target: Target) -> int | None:
    """How many connections the client's pool gives out before it raises, ``None`` where that is many or unknown."""
    if not client.is_redis_py or client.origin is None or "single_connection_client" in client.options:
        return None
    if any("Blocking" in one.factory for one in (client, client.parent) if one is not None):
        return None
    found = effective_option(client, "max_connections", target)
    if found is None and client.library == "redis" and target.client_at_least(redis="8"):
        return _LIMIT
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found <= _LIMIT else None
