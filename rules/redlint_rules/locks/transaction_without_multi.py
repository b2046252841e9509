"""RED513."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import insert_before
from redlint.model.watched import unqueued_writes
from redlint.rule import CallSequence, ProjectModel, Rule


class TransactionWithoutMulti(Rule):
    """A function that `transaction` runs writes the watched key at once, and is run again for ever.

    ## What it does
    Reports functions handed to `client.transaction(function, key)` that write this key without having called `multi()`.

    ## Why is this bad?
    The pipeline that the function gets sends every command at once until `multi()` is called. The write changes the
    watched key, so that `EXEC` fails as if somebody else had changed it; then the function is run again, writes
    again, and so on: the program never gets any further, and the server is kept busy.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def withdraw(account, amount):
        key = f"balance:{account}"

        def run(pipe):
            balance = int(pipe.get(key) or 0)
            pipe.decrby(key, min(balance, amount))

        client.transaction(run, key)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def withdraw(account, amount):
        key = f"balance:{account}"

        def run(pipe):
            balance = int(pipe.get(key) or 0)
            pipe.multi()
            pipe.decrby(key, min(balance, amount))

        client.transaction(run, key)
    ```

    ## Fix safety
    Unsafe: reads that come after the write reply nothing any more, they are queued like it.

    ## Known problems
    Lambdas are not looked at, nor functions that share the pipeline with others. Keys are the same where they are the
    same variable or the same constant.

    ## References
    - [Transactions: optimistic locking](https://redis.io/docs/latest/develop/using-commands/transactions/)
    """

    code = "RED513"
    since = "0.2"
    severity = Severity.ERROR
    message = "The watched key is written without `multi()`: the transaction fails and is tried again for ever"
    help = "Call `multi()` before the first write"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first such write of a function."""
        for found in unqueued_writes(sequence, project):
            write, key = found.write, found.key.shown
            edits = insert_before(write, f"{write.receiver}.multi()")
            applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
            yield self.diagnostic(
                write.path,
                write.span,
                confidence=write.client.confidence,
                message=f"{write.shown_command} writes {key}, which the transaction watches, without `multi()`: "
                "EXEC fails, and the function is run again for ever",
                related=(Related(found.ran_by.path, found.ran_by.span, "the transaction"),),
                fix=Fix(applicability, "Call `multi()` before", edits or ()),
            )
