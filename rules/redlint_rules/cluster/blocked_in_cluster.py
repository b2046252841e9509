"""RED308."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.methods import Routing
from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_REFUSED = (Routing.BLOCKED, Routing.NOT_IMPLEMENTED)
_ONLY_WHEN_QUEUED = frozenset({"watch", "unwatch"})
"""Methods that only the pipeline refuses; the client itself sends them (seen with redis-py 8.1)."""
_DATABASES = frozenset({"SWAPDB", "MOVE", "SELECT"})
"""Commands that RED304 is about."""


class BlockedInCluster(Rule):
    """A cluster client refuses the command.

    ## What it does
    Reports methods that a cluster client or its default pipeline refuses: on the client `replicaof`,
    `failover` and the like; on a pipeline without `transaction=True` also `mget`, `mset`, `rename`, `publish`, `keys`,
    `eval`, and `delete` and `unlink` of several keys.

    ## Why is this bad?
    The call raises `RedisClusterException` (or `NotImplementedError`) when it is reached, also where all keys are in
    one slot.

    ## Example
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="cache", socket_timeout=5)


    def names():
        with client.pipeline() as pipe:
            pipe.mget("{name}:1", "{name}:2")
            return pipe.execute()
    ```

    ## Use instead
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="cache", socket_timeout=5)


    def names():
        with client.pipeline() as pipe:
            pipe.get("{name}:1")
            pipe.get("{name}:2")
            return pipe.execute()
    ```

    ## Fix safety
    There is no fix: what to send instead depends on the command.

    ## Known problems
    The methods are those that redis-py 8.1 refuses; pipelines of async clients are not looked at.

    ## References
    - [Clustering in redis-py](https://redis.readthedocs.io/en/stable/clustering.html)
    """

    code = "RED308"
    since = "0.2"
    severity = Severity.ERROR
    message = "A cluster client refuses the command"
    help = "Send commands that the cluster client routes by their keys"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report methods that are refused."""
        spec, client = call.spec, call.client
        if spec is None or not client.is_cluster or call.alternatives or call.asks_for_cluster:
            return
        if any(command.name in _DATABASES for command in call.commands):
            return
        if client.queues:
            refused = not client.is_async and not _is_transaction(call) and _refused_when_queued(call)
            where = "the pipeline of a cluster client"
        else:
            refused = spec.cluster in _REFUSED and call.method not in _ONLY_WHEN_QUEUED
            where = "a cluster client"
        if refused:
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=client.confidence,
                message=f"`{call.method}()` raises an error: {where} refuses it",
            )


def _is_transaction(call: RedisCall) -> bool:
    """Whether the pipeline is, or may be, a transaction of one slot."""
    return call.client.options.get("transaction", False) not in (False, None)


def _refused_when_queued(call: RedisCall) -> bool:
    form = call.spec.in_cluster_pipeline if call.spec is not None else None
    if call.method in ("delete", "unlink"):
        return len(call.keys) > 1 and not any(key.many for key in call.keys)
    return isinstance(form, str) and (form == "blocked" or "Error:" in form or "Exception:" in form)
