"""RED104."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_WHAT = {
    "FLUSHALL": "deletes the keys of all databases of the server, also those of other programs",
    "FLUSHDB": "deletes every key of the database, also those of other programs",
    "SCRIPT FLUSH": "drops the cached scripts of all programs, whose next EVALSHA fails",
    "FUNCTION FLUSH": "deletes the functions of all programs on the server",
}
_OWN_COMMAND = re.compile(
    r"_*(?:a|async_|sync_)?(?:clear|clean|flush|reset|purge|wipe|truncate|drop|invalidate|delete_all|remove_all|empty)"
)


class FlushInProduction(Rule):
    """FLUSHALL and FLUSHDB delete everything, whoever it belongs to.

    ## What it does
    Reports `FLUSHALL`, `FLUSHDB`, `SCRIPT FLUSH` and `FUNCTION FLUSH` in production code. As information only where
    the function around it is made for that: `clear()`, `flush()` and the like.

    ## Why is this bad?
    A database is rarely used by one program for ever: sessions, queues and locks of others go as well, and nothing
    brings them back. Without `ASYNC` the server also frees all of it before it serves the next client.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def deploy():
        client.flushdb()
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def deploy(pages):
        client.unlink("page:front", *(f"page:{page}" for page in pages))
    ```

    ## Fix safety
    The fix is only displayed: deleting by prefix needs to know the prefix. `asynchronous=True` at least does not
    block the server.

    ## Known problems
    `cache.clear()` of a Django cache, which is a FLUSHDB with django-redis, is not seen: other caches have it too.

    ## References
    - [FLUSHDB](https://redis.io/docs/latest/commands/flushdb/)
    - [FLUSHALL](https://redis.io/docs/latest/commands/flushall/)
    - [Incident: clearing a cache emptied the production queue](https://github.com/laravel/docs/pull/1786)
    """

    code = "RED104"
    since = "0.2"
    severity = Severity.ERROR
    commands = frozenset(_WHAT)
    message = "The command deletes everything, also what belongs to others"
    help = "Delete your own keys by prefix"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the call; the commands filter has done the rest."""
        is_asked_for = _OWN_COMMAND.match(call.scope.name) is not None
        name = call.command_name
        option = call.argument("asynchronous")
        waits = name.startswith("FLUSH") and (option is None or option.constant is False)
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            severity=Severity.INFO if is_asked_for else None,
            message=f"{name} {_WHAT[name]}" + ("; all clients wait until it is done" if waits else ""),
            help=self.help if name.startswith("FLUSH") else "Leave it to those who run the server",
            fix=Fix(Applicability.DISPLAY, "Pass `asynchronous=True`, so that clients need not wait")
            if waits
            else None,
        )
