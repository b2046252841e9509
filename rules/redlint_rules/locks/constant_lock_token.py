"""RED505."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import ensure_import, replace_argument
from redlint.model.key_words import names_lock
from redlint.model.keyspace import PatternUse, only_if_missing
from redlint.rule import PatternUses, ProjectModel, Rule


class ConstantLockToken(Rule):
    """All holders of a lock store the same value in it.

    ## What it does
    Reports `SETNX` and `SET` with `nx=True` that take a lock with a constant value, where a name says that the key is
    a lock and the project deletes it.

    ## Why is this bad?
    The value is what tells one holder from the next. With the same value for all, nobody can check whether the lock is
    still theirs, and a holder that comes too late releases the lock of another one.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)
    RELEASE = client.register_script(
        "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
    )


    def take(job):
        return client.set(f"lock:{job}", "locked", nx=True, ex=30)


    def release(job):
        return RELEASE(keys=[f"lock:{job}"], args=["locked"])
    ```

    ## Use instead
    ```python
    import uuid

    import redis

    client = redis.Redis(socket_timeout=5)
    RELEASE = client.register_script(
        "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
    )


    def take(job):
        token = uuid.uuid4().hex
        return token if client.set(f"lock:{job}", token, nx=True, ex=30) else None


    def release(job, token):
        return RELEASE(keys=[f"lock:{job}"], args=[token])
    ```

    ## Fix safety
    Unsafe: it stores a value of its own for each holder, which the code that releases the lock has yet to compare.
    Where a script or other code reads the value already, or several places take the lock, the fix is only displayed.

    ## Known problems
    Values that are the same for all holders without being constants, such as a host name, are not reported.

    ## References
    - [Distributed locks](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/)
    """

    code = "RED505"
    since = "0.2"
    severity = Severity.WARNING
    message = "All holders of the lock store the same value in it"
    help = "Store a value that nobody else has, such as `uuid.uuid4().hex`"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first place that takes such a lock with a constant."""
        released = [*uses.of_commands({"DEL", "UNLINK"}), *uses.scripts]
        taken = [use for use in uses.of_commands({"SET", "SETNX"}) if use.call.production and only_if_missing(use.call)]
        if not released or not taken or not all(map(_has_constant, taken)):
            return
        first, release = taken[0].call, released[0].call
        names = (uses.pattern.display, taken[0].key.text, first.scope.qualname)
        if not any(map(names_lock, names)):
            return
        yield self.diagnostic(
            first.path,
            first.span,
            confidence=first.client.confidence,
            message=f"All holders of the lock {uses.pattern.display} store the same value in it",
            related=(Related(release.path, release.span, "the lock is released here"),),
            fix=_fix(uses, taken),
        )


def _fix(uses: PatternUses, taken: list[PatternUse]) -> Fix:
    """A token where the lock is taken, unless others take it as well or the constant is looked for somewhere."""
    call = taken[0].call
    value, imported = replace_argument(call, "value", "uuid.uuid4().hex"), ensure_import(call.source, "import uuid")
    is_alone = len(taken) == 1 and not uses.scripts and not any(True for _ in uses.readers)
    edits = (*value, *imported) if is_alone and value is not None and imported is not None and not call.through else ()
    applicability = Applicability.UNSAFE if edits else Applicability.DISPLAY
    return Fix(applicability, "Store `uuid.uuid4().hex`, and compare it when the lock is released", edits)


def _has_constant(use: PatternUse) -> bool:
    value = use.call.argument("value")
    return value is not None and not value.splat and value.is_known
