"""RED411."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ClientCreation, ProjectModel, Rule

_HEEDED = frozenset(
    {
        *("connection_pool", "single_connection_client", "auto_close_connection_pool", "cache", "cache_config"),
        *("event_dispatcher", "driver_info", "lib_name", "lib_version"),
    }
)
"""What a client heeds beside its pool (``Redis.__init__`` of redis-py 5.0 to 8.1)."""


class IgnoredClientOption(Rule):
    """An option is given to a client that takes it from its pool.

    ## What it does
    Reports clients that are constructed with `connection_pool=` and with options of connections beside it:
    `socket_timeout`, `decode_responses`, `password`, `db`, `retry` and the like.

    ## Why is this bad?
    The connections come from the pool, with the options of the pool. The options of the client are ignored without a
    word: there is no timeout, bytes come back instead of text, another database is used.

    ## Example
    ```python
    import redis

    pool = redis.ConnectionPool(host="cache", socket_timeout=5)
    client = redis.Redis(connection_pool=pool, decode_responses=True)
    ```

    ## Use instead
    ```python
    import redis

    pool = redis.ConnectionPool(host="cache", socket_timeout=5, decode_responses=True)
    client = redis.Redis(connection_pool=pool)
    ```

    ## Fix safety
    The fix is only displayed: other clients of the pool get the option as well.

    ## Known problems
    Options in `**options` are not seen.

    ## References
    - [redis-py: connection pools](https://redis.readthedocs.io/en/stable/connections.html)
    """

    code = "RED411"
    since = "0.2"
    severity = Severity.ERROR
    message = "The option is ignored: the pool decides"
    help = "Give the option to the pool"

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report options beside a pool."""
        client = creation.client
        if "connection_pool" not in creation.keywords or not client.is_redis_py:
            return
        if client.options.get("connection_pool", 0) is None:
            return
        ignored = [name for name in creation.keywords if name not in _HEEDED]
        if ignored:
            names = ", ".join(f"`{name}`" for name in ignored)
            yield self.diagnostic(
                creation.path,
                creation.span,
                confidence=client.confidence,
                message=f"{names} {'is' if len(ignored) == 1 else 'are'} ignored: connections come from the pool",
                fix=Fix(Applicability.DISPLAY, f"Give {names} to the pool"),
            )
