"""RED305."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import PatternUses, ProjectModel, Rule


class HotHashTag(Rule):
    """All keys of a pattern have one hash tag, so that they all lie in one slot of the cluster.

    ## What it does
    Reports, once per key pattern, writes on a cluster to keys with a varying part whose hash tag is a constant:
    `{app}:user:1`, `{app}:user:2`.

    ## Why is this bad?
    Only the hash tag decides on the slot. With a constant one all keys are on one node: the others stay idle,
    and the memory of one node is the limit for all.

    ## Example
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")


    def store(user_id, name):
        client.set(f"{{app}}:user:{user_id}", name, ex=3600)
    ```

    ## Use instead
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")


    def store(user_id, name):
        client.set(f"app:user:{{{user_id}}}", name, ex=3600)
    ```

    ## Fix safety
    There is no fix: data under the old names has to be moved.

    ## Known problems
    How many keys there are cannot be seen; a few keys with one tag are fine.

    ## References
    - [Hash tags](https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags)
    """

    code = "RED305"
    since = "0.2"
    severity = Severity.WARNING
    preview = True
    message = "All keys of the pattern lie in one slot"
    help = "Put the part that varies into the hash tag"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first write in production code."""
        pattern = uses.pattern
        if pattern.hash_tag is None or pattern.slot is None or not pattern.varies:
            return
        writes = [use.call for use in uses.creators if use.call.production and project.uses_cluster(use.call.client)]
        if not writes or not writes[0].production:
            return
        first = writes[0]
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            message=f"All keys like {pattern.display} lie in slot {pattern.slot}, on one node of the cluster",
        )
