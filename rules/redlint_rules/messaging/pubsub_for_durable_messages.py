"""RED705."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_DURABLE = re.compile(
    r"(?:^|[^a-z])(?:orders?|jobs?|tasks?|payments?|invoices?|refunds?|transfers?)(?:[^a-z]|$)", re.IGNORECASE
)
_SIGNAL = re.compile(
    r"updat|chang|progress|status|notif|invalidat|event|refresh|cancel|control|revok|stop|done|complet|result",
    re.IGNORECASE,
)


class PubsubForDurableMessages(Rule):
    """Something that must not be lost is published.

    ## What it does
    Reports `PUBLISH` to a channel whose name says that its messages are work to do: orders, jobs, tasks, payments.

    ## Why is this bad?
    Pub/sub keeps nothing. Whoever does not listen at that moment, because it starts, restarts or reconnects, never
    gets the message, and nobody is told. Streams and lists keep messages until they are taken.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def order(data):
        client.publish("orders", data)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def order(data):
        client.xadd("orders", {"data": data}, maxlen=100_000)
    ```

    ## Fix safety
    There is no fix: the readers have to change as well.

    ## Known problems
    The name of the channel is all there is to go by. Names that tell of a change (`task-updates`) are left alone.

    ## References
    - [Pub/Sub: delivery semantics](https://redis.io/docs/latest/develop/pubsub/)
    """

    code = "RED705"
    since = "0.2"
    severity = Severity.INFO
    commands = frozenset({"PUBLISH", "SPUBLISH"})
    message = "Who does not listen right now never gets the message"
    help = "Keep messages that must not be lost in a stream or a list"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report channels that are named like work to do."""
        channel = call.argument("channel") or call.argument("shard_channel")
        name = channel.constant if channel is not None else None
        if isinstance(name, str) and _DURABLE.search(name) and not _SIGNAL.search(name):
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=call.client.confidence,
                message=f"{call.shown_command} to {name!r}: who does not listen right now never gets the message",
            )
