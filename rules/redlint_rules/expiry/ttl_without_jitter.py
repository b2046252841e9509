"""RED210."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.keyspace import only_if_missing
from redlint.model.ttl import TtlEffect, ttl_effect, ttl_seconds
from redlint.rule import Loop, ProjectModel, RedisCall, Rule

_SHORTEST = 60
_FEW = 10


class TtlWithoutJitter(Rule):
    """A loop gives many keys the same TTL, so that all of them expire at the same moment.

    ## What it does
    Reports a write or EXPIRE in a loop that gives a key of its own to each item, all with the same constant TTL of a
    minute or more.

    ## Why is this bad?
    Keys that were written together expire together. In the next second every reader misses, and all of them ask the
    database behind the cache at once.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def warm_up(pages):
        with client.pipeline(transaction=False) as pipe:
            for page, content in pages:
                pipe.set(f"page:{page}", content, ex=3600)
            pipe.execute()
    ```

    ## Use instead
    ```python
    import random

    import redis

    client = redis.Redis(socket_timeout=5)


    def warm_up(pages):
        with client.pipeline(transaction=False) as pipe:
            for page, content in pages:
                pipe.set(f"page:{page}", content, ex=3600 + random.randrange(600))
            pipe.execute()
    ```

    ## Fix safety
    The fix is only displayed: how far the moments may be apart is a decision.

    ## Known problems
    How many items the loop has is known for constants only. Whether the data is computed again when it is gone cannot
    be seen; where it is not, keys may as well expire together.

    ## References
    - [EXPIRE](https://redis.io/docs/latest/commands/expire/)
    """

    code = "RED210"
    since = "0.2"
    severity = Severity.INFO
    preview = True
    message = "All keys of the loop expire at the same moment"
    help = "Add a random part to the TTL"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report a constant TTL for a key that differs from item to item."""
        loop = call.loop
        if loop is None or loop.is_endless or loop.waits or loop.leaves or ttl_effect(call) is not TtlEffect.SETS:
            return
        seconds = next(ttl_seconds(call), 0)
        if seconds < _SHORTEST or only_if_missing(call) or _is_short(call, loop):
            return
        key = next((one for one in call.keys if len(one.patterns) == 1), None)
        if key is None or not key.patterns[0].varies:
            return
        made_of_items = (span.start <= key.span.start and key.span.end <= span.end for span in loop.made_of_items)
        if not any(made_of_items):
            return
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=(
                f"{call.shown_command} gives {key.patterns[0].display} the same TTL of {seconds:g} s for every item of "
                f"`{loop.over}`: all of them expire at the same moment"
            ),
            fix=Fix(Applicability.DISPLAY, "Add a random part to the TTL"),
        )


def _is_short(call: RedisCall, loop: Loop) -> bool:
    """Whether the loop is known to have only a few items."""
    return any(block.number == loop.number and block.items is not None and block.items < _FEW for block in call.blocks)
