"""RED503."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import set_with_expiry
from redlint.model.keyspace import only_if_missing
from redlint.model.late_expiry import LateExpiry, late_expiries
from redlint.rule import CallSequence, ProjectModel, Rule


class SetnxThenExpire(Rule):
    """A key is taken with SETNX and given its TTL by a second command.

    ## What it does
    Reports `SETNX` or `SET` with `nx=True` and no TTL, where the same function gives that key a TTL afterwards with
    `EXPIRE` or one of its relatives. Silent where one pipeline queues both.

    ## Why is this bad?
    If the process ends between the two commands, the key has no TTL: nobody can take the lock again until
    somebody deletes it by hand. `SET` does both in one step.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def start(job, worker):
        if client.setnx(f"running:{job}", worker):
            client.expire(f"running:{job}", 30)
            return True
        return False
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def start(job, worker):
        if client.set(f"running:{job}", worker, nx=True, ex=30):
            return True
        return False
    ```

    ## Fix safety
    Safe where `expire` or `pexpire` with a constant TTL is all that stands under `if setnx(...)`: for the test,
    `None` of `SET` is the `False` of `SETNX`. Unsafe where it is the first of several statements, which a failing
    `EXPIRE` may keep from being run, where the TTL is computed, since `SET` refuses 0 where `EXPIRE` deletes the key,
    and where key or client are results of a call. Otherwise the fix is only displayed: code that expires the key in
    any case also gives the holder of the lock more time.

    ## Known problems
    The two calls must be in one function, and the key must be the same expression or constant.

    ## References
    - [SETNX](https://redis.io/docs/latest/commands/setnx/)
    - [Distributed locks](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/)
    - [Incident: a restart between the two left a lock for good](https://github.com/bbangert/beaker/pull/164)
    """

    code = "RED503"
    since = "0.2"
    severity = Severity.ERROR
    message = "A crash before EXPIRE leaves the lock taken for good"
    help = "Take the key and set its TTL in one command: `set(key, value, nx=True, ex=seconds)`"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each key that is taken only if it is missing and whose TTL comes in a second step."""
        for late in late_expiries(sequence):
            if not only_if_missing(late.write):
                continue
            write, expiry = late.write, late.expiry
            yield self.diagnostic(
                write.path,
                write.span,
                confidence=min(write.client.confidence, expiry.client.confidence),
                message=(
                    f"{write.shown_command} takes {late.key.shown} without a TTL; if the "
                    f"process ends before {expiry.shown_command} runs, nobody can take it again"
                ),
                related=(Related(expiry.path, expiry.span, "the TTL is set here"),),
                fix=_fix(late),
            )


def _fix(late: LateExpiry) -> Fix:
    edits = set_with_expiry(late) if late.is_guarded_by_write else None
    if edits is None:
        return Fix(Applicability.DISPLAY, "Pass `nx=True` and `ex=` to `set` and drop the second command")
    is_safe = late.is_same_in_one_step and late.is_all_that_is_guarded
    applicability = Applicability.SAFE if is_safe else Applicability.UNSAFE
    return Fix(applicability, f"Take the key with `set(..., nx=True, {late.set_option}=...)`", edits)
