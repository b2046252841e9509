"""RED302."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.transactions import batches
from redlint.rule import CallSequence, ProjectModel, Rule


class CrossSlotTransaction(Rule):
    """The commands of one transaction touch keys in different slots of a cluster.

    ## What it does
    Reports transactions (`pipeline(transaction=True)` of a cluster client, every pipeline of a plain client where
    the setting `topology` is `cluster`), with the keys they watch, whose keys lie in different slots: as an error
    where that is proven, as a warning where they have no common hash tag. One key that a loop queues with another
    value each time counts as several.

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
    Only pipelines that are made in the function are looked at. Keys of one command are RED301's. Silent where both
    keys begin with the same setting or parameter, which may hold a hash tag.

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
            found = batch.conflict if project.uses_cluster(batch.client) and batch.is_transaction else None
            if found is None:
                continue
            first, later = found.first, found.later
            related = (Related(first.path, first.span, "the other key is used here"),)
            yield self.diagnostic(
                later.path,
                later.span,
                confidence=batch.client.confidence,
                severity=Severity.ERROR if found.keys.proven else Severity.WARNING,
                message=f"The transaction {found.keys.because}",
                related=related if first is not later else (),
                fix=Fix(Applicability.DISPLAY, "Give the keys a common hash tag"),
            )
