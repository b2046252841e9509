"""RED509."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.pipelines import pipeline_lives
from redlint.rule import CallSequence, ProjectModel, Rule


class WatchWithoutMulti(Rule):
    """A key is watched, but the write does not depend on it.

    ## What it does
    Reports `watch()` on a pipeline that the same function never calls `multi()` on, where it writes afterwards.

    ## Why is this bad?
    After `watch()` every command is sent at once. Without `multi()` there is no transaction that a change of the
    watched key could stop: the write happens in any case, as if nothing had been watched. An `execute()` afterwards may
    raise `WatchError`, when it is too late.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def pay(account, amount):
        with client.pipeline() as pipe:
            pipe.watch(f"balance:{account}")
            if int(pipe.get(f"balance:{account}") or 0) >= amount:
                pipe.decrby(f"balance:{account}", amount)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def pay(account, amount):
        with client.pipeline() as pipe:
            pipe.watch(f"balance:{account}")
            if int(pipe.get(f"balance:{account}") or 0) >= amount:
                pipe.multi()
                pipe.decrby(f"balance:{account}", amount)
                pipe.execute()
    ```

    ## Fix safety
    There is no fix: where the transaction begins is a decision.

    ## Known problems
    Pipelines that other functions get as well are not looked at, and whether `WatchError` is handled neither.

    ## References
    - [Transactions: optimistic locking](https://redis.io/docs/latest/develop/using-commands/transactions/)
    - [Report: redis-py's own lock watched without MULTI](https://github.com/redis/redis-py/pull/1031)
    """

    code = "RED509"
    since = "0.2"
    severity = Severity.WARNING
    message = "The key is watched, but no transaction depends on it"
    help = "Call `multi()` before the first write, and try again on `WatchError`"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report pipelines that watch and write without a transaction."""
        for life in pipeline_lives(sequence):
            methods = {call.method for call in life.calls}
            watch = next((call for call in life.calls if call.method == "watch"), None)
            if watch is None or life.made.escapes or not methods.isdisjoint({"multi", "unwatch", "reset"}):
                continue
            write = next((one for one in life.queued if any(command.write for command in one.commands)), None)
            if write is None or write.span.start < watch.span.end:
                continue
            yield self.diagnostic(
                watch.path,
                watch.span,
                confidence=watch.client.confidence,
                related=(Related(write.path, write.span, "this write is sent at once"),),
            )
