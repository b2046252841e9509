"""RED902."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity, Span
from redlint.fixes import rename_method
from redlint.model.kinds import Role
from redlint.rule import ClientCreation, ProjectModel, RedisCall, Rule

_RENAMED = {"charset": "encoding", "errors": "encoding_errors"}
"""Options of redis-py before 6.0 and their names since 2.10.6 (redis/client.py)."""
_CLOSED = (Role.CLIENT, Role.CLUSTER, Role.PUBSUB)


class RemovedClientApi(Rule):
    """The code uses what the client library has renamed or removed.

    ## What it does
    Reports, for the target client of the project: `charset=` and `errors=` (removed in redis-py 6.0), `close()` of
    async clients (deprecated in 5.0.1), `retry_on_timeout=` of `Redis()` (ignored from 6.0 on); and in any case the
    old `zadd(name, score, member)`, and `StrictRedis` as information.

    ## Why is this bad?
    What was removed raises an error when the line is reached, what is deprecated will. An option that is ignored
    promises what nobody does.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def score(player):
        client.zadd("scores", 1, player)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def score(player):
        client.zadd("scores", {player: 1})
    ```

    ## Fix safety
    Safe: `StrictRedis` and `Redis` are the same class, `charset` and `encoding` the same option, and `close()` of an
    async client calls `aclose()`. Unsafe for `zadd`, whose old clients took the arguments in two orders. Removing
    `retry_on_timeout` is only displayed.

    ## Known problems
    Silent where the version of the client library is not known, except for `zadd` (where one of the two is a number)
    and `StrictRedis`.

    ## References
    - [redis-py: releases](https://github.com/redis/redis-py/releases)
    """

    code = "RED902"
    since = "0.2"
    severity = Severity.ERROR
    message = "The client library has renamed or removed this"
    help = "Use its new form"

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report options and classes of old versions."""
        client, source = creation.client, creation.source
        if client.library != "redis":
            return
        text = source.slice(creation.span)
        is_new = project.target.client_at_least(redis="6.0") is True and not client.is_async
        for name in creation.keywords:
            if name in _RENAMED and is_new:
                yield self._found(creation, f"`{name}=` was removed in redis-py 6: TypeError", _renamed(creation, name))
            if name == "retry_on_timeout" and is_new and client.factory.endswith((".Redis", ".StrictRedis")):
                fix = Fix(Applicability.DISPLAY, "Remove it; retries are set by `retry=`")
                yield self._found(creation, "`retry_on_timeout=` is ignored by redis-py from 6.0 on", fix)
        old = re.match(r"(?:\w+\.)*?(StrictRedis)\b", text)
        if old is not None and "." in text[: old.end()]:
            span = Span(creation.span.start + old.start(1), creation.span.start + old.end(1))
            yield self.diagnostic(
                creation.path,
                span,
                confidence=client.confidence,
                severity=Severity.INFO,
                message="`StrictRedis` is an old name of `Redis`",
                fix=Fix(Applicability.SAFE, "Use `Redis`", (Edit(span, "Redis"),)),
            )

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report methods and arguments of old versions."""
        client = call.client
        if call.method == "close" and client.is_async and client.role in _CLOSED and not call.alternatives:
            if client.library == "redis" and project.target.client_at_least(redis="5.0.1"):
                edits = rename_method(call, "aclose")
                fix = Fix(Applicability.SAFE, "Use `aclose`", edits) if edits is not None else None
                message = "`close()` of async clients is deprecated since redis-py 5.0.1"
                yield self.diagnostic(
                    call.path,
                    call.span,
                    confidence=client.confidence,
                    severity=Severity.WARNING,
                    message=message,
                    fix=fix,
                )
        if call.method == "zadd" and _is_old_zadd(call):
            name, score, member = (argument.text for argument in call.arguments)
            edit = Edit(Span(call.arguments[1].span.start, call.arguments[2].span.end), f"{{{member}: {score}}}")
            yield self.diagnostic(
                call.path,
                call.span,
                confidence=client.confidence,
                message="`zadd` takes a mapping of members to scores since redis-py 3: this raises an error",
                help=f"Write `zadd({name}, {{{member}: {score}}})`",
                fix=Fix(Applicability.UNSAFE, "Pass a mapping", (edit,)),
            )

    def _found(self, creation: ClientCreation, message: str, fix: Fix | None) -> Diagnostic:
        return self.diagnostic(
            creation.path, creation.span, confidence=creation.client.confidence, message=message, fix=fix
        )


def _renamed(creation: ClientCreation, name: str) -> Fix | None:
    found = re.search(rf"\b{name}(?=\s*=[^=])", creation.source.slice(creation.span))
    if found is None or _RENAMED[name] in creation.keywords:
        return None
    start = creation.span.start + found.start()
    return Fix(Applicability.SAFE, f"Use `{_RENAMED[name]}=`", (Edit(Span(start, start + len(name)), _RENAMED[name]),))


def _is_old_zadd(call: RedisCall) -> bool:
    """Whether score and member are given one by one: a number in second or third place."""
    if len(call.arguments) != 3 or any(argument.keyword or argument.splat for argument in call.arguments):
        return False
    values = [argument.constant for argument in call.arguments[1:]]
    has_number = any(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return call.client.is_redis_py and has_number
