"""RED704."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.polling import polling_loop
from redlint.rule import ProjectModel, RedisCall, Rule

_JOBS = re.compile(
    r"(?:^|[^a-z])(?:jobs?|tasks?|queues?|work|orders?|payments?|mails?|emails?)(?:[^a-z]|$)", re.IGNORECASE
)
_LOSSY = re.compile(r"event|metric|log|stat|notif|signal|heartbeat|cache|presence", re.IGNORECASE)


class LossyListQueue(Rule):
    """A job is taken from a list, and gone if the worker dies.

    ## What it does
    Reports `BLPOP`, `BRPOP`, `LPOP` and `RPOP` in the loop of a worker, of a list whose name says that it holds jobs.

    ## Why is this bad?
    The list hands the job out and forgets it. A worker that is killed before it is done takes the job with it, and
    nobody knows that there was one. `BLMOVE` puts it into a second list at the same time, from which it is removed
    when it is done, and taken up again when it is not.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def work(handle):
        while True:
            handle(client.brpop("jobs", timeout=2))
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def work(handle):
        while True:
            job = client.blmove("jobs", "running", timeout=2)
            if job is not None:
                handle(job)
                client.lrem("running", 1, job)
    ```

    ## Fix safety
    The fix is only displayed: who takes up the jobs of dead workers has to be written as well.

    ## Known problems
    Whether a lost job matters cannot be seen; lists of events, metrics, logs and the like are left alone.

    ## References
    - [LMOVE: reliable queue](https://redis.io/docs/latest/commands/lmove/)
    """

    code = "RED704"
    since = "0.2"
    severity = Severity.INFO
    commands = frozenset({"BLPOP", "BRPOP", "LPOP", "RPOP"})
    message = "A worker that dies takes the job with it"
    help = "Move the job to a list of running ones with `blmove`"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report workers that take jobs from lists."""
        names = [pattern.display for key in call.keys for pattern in key.patterns]
        if call.client.queues or not polling_loop(call) or not any(map(_JOBS.search, names)):
            return
        if any(map(_LOSSY.search, names)):
            return
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{call.shown_command} hands out a job of {names[0]} and forgets it: it is lost if the worker dies",
            fix=Fix(Applicability.DISPLAY, "Use `blmove` with a list of running jobs"),
        )
