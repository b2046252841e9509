"""RED503."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Related, Severity
from redlint.fixes import add_keyword, remove_statement, replace_call
from redlint.model.keyspace import only_if_missing
from redlint.model.kinds import Usage
from redlint.model.late_expiry import LateExpiry, late_expiries
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule

_OPTIONS = {"expire": "ex", "pexpire": "px"}
_CONDITIONS = ("nx", "xx", "gt", "lt")


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
    Unsafe, and only where `expire` or `pexpire` is the first statement under `if setnx(...)`. `SET` replies `None`
    where `SETNX` replies `False`, and refuses a TTL of 0, with which `EXPIRE` deletes the key. Otherwise the fix is
    only displayed: code that expires the key in any case also gives the holder of the lock more time.

    ## Known problems
    The two calls must be in one function, and the key must be the same expression or constant.

    ## References
    - [SETNX](https://redis.io/docs/latest/commands/setnx/)
    - [Distributed locks](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/)
    """

    code = "RED503"
    since = "0.2"
    severity = Severity.ERROR
    message = "A crash before EXPIRE leaves the lock taken for good"
    help = "Take the key and set its TTL in one command: `set(key, value, nx=True, ex=seconds)`"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each key that is taken only if it is missing and whose TTL comes in a second step."""
        for late in late_expiries(sequence):
            if not only_if_missing(late.write) or late.write.client.library == "fakeredis":
                continue
            write, expiry = late.write, late.expiry
            yield self.diagnostic(
                write.path,
                write.span,
                confidence=min(write.client.confidence, expiry.client.confidence),
                message=(
                    f"{write.shown_command} takes {late.shown_key} without a TTL; if the "
                    f"process ends before {expiry.shown_command} runs, nobody can take it again"
                ),
                related=(Related(expiry.path, expiry.span, "the TTL is set here"),),
                fix=_fix(late),
            )


def _fix(late: LateExpiry) -> Fix:
    option = _OPTIONS.get(late.expiry.method, "")
    edits = _edits(late, option) if option else None
    if edits is None:
        return Fix(Applicability.DISPLAY, "Pass `nx=True` and `ex=` to `set` and drop the second command")
    return Fix(Applicability.UNSAFE, f"Take the key with `set(..., nx=True, {option}=...)`", edits)


def _edits(late: LateExpiry, option: str) -> tuple[Edit, ...] | None:
    """The write with its TTL as the test of the ``if``, without the first statement under it."""
    write, expiry = late.write, late.expiry
    ttl = expiry.argument("time")
    if ttl is None or not late.is_guarded_by_write or expiry.receiver != write.receiver or write.client.queues:
        return None
    if expiry.usage is not Usage.DISCARDED or write.has_unknown_arguments or expiry.has_unknown_arguments:
        return None
    if any(expiry.argument(name) is not None for name in _CONDITIONS):
        return None
    removed = remove_statement(expiry)
    taken = add_keyword(write, option, ttl.text) if write.method == "set" else _as_set(write, option, ttl.text)
    return (*taken, *removed) if taken is not None and removed is not None else None


def _as_set(write: RedisCall, option: str, ttl: str) -> tuple[Edit, ...] | None:
    arguments = ", ".join(argument.text for argument in write.arguments)
    if write.method != "setnx" or any(argument.keyword for argument in write.arguments):
        return None
    return replace_call(write, f"{write.receiver}.set({arguments}, nx=True, {option}={ttl})")
