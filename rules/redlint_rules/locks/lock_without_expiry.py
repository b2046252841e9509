"""RED502."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import add_keyword
from redlint.model.key_words import names_lock
from redlint.model.keyspace import PatternUse, only_if_missing
from redlint.model.kinds import Usage
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule


class LockWithoutExpiry(Rule):
    """A lock has no TTL: if its holder dies, nobody gets it any more.

    ## What it does
    Reports `client.lock(name)` without `timeout` (or with `None` or 0), and `SETNX` or `SET` with `nx=True` without a
    TTL that takes a lock: a name says so, the reply decides what happens, and other code deletes the key.

    ## Why is this bad?
    A process that is killed, restarted or loses its connection while it holds the lock never releases it. All others
    wait for ever, until somebody deletes the key by hand. `blocking_timeout` only limits how long `acquire` waits.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def rebuild():
        with client.lock("rebuild", blocking_timeout=5):
            pass
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def rebuild():
        with client.lock("rebuild", timeout=60, blocking_timeout=5):
            pass
    ```

    ## Fix safety
    Unsafe, and only with the option `default-ttl`: work that takes longer than the TTL loses the lock. Otherwise the
    fix is only displayed.

    ## Options
    - `default-ttl`: seconds that the fix passes; none by default.

    ## Known problems
    Silent where code somewhere gives the key a TTL.

    ## References
    - [Distributed locks](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/)
    - [Incident: a restart before the release left a lock for good](https://github.com/bbangert/beaker/pull/163)
    """

    code = "RED502"
    since = "0.2"
    severity = Severity.ERROR
    message = "The lock has no TTL: if its holder dies, nobody gets it any more"
    help = "Give the lock a TTL that is longer than the work"

    @dataclass(frozen=True)
    class Options(Rule.Options):
        """Settings of the rule."""

        default_ttl: int = 0

    options: Options

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report lock objects without a timeout."""
        if not call.makes_lock or not call.client.is_redis_py or call.has_unknown_arguments or call.client.queues:
            return
        timeout = call.argument("timeout")
        if timeout is None or timeout.constant in (None, 0):
            yield self._finding(call, "timeout", "The lock" if not call.keys else f"The lock {call.keys[0].shown}")

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report keys that are taken as locks and never expire."""
        if uses.may_expire or uses.scripts or not any(True for _ in uses.of_commands({"DEL", "UNLINK"})):
            return
        for use in uses.of_commands({"SET", "SETNX"}):
            if use.call.production and only_if_missing(use.call) and _takes_lock(uses, use):
                yield self._finding(use.call, "ex", f"The lock {uses.pattern.display}")
                return

    def _finding(self, call: RedisCall, option: str, name: str) -> Diagnostic:
        ttl = self.options.default_ttl
        edits = add_keyword(call, option, str(ttl)) if ttl and call.method in ("lock", "set") else None
        applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
        return self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{name} has no TTL: if its holder dies, nobody gets it any more",
            fix=Fix(applicability, f"Pass `{option}=` in seconds", edits or ()),
        )


def _takes_lock(uses: PatternUses, use: PatternUse) -> bool:
    """Whether a name says that the key is a lock, and the reply decides what happens."""
    names = (uses.pattern.display, use.key.text, use.call.scope.qualname)
    return use.call.usage is not Usage.DISCARDED and any(map(names_lock, names))
