"""RED202."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import queue_together, set_with_expiry
from redlint.model.keyspace import only_if_missing
from redlint.model.late_expiry import LateExpiry, late_expiries
from redlint.rule import CallSequence, ProjectModel, Rule


class SetThenExpire(Rule):
    """A key is written first and given its TTL by a second command.

    ## What it does
    Reports a write that leaves its key without a TTL (`SET`, `HSET`, `SADD`, `ZADD` and others), where the same
    function gives that key a TTL afterwards with `EXPIRE`, `PEXPIRE`, `EXPIREAT` or `PEXPIREAT`. Silent where one
    pipeline queues both, and for a single key that is trimmed in between: it stays small, and the next write gives
    it its TTL again.

    ## Why is this bad?
    The process can end between the two commands: a crash, a deployment, a timeout, a lost connection. Then the
    key stays for good. Nobody notices one of them; they pile up until the server runs out of memory.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def remember(user_id, name):
        client.set(f"name:{user_id}", name)
        client.expire(f"name:{user_id}", 3600)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def remember(user_id, name):
        client.set(f"name:{user_id}", name, ex=3600)
    ```

    Other types than strings take the TTL in a transaction: queue the write and `expire` on one
    `client.pipeline()`, whose commands the server runs all or not at all.

    ## Fix safety
    Safe for `set` with `expire` or `pexpire` in the next statement, with the same key, a constant TTL above zero
    and no use of either result: the key ends up with the same value and TTL. Unsafe with a TTL that is computed,
    since `set` refuses 0 where `expire` deletes the key, and where the key or the client is the result of a call,
    which is then made once instead of twice. Unsafe for other commands, which are queued on one transaction pipeline:
    where one of the two fails, the other may still run. Otherwise the fix is only displayed.

    ## Known problems
    The two calls must be in one function, and the key must be the same expression or constant. What is raised
    between them is not looked at.

    ## References
    - [SET](https://redis.io/docs/latest/commands/set/)
    - [EXPIRE](https://redis.io/docs/latest/commands/expire/)
    """

    code = "RED202"
    since = "0.2"
    severity = Severity.WARNING
    message = "A crash before EXPIRE leaves a key that never expires"
    help = "Set value and TTL in one command, or queue both on one transaction pipeline"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each write whose TTL comes in a second step; counters and locks have rules of their own."""
        for late in late_expiries(sequence):
            if late.counts or late.is_sliding_window or only_if_missing(late.write):
                continue
            write, expiry = late.write, late.expiry
            yield self.diagnostic(
                write.path,
                write.span,
                confidence=min(write.client.confidence, expiry.client.confidence),
                message=(
                    f"{write.shown_command} creates {late.key.shown} without a TTL; if the process ends before "
                    f"{expiry.shown_command} runs, the key stays for good"
                ),
                related=(Related(expiry.path, expiry.span, "the TTL is set here"),),
                fix=_fix(late),
            )


def _fix(late: LateExpiry) -> Fix:
    if late.write.method != "set":
        return _transaction(late)
    option = late.set_option
    edits = set_with_expiry(late) if late.is_adjacent and late.results_are_unused else None
    if edits is None:
        return Fix(Applicability.DISPLAY, f"Pass `{option or 'ex'}=` to `set` and drop the second command")
    applicability = Applicability.SAFE if late.is_same_in_one_step else Applicability.UNSAFE
    return Fix(applicability, f"Pass `{option}=` to `set` and drop `{late.expiry.method}`", edits)


def _transaction(late: LateExpiry) -> Fix:
    """Both commands on one pipeline; where either fails, the other may still run, and the error comes later."""
    edits = queue_together(late.write, late.expiry) if late.is_adjacent and late.results_are_unused else None
    applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
    return Fix(applicability, "Queue both commands on one transaction pipeline", edits or ())
