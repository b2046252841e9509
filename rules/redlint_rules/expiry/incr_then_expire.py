"""RED206."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import queue_first_expiry, queue_together
from redlint.model.late_expiry import LateExpiry, late_expiries
from redlint.rule import CallSequence, ProjectModel, Rule


class IncrThenExpire(Rule):
    """A counter is incremented first and given its TTL by a second command.

    ## What it does
    Reports `INCR`, `INCRBY`, `DECR`, `HINCRBY`, `ZINCRBY` and the like where the same function gives that key a
    TTL afterwards, whether always or only for the first count (`if count == 1`). Silent where one pipeline queues
    both.

    ## Why is this bad?
    If the process ends between the two commands, the counter has no TTL. With `if count == 1` no later call
    repairs that: the counter never starts again, so that a rate limiter locks its user out for good.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def allowed(user_id):
        count = client.incr(f"rate:{user_id}")
        if count == 1:
            client.expire(f"rate:{user_id}", 60)
        return count <= 100
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def allowed(user_id):
        with client.pipeline() as pipe:
            pipe.incr(f"rate:{user_id}")
            pipe.expire(f"rate:{user_id}", 60, nx=True)
            count, _ = pipe.execute()
        return count <= 100
    ```

    ## Fix safety
    Unsafe: both are queued on one transaction pipeline; where one of them fails, the other may still run. That is done
    where the two commands follow each other and nothing uses their results, and for `count = client.incr(key)` with
    the `expire` under `if count == 1`, which becomes `expire(..., nx=True)`: the target server must be known to be of
    version 7.0 or later. Otherwise the fix is only displayed; before 7.0 a script does both in one step.

    ## Known problems
    The two calls must be in one function, and the key must be the same expression or constant.

    ## References
    - [INCR: rate limiter](https://redis.io/docs/latest/commands/incr/)
    - [EXPIRE](https://redis.io/docs/latest/commands/expire/)
    - [Report: a limit that never resets](https://github.com/marcosbarbero/spring-cloud-zuul-ratelimit/issues/162)
    """

    code = "RED206"
    since = "0.2"
    severity = Severity.WARNING
    message = "A crash before EXPIRE leaves a counter that never starts again"
    help = "Queue both on one transaction pipeline with `expire(..., nx=True)`, or use a script"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each counter whose TTL comes in a second step."""
        for late in late_expiries(sequence):
            if not late.counts:
                continue
            write, expiry = late.write, late.expiry
            yield self.diagnostic(
                write.path,
                write.span,
                confidence=min(write.client.confidence, expiry.client.confidence),
                message=(
                    f"{write.shown_command} creates the counter {late.key.shown} without a TTL; "
                    f"if the process ends before {expiry.shown_command} runs, {_harm(late)}"
                ),
                related=(Related(expiry.path, expiry.span, "the TTL is set here"),),
                fix=_fix(late, project),
            )


def _harm(late: LateExpiry) -> str:
    return "it never starts again" if late.is_for_new_keys else "it stays for good"


def _fix(late: LateExpiry, project: ProjectModel) -> Fix:
    edits = queue_together(late.write, late.expiry) if late.is_adjacent and late.results_are_unused else None
    if edits is not None:
        return Fix(Applicability.UNSAFE, "Queue both commands on one transaction pipeline", edits)
    if project.target.server_at_least(redis="7.0", valkey="7.2"):
        edits = queue_first_expiry(late)
        applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
        return Fix(applicability, "Queue both on one `pipeline()`, with `expire(..., nx=True)`", edits or ())
    return Fix(Applicability.DISPLAY, "Increment and expire in one script")
