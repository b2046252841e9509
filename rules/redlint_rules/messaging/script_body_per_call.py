"""RED706."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.model.polling import polling_loop
from redlint.rule import ProjectModel, RedisCall, Rule


class ScriptBodyPerCall(Rule):
    """The text of a script is sent with every call.

    ## What it does
    Reports `eval` of a constant script in a loop.

    ## Why is this bad?
    The server knows the script after the first call. Sending its text again each time costs bytes on the way, and
    the server a hash of the whole text to find that out. `register_script` sends the hash instead.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def follow(jobs):
        while job := next(jobs):
            client.eval("return redis.call('lpush', KEYS[1], ARGV[1])", 1, "seen", job)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)
    SEEN = client.register_script("return redis.call('lpush', KEYS[1], ARGV[1])")


    def follow(jobs):
        while job := next(jobs):
            SEEN(keys=["seen"], args=[job])
    ```

    ## Fix safety
    The fix is only displayed: the script has to be registered somewhere.

    ## Known problems
    Functions that are called often are not told from others.

    ## References
    - [EVALSHA](https://redis.io/docs/latest/commands/evalsha/)
    """

    code = "RED706"
    since = "0.2"
    severity = Severity.WARNING
    commands = frozenset({"EVAL", "EVAL_RO"})
    message = "The text of the script is sent with every call"
    help = "Register the script once with `register_script`, and call that"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report constant scripts in loops."""
        script = call.argument("script")
        is_constant = script is not None and any(text.is_constant for text in script.scripts)
        if is_constant and (call.loop is not None or polling_loop(call)):
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=call.client.confidence,
                fix=Fix(Applicability.DISPLAY, "Use `register_script`"),
            )
