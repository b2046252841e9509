"""RED707."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ProjectModel, RedisCall, Rule


class FormattedScript(Rule):
    """Values are written into the text of a script.

    ## What it does
    Reports scripts (`eval`, `eval_ro`, `register_script`, `script_load`, `function_load`) whose text is put together
    from values that are only known at run time, with f-strings, `format`, `%` or `+`. Texts that are put together from
    constants and settings are left alone.

    ## Why is this bad?
    The server runs the text: a value with a quote in it ends the string that it was meant to be, and what follows is
    run as Lua with all rights of the client. And every value makes another script, which the server compiles and keeps.
    Servers before Redis 7.4 and Valkey 8.0 keep them until they are restarted, later ones 500 of those that came with
    `EVAL`, and all that were loaded.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def raise_limit(name):
        return client.eval(f"return redis.call('INCR', KEYS[1] .. '{name}')", 1, "limit:")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)
    raise_by_name = client.register_script("return redis.call('INCR', KEYS[1])")


    def raise_limit(name):
        return raise_by_name(keys=[f"limit:{name}"])
    ```

    ## Fix safety
    The fix is only displayed: keys go to `KEYS`, other values to `ARGV`, where they are text.

    ## Known problems
    Texts that are changed by functions (`replace`, `dedent`) are not followed, nor are those given to
    `execute_command`.

    ## References
    - [Scripting with Lua: script parameterization](https://redis.io/docs/latest/develop/programmability/eval-intro/)
    """

    code = "RED707"
    since = "0.2"
    severity = Severity.ERROR
    message = "The script is another one for each value, and runs what the value says"
    help = "Pass keys as `KEYS[n]` and values as `ARGV[n]`, and keep the text of the script constant"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report calls that are given a text with values in it."""
        for argument in call.arguments:
            written = [hole.name for text in argument.script_texts for hole in text.holes if not hole.fixed]
            if written:
                yield self.diagnostic(
                    call.path,
                    argument.span,
                    confidence=call.client.confidence,
                    message=f"{call.shown_command} gets a script with {{{written[0]}}} written into it: the server "
                    "runs what the value says, and keeps a script for each value",
                    fix=Fix(Applicability.DISPLAY, "Pass the value as `ARGV[n]`, or as `KEYS[n]` if it is a key"),
                )
