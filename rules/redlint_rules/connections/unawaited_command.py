"""RED406."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity, Span
from redlint.model.kinds import BlockKind, Role, Usage
from redlint.rule import ProjectModel, RedisCall, Rule

_AS_VALUE = frozenset({Usage.TESTED, Usage.COMPARED, Usage.SUBSCRIPTED, Usage.ITERATED})


class UnawaitedCommand(Rule):
    """A command of an async client is called without `await`.

    ## What it does
    Reports commands of async clients whose coroutine is dropped, or used as if it were the reply: tested, compared,
    iterated or subscripted. Coroutines that are stored, returned or passed on (`gather`, `create_task`) may be awaited
    there and are left alone, and so are pipelines, which only queue.

    ## Why is this bad?
    Nothing is sent: the command only runs when its coroutine is awaited. As a condition, a coroutine is always true.

    ## Example
    ```python
    import redis.asyncio as redis

    client = redis.Redis(socket_timeout=5)


    async def forget(name):
        client.delete(f"user:{name}")
    ```

    ## Use instead
    ```python
    import redis.asyncio as redis

    client = redis.Redis(socket_timeout=5)


    async def forget(name):
        await client.delete(f"user:{name}")
    ```

    ## Fix safety
    Safe where the call is a statement of its own in an `async def`: `await` is put in front of it. Unsafe where the
    result is used, since the code then gets another value. Outside of `async def` there is no fix.

    ## Known problems
    A coroutine that is kept in a variable and never awaited is not reported, nor is a client in an attribute that a
    sync method uses: bases of sync and async classes look like that.

    ## References
    - [redis.asyncio](https://redis.readthedocs.io/en/stable/examples/asyncio_examples.html)
    """

    code = "RED406"
    since = "0.2"
    severity = Severity.ERROR
    message = "The command is never sent: nothing awaits it"
    help = "Put `await` in front of the call"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report commands of async clients that are not awaited."""
        if not _is_coroutine(call) or call.awaited or call.through:
            return
        is_dropped = call.usage is Usage.DISCARDED
        if not is_dropped and call.usage not in _AS_VALUE:
            return
        message = f"{call.shown_command} is not awaited, so that it is never sent"
        if not is_dropped:
            message = f"{call.shown_command} is not awaited: what is used here is a coroutine, not the reply"
        yield self.diagnostic(
            call.path, call.span, confidence=call.client.confidence, message=message, fix=_fix(call, is_dropped)
        )


def _is_coroutine(call: RedisCall) -> bool:
    """Whether the call surely gives a coroutine: a command that a client of its own sends at once."""
    if not call.commands or (call.spec is not None and call.spec.helper):
        return False
    if not call.scope.is_async and call.receiver.startswith("self."):
        return False  # a base of sync and async classes: where nothing can be awaited, the client is a sync one
    known = (call.client, *call.alternatives)
    return all(client.is_async and client.role in (Role.CLIENT, Role.CLUSTER) for client in known)


def _fix(call: RedisCall, is_dropped: bool) -> Fix | None:
    is_in_lambda = any(block.kind in (BlockKind.LAMBDA, BlockKind.COMPREHENSION) for block in call.blocks)
    if not call.scope.is_async or is_in_lambda:
        return None
    start, end = call.outer_span.start, call.outer_span.end
    if is_dropped:
        return Fix(Applicability.SAFE, "Await the command", (Edit(Span(start, start), "await "),))
    edits = (Edit(Span(start, start), "(await "), Edit(Span(end, end), ")"))
    return Fix(Applicability.UNSAFE, "Await the command", edits)
