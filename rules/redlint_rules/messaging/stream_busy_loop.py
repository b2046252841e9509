"""RED703."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import add_keyword
from redlint.model.kinds import BlockKind
from redlint.model.polling import polling_loop, sleeps_between
from redlint.rule import ProjectModel, RedisCall, Rule

_READS = frozenset({"XREAD", "XREADGROUP"})
_POPS = {"LPOP": "BLPOP", "RPOP": "BRPOP", "LMOVE": "BLMOVE", "RPOPLPUSH": "BLMOVE", "ZPOPMIN": "BZPOPMIN"}


class StreamBusyLoop(Rule):
    """A loop asks the server again and again whether there is something.

    ## What it does
    Reports `XREAD` and `XREADGROUP` without `block` in a `while` loop that does not sleep, and `LPOP`, `RPOP` and the
    like in a loop that sleeps between the questions.

    ## Why is this bad?
    Without waiting, the loop keeps client and server busy with thousands of empty replies a second. With a sleep, each
    message waits for it. The server can hold the call back until there is something.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def follow(last):
        while True:
            print(client.xread({"events": last}))
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def follow(last):
        while True:
            print(client.xread({"events": last}, block=2000))
    ```

    ## Fix safety
    Unsafe: what else the loop does then happens every two seconds while nothing comes. For lists the fix is only
    displayed.

    ## Known problems
    A loop that waits in another function is reported as well.

    ## References
    - [XREAD](https://redis.io/docs/latest/commands/xread/)
    - [BLPOP](https://redis.io/docs/latest/commands/blpop/)
    """

    code = "RED703"
    since = "0.2"
    severity = Severity.WARNING
    message = "The loop asks again and again"
    help = "Let the server hold the call back until there is something"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report reads in loops that do not wait, and pops in loops that wait by themselves."""
        if call.client.queues or not polling_loop(call) or any(True for _ in _inner_loops(call)):
            return
        name = call.command_name
        if name in _READS and not sleeps_between(call) and not call.has_unknown_arguments:
            block = call.argument("block")
            if block is not None and block.constant is not None:
                return
            edits = add_keyword(call, "block", "2000") if block is None else None
            applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
            message = f"{name} without `block` returns at once: the loop keeps client and server busy for nothing"
            fix = Fix(applicability, "Pass `block=2000`, which is 2 seconds", edits or ())
        elif name in _POPS and sleeps_between(call):
            message = (
                f"The loop sleeps between its {name} calls, while messages wait: {_POPS[name]} returns when one comes"
            )
            fix = Fix(Applicability.DISPLAY, f"Use {_POPS[name]} with a timeout instead of the sleep")
        else:
            return
        yield self.diagnostic(call.path, call.span, confidence=call.client.confidence, message=message, fix=fix)


def _inner_loops(call: RedisCall) -> Iterator[object]:
    """The loops over items between the call and the loop that polls."""
    for block in call.loops():
        if block.kind is BlockKind.WHILE:
            return
        yield block
