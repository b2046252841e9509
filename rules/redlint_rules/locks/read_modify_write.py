"""RED507."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import count_in_one_step
from redlint.model.guards import is_under_lock
from redlint.model.keyspace import only_if_missing
from redlint.model.sequences import same_key, same_server
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule

_PAIRS = {
    "SET": frozenset({"GET"}),
    "SETEX": frozenset({"GET"}),
    "HSET": frozenset({"HGET"}),
    "JSON.SET": frozenset({"JSON.GET"}),
}
"""Commands that write a value, and those that read it before."""


class ReadModifyWrite(Rule):
    """A value is read, changed and written back in two steps.

    ## What it does
    Reports `SET`, `HSET` and `JSON.SET` of a value that is made from what `GET`, `HGET` or `JSON.GET` of the same key
    returned in the same function. Silent inside a lock, a transaction or a script, and for writes that only happen
    where there is no key.

    ## Why is this bad?
    Two processes that do it at the same time both read the old value. The one that writes last wins, and what the
    other has changed is lost, without an error.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def count(page):
        views = int(client.get(f"views:{page}") or 0)
        client.set(f"views:{page}", views + 1, ex=86400)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def count(page):
        with client.pipeline() as pipe:
            pipe.incr(f"views:{page}")
            pipe.expire(f"views:{page}", 86400)
            pipe.execute()
    ```

    ## Fix safety
    Unsafe: `n = int(client.get(key) or 0)` and `client.set(key, n + 1)` in the next row become one `incrby`, which
    keeps the TTL that `SET` drops, counts from 0 where there is no key, and refuses what is no number of 64 bits. All
    else needs `WATCH`, a lock or a script, and the fix is only displayed.

    ## Known problems
    Whether only one process writes the key cannot be seen. Values that pass through other functions are not followed.

    ## References
    - [Transactions: optimistic locking](https://redis.io/docs/latest/develop/using-commands/transactions/)
    """

    code = "RED507"
    since = "0.2"
    severity = Severity.WARNING
    message = "Between reading and writing, another process may change the value"
    help = "Change the value in one step: INCRBY, WATCH with MULTI, a lock or a script"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each write of a value that was made from a read of the same key."""
        for write in sequence.calls:
            read = _read_before(sequence, write) if _is_plain_write(sequence, write) else None
            if read is None:
                continue
            yield self.diagnostic(
                write.path,
                write.span,
                confidence=min(write.client.confidence, read.client.confidence),
                message=(
                    f"{write.shown_command} writes {write.keys[0].shown} from what {read.shown_command} has read: "
                    "what another process writes in between is lost"
                ),
                related=(Related(read.path, read.span, "the value is read here"),),
                fix=_fix(read, write),
            )


def _fix(read: RedisCall, write: RedisCall) -> Fix:
    edits = count_in_one_step(read, write)
    if edits is not None:
        return Fix(Applicability.UNSAFE, "Count in one step with INCRBY or DECRBY", edits)
    return Fix(Applicability.DISPLAY, "Use INCRBY for numbers, else WATCH with MULTI, a lock or a script")


def _is_plain_write(sequence: CallSequence, call: RedisCall) -> bool:
    is_guarded = call.client.queues or is_under_lock(sequence, call) or only_if_missing(call)
    return call.command_name in _PAIRS and len(call.keys) == 1 and not is_guarded


def _read_before(sequence: CallSequence, write: RedisCall) -> RedisCall | None:
    for read in sequence.before(write):
        if read.command_name not in _PAIRS[write.command_name] or read.client.queues or not read.keys:
            continue
        if read.span.start not in write.derived_from or not same_server(read, write):
            continue
        if same_key(read.keys[0], write.keys[0]) and _same_field(read, write) and not is_under_lock(sequence, read):
            return read
    return None


def _same_field(read: RedisCall, write: RedisCall) -> bool:
    """Whether both mean the same field of a hash; other types have none."""
    if write.command_name != "HSET":
        return True
    fields = [call.argument("key") for call in (read, write)]
    return all(fields) and len({field.text for field in fields if field is not None}) == 1
