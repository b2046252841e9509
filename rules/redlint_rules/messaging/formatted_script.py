"""RED707."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_TAKES_SCRIPT = frozenset({"eval", "eval_ro", "register_script", "script_load"})


class FormattedScript(Rule):
    """The text of a script is put together with values of the moment.

    ## What it does
    Reports `eval`, `register_script` and `script_load` with a text that f-strings, `%`, `format` or `+` fill in values
    that change from call to call. Constants and settings in it are fine.

    ## Why is this bad?
    A value with a quote in it becomes code that runs on the server. And every value makes a new script: the server
    compiles and keeps each of them.

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
    Scripts that other functions put together are only seen where all their parts can be worked out.

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
        script = call.argument("script") if call.method in _TAKES_SCRIPT else None
        varying = [
            hole.name
            for text in (script.scripts if script is not None else ())
            for hole in text.holes
            if not hole.fixed
        ]
        if varying and script is not None:
            yield self.diagnostic(
                call.path,
                script.span,
                confidence=call.client.confidence,
                message=f"{varying[0]!r} becomes code of the script, and each of its values makes a new script",
                fix=Fix(Applicability.DISPLAY, "Pass it as ARGV"),
            )
