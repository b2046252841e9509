"""RED504."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.model.key_words import names_lock
from redlint.model.keyspace import only_if_missing
from redlint.model.kinds import Role, Usage
from redlint.rule import ProjectModel, RedisCall, Rule


class IgnoredLockAcquire(Rule):
    """Whether the lock was taken is not looked at.

    ## What it does
    Reports `acquire(blocking=False)` and `acquire(blocking_timeout=...)` whose result is dropped, also where
    `client.lock()` was given these options, and `SETNX` or `SET` with `nx=True` on a key that is called a lock,
    likewise.

    ## Why is this bad?
    Both say "no" with their result, they raise nothing. The code goes on as if it held the lock, next to the one that
    does, and in the end releases what it never had.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def rebuild(work):
        lock = client.lock("rebuild", timeout=60)
        lock.acquire(blocking=False)
        work()
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def rebuild(work):
        lock = client.lock("rebuild", timeout=60)
        if lock.acquire(blocking=False):
            work()
    ```

    ## Fix safety
    There is no fix: what to do without the lock is a decision.

    ## Known problems
    Options of `client.lock()` count only where they are constants and it is certain which lock is acquired.

    ## References
    - [Distributed locks](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/)
    """

    code = "RED504"
    since = "0.2"
    severity = Severity.ERROR
    message = "Whether the lock was taken is not looked at"
    help = "Go on only where the result says that the lock was taken"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report attempts whose outcome nobody looks at."""
        if call.usage is not Usage.DISCARDED or call.has_unknown_arguments or call.client.queues:
            return
        if call.client.role is Role.LOCK and call.method == "acquire":
            may_fail = _may_give_up(call, project)
        else:
            may_fail = only_if_missing(call) and any(_is_lock(call, key.text) for key in call.keys)
        if may_fail:
            yield self.diagnostic(call.path, call.span, confidence=call.client.confidence)


def _is_lock(call: RedisCall, text: str) -> bool:
    return any(map(names_lock, (text, *(pattern.display for key in call.keys for pattern in key.patterns))))


def _may_give_up(call: RedisCall, project: ProjectModel) -> bool:
    """Whether `acquire()` may return without the lock: what it is not told itself, `client.lock()` was (lock.py)."""
    limit, blocking = call.argument("blocking_timeout"), call.argument("blocking")
    if limit is not None and limit.constant is not None:
        return True
    if blocking is not None and blocking.constant is not None:
        return blocking.constant is False
    origin = call.client.origin
    made = project.call_at(origin) if origin is not None and not call.alternatives else None
    if made is None or not made.makes_lock or made.has_unknown_arguments:
        return False
    blocking, limit = made.argument("blocking"), made.argument("blocking_timeout")
    if blocking is not None and blocking.constant is False:
        return True
    return limit is not None and limit.is_known and limit.constant is not None
