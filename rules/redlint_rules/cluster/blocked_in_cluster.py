"""RED308."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.methods import Routing
from redlint.diagnostic import Diagnostic, Severity
from redlint.model.kinds import Role
from redlint.rule import ClientCreation, ProjectModel, RedisCall, Rule

_REFUSED = (Routing.BLOCKED, Routing.NOT_IMPLEMENTED)
_DATABASES = frozenset({"SWAPDB", "MOVE", "SELECT"})
"""Commands that RED304 is about."""
_ONLY_WARNS = frozenset({"watch", "unwatch"})
"""Methods of a client that send nothing and raise nothing (redis-py 8.1, seen on a cluster)."""


class BlockedInCluster(Rule):
    """A cluster client refuses the command.

    ## What it does
    Reports methods that a cluster client or its default pipeline refuses: `replicaof`, `failover` and the like; on a
    pipeline without `transaction=True` also `mget`, `mset`, `rename`, `publish`, `keys` and others, and on one that is
    not async `eval`, `touch`, and `delete` and `unlink` of several keys. And constructors with `db` (also 0), or with
    dicts in `startup_nodes`, as redis-py-cluster took them.

    ## Why is this bad?
    The call raises an error when it is reached, also where all keys are in one slot. `touch` raises none: it is sent at
    once, and `execute` gives one reply too few.

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
        return client.mget("{name}:1", "{name}:2")
    ```

    ## Fix safety
    There is no fix: what to send instead depends on the command.

    ## Known problems
    The methods are those that redis-py 8.1 refuses.

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
            problem = "" if _is_transaction(call) else _when_queued(call)
        else:
            is_refused = spec.cluster in _REFUSED and call.method not in _ONLY_WARNS
            problem = "raises an error: a cluster client refuses it" if is_refused else ""
        if problem:
            yield self.diagnostic(
                call.path, call.span, confidence=client.confidence, message=f"`{call.method}()` {problem}"
            )

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report constructions that are refused."""
        client = creation.client
        if client.role is not Role.CLUSTER or not client.factory.startswith(("redis.", "valkey.")):
            return  # redis-py-cluster takes dicts
        database = client.options.get("db")
        if "startup_nodes" in creation.lists_of_dicts:
            message = "The constructor raises an error: `startup_nodes` takes `ClusterNode` objects, no dicts"
            help = "Pass `ClusterNode(host, port)` objects"
        elif "db" in creation.keywords and not client.is_async and (type(database) is not int or database == 0):
            message = "The constructor raises an error: a cluster client refuses `db`, also 0"
            help = "Leave out `db`"
        else:
            return
        yield self.diagnostic(creation.path, creation.span, confidence=client.confidence, message=message, help=help)


def _is_transaction(call: RedisCall) -> bool:
    """Whether the pipeline is, or may be, a transaction of one slot."""
    return call.client.options.get("transaction", False) not in (False, None)


def _when_queued(call: RedisCall) -> str:
    """What is wrong with queueing the call on a pipeline that is no transaction; empty if nothing is."""
    form = call.spec.in_cluster_pipeline if call.spec is not None else None
    refused = "raises an error: the pipeline of a cluster client refuses it"
    if form == "blocked":
        return refused
    if call.client.is_async or not isinstance(form, str):
        return ""
    if call.method in ("delete", "unlink"):
        return refused if len(call.keys) > 1 and not any(key.many for key in call.keys) else ""
    if form == "not queued, returns int":
        return "is not queued: it is sent at once, and its reply is missing in those of execute()"
    return refused if "Error:" in form or "Exception:" in form else ""
