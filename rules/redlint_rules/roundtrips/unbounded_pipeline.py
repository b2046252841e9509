"""RED604."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.cursors import works_on_page
from redlint.model.pipelines import PipelineLife, pipeline_lives
from redlint.rule import CallSequence, Loop, ProjectModel, RedisCall, Rule

_LISTS_KEYS = frozenset({"KEYS", "SCAN"})
_SIZES = {
    "file": ": a file may be long",
    "generator": ": how many come is not known",
    "rows": ": how many rows come is not known",
}


class UnboundedPipeline(Rule):
    """A pipeline collects a command for every key there is before it sends the first one.

    ## What it does
    Reports commands that are queued in a loop over all keys (`scan_iter`, `keys`) on a pipeline that is executed after
    the loop. With severity info also in loops over a file, a generator or the rows of a database cursor, which give
    their items one by one so that nobody has to know how many there are. Silent for the pages of a SCAN.

    ## Why is this bad?
    The program holds all commands in memory, then the server holds all replies until the client has read them. With
    millions of keys that is gigabytes on both sides, and a transaction stops all other clients while it runs.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def forget():
        with client.pipeline(transaction=False) as pipe:
            for key in client.scan_iter(match="page:*", count=1000):
                pipe.unlink(key)
            pipe.execute()
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def forget():
        with client.pipeline(transaction=False) as pipe:
            for key in client.scan_iter(match="page:*", count=1000):
                pipe.unlink(key)
                if len(pipe) >= 1000:
                    pipe.execute()
            pipe.execute()
    ```

    ## Fix safety
    The fix is only displayed: how many commands make a batch is a decision.

    ## Known problems
    Loops over lists and parameters are not reported: how many items they have cannot be seen. A generator may give
    few.

    ## References
    - [Pipelining](https://redis.io/docs/latest/develop/using-commands/pipelining/)
    """

    code = "RED604"
    since = "0.2"
    severity = Severity.WARNING
    message = "The pipeline grows with the number of keys before anything is sent"
    help = "Execute the pipeline every thousand commands or so"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each such loop at the first command that it queues."""
        for life in pipeline_lives(sequence):
            first = next((call for call in life.queued if _collects(life, call)), None)
            if first is None or first.loop is None:
                continue
            loop = first.loop
            is_keys = loop.from_command in _LISTS_KEYS
            every = f"every {'key' if is_keys else 'item'} of `{loop.over}`"
            yield self.diagnostic(
                first.path,
                first.span,
                confidence=first.client.confidence,
                severity=Severity.WARNING if is_keys else Severity.INFO,
                message=f"{first.shown_command} is queued for {every} before any is sent{_SIZES.get(loop.stream, '')}",
                fix=Fix(Applicability.DISPLAY, "Execute the pipeline in the loop, every thousand commands or so"),
            )


def _collects(life: PipelineLife, call: RedisCall) -> bool:
    """Whether such a loop queues the command, and the pipeline is made before it and executed after it."""
    loop = call.loop
    if loop is None or _contains(loop, life.made) or works_on_page(call):
        return False
    if loop.from_command not in _LISTS_KEYS and (not loop.stream or loop.leaves or life.made.escapes):
        return False
    sent = [one for one in life.calls if one.method == "execute"]
    return bool(sent) and not any(_contains(loop, one) for one in sent)


def _contains(loop: Loop, call: RedisCall) -> bool:
    return loop.span.start <= call.span.start < loop.span.end
