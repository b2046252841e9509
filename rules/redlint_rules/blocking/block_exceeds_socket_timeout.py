"""RED110."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.model.block_time import block_seconds, listening_limit
from redlint.model.handlers import handled_errors
from redlint.rule import ProjectModel, RedisCall, Rule

_TIMEOUTS = re.compile(r"|.*\b(?:\w*Timeout\w*|RedisError|ValkeyError|Exception|BaseException)\b.*", re.DOTALL)
"""What catches a TimeoutError of the client, which is a RedisError (exceptions.py)."""


class BlockExceedsSocketTimeout(Rule):
    """A blocking command waits longer than the client waits for an answer.

    ## What it does
    Reports `BLPOP`, `BRPOP`, `BLMOVE`, `XREAD` and the like whose timeout is as long as the client's `socket_timeout`,
    or longer, or none. The socket timeout is the one that is given, else the default of the client library in all
    versions that the project may use: 5 seconds in redis-py 8. Also `listen()` and `get_message(timeout=None)` of a
    pub/sub object, with redis-py before 8.0.1 and valkey-py, unless a loop catches the timeout and listens again.

    ## Why is this bad?
    No client library waits longer for a blocking command than for others. When nothing comes, the call does not
    return: it raises `TimeoutError`, drops the connection and may be sent again, and an element that the server hands
    out at that moment is lost. `listen()` then raises, or with retries subscribes anew and misses what was published
    in between.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def next_job():
        return client.brpoplpush("jobs", "running", timeout=30)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def next_job():
        return client.brpoplpush("jobs", "running", timeout=2)
    ```

    ## Fix safety
    There is no fix: a shorter wait, or a client of its own with `socket_timeout=None`, is a decision.

    ## Known problems
    Silent where the versions of the client library, or the timeouts, are unknown.

    ## References
    - [Blocking commands and socket_timeout](https://github.com/redis/redis-py/issues/2807)
    - [Incident: blocking reads of all workers time out after an upgrade to redis-py 8](https://github.com/chrisguidry/docket/issues/425)
    """

    code = "RED110"
    since = "0.2"
    severity = Severity.ERROR
    message = "The command waits longer than the client does"
    help = "Wait shorter than the socket timeout, or use a client with `socket_timeout=None` for it"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report blocking commands that the client gives up before."""
        heard = listening_limit(call, project.target)
        if heard is not None and not _starts_over(call):
            message = f"`{call.method}()` waits for ever, but the client gives up after {heard:g} seconds of silence"
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=call.client.confidence,
                message=message,
                help="Loop over `get_message(timeout=1.0)`, or listen with a client with `socket_timeout=None`",
            )
        found = block_seconds(call, project.target)
        if found is None or found.limit is None or 0 < found.seconds < found.limit:
            return
        waits = f"up to {found.seconds:g} seconds" if found.seconds else "for ever"
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{call.shown_command} waits {waits}, but the client gives up after {found.limit:g}: TimeoutError",
        )


def _starts_over(call: RedisCall) -> bool:
    """Whether a loop catches the timeout, so that the program listens again."""
    return next(call.loops(), None) is not None and any(_TIMEOUTS.fullmatch(one) for one in handled_errors(call))
