"""RED302."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.slots import slot_conflict
from redlint.model.transactions import Batch, batches
from redlint.rule import CallSequence, ProjectModel, Rule


class CrossSlotTransaction(Rule):
    """The commands of one transaction touch keys in different slots of a cluster.

    ## What it does
    Reports transactions (`pipeline(transaction=True)` of a cluster client, every pipeline of a plain client where
    the setting `topology` is `cluster`), with the keys they watch, whose keys lie in different slots: as an error
    where that is proven, as a warning where they have no common hash tag.

    ## Why is this bad?
    A cluster runs a transaction on the node of one slot. The cluster client refuses others with
    `CrossSlotTransactionError`; a plain client gets `MOVED` or `CROSSSLOT` from the node. It works with one node
    and in tests, and fails in production, sometimes only for some keys.

    ## Example
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")


    def move(amount):
        with client.pipeline(transaction=True) as pipe:
            pipe.decrby("stock:north", amount)
            pipe.incrby("stock:south", amount)
            pipe.execute()
    ```

    ## Use instead
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")


    def move(amount):
        with client.pipeline(transaction=True) as pipe:
            pipe.decrby("{stock}:north", amount)
            pipe.incrby("{stock}:south", amount)
            pipe.execute()
    ```

    ## Fix safety
    The fix is only displayed: data under the old names has to be moved.

    ## Known problems
    Only pipelines that are made in the function are looked at. Keys of one command are RED301's.

    ## References
    - [Redis cluster specification](https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/)
    """

    code = "RED302"
    since = "0.2"
    severity = Severity.ERROR
    message = "The keys of the transaction lie in different slots"
    help = "Give the keys a common hash tag, such as `{user:1}:name` and `{user:1}:mail`"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Compare the keys of every transaction of the function."""
        for batch in batches(sequence):
            if project.uses_cluster(batch.client) and _runs_in_one_slot(batch):
                yield from self._conflict(batch)

    def _conflict(self, batch: Batch) -> Iterator[Diagnostic]:
        found = slot_conflict(batch.keys)
        if found is None or batch.call_of(found.one) is batch.call_of(found.other):
            return
        first, later = batch.call_of(found.one), batch.call_of(found.other)
        yield self.diagnostic(
            later.path,
            later.span,
            confidence=batch.client.confidence,
            severity=Severity.ERROR if found.proven else Severity.WARNING,
            message=f"The transaction {found.because}",
            related=(Related(first.path, first.span, "the other key is used here"),),
            fix=Fix(Applicability.DISPLAY, "Give the keys a common hash tag"),
        )


def _runs_in_one_slot(batch: Batch) -> bool:
    """Whether all commands have to go to one node: a cluster client divides only what is no transaction."""
    return batch.is_transaction is True or not batch.on_cluster_client
