"""RED506."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.kinds import BlockKind, Role
from redlint.model.sequences import extra_conditions, tests_reply
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule


class LockNotReleasedOnError(Rule):
    """An error between acquiring and releasing a lock leaves it taken.

    ## What it does
    Reports `lock.acquire()` whose `lock.release()` in the same function is in no `finally`, `except` or `with`. Silent
    where the release depends on something else.

    ## Why is this bad?
    When the code in between raises, nothing releases the lock: the next one waits until its TTL is over, or for ever.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def rebuild(work):
        lock = client.lock("rebuild", timeout=60)
        lock.acquire()
        work()
        lock.release()
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def rebuild(work):
        with client.lock("rebuild", timeout=60):
            work()
    ```

    ## Fix safety
    The fix is only displayed: all that is between the two has to be indented.

    ## Known problems
    Locks that another function releases are not looked at, nor locks made with `SET ... NX`.

    ## References
    - [Locks of redis-py](https://redis.readthedocs.io/en/stable/lock.html)
    """

    code = "RED506"
    since = "0.2"
    severity = Severity.WARNING
    message = "An error before `release()` leaves the lock taken"
    help = "Hold the lock with `with`, or release it in a `finally`"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report locks that are only released where nothing goes wrong."""
        for acquire in sequence.calls:
            if acquire.client.role is not Role.LOCK or acquire.method != "acquire":
                continue
            releases = [call for call in sequence.calls if call.method == "release" and _is_same(call, acquire)]
            later = [call for call in releases if call.span.start > acquire.span.end and _always_follows(call, acquire)]
            if not later or any(map(_is_safe, releases)) or not _works_between(acquire, later[0]):
                continue
            yield self.diagnostic(
                acquire.path,
                acquire.span,
                confidence=acquire.client.confidence,
                related=(Related(later[0].path, later[0].span, "it is released here, if nothing is raised before"),),
                fix=Fix(Applicability.DISPLAY, "Hold the lock with `with`"),
            )


def _is_same(call: RedisCall, acquire: RedisCall) -> bool:
    return call.client.role is Role.LOCK and call.receiver == acquire.receiver


def _always_follows(release: RedisCall, acquire: RedisCall) -> bool:
    """Whether the release runs whenever the lock was taken: locks that space work out are kept on purpose."""
    text = acquire.source.slice(acquire.span)
    return all(text in block.header or tests_reply(block, acquire) for block in extra_conditions(acquire, release))


def _is_safe(call: RedisCall) -> bool:
    return any(block.kind in (BlockKind.FINALLY, BlockKind.EXCEPT) for block in call.blocks)


def _works_between(acquire: RedisCall, release: RedisCall) -> bool:
    """Whether something that may raise is called between the two."""
    return "(" in acquire.source.text[acquire.outer_span.end : release.outer_span.start]
