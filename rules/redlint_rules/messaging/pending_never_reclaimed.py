"""RED702."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ModuleModel, ProjectModel, RedisCall, Rule

_RECLAIMS = frozenset({"XAUTOCLAIM", "XCLAIM", "XPENDING"})


class PendingNeverReclaimed(Rule):
    """Entries of consumers that have died stay with them.

    ## What it does
    Reports the first `XREADGROUP` of a project in which nothing sends `XAUTOCLAIM`, `XCLAIM` or `XPENDING`, and every
    read asks for new entries (`>`) only. Silent with `noack=True`, and where scripts are run.

    ## Why is this bad?
    An entry that a consumer has read and not acknowledged belongs to it for good. If the consumer is gone, nobody
    gets the entry any more, and nobody is told.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def work(handle):
        for stream, entries in client.xreadgroup("workers", "one", {"jobs": ">"}, count=10, block=2000):
            handle(entries)
            client.xack(stream, "workers", *(entry for entry, _ in entries))
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
    There is no fix: when a consumer counts as gone is a decision.

    ## Known problems
    All groups and streams of a project are looked at together. Another program may do it.

    ## References
    - [XAUTOCLAIM](https://redis.io/docs/latest/commands/xautoclaim/)
    """

    code = "RED702"
    since = "0.2"
    severity = Severity.INFO
    message = "Entries of consumers that have died are never taken up again"
    help = "Send XAUTOCLAIM from time to time"

    def check_module(self, module: ModuleModel, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first read of a project that never takes entries up again."""
        reads = [call for call in project.calls_of("XREADGROUP") if call.production]
        if not reads or reads[0].path != module.path:
            return
        calls = [call for call in project.calls() if call.production]
        names = {command.name for call in calls for command in call.commands}
        if not names.isdisjoint(_RECLAIMS):
            return
        # Without any acknowledgement RED701 says more.
        if "XACK" not in names or any(command.scripting for call in calls for command in call.commands):
            return
        if all(map(_asks_for_new, reads)):
            yield self.diagnostic(reads[0].path, reads[0].span, confidence=reads[0].client.confidence)


def _asks_for_new(call: RedisCall) -> bool:
    """Whether a read surely asks for entries only that no consumer has got yet."""
    streams, noack = call.argument("streams"), call.argument("noack")
    is_kept = noack is None or noack.constant is False
    return streams is not None and streams.text.rstrip("} ").endswith(('">"', "'>'")) and is_kept
