"""RED605."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import add_keyword
from redlint.model.kinds import Role
from redlint.model.pipelines import PipelineLife, pipeline_lives
from redlint.model.sequences import are_exclusive
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule


class TransactionForBatching(Rule):
    """A pipeline that only reads is sent as a transaction.

    ## What it does
    Reports `pipeline()` where all commands that are queued on it only read, and nothing is watched.

    ## Why is this bad?
    Without `transaction=False` the commands go between `MULTI` and `EXEC`: the server runs them in one piece while
    all other clients wait, and holds all replies until the last one is there. For several reads that need not be of
    one moment, that is not wanted.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def profile(user_id):
        with client.pipeline() as pipe:
            pipe.get(f"name:{user_id}")
            pipe.get(f"mail:{user_id}")
            return pipe.execute()
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def profile(user_id):
        with client.pipeline(transaction=False) as pipe:
            pipe.get(f"name:{user_id}")
            pipe.get(f"mail:{user_id}")
            return pipe.execute()
    ```

    ## Fix safety
    Unsafe: without a transaction, other clients may write between two of the reads.

    ## Known problems
    Whether the values have to be of one moment cannot be seen.

    ## References
    - [Transactions](https://redis.io/docs/latest/develop/using-commands/transactions/)
    """

    code = "RED605"
    since = "0.2"
    severity = Severity.INFO
    preview = True
    message = "The reads are sent as a transaction, which makes all other clients wait"
    help = "Pass `transaction=False` where the replies need not be of one moment"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each pipeline that only reads."""
        for life in pipeline_lives(sequence):
            if not _only_reads(life) or not _is_transaction(life.made):
                continue
            edits = add_keyword(life.made, "transaction", "False")
            applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
            yield self.diagnostic(
                life.made.path,
                life.made.span,
                confidence=life.made.client.confidence,
                fix=Fix(applicability, "Pass `transaction=False`", edits or ()),
            )


def _only_reads(life: PipelineLife) -> bool:
    commands = [command for call in life.queued for command in call.commands]
    methods = {call.method for call in life.calls}
    is_whole = not life.made.escapes and "execute" in methods and methods.isdisjoint({"watch", "multi"})
    return is_whole and _has_several(life) and all(command.readonly for command in commands)


def _has_several(life: PipelineLife) -> bool:
    """Whether more than one command may be on the pipeline: two that both run, or one in a loop of its own."""
    outer = {block.number for block in life.made.loops()}
    return any(
        any(block.number not in outer for block in call.loops())
        or any(not are_exclusive(call, other) for other in life.queued[position + 1 :])
        for position, call in enumerate(life.queued)
    )


def _is_transaction(made: RedisCall) -> bool:
    return made.client.role is Role.CLIENT and not made.arguments
