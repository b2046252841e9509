"""RED401."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ClientCreation, ProjectModel, Rule


class ClientPerCall(Rule):
    """A client is constructed every time a function runs, so every call opens its own connection.

    ## What it does
    Reports a client or connection pool that is constructed inside a function, used there and dropped again.

    ## Why is this bad?
    A client owns a connection pool. One that lives only for a call opens a TCP connection (and does the TLS
    and AUTH handshakes) for its first command and throws it away afterwards: measured on the loopback
    interface, a `GET` becomes 6 to 30 times slower. Under load the server runs out of connections, the host
    out of ports.

    ## Example
    ```python
    import redis


    def visits(page):
        client = redis.Redis()
        return client.incr(f"visits:{page}")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def visits(page):
        return client.incr(f"visits:{page}")
    ```

    ## Fix safety
    Only displayed: where the shared client should live is for the project to decide.

    ## Known problems
    Silent where the client outlives the call (returned, yielded, stored, passed on), where it is given a
    shared pool or an address that is a parameter, where a `while` loop works with it, and in code that runs
    once or is meant to connect anew: module level, constructors, startup and command-line functions, cached
    functions, fixtures, health checks. A factory that is called for every request is not reported yet.

    ## References
    - [redis-py: connection pools](https://redis.readthedocs.io/en/stable/connections.html#connection-pools)
    """

    code = "RED401"
    since = "0.1"
    severity = Severity.WARNING
    message = "The client is constructed on every call, and with it a connection of its own"
    help = "Construct one client at module level, or share a connection pool"

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report a construction whose client lives no longer than the call."""
        if creation.escapes or creation.shared_pool or creation.scope.runs_once:
            return
        if creation.varies_per_call or creation.serves_loop or any(True for _ in creation.loops()):
            return
        factory = creation.client.factory.rpartition(".")[2]
        yield self.diagnostic(
            creation.path,
            creation.span,
            confidence=creation.client.confidence,
            message=f"{factory}() runs on every call of {creation.scope.qualname}() and opens a connection of its own",
            fix=Fix(Applicability.DISPLAY, "Move the client to module level, or share a connection pool"),
        )
