"""RED301."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from redlint.commands.methods import Routing
from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.events import KeyUse
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.target import Topology
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
        if not call.client.is_cluster and project.target.topology is not Topology.CLUSTER:
            return
        if not any(command.multi_key for command in call.commands) or _is_split(call):
            return
        found = _conflict(call)
        if found is None:
            return
        proven, because = found
        command = call.command_name or call.method.upper()
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            severity=Severity.ERROR if proven else Severity.WARNING,
            message=f"{command} {because}",
            fix=Fix(Applicability.DISPLAY, "Give the keys a common hash tag"),
        )


def _is_split(call: RedisCall) -> bool:
    """Whether the client itself sends one command per slot."""
    if not call.client.is_cluster:
        return False
    return call.method.endswith("_nonatomic") or (call.spec is not None and call.spec.cluster is Routing.SPLIT)


def _conflict(call: RedisCall) -> tuple[bool, str] | None:
    """Whether different slots are proven or only possible, and the words for it."""
    keys = [key for key in call.keys if len(key.patterns) == 1]
    possible: tuple[bool, str] | None = None
    for one, other in combinations(keys, 2):
        found = _compare(one, other)
        if found is not None and found[0]:
            return found
        possible = possible or found
    return possible or next(filter(None, map(_many, keys)), None)


def _compare(one: KeyUse, other: KeyUse) -> tuple[bool, str] | None:
    first, second = one.patterns[0], other.patterns[0]
    if first.display == second.display and not (one.many or other.many):
        return None
    if first.slot is not None and second.slot is not None:
        if first.slot == second.slot:
            return None
        return True, (
            f"names {first.display} in slot {first.slot} and {second.display} in slot {second.slot}: "
            "a cluster refuses it"
        )
    if first.hash_tag is not None and second.hash_tag is not None:
        if first.hash_tag == second.hash_tag:
            return None
        if _differ(KeyPattern(first.hash_tag), KeyPattern(second.hash_tag)):
            return (
                True,
                f"names {first.display} and {second.display}, whose hash tags differ: a cluster refuses it",
            )
    return False, (
        f"names {first.display} and {second.display}, which have no common hash tag: "
        "a cluster refuses it when they fall into different slots"
    )


def _many(key: KeyUse) -> tuple[bool, str] | None:
    """Several keys of one template: they differ in a hole, which the hash tag must leave out."""
    pattern = key.patterns[0]
    if not key.many or pattern.is_constant or pattern.slot is not None:
        return None
    if pattern.hash_tag is not None and any(hole not in pattern.hash_tag for hole in pattern.holes):
        return None  # they may well differ in what stands outside of the tag
    return False, (
        f"names several keys like {pattern.display}, which have no common hash tag: "
        "a cluster refuses it when they fall into different slots"
    )


def _differ(first: KeyPattern, second: KeyPattern) -> bool:
    """Whether two templates can never give the same text: they begin or end with different literals."""
    return _clash(first.parts, second.parts, -1) or _clash(first.parts[::-1], second.parts[::-1], 1)


def _clash(first: tuple[str | Hole, ...], second: tuple[str | Hole, ...], side: int) -> bool:
    if not first or not second or isinstance(first[0], Hole) or isinstance(second[0], Hole):
        return False
    one, other = first[0], second[0]
    shorter = min(len(one), len(other))
    return one[:shorter] != other[:shorter] if side < 0 else one[-shorter:] != other[-shorter:]
