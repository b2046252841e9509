"""RED701."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ModuleModel, ProjectModel, RedisCall, Rule


class GroupReadWithoutAck(Rule):
    """Entries are read as a member of a group, and nobody says that they are done.

    ## What it does
    Reports the first `XREADGROUP` of a project without `noack=True` where no code sends `XACK`. Silent where scripts
    are run, which may do it.

    ## Why is this bad?
    The server keeps every entry that a consumer has read in its list of pending entries, until it is acknowledged.
    The list grows with every message, trimming the stream does not empty it, and after a restart everything counts as
    unfinished.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def work(handle):
        handle(client.xreadgroup("workers", "one", {"jobs": ">"}, count=10, block=2000))
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def work(handle):
        client.xautoclaim("jobs", "workers", "one", min_idle_time=60_000)
        for stream, entries in client.xreadgroup("workers", "one", {"jobs": ">"}, count=10, block=2000):
            handle(entries)
            client.xack(stream, "workers", *(entry for entry, _ in entries))
    ```

    ## Fix safety
    There is no fix: when an entry is done is a decision. `noack=True` says that it never matters.

    ## Known problems
    All groups and streams of a project are looked at together.

    ## References
    - [XACK](https://redis.io/docs/latest/commands/xack/)
    """

    code = "RED701"
    since = "0.2"
    severity = Severity.WARNING
    message = "Nothing acknowledges the entries: the list of pending ones grows for ever"
    help = "Send XACK when an entry is done, or read with `noack=True`"

    def check_module(self, module: ModuleModel, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first such read of the project."""
        reads = [call for call in project.calls_of("XREADGROUP") if call.production]
        if not reads or reads[0].path != module.path:
            return
        if any(call.production and _may_acknowledge(call) for call in project.calls()):
            return
        first = reads[0]
        noack = first.argument("noack")
        if first.has_unknown_arguments or (noack is not None and noack.constant is not False):
            return
        yield self.diagnostic(first.path, first.span, confidence=first.client.confidence)


def _may_acknowledge(call: RedisCall) -> bool:
    return any(command.name in ("XACK", "XACKDEL") or command.scripting for command in call.commands)
