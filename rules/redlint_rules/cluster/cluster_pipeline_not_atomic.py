"""RED303."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.events import KeyUse, RedisCall
from redlint.model.keyspace import PatternUse
from redlint.model.sequences import same_key
from redlint.model.transactions import Batch, batches
from redlint.rule import CallSequence, ProjectModel, Rule


class ClusterPipelineNotAtomic(Rule):
    """Writes that belong together are queued on a cluster client's pipeline, which is no transaction.

    ## What it does
    Reports pipelines of a cluster client without `transaction=True` on which the code calls `watch` or `multi`,
    deletes a key and fills it again, or changes keys that it gave a common hash tag.

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
            found = _reliance(batch)
            if found is None:
                continue
            call, because, first = found
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=batch.client.confidence,
                message=f"{because}, but the pipeline of a cluster client is no transaction without `transaction=True`",
                related=(Related(first.path, first.span, "first command of the pipeline"),)
                if first is not call
                else (),
                fix=Fix(Applicability.DISPLAY, "Pass `transaction=True` to `pipeline`"),
            )


def _reliance(batch: Batch) -> tuple[RedisCall, str, RedisCall] | None:
    """The command that shows that the code wants all or nothing, the words for it, and the first command."""
    first = batch.calls[0]
    for call in batch.calls:
        if call.method in ("watch", "multi"):
            return call, f"`{call.method}` asks for a transaction", first
    writes = [(call, key) for call in batch.calls for key in call.keys]
    deleted: list[KeyUse] = []
    tags: list[tuple[KeyUse, object]] = []
    for call, key in writes:
        use = PatternUse(call, key)
        if use.creates and any(same_key(key, one) for one in deleted):
            return (
                call,
                f"{call.command_name or call.method.upper()} fills {_shown(key)} again after it was deleted",
                first,
            )
        if use.deletes:
            deleted.append(key)
        tag = key.patterns[0].hash_tag if len(key.patterns) == 1 else None
        if not (use.writes or use.deletes) or tag is None:
            continue
        if any(tag == other and not same_key(key, one) for one, other in tags):
            return call, f"{_shown(key)} has a hash tag, to be changed together with others", first
        tags.append((key, tag))
    return None


def _shown(key: KeyUse) -> str:
    return key.patterns[0].display if len(key.patterns) == 1 else key.text
