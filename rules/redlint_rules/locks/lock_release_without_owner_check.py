"""RED501."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Related, Severity
from redlint.model.key_words import names_lock
from redlint.model.keyspace import PatternUse, only_if_missing
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule

_FORCED = re.compile(r"force|clear|reset|flush|purge|break|cleanup|clean_up", re.IGNORECASE)
_SCRIPT = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


class LockReleaseWithoutOwnerCheck(Rule):
    """A lock is released by deleting its key, whoever holds it by then.

    ## What it does
    Reports `DEL` or `UNLINK` of a key that the project acquires as a lock, with `SET ... NX` or `SETNX`, in
    any function: also when the value is read and compared before in a separate step.

    ## Why is this bad?
    A lock with a TTL can expire while its holder still works. Another process then takes it, and the first
    one deletes the lock of the second: a third gets in, and two of them work at the same time. Reading the
    value first does not help, since the lock can change hands between `GET` and `DEL`. Only the server can
    compare and delete in one step.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def work(job, token):
        if client.set(f"lock:{job}", token, nx=True, ex=30):
            client.delete(f"lock:{job}")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def work(job):
        with client.lock(f"lock:{job}", timeout=30):
            pass
    ```

    ## Fix safety
    Unsafe: the fix deletes the key only if it still holds the token, by a script, or by `delex` or `DELIFEQ`
    where the target server and client have them. It is offered where the token is a variable of the same
    function. The reply stays the number of deleted keys.

    ## Known problems
    A key that is set with `NX` only to remember that something was seen is not a lock; keys, functions and
    variables without a word such as lock, mutex or lease are therefore not reported.

    ## References
    - [Distributed locks](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/)
    - [Report: a pod deletes the lock that another one has taken meanwhile](https://github.com/BerriAI/litellm/issues/21225)
    """

    code = "RED501"
    since = "0.1"
    severity = Severity.ERROR
    message = "The lock is deleted without checking that it is still ours"
    help = "Compare and delete in one step: `client.lock(...)`, a script, or `delex(..., ifeq=token)`"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each plain delete of a key that is acquired as a lock."""
        acquired = [use for use in uses.of_commands({"SET", "SETNX"}) if only_if_missing(use.call)]
        if not acquired:
            return
        for use in uses.of_commands({"DEL", "UNLINK"}):
            if _is_lock(uses, acquired[0], use) and not _FORCED.search(use.call.scope.name):
                yield self._release(uses, acquired, use, project)

    def _release(
        self, uses: PatternUses, acquired: list[PatternUse], use: PatternUse, project: ProjectModel
    ) -> Diagnostic:
        call = use.call
        compared = any(
            other.call.scope == call.scope and other.call.command_name == "GET" and other.call.span < call.span
            for other in uses.uses
        )
        how = "after comparing it in a separate step" if compared else "without checking who holds it"
        message = (
            f"{call.shown_command} releases the lock {uses.pattern.display} {how}: "
            "if it has expired meanwhile, the lock of another process is deleted"
        )
        first = acquired[0].call
        return self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=message,
            related=(Related(first.path, first.span, "acquired here"),),
            fix=_fix(acquired, use, project),
        )


def _is_lock(uses: PatternUses, acquire: PatternUse, release: PatternUse) -> bool:
    """Whether a name says that the key is a lock."""
    names = (uses.pattern.display, acquire.key.text, release.key.text)
    scopes = (acquire.call.scope, release.call.scope)
    return any(names_lock(text) for text in (*names, *(scope.qualname for scope in scopes)))


def _fix(acquired: list[PatternUse], use: PatternUse, project: ProjectModel) -> Fix:
    advice = Fix(Applicability.DISPLAY, "Use `client.lock(...)`, which releases only its own lock")
    call = use.call
    token = _token(acquired, call)
    if token is None or call.client.queues or call.method not in ("delete", "unlink") or len(call.arguments) != 1:
        return advice
    key = call.arguments[0]
    if key.splat or call.has_unknown_arguments or call.through:
        return advice
    target = project.target
    if target.server_at_least(redis="8.4") and target.client_at_least(redis="7.1"):
        text = f"{call.receiver}.delex({key.text}, ifeq={token})"
    elif target.server_at_least(valkey="9"):
        text = f'{call.receiver}.execute_command("DELIFEQ", {key.text}, {token})'
    else:
        text = f'{call.receiver}.eval("{_SCRIPT}", 1, {key.text}, {token})'
    return Fix(Applicability.UNSAFE, "Delete the key only if it still holds the token", (Edit(call.span, text),))


def _token(acquired: list[PatternUse], release: RedisCall) -> str | None:
    """The variable that holds the lock's value, where it is one of the releasing function as well."""
    for use in acquired:
        value = use.call.argument("value")
        if value is None or value.splat or value.is_known:
            continue
        is_attribute = value.text.startswith("self.") and value.text[5:].isidentifier()
        same_class = use.call.scope.class_name == release.scope.class_name and use.call.path == release.path
        if value.text.isidentifier() and use.call.scope == release.scope:
            return value.text
        if is_attribute and same_class:
            return value.text
    return None
