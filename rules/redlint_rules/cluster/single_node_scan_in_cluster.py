"""RED306."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.methods import Routing
from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_KEYS = frozenset({"KEYS", "DBSIZE", "RANDOMKEY"})
_CHANGES = frozenset(
    {"CONFIG SET", "CONFIG RESETSTAT", "SLOWLOG RESET", "LATENCY RESET", "MEMORY PURGE", "CLIENT KILL"}
)
_FIGURES = frozenset({"INFO", "SLOWLOG GET", "SLOWLOG LEN", "CLIENT LIST", "MEMORY STATS"})
_ONE_NODE = {"RANDOM": "random", "DEFAULT_NODE": "default-node"}
"""The node flags that mean a single node: attributes of ``RedisCluster`` and their values."""
_SECTIONS = frozenset({"clients", "commandstats", "cpu", "keyspace", "memory", "stats"})
"""Sections of INFO with figures of one node; version and settings are the same on all."""


class SingleNodeScanInCluster(Rule):
    """A command about the whole data set asks one node of the cluster.

    ## What it does
    Reports `KEYS`, `DBSIZE`, `RANDOMKEY`, `CONFIG SET`, `SLOWLOG GET`, `INFO` of a section with figures and the like on
    a cluster client without `target_nodes`, or `SCAN` and the like with one random or default node; and `KEYS`, `SCAN`,
    `DBSIZE` and `RANDOMKEY` on a plain client where the setting `topology` is `cluster`.

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
    There is no fix: with `target_nodes` the reply may be one for each node, or their sum.

    ## Known problems
    Silent for `INFO` of no or another section, which programs mostly read the version from. Code that asks each node
    by a client of its own is reported where `topology` is `cluster`, unless the cluster client handed it out. Silent
    below a condition that names a cluster.

    ## References
    - [Cluster commands of redis-py](https://redis.readthedocs.io/en/stable/clustering.html)
    """

    code = "RED306"
    since = "0.2"
    severity = Severity.WARNING
    message = "The command asks one node of the cluster"
    help = "Pass `target_nodes` with the nodes that are meant"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report commands about the whole that go to one node."""
        if call.asks_for_cluster:
            return
        if call.cluster_client is not None:
            missing = _of_default_node(call)
            help = 'Pass `target_nodes="primaries"`'
        elif project.uses_cluster(call.client) and not call.client.is_of_node:
            missing = _of_connected_node(call)
            help = "Use a cluster client, whose `scan_iter` goes over all nodes"
        else:
            return
        if missing:
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=(call.cluster_client or call.client).confidence,
                message=f"{_command(call)} {missing}",
                help=help,
            )


def _of_default_node(call: RedisCall) -> str:
    """What a cluster client's call leaves out, in words; empty where it goes to all nodes or means one."""
    nodes = next((one for one in call.arguments if one.keyword in ("target_nodes", "target_node")), None)
    flag = str(_ONE_NODE.get(nodes.text.rpartition(".")[2], nodes.constant)) if nodes is not None else ""
    if flag in _ONE_NODE.values() and _command(call) in _KEYS | {"SCAN"}:
        return f"asks one node of the cluster ({flag}), which holds a part of the keys"
    given = nodes is not None
    routed = call.spec is None or call.spec.cluster is Routing.DEFAULT_NODE
    if given or not routed or call.has_unknown_arguments:
        return ""
    name = call.command_name
    if name in _KEYS:
        return "asks only the default node of the cluster, which holds a part of the keys"
    if name in _CHANGES:
        return "reaches only the default node of the cluster; the others stay as they are"
    section = call.argument("section")
    if name in _FIGURES and (name != "INFO" or (section is not None and section.constant in _SECTIONS)):
        return "asks only the default node of the cluster and tells nothing of the others"
    return ""


def _of_connected_node(call: RedisCall) -> str:
    if _command(call) not in _KEYS | {"SCAN"}:
        return ""
    return "asks only the node that the client is connected to, which holds a part of the keys"


def _command(call: RedisCall) -> str:
    """The command of the call, also where a helper such as ``scan_iter`` sends it."""
    return call.command_name or next((command.name for command in call.sent), "")
