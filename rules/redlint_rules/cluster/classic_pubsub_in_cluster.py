"""RED307."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_SHARDED = {"PUBLISH": "spublish", "SUBSCRIBE": "ssubscribe"}


class ClassicPubsubInCluster(Rule):
    """A message goes to every node of the cluster, whoever listens.

    ## What it does
    Reports `PUBLISH` and `SUBSCRIBE` on a cluster whose server (from 7.0) and client (redis-py from 5.0, async from
    8.0) have sharded pub/sub. Silent where the project subscribes to patterns (`PSUBSCRIBE`), which sharded channels do
    not have.

    ## Why is this bad?
    A node that gets a message sends it to all other nodes, since a subscriber may be connected to any of them: more
    nodes make more traffic, not more throughput. A sharded channel has a slot, like a key: its messages stay on the
    node of that slot and its replicas.

    ## Example
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="cache", socket_timeout=5)


    def tell(room, text):
        client.publish(f"room:{room}", text)
    ```

    ## Use instead
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="cache", socket_timeout=5)


    def tell(room, text):
        client.spublish(f"room:{room}", text)
    ```

    ## Fix safety
    The fix is only displayed: publishers and subscribers have to change at once, and readers need
    `get_sharded_message`.

    ## Known problems
    How many messages there are cannot be seen. With few of them, or few nodes, nothing is gained.

    ## References
    - [Pub/Sub: sharded Pub/Sub](https://redis.io/docs/latest/develop/pubsub/#sharded-pubsub)
    """

    code = "RED307"
    since = "0.2"
    severity = Severity.INFO
    preview = True
    message = "Every node of the cluster gets every message"
    help = "Use sharded channels: `spublish`, `ssubscribe` and `get_sharded_message`"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report classic channels of a cluster."""
        name = _command(call)
        sharded = _SHARDED.get(name)
        if sharded is None or call.client.queues or not project.uses_cluster(call.client):
            return
        if call.alternatives or call.asks_for_cluster or not _has_sharded_channels(call, project):
            return
        if any(_command(other) == "PSUBSCRIBE" for other in project.calls()):
            return
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{name}: every node of the cluster gets every message, whoever listens",
            fix=Fix(Applicability.DISPLAY, f"Use `{sharded}`"),
        )


def _command(call: RedisCall) -> str:
    """The one command that a call sends; those of pubsub objects count as well."""
    return call.sent[0].name if len(call.sent) == 1 else ""


def _has_sharded_channels(call: RedisCall, project: ProjectModel) -> bool:
    """Whether client and server may know them; async clients of redis-py surely do from 8.0."""
    target = project.target
    if target.server_at_least(redis="7.0", valkey="7.2") is False:
        return False
    if call.client.is_async:
        return target.client_at_least(redis="8.0") is True
    return target.client_at_least(redis="5.0", valkey="6.0") is not False
