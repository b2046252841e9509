"""RED211."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.model.key_words import moment_hole
from redlint.rule import PatternUses, ProjectModel, Rule


class KeyCardinality(Rule):
    """Every call makes a new key, and none ever goes.

    ## What it does
    Reports, once per key pattern, writes to keys with a part that never comes back (a time, a UUID, an address),
    where no code of the project gives such a key a TTL or deletes one.

    ## Why is this bad?
    The number of keys grows with every event. Even small keys cost 50 to 100 bytes each besides their value, and
    `SCAN`, backups and failovers slow down with them.

    ## Example
    ```python
    import uuid

    import redis

    client = redis.Redis()


    def store(text):
        client.append(f"draft:{uuid.uuid4()}", text)
    ```

    ## Use instead
    ```python
    import uuid

    import redis

    client = redis.Redis()


    def store(text):
        client.set(f"draft:{uuid.uuid4()}", text, ex=3600)
    ```

    ## Fix safety
    There is no fix: how long the data is good for is a decision.

    ## Known problems
    That a part never comes back is told by the words of its expression. Counters have a rule of their own.

    ## References
    - [Memory optimization](https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/memory-optimization/)
    """

    code = "RED211"
    since = "0.2"
    severity = Severity.WARNING
    preview = True
    message = "Every call makes a new key that stays"
    help = "Give the key a TTL, or collect the data under one key with a limit"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first write in production code."""
        writes = [use for use in uses.creators if use.call.production and len(use.key.patterns) == 1]
        hole = moment_hole(uses.pattern)
        if hole is None or not writes or uses.is_counted or project.is_persistent(uses.pattern):
            return
        if not writes[0].call.production:
            return
        for other in project.overlapping(uses.pattern):
            if any(use.may_expire or use.deletes or use.is_script for use in other.uses):
                return
        first = writes[0].call
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            message=(
                f"{first.shown_command} makes a new key {uses.pattern.display} for every "
                f"{hole.name}; no code in the project expires or deletes them"
            ),
        )
