"""RED607."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.runs import command_runs
from redlint.rule import CallSequence, ProjectModel, Rule

_SEVERAL = 3
_SHOWN = 5


class SerialAwaits(Rule):
    """Commands of an async client are awaited one after the other, though they may run in any order.

    ## What it does
    Reports three commands or more on one async client that are awaited in consecutive statements, where none uses
    what an earlier one replied, and all only read or work on keys that surely differ. Silent in code that runs once
    per process, and for blocking commands.

    ## Why is this bad?
    Each `await` waits for a whole round trip before the next command is sent. Async code is not faster by itself:
    together, in a pipeline or by `asyncio.gather`, the commands wait once.

    ## Example
    ```python
    import redis.asyncio

    client = redis.asyncio.Redis(socket_timeout=5)


    async def profile(user_id):
        name = await client.get(f"name:{user_id}")
        mail = await client.get(f"mail:{user_id}")
        city = await client.get(f"city:{user_id}")
        return name, mail, city
    ```

    ## Use instead
    ```python
    import redis.asyncio

    client = redis.asyncio.Redis(socket_timeout=5)


    async def profile(user_id):
        async with client.pipeline(transaction=False) as pipe:
            pipe.get(f"name:{user_id}")
            pipe.get(f"mail:{user_id}")
            pipe.get(f"city:{user_id}")
            return await pipe.execute()
    ```

    ## Fix safety
    The fix is only displayed: a pipeline gives all replies at once, and `gather` takes a connection for each command.

    ## Known problems
    Commands with other statements between them, and writes whose keys are not constant, are not reported.

    ## References
    - [Pipelining](https://redis.io/docs/latest/develop/using-commands/pipelining/)
    """

    code = "RED607"
    since = "0.2"
    severity = Severity.INFO
    preview = True
    message = "Each await waits for a round trip of its own"
    help = "Queue the commands on a pipeline, or await them together with `asyncio.gather`"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each run of awaited commands at its first one."""
        for run in command_runs(sequence):
            first, *others = run.calls
            if not first.client.is_async or first.scope.runs_once:
                continue
            if len(run.calls) < _SEVERAL or not run.is_unordered:
                continue
            names = ", ".join(dict.fromkeys(call.shown_command for call in run.calls))
            yield self.diagnostic(
                first.path,
                first.span,
                confidence=first.client.confidence,
                message=f"{names}: {len(run.calls)} commands are awaited one by one, each for a round trip of its own",
                related=tuple(Related(call.path, call.span, "then this one") for call in others[:_SHOWN]),
                fix=Fix(Applicability.DISPLAY, "Queue the commands on a pipeline, or await them together"),
            )
