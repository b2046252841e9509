"""RED205."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.model.key_words import event_hole, names_setting, rate_word
from redlint.rule import PatternUses, ProjectModel, Rule


class IncrWithoutTtl(Rule):
    """A counter per user, address or moment never expires.

    ## What it does
    Reports, once per key pattern, `INCR`, `INCRBY`, `DECR` and the like on keys of which there is one per user,
    address, request or moment, or that are named like a rate limit, where no code of the project gives such a key
    a TTL, sets it anew or deletes it.

    ## Why is this bad?
    A counter per minute or per address is of no use a moment later, but it stays. The keys pile up until the
    server runs out of memory, and a rate limiter never lets its users in again.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def allowed(client_ip):
        return client.incr(f"attempts:{client_ip}") <= 5
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def allowed(client_ip):
        with client.pipeline() as pipe:
            pipe.incr(f"attempts:{client_ip}")
            pipe.expire(f"attempts:{client_ip}", 60, nx=True)
            count, _ = pipe.execute()
        return count <= 5
    ```

    ## Fix safety
    There is no fix: how long to count is a decision.

    ## Known problems
    What a counter is for is told by the words in its key. Counters that are meant to stay (`visits:{user_id}`)
    belong in the `persistent-keys` setting; those named total, count or id are not reported.

    ## References
    - [INCR: rate limiter](https://redis.io/docs/latest/commands/incr/)
    """

    code = "RED205"
    since = "0.2"
    severity = Severity.WARNING
    message = "The counter never expires"
    help = "Call `expire` with `nx=True` in the same transaction pipeline as the increment"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first increment in production code."""
        counted = [use for use in uses.uses if use.counts and use.value_type == "string" and use.call.production]
        if not counted or not counted[0].call.production or len(counted[0].key.patterns) != 1:
            return
        if project.is_persistent(uses.pattern) or not uses.pattern.varies:
            return
        for other in project.overlapping(uses.pattern):
            if any(use.may_expire or use.deletes or use.overwrites or use.is_script for use in other.uses):
                return
        word, hole = rate_word(uses.pattern.text), event_hole(uses.pattern)
        if not word and (hole is None or names_setting(uses.pattern.text)):
            return
        because = f"its name says {word}" if word else f"there is one per {hole.name}" if hole is not None else ""
        first = counted[0].call
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            message=(
                f"{first.shown_command} counts in {uses.pattern.display}, which no code in the "
                f"project gives a TTL, though {because}"
            ),
        )
