"""RED404."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity
from redlint.fixes import enter_for_rest
from redlint.model.kinds import Usage
from redlint.model.life_cycles import ObjectLife, client_lives, pubsub_lives
from redlint.rule import CallSequence, ProjectModel, Rule

_PROBE = "connectivity check"


class ClientNotClosed(Rule):
    """An async client or pubsub is made, used and dropped without being closed.

    ## What it does
    Reports async clients and pubsubs that a function makes for itself, awaits something of, and neither closes,
    returns, stores, passes on nor enters with `async with`.

    ## Why is this bad?
    Nothing can close an async connection when the object goes: that needs an `await`. A dropped pubsub keeps a
    connection of its client's pool for as long as the client lives. A dropped client leaves the socket to the
    garbage collector: in redis-py 8 that is a matter of time, and 100 dropped clients keep 100 connections until then.

    ## Example
    ```python
    import redis.asyncio as redis


    async def name(url, user_id):
        client = redis.from_url(url, socket_timeout=5)
        return await client.get(f"name:{user_id}")
    ```

    ## Use instead
    ```python
    import redis.asyncio as redis


    async def name(url, user_id):
        async with redis.from_url(url, socket_timeout=5) as client:
            return await client.get(f"name:{user_id}")
    ```

    ## Fix safety
    Unsafe: the statements after `client = ...` come into an `async with` block, at the end of which the connection is
    closed. Only displayed where the variable is assigned twice or not at all, where its block ends before the last use,
    and where a text goes over several rows.

    ## Known problems
    One that only some paths close is not reported. Silent in code that runs once (startup, `main`), where a loop works
    with the object for as long as the program runs, and for clients that are given a pool.

    ## References
    - [redis.asyncio](https://redis.readthedocs.io/en/stable/examples/asyncio_examples.html)
    """

    code = "RED404"
    since = "0.2"
    severity = Severity.WARNING
    message = "Nothing closes the connection"
    help = "Enter it with `async with`, or `await` its `aclose()` in a `finally`"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each object whose connection is left open."""
        scope = sequence.scope
        if not scope.is_async or (scope.runs_once and scope.runs_once_because != _PROBE):
            return
        for life in client_lives(sequence, project.modules[scope.path].creations):
            if _is_left_open(life):
                yield self._finding(
                    life, sequence, "client", f"Nothing closes the async client that {scope.qualname}() makes"
                )
        for life in pubsub_lives(sequence):
            if _is_left_open(life):
                message = f"Nothing closes the pubsub that {scope.qualname}() makes: its connection stays taken"
                yield self._finding(life, sequence, "pubsub", message)

    def _finding(self, life: ObjectLife, sequence: CallSequence, what: str, message: str) -> Diagnostic:
        edits = _entered(life, sequence)
        return self.diagnostic(
            life.place.path,
            life.place.span,
            confidence=life.client.confidence,
            message=message,
            fix=Fix(
                Applicability.DISPLAY if edits is None else Applicability.UNSAFE,
                f"Enter the {what} with `async with`",
                edits or (),
            ),
        )


def _entered(life: ObjectLife, sequence: CallSequence) -> tuple[Edit, ...] | None:
    """The edits that close the object at the end of its block; ``None`` where something of it may be used later."""
    if not life.client.is_redis_py or any(call.usage is Usage.RETURNED and not call.awaited for call in life.calls):
        return None
    return enter_for_rest(life.place.span, sequence.scope, life.calls[0].source)


def _is_left_open(life: ObjectLife) -> bool:
    if life.escapes or not life.client.is_async or life.client.is_test_double:
        return False
    return life.is_certain and life.is_sent and not life.is_closed and not life.serves_loop
