"""RED212."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from redlint.diagnostic import Diagnostic, Severity
from redlint.model.events import Payload
from redlint.model.kinds import PayloadKind
from redlint.rule import ProjectModel, RedisCall, Rule


class LargeValue(Rule):
    """One value holds more than Redis should move at once.

    ## What it does
    Reports values of more than 10 kB where the code shows them: literals, the content of a file, all rows that a query
    gives, also encoded as JSON or the like. Literals of more than 1 kB are reported as info. Silent for values that are
    compressed.

    ## Why is this bad?
    Every read and write moves all of the value: through the server's only thread, over the network, and through the
    copy for each replica and each client's output buffer. A value that grows with a table or a file has no upper limit
    below 512 MB.

    ## Example
    ```python
    import json
    import sqlite3

    import redis

    client = redis.Redis(socket_timeout=5)


    def store(connection: sqlite3.Connection):
        rows = connection.execute("SELECT * FROM products").fetchall()
        client.set("cache:products", json.dumps(rows), ex=60)
    ```

    ## Use instead
    ```python
    import json
    import sqlite3

    import redis

    client = redis.Redis(socket_timeout=5)


    def store(connection: sqlite3.Connection, page: int):
        rows = connection.execute("SELECT * FROM products LIMIT 50 OFFSET ?", (page * 50,)).fetchmany(50)
        client.set(f"cache:products:{page}", json.dumps(rows), ex=60)
    ```

    ## Fix safety
    There is no fix: how to divide the data is a decision.

    ## Options
    - `max-bytes`: a literal of more bytes is a warning; default `10000`.
    - `compress-bytes`: a literal of more bytes is worth compressing; default `1000`.

    ## Known problems
    The size of a file or of a table is not known: small ones are reported as well. A limit in the text of a query is
    not seen.

    ## References
    - [Redis strings: limits](https://redis.io/docs/latest/develop/data-types/strings/#limits)
    """

    code = "RED212"
    since = "0.2"
    severity = Severity.WARNING
    preview = True
    message = "One value holds more than Redis should move at once"
    help = "Store parts under keys of their own, or keep the data elsewhere and its place in Redis"

    @dataclass(frozen=True)
    class Options(Rule.Options):
        """Settings of the rule."""

        max_bytes: int = 10_000
        compress_bytes: int = 1_000

    options: Options

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report values that are big, as far as the code tells."""
        key = f" to {call.keys[0].shown}" if call.keys else ""
        if not any(command.creates for command in call.commands):
            return
        for argument in call.arguments:
            payload = argument.payload
            if payload is None:
                continue
            what = self._what(payload)
            if not what:
                continue
            is_small = payload.kind is PayloadKind.LITERAL and payload.size <= self.options.max_bytes
            yield self.diagnostic(
                call.path,
                argument.span,
                confidence=call.client.confidence,
                message=f"{call.shown_command} writes {what}{key}; every read and write moves all of it",
                help="Compress values of this size, with `zlib.compress` for example" if is_small else None,
                severity=Severity.INFO if is_small else None,
            )

    def _what(self, payload: Payload) -> str:
        if payload.kind is PayloadKind.FILE:
            return "the whole content of a file"
        if payload.kind is PayloadKind.QUERY:
            return "all rows of a query"
        return f"a literal of {payload.size} bytes" if payload.size > self.options.compress_bytes else ""
