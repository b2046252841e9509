"""RED512."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ProjectModel, RedisCall, Rule


class LockOnPipeline(Rule):
    """A lock is made on a pipeline, where nothing takes it.

    ## What it does
    Reports `lock()` of a pipeline.

    ## Why is this bad?
    `acquire()` asks the pipeline to set the key. That queues the command and returns the pipeline, which counts as
    success: the lock is said to be held, and the server knows nothing of it. Two processes get in at once.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def pay(account):
        with client.pipeline() as pipe:
            with pipe.lock(f"lock:{account}", timeout=10):
                pipe.incrby(f"balance:{account}", -10)
                pipe.execute()
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def pay(account):
        with client.lock(f"lock:{account}", timeout=10), client.pipeline() as pipe:
            pipe.incrby(f"balance:{account}", -10)
            pipe.execute()
    ```

    ## Fix safety
    There is no fix: the client that the pipeline was made from may have another name.

    ## Known problems
    `set(..., nx=True)` on a pipeline whose result is tested is reported by RED603.

    ## References
    - [Distributed locks](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/)
    """

    code = "RED512"
    since = "0.2"
    severity = Severity.ERROR
    message = "A lock on a pipeline is never taken, though `acquire()` says so"
    help = "Make the lock with the client"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report lock objects of pipelines."""
        known = (call.client, *call.alternatives)
        if call.makes_lock and all(client.queues for client in known):
            yield self.diagnostic(call.path, call.span, confidence=call.client.confidence)
