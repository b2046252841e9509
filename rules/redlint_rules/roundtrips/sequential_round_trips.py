"""RED606."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.model.runs import command_runs
from redlint.rule import CallSequence, ProjectModel, Rule

_MANY = 4
_SHOWN = 5


class SequentialRoundTrips(Rule):
    """Several commands are sent one after the other, though none needs the reply of another.

    ## What it does
    Reports four commands or more on one sync client in consecutive statements, none of which uses what an earlier one
    replied. Silent in code that runs once per process, and for blocking commands.

    ## Why is this bad?
    Each command waits for its reply before the next one is sent. A pipeline sends all of them together and waits once.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def profile(user_id):
        name = client.get(f"name:{user_id}")
        mail = client.get(f"mail:{user_id}")
        city = client.get(f"city:{user_id}")
        plan = client.get(f"plan:{user_id}")
        return name, mail, city, plan
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def profile(user_id):
        with client.pipeline(transaction=False) as pipe:
            pipe.get(f"name:{user_id}")
            pipe.get(f"mail:{user_id}")
            pipe.get(f"city:{user_id}")
            pipe.get(f"plan:{user_id}")
            return pipe.execute()
    ```

    ## Fix safety
    The fix is only displayed: all replies come at the end, and an error of one command is seen after the others ran.

    ## Known problems
    Whether a command is meant to run only if the one before it raised no error cannot be seen. Commands with other
    statements between them are not reported.

    ## References
    - [Pipelining](https://redis.io/docs/latest/develop/using-commands/pipelining/)
    """

    code = "RED606"
    since = "0.2"
    severity = Severity.INFO
    preview = True
    message = "Each command waits for the reply of the one before it and does not need it"
    help = "Queue the commands on a pipeline"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each run of commands at its first one."""
        for run in command_runs(sequence):
            first, *others = run.calls
            if len(run.calls) < _MANY or first.client.is_async or first.scope.runs_once:
                continue
            names = ", ".join(dict.fromkeys(call.shown_command for call in run.calls))
            yield self.diagnostic(
                first.path,
                first.span,
                confidence=first.client.confidence,
                message=f"{names}: {len(run.calls)} commands wait for each other's replies, which none of them needs",
                related=tuple(Related(call.path, call.span, "then this one") for call in others[:_SHOWN]),
                fix=Fix(Applicability.DISPLAY, "Queue the commands on a pipeline and execute it"),
            )
