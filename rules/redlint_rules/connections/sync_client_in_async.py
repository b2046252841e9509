"""RED405."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.kinds import BlockKind, Role
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule

_ROLES = frozenset({Role.CLIENT, Role.CLUSTER, Role.MODULE})


class SyncClientInAsync(Rule):
    """A command of a sync client runs in an `async def`.

    ## What it does
    Reports commands of sync clients in `async def` functions, once for each function. Silent where a thread runs the
    command (`to_thread`, `run_in_executor`), and where the client may be an async one.

    ## Why is this bad?
    The event loop waits for the reply, and with it everything else that runs on it. On a good day that is half a
    millisecond each time; when the server or the network is slow, the whole program stands still.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    async def name(user_id):
        return client.get(f"name:{user_id}")
    ```

    ## Use instead
    ```python
    import redis.asyncio as redis

    client = redis.Redis(socket_timeout=5)


    async def name(user_id):
        return await client.get(f"name:{user_id}")
    ```

    ## Fix safety
    There is no fix: all uses of the client have to change with it.

    ## Known problems
    Sync functions that an `async def` calls are not looked into.

    ## References
    - [redis.asyncio](https://redis.readthedocs.io/en/stable/examples/asyncio_examples.html)
    """

    code = "RED405"
    since = "0.2"
    severity = Severity.WARNING
    message = "The command of a sync client blocks the event loop"
    help = "Use `redis.asyncio`, or run the command in a thread with `asyncio.to_thread`"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each async function once, at the first command that blocks its event loop."""
        if not sequence.scope.is_async:
            return
        blocking = [call for call in sequence.calls if _blocks(call)]
        if not blocking:
            return
        first, *others = blocking
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            message=f"{_name(first)} of a sync client makes the event loop wait for the server",
            related=tuple(Related(other.path, other.span, f"so does {_name(other)}") for other in others[:9]),
        )


def _blocks(call: RedisCall) -> bool:
    """Whether a call surely waits for the server on the event loop's own thread."""
    if call.through or call.awaited or any(block.kind is BlockKind.LAMBDA for block in call.blocks):
        return False
    if any(client.is_async for client in (call.client, *call.alternatives)):
        return False
    if call.client.queues:
        return call.method == "execute"
    return call.client.role in _ROLES and bool(call.commands)


def _name(call: RedisCall) -> str:
    return call.shown_command if call.commands else f"`{call.method}()`"
