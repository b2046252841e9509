"""RED511."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import queue_together
from redlint.model.guards import is_under_lock
from redlint.model.keyspace import PatternUse
from redlint.model.kinds import BlockKind
from redlint.model.sequences import extra_conditions, same_key, same_server
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule

_DELETES = frozenset({"DEL", "UNLINK"})


class DeleteThenWrite(Rule):
    """A collection is deleted and filled again in two steps.

    ## What it does
    Reports `DEL` or `UNLINK` of a key that the next commands of the same function fill again (`HSET`, `SADD`, `RPUSH`,
    `ZADD` and others), outside of a transaction, a lock or a script.

    ## Why is this bad?
    Whoever reads in between finds nothing: an empty list, a user without rights. If the process ends there, it stays
    that way.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def store(user, roles):
        client.unlink(f"roles:{user}")
        client.sadd(f"roles:{user}", *roles)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def store(user, roles):
        with client.pipeline() as pipe:
            pipe.unlink(f"roles:{user}")
            pipe.sadd(f"roles:{user}", *roles)
            pipe.execute()
    ```

    ## Fix safety
    Unsafe: an error of either command then comes from `execute()`. Where something stands between the two, or one of
    them is a part of something, the fix is only displayed.

    ## Known problems
    Silent where the write only happens under a further condition.

    ## References
    - [Transactions](https://redis.io/docs/latest/develop/using-commands/transactions/)
    """

    code = "RED511"
    since = "0.2"
    severity = Severity.WARNING
    message = "Between deleting and filling, readers find nothing"
    help = "Queue both on one transaction pipeline"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each delete whose key is filled again by the same function."""
        for delete in sequence.calls:
            write = _written_after(sequence, delete) if _is_plain(sequence, delete) else None
            if write is None:
                continue
            yield self.diagnostic(
                delete.path,
                delete.span,
                confidence=min(delete.client.confidence, write.client.confidence),
                message=(
                    f"{delete.shown_command} empties {delete.keys[0].shown} before {write.shown_command} fills it again"
                ),
                related=(Related(write.path, write.span, "it is filled again here"),),
                fix=_fix(delete, write),
            )


def _fix(delete: RedisCall, write: RedisCall) -> Fix:
    last, first = (write.source.location(place).row for place in (delete.outer_span.end, write.outer_span.start))
    edits = queue_together(delete, write) if first == last + 1 and delete.blocks == write.blocks else None
    applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
    return Fix(applicability, "Queue both on one transaction pipeline", edits or ())


def _is_plain(sequence: CallSequence, call: RedisCall) -> bool:
    is_one = len(call.keys) == 1 and not call.keys[0].many
    if any(block.kind is BlockKind.EXCEPT for block in call.blocks):
        return False  # a key of another type, say, that is in the way
    return call.command_name in _DELETES and is_one and not call.client.queues and not is_under_lock(sequence, call)


def _written_after(sequence: CallSequence, delete: RedisCall) -> RedisCall | None:
    for call in sequence.after(delete):
        for key in call.keys:
            if not same_key(key, delete.keys[0]) or not same_server(call, delete):
                continue
            use = PatternUse(call, key)
            is_filled = use.creates and not use.overwrites and not use.is_script and not call.makes_lock
            is_sure = all(block.kind.is_loop for block in extra_conditions(delete, call))
            return call if is_filled and is_sure and not call.client.queues else None
    return None
