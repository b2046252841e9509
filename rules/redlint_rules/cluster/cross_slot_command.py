"""RED301."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.slots import is_split, slot_conflict
from redlint.rule import ProjectModel, RedisCall, Rule


class CrossSlotCommand(Rule):
    """A command names several keys that a cluster keeps in different slots.

    ## What it does
    On a cluster client, or where `topology = "cluster"` is set, reports commands with several keys that
    hash to different slots. Constant keys and hash tags are hashed exactly as the server does (CRC16 modulo
    16384); two templates without a common hash tag are reported as a warning, since they may meet in one
    slot for some values and not for others.

    ## Why is this bad?
    A cluster runs a command on the node that owns the slot of its keys. If the keys are in different slots
    there is no such node: the server answers `CROSSSLOT`, or the client refuses to send the command. With
    templates it works in a test and fails for some users in production.

    ## Example
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="cache")


    def totals():
        return client.mget("total:orders", "total:users")
    ```

    ## Use instead
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="cache")


    def totals():
        return client.mget("{total}:orders", "{total}:users")
    ```

    ## Fix safety
    Only displayed: a hash tag renames the keys, so the stored data has to be moved as well.

    ## Known problems
    Silent for `delete`, `unlink`, `exists`, `touch` and the `*_nonatomic` methods of cluster clients, which
    split their keys by slot, and wherever a key is unknown.

    ## References
    - [Cluster specification: hash tags](https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags)
    """

    code = "RED301"
    since = "0.1"
    severity = Severity.ERROR
    message = "The keys of the command hash to different slots"
    help = "Give the keys a common hash tag, such as `{user:1}:name` and `{user:1}:mail`"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Compare the keys of the call pair by pair."""
        if not project.uses_cluster(call.client):
            return
        if not any(command.multi_key for command in call.commands) or is_split(call):
            return
        found = slot_conflict(call.keys)
        if found is None:
            return
        command = call.shown_command
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            severity=Severity.ERROR if found.proven else Severity.WARNING,
            message=f"{command} {found.because}",
            fix=Fix(Applicability.DISPLAY, "Give the keys a common hash tag"),
        )
