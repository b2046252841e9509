"""RED204."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.key_words import expirable_word, names_setting, passing_hole
from redlint.rule import PatternUses, ProjectModel, Rule

_STORED = frozenset({"hash", "set", "zset", "list", "hll", "bitmap", "geo"})
_MOST_RELATED = 5


class CollectionWithoutTtl(Rule):
    """A collection that looks made to go never gets a TTL.

    ## What it does
    Reports, once per key pattern, hashes, sets, sorted sets, lists, bitmaps and HyperLogLogs that are named like a
    cache, a session or a token, or of which there is one per request, address or moment, where no code of the
    project gives such a key a TTL, deletes it or takes elements away.

    ## Why is this bad?
    Keys that are made per session or per day pile up until the server runs out of memory. Unlike `SET`, commands on
    collections take no TTL, so that it is easily forgotten.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def remember(session_id, values):
        client.hset(f"session:{session_id}", mapping=values)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def remember(session_id, values):
        with client.pipeline() as pipe:
            pipe.hset(f"session:{session_id}", mapping=values)
            pipe.expire(f"session:{session_id}", 3600)
            pipe.execute()
    ```

    ## Fix safety
    The fix is only displayed: how long the data is good for is a decision.

    ## Known problems
    What a key is for is told by the words in it. Data that is meant to stay belongs in the `persistent-keys`
    setting. Data of users counts as meant to stay. Streams have a rule of their own.

    ## References
    - [EXPIRE](https://redis.io/docs/latest/commands/expire/)
    """

    code = "RED204"
    since = "0.2"
    severity = Severity.INFO
    message = "The collection never expires"
    help = "Call `expire` in the same transaction pipeline as the write"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first write in production code."""
        writes = [use for use in uses.creators if use.call.production and use.value_types <= _STORED]
        if not writes or not writes[0].call.production or project.is_persistent(uses.pattern):
            return
        if len(writes) != len(uses.creators) or len(writes[0].key.patterns) != 1 or uses.is_counted:
            return
        for other in project.overlapping(uses.pattern):
            if any(use.may_expire or use.deletes or use.takes_away or use.is_script for use in other.uses):
                return
        because = _evidence(uses, project)
        if not because:
            return
        first = writes[0].call
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            message=(
                f"{first.shown_command} fills {uses.pattern.display}, which no code in the "
                f"project gives a TTL, though {because}"
            ),
            related=tuple(
                Related(use.call.path, use.call.span, "also filled here") for use in writes[1 : _MOST_RELATED + 1]
            ),
            fix=Fix(Applicability.DISPLAY, "Call `expire` in the same pipeline"),
        )


def _evidence(uses: PatternUses, project: ProjectModel) -> str:
    if names_setting(uses.pattern.text):
        return ""
    if project.is_cache(uses.pattern):
        return "it is configured as a cache"
    word = expirable_word(uses.pattern.text)
    if word and not word.lower().startswith(("lock", "code")):
        return f"its name says {word}"
    hole = passing_hole(uses.pattern)
    return f"there is one per {hole.name}" if hole is not None else ""
