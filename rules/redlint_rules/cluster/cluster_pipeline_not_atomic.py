"""RED303."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.events import RedisCall
from redlint.model.keyspace import PatternUse
from redlint.model.sequences import same_key
from redlint.model.transactions import Batch, batches
from redlint.rule import CallSequence, ProjectModel, Rule


class ClusterPipelineNotAtomic(Rule):
    """Writes that belong together are queued on a cluster client's pipeline, which is no transaction.

    ## What it does
    Reports pipelines of a cluster client without `transaction=True` on which the code calls `watch` or `multi`,
    deletes a key and fills it again, or writes several keys that it gave a common hash tag with a varying part
    (`{user:1}:name` and `{user:1}:mail`).

    ## Why is this bad?
    `pipeline()` of a plain client is a transaction, that of a cluster client is not: it sends each node its part,
    without `MULTI`. Other clients see, and change, what is between the commands; after an error half of them is
    done. `watch` and `multi` are refused.

    ## Example
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")


    def replace(names):
        with client.pipeline() as pipe:
            pipe.delete("names")
            pipe.sadd("names", *names)
            pipe.execute()
    ```

    ## Use instead
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")


    def replace(names):
        with client.pipeline(transaction=True) as pipe:
            pipe.delete("names")
            pipe.sadd("names", *names)
            pipe.execute()
    ```

    ## Fix safety
    The fix is only displayed: `transaction=True` needs redis-py 6.1 or later and keys of one slot.

    ## Known problems
    Whether writes have to be done all or not at all is told by their keys only. Only pipelines that are made in
    the function are looked at.

    ## References
    - [Pipelines in cluster mode](https://redis.readthedocs.io/en/stable/clustering.html)
    """

    code = "RED303"
    since = "0.2"
    severity = Severity.WARNING
    message = "The pipeline of a cluster client is no transaction"
    help = "Pass `transaction=True` (redis-py 6.1 and later), with keys of one slot"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each pipeline whose commands look like a transaction."""
        for batch in batches(sequence):
            if not batch.on_cluster_client or batch.is_transaction is not False:
                continue
            found = _reliance(batch, sequence)
            if found is None:
                continue
            call, because, first = found
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=batch.client.confidence,
                message=f"{because}, but the pipeline of a cluster client is no transaction without `transaction=True`",
                related=(Related(first.path, first.span, "queued here before"),) if first is not call else (),
                fix=Fix(Applicability.DISPLAY, "Pass `transaction=True` to `pipeline`"),
            )


def _reliance(batch: Batch, sequence: CallSequence) -> tuple[RedisCall, str, RedisCall] | None:
    """The command that shows that the code wants all or nothing, the words for it, and the command it belongs to."""
    for position, call in enumerate(batch.calls):
        if call.method in ("watch", "multi"):
            return call, f"`{call.method}` asks for a transaction", batch.calls[0]
        earlier = [one for one in batch.calls[:position] if call in sequence.after(one)]
        for use in (PatternUse(call, key) for key in call.keys):
            for other in (PatternUse(one, key) for one in earlier for key in one.keys):
                because = _together(other, use)
                if because:
                    return call, because, other.call
    return None


def _together(first: PatternUse, later: PatternUse) -> str:
    """Why two commands of a pipeline belong together, in words; empty where nothing says so."""
    if same_key(first.key, later.key):
        if not (first.deletes and later.creates):
            return ""
        return f"{later.call.shown_command} fills {later.key.shown} again after its removal"
    if not (first.writes and later.writes) or not len(first.key.patterns) == len(later.key.patterns) == 1:
        return ""
    tag = later.key.patterns[0].hash_tag
    # A tag without a part that varies says where keys lie, not which of them belong together.
    if tag is None or tag != first.key.patterns[0].hash_tag or all(isinstance(part, str) for part in tag):
        return ""
    return f"{first.key.shown} and {later.key.shown} have one hash tag, to be changed together"
