"""RED602."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import append_to_with
from redlint.model.pipelines import PipelineLife, pipeline_lives
from redlint.rule import CallSequence, ProjectModel, Rule


class PipelineNeverExecuted(Rule):
    """Commands are queued on a pipeline that nothing executes.

    ## What it does
    Reports the first command of a pipeline that a function makes for itself and never executes. Silent where the
    pipeline is returned, stored, passed on, or used by a nested function, and after `watch`, which makes it send
    commands at once.

    ## Why is this bad?
    The commands never reach the server: leaving the `with` block throws them away, without an error.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def store(name, mail):
        with client.pipeline() as pipe:
            pipe.hset(f"user:{name}", "mail", mail)
            pipe.sadd("users", name)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def store(name, mail):
        with client.pipeline() as pipe:
            pipe.hset(f"user:{name}", "mail", mail)
            pipe.sadd("users", name)
            pipe.execute()
    ```

    ## Fix safety
    Unsafe: `execute()` at the end of the `with` block sends commands that were never sent before. Without a `with`
    block, or where the name of the pipeline gets another value in it, the fix is only displayed.

    ## Known problems
    A pipeline that some paths execute and others do not is not reported.

    ## References
    - [Pipelines of redis-py](https://redis.readthedocs.io/en/stable/advanced_features.html#pipelines)
    """

    code = "RED602"
    since = "0.2"
    severity = Severity.ERROR
    message = "The commands are queued and never sent"
    help = "Call `execute()` on the pipeline"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each pipeline whose commands go nowhere."""
        for life in pipeline_lives(sequence):
            if not life.is_dropped:
                continue
            first = life.queued[0]
            yield self.diagnostic(
                first.path,
                first.span,
                confidence=first.client.confidence,
                message=f"{first.shown_command} is queued on a pipeline that nothing executes, so it is never sent",
                related=(Related(life.made.path, life.made.span, "the pipeline is made here"),),
                fix=_fix(life),
            )


def _fix(life: PipelineLife) -> Fix:
    last = life.queued[-1]
    wait = "await " if last.client.is_async else ""
    edits = append_to_with(last, f"{wait}{last.receiver}.execute()") if last.receiver.isidentifier() else None
    applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
    return Fix(applicability, "Execute the pipeline", edits or ())
