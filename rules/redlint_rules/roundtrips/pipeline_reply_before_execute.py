"""RED603."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.kinds import Usage
from redlint.model.pipelines import pipeline_lives
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule

_AS_DATA = frozenset({Usage.TESTED, Usage.COMPARED, Usage.ITERATED, Usage.SUBSCRIPTED})
_READERS = frozenset(
    {
        "bool",
        "bytes",
        "dict",
        "float",
        "frozenset",
        "int",
        "len",
        "list",
        "loads",
        "max",
        "min",
        "set",
        "sorted",
        "sum",
        "tuple",
    }
)
"""Functions that look at the value that they are given."""


class PipelineReplyBeforeExecute(Rule):
    """What a queued command returns is used as if it were the reply.

    ## What it does
    Reports commands on a pipeline whose result is tested, compared, iterated, subscripted or converted. Silent after
    `watch`, which makes the pipeline send commands at once, and for pipelines that come from elsewhere.

    ## Why is this bad?
    A queued command returns the pipeline itself. It is always true and never equal to anything, and a loop over it
    does not end. The reply comes with `execute()`.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def register(name):
        with client.pipeline() as pipe:
            if pipe.sismember("users", name):
                return False
            pipe.sadd("users", name)
            pipe.execute()
            return True
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def register(name):
        return client.sadd("users", name) == 1
    ```

    ## Fix safety
    There is no fix: where the reply is needed decides on where to execute.

    ## Known problems
    A result that is kept in a variable and used later is not followed.

    ## References
    - [Pipelines of redis-py](https://redis.readthedocs.io/en/stable/advanced_features.html#pipelines)
    """

    code = "RED603"
    since = "0.2"
    severity = Severity.ERROR
    message = "The pipeline itself is used as if it were a reply"
    help = "Ask the client before the pipeline, or use the list that `execute()` returns"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report queued commands whose result is used as data."""
        for life in pipeline_lives(sequence):
            for call in life.queued:
                if life.immediate(call) or not life.has(call) or not _is_data(call):
                    continue
                yield self.diagnostic(
                    call.path,
                    call.span,
                    confidence=call.client.confidence,
                    message=f"{call.shown_command} is only queued here: the result is the pipeline, not a reply",
                    related=(Related(life.made.path, life.made.span, "the pipeline is made here"),),
                )


def _is_data(call: RedisCall) -> bool:
    if call.usage is Usage.ARGUMENT:
        return call.consumer.rpartition(".")[2] in _READERS
    return call.usage in _AS_DATA
