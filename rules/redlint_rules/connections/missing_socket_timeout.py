"""RED403."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import add_option
from redlint.model.block_time import only_blocks
from redlint.model.defaults import effective_option
from redlint.rule import ClientCreation, ProjectModel, Rule

_WAIT = "socket_timeout"
_CONNECT = "socket_connect_timeout"


class MissingSocketTimeout(Rule):
    """A client waits for ever for a server that does not answer.

    ## What it does
    Reports clients and pools that are constructed without `socket_timeout`, where that means no timeout in every
    version that the project may use: redis-py before 8.0 (which has 5 seconds), and sync `Valkey()` of valkey-py. The
    versions come from the setting `target-client`, or from the project's lock file or dependencies. Clients that only
    send blocking commands, or are given `socket_timeout=None`, need a `socket_connect_timeout` instead.

    ## Why is this bad?
    When a server hangs, or a firewall drops a connection without a word, every command waits until the operating
    system gives up: minutes, or for ever. So does a connection to a host that is gone. Threads and workers pile up
    behind it, and the program stands still.

    ## Example
    ```python
    import valkey

    client = valkey.Valkey(host="cache")
    ```

    ## Use instead
    ```python
    import valkey

    client = valkey.Valkey(host="cache", socket_timeout=5)
    ```

    ## Fix safety
    Unsafe: commands that take longer than the timeout, such as BLPOP without one, then fail.

    ## Options
    - `timeout`: seconds that the fix passes, 5 by default.

    ## Known problems
    Silent where the versions of the client library are unknown, or wide enough to include redis-py 8. An explicit
    `None` is taken for a decision.

    ## References
    - [Redis clients: timeouts](https://redis.io/docs/latest/develop/clients/redis-py/produsage/)
    """

    code = "RED403"
    since = "0.2"
    severity = Severity.WARNING
    message = "The client has no socket timeout: a server that hangs makes it wait for ever"
    help = "Pass `socket_timeout`, in seconds"

    @dataclass(frozen=True)
    class Options(Rule.Options):
        """Settings of the rule."""

        timeout: int = 5

    options: Options

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report constructions whose effective timeout is none."""
        client = creation.client
        option = _missing_option(creation, project)
        if creation.shared_pool or client.is_test_double or not option:
            return
        edits = add_option(creation, option, str(self.options.timeout))
        applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
        is_wait = option == _WAIT
        yield self.diagnostic(
            creation.path,
            creation.span,
            confidence=client.confidence,
            message=self.message if is_wait else "The client has no connect timeout: a host that is gone makes it wait",
            help=self.help if is_wait else f"Pass `{option}`, in seconds",
            fix=Fix(applicability, f"Pass `{option}={self.options.timeout}`", edits or ()),
        )


def _missing_option(creation: ClientCreation, project: ProjectModel) -> str:
    """The timeout that the client has not; empty where it has both, or that is unknown or decided.

    Who decides that a client has no socket timeout, or needs none since it only blocks, has decided nothing about
    connecting: that waits for the ``socket_timeout`` where nothing else is said (``connection.py`` of redis-py).
    """
    client = creation.client
    if effective_option(client, _WAIT, project.target) is not None:
        return ""
    if _WAIT not in client.options and not only_blocks(creation, project.calls()):
        return _WAIT
    if _CONNECT in client.options or effective_option(client, _CONNECT, project.target) is not None:
        return ""
    return _CONNECT
