"""RED402."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.kinds import BlockKind
from redlint.rule import ClientCreation, ProjectModel, Rule


class ClientInLoop(Rule):
    """A client is constructed in every iteration of a loop.

    ## What it does
    Reports a client or connection pool that is constructed inside a loop with the same arguments each time.

    ## Why is this bad?
    Each iteration opens a connection of its own and throws it away: what costs one round trip with a shared
    client costs a TCP handshake, the client's setup and a round trip. The server sees a storm of
    connections.

    ## Example
    ```python
    import redis


    def store(rows):
        for key, value in rows:
            client = redis.Redis()
            client.hset("rows", key, value)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def store(rows):
        with client.pipeline() as pipe:
            for key, value in rows:
                pipe.hset("rows", key, value)
            pipe.execute()
    ```

    ## Fix safety
    Only displayed: the construction has to move out of the loop, which may need a place of its own.

    ## Known problems
    Silent where the arguments depend on the loop (one client per node), where the client outlives the
    iteration, and in loops that try to connect until it works.

    ## References
    - [redis-py: connection pools](https://redis.readthedocs.io/en/stable/connections.html#connection-pools)
    """

    code = "RED402"
    since = "0.1"
    severity = Severity.ERROR
    message = "The client is constructed in every iteration of a loop"
    help = "Construct the client once, before the loop"

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report a construction inside a loop that makes the same client each time."""
        loops = tuple(creation.loops())
        if not loops or creation.escapes or creation.shared_pool or creation.varies_in_loop:
            return
        if _retries(creation):
            return
        factory = creation.client.factory.rpartition(".")[2]
        yield self.diagnostic(
            creation.path,
            creation.span,
            confidence=creation.client.confidence,
            message=f"{factory}() runs in every iteration of the loop and opens a connection of its own each time",
            fix=Fix(Applicability.DISPLAY, "Move the construction before the loop"),
        )


def _retries(creation: ClientCreation) -> bool:
    """Whether the construction stands in a `try` inside its loop: an attempt to connect, repeated."""
    for block in creation.blocks:
        if block.kind.is_loop:
            return False
        if block.kind is BlockKind.TRY:
            return True
    return False
