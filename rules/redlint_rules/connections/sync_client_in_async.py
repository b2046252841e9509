"""RED405."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.events import Scope
from redlint.model.kinds import BlockKind, Role
from redlint.rule import CallSequence, ModuleModel, ProjectModel, RedisCall, Rule

_ROLES = frozenset({Role.CLIENT, Role.CLUSTER, Role.MODULE})


class SyncClientInAsync(Rule):
    """A command of a sync client runs in an `async def`.

    ## What it does
    Reports commands of sync clients in `async def` functions, once for each function, and calls of functions of the
    project that send one. Silent where a thread runs the command or the function (`to_thread`, `run_in_executor`),
    where a decorator may do so, for functions that run once (they connect, or keep what they made), and where the
    client may be an async one.

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
    Functions are looked into only one call deep, and found only in files that have to do with Redis.

    ## References
    - [redis.asyncio](https://redis.readthedocs.io/en/stable/examples/asyncio_examples.html)
    """

    code = "RED405"
    since = "0.2"
    severity = Severity.WARNING
    message = "The command of a sync client blocks the event loop"
    help = "Use `redis.asyncio`, or run the command in a thread with `asyncio.to_thread`"

    def check_module(self, module: ModuleModel, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report calls of functions that send such a command, each function once in each async function."""
        seen: set[tuple[Scope, Scope]] = set()
        for one in module.function_calls:
            blocking = [call for call in one.calls if _blocks(call)]
            is_elsewhere = any(block.kind is BlockKind.LAMBDA for block in one.blocks)
            if not blocking or is_elsewhere or one.called.runs_once or (one.scope, one.called) in seen:
                continue
            seen.add((one.scope, one.called))
            first, called = blocking[0], one.called.name
            yield self.diagnostic(
                one.path,
                one.span,
                confidence=first.client.confidence,
                message=f"{called}() sends {_name(first)} of a sync client: the event loop waits for the server",
                related=(Related(first.path, first.span, "sent here"),),
            )

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
