"""RED306."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.methods import Routing
from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_OF_THE_WHOLE = frozenset(
    {
        *("KEYS", "DBSIZE", "RANDOMKEY", "INFO", "CONFIG SET", "CONFIG RESETSTAT", "SLOWLOG GET", "SLOWLOG LEN"),
        *("SLOWLOG RESET", "CLIENT LIST", "CLIENT KILL", "MEMORY PURGE", "MEMORY STATS", "LATENCY RESET"),
    }
)
_OF_ALL_KEYS = frozenset({"KEYS", "SCAN", "DBSIZE", "RANDOMKEY"})


class SingleNodeScanInCluster(Rule):
    """A command about the whole data set asks one node of the cluster.

    ## What it does
    Reports `KEYS`, `DBSIZE`, `RANDOMKEY`, `INFO`, `CONFIG SET`, `SLOWLOG GET` and the like on a cluster client without
    `target_nodes`, and `KEYS`, `SCAN`, `DBSIZE` and `RANDOMKEY` on a plain client where the setting `topology` is
    `cluster`.

    ## Why is this bad?
    The cluster client sends such commands to one node, its default node, and a plain client knows no other. With
    three nodes the reply holds about a third of the keys, and a setting is changed on one node only. Nothing fails.

    ## Example
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")


    def number_of_keys():
        return client.dbsize()
    ```

    ## Use instead
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")


    def number_of_keys():
        return client.dbsize(target_nodes=RedisCluster.PRIMARIES)
    ```

    ## Fix safety
    The fix is only displayed: with `target_nodes` the reply is one for each node, or their sum.

    ## Known problems
    Code that asks each node by a client of its own is reported where `topology` is `cluster`.

    ## References
    - [Cluster commands of redis-py](https://redis.readthedocs.io/en/stable/clustering.html)
    """

    code = "RED306"
    since = "0.2"
    severity = Severity.WARNING
    message = "The command asks one node of the cluster"
    help = "Pass `target_nodes=RedisCluster.PRIMARIES`"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report commands about the whole that go to one node."""
        if not project.uses_cluster(call.client) or call.client.library == "fakeredis":
            return
        name = _command(call)
        if call.client.is_cluster:
            if name not in _OF_THE_WHOLE or not _goes_to_default_node(call):
                return
            where = "asks only the default node of the cluster"
        else:
            if name not in _OF_ALL_KEYS:
                return
            where = "asks only the node that the client is connected to"
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{name} {where}, which holds a part of the keys",
            fix=Fix(Applicability.DISPLAY, "Pass `target_nodes=RedisCluster.PRIMARIES`"),
        )


def _command(call: RedisCall) -> str:
    """The command of the call, also where a helper such as ``scan_iter`` sends it."""
    return call.command_name or next((command.name for command in call.sent), "")


def _goes_to_default_node(call: RedisCall) -> bool:
    given = any(argument.keyword in ("target_nodes", "target_node") for argument in call.arguments)
    routed = call.spec is None or call.spec.cluster is Routing.DEFAULT_NODE
    return routed and not given and not call.has_unknown_arguments
