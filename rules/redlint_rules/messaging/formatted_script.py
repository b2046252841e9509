"""RED707."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ProjectModel, RedisCall, Rule


class FormattedScript(Rule):
    """The text of a script is put together with values of the moment.

    ## What it does
    Reports `eval`, `register_script`, `script_load` and `function_load` with a text that f-strings, `%`, `format` or
    `+` fill in values that change from call to call. Constants and settings in it are fine, also those that all callers
    of a function pass.

    ## Why is this bad?
    A value with a quote in it becomes code that runs on the server. And every value makes a new script: the server
    compiles and keeps each of them. Redis 6.2 and 7.0 keep them until they are restarted; Redis from 7.4 and Valkey
    from 8.0 keep the latest 500 that came with `EVAL`, but all that were loaded or registered.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def limit(user, most):
        return client.eval(f"return redis.call('get', KEYS[1]) < '{most}'", 1, f"calls:{user}")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def limit(user, most):
        return client.eval("return redis.call('get', KEYS[1]) < ARGV[1]", 1, f"calls:{user}", most)
    ```

    ## Fix safety
    The fix is only displayed: which values are keys and which are arguments has to be seen.

    ## Known problems
    Texts that are changed by functions of others (`dedent`) are unknown, and so are those given to `execute_command`.

    ## References
    - [Scripting: parameters](https://redis.io/docs/latest/develop/programmability/eval-intro/)
    """

    code = "RED707"
    since = "0.2"
    severity = Severity.ERROR
    message = "Values are put into the text of the script: they become code, and each makes a new script"
    help = "Pass keys as KEYS and values as ARGV"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report scripts whose text varies."""
        for argument in call.arguments:
            varying = [hole.name for text in argument.scripts for hole in text.holes if not hole.fixed]
            if varying:
                yield self.diagnostic(
                    call.path,
                    argument.span,
                    confidence=call.client.confidence,
                    message=f"{varying[0]!r} becomes code of the script, and each of its values makes a new script",
                    fix=Fix(Applicability.DISPLAY, "Pass it as ARGV"),
                )
