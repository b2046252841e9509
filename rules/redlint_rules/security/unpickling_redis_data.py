"""RED801."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.model.kinds import Codec
from redlint.rule import ProjectModel, RedisCall, Rule


class UnpicklingRedisData(Rule):
    """A value that came from the server is unpickled.

    ## What it does
    Reports commands whose reply is handed to `pickle.loads` (or `dill`, `cloudpickle` and the like), also through a
    variable.

    ## Why is this bad?
    Unpickling runs whatever code the data names. Whoever can write to the server, by a leaked password, a service
    without one, or another program on it, runs code in every process that reads the value.

    ## Example
    ```python
    import pickle

    import redis

    client = redis.Redis(socket_timeout=5)


    def load(name):
        return pickle.loads(client.get(f"job:{name}"))
    ```

    ## Use instead
    ```python
    import json

    import redis

    client = redis.Redis(socket_timeout=5)


    def load(name):
        return json.loads(client.get(f"job:{name}"))
    ```

    ## Fix safety
    There is no fix: what is stored has to change as well.

    ## Known problems
    Values that pass through other functions are not followed, and whether they are signed is not looked at.

    ## References
    - [pickle: warning](https://docs.python.org/3/library/pickle.html)
    - [Report: CVE-2019-17206, code run by reading a value](https://github.com/frostming/rediswrapper/pull/1)
    """

    code = "RED801"
    since = "0.2"
    severity = Severity.WARNING
    message = "The reply is unpickled: whoever can write to the server can run code here"
    help = "Store JSON or MessagePack, or sign the data and check the signature first"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report reads whose reply is unpickled."""
        if call.reply_codec is Codec.PICKLE:
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=call.client.confidence,
                message=f"The reply of {call.shown_command} is unpickled: who can write there can run code here",
            )
