"""RED203."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import add_keyword
from redlint.model.lost_ttl import LostTtl, lost_ttls
from redlint.model.ttl import ttl_seconds
from redlint.rule import PatternUses, ProjectModel, Rule


class TtlLostOnOverwrite(Rule):
    """A key with a TTL is written again, and the TTL is gone.

    ## What it does
    Reports a `SET`, `GETSET`, `MSET`, `SUNIONSTORE` or other write of a whole value without a TTL, where other code
    gives keys of the same pattern a TTL when it writes them, and something shows that the write meets a key that is
    there: its function looks at the key first, the write only replaces what exists (`xx=True`, `GETSET`), its
    function is called `update_...`, `refresh_...` or the like, or the other code fills a cache. Also `RENAME` of a key
    that never gets a TTL onto such a key.

    ## Why is this bad?
    `SET` takes the TTL from the key along with the old value. A session that was to end in an hour stays for good,
    a cached value is never looked up again.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def log_in(user_id, name):
        client.set(f"session:{user_id}", name, ex=3600)


    def rename(user_id, name):
        client.set(f"session:{user_id}", name, xx=True)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def log_in(user_id, name):
        client.set(f"session:{user_id}", name, ex=3600)


    def rename(user_id, name):
        client.set(f"session:{user_id}", name, xx=True, keepttl=True)
    ```

    ## Fix safety
    Unsafe: the fix passes `keepttl=True` to `set`, so that the key keeps its TTL. Whether it should keep it or get a
    new one with `ex=` is a decision. `keepttl` needs a server of version 6.0 or later. A write to a cache, which may
    also create the key, gets the seconds of the other code as `ex=` where they are a constant. Commands without such
    options have no fix.

    ## Known problems
    Silent about functions that give, read or remove a TTL of the key or delete it, about counters, about keys that
    `PERSIST` is used on, and about methods of the same name in other classes. Key patterns without a word in them are
    not compared. Data that is meant to stay belongs in the `persistent-keys` setting.

    ## References
    - [SET](https://redis.io/docs/latest/commands/set/)
    - [EXPIRE](https://redis.io/docs/latest/commands/expire/)
    - [Incident: GETSET drops the TTL of a lock, which is then held for ever](https://github.com/dv/redis-semaphore/pull/39)
    """

    code = "RED203"
    since = "0.2"
    severity = Severity.WARNING
    message = "The write drops the TTL that other code gives the key"
    help = "Keep the TTL with `keepttl=True`, or give a new one with `ex=`"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each write that drops the TTL of such a key."""
        if uses.pattern.is_opaque or project.is_persistent(uses.pattern):
            return
        for lost in lost_ttls(uses, project.never_expires):
            write, given = lost.write.call, lost.given.call
            yield self.diagnostic(
                write.path,
                write.span,
                confidence=min(write.client.confidence, given.client.confidence),
                message=(
                    f"{write.shown_command} drops the TTL that other code gives {uses.pattern.display}, so that it "
                    f"stays for good; {lost.because}"
                ),
                related=(Related(given.path, given.span, "the TTL is given here"),),
                fix=_fix(lost, project),
            )


def _fix(lost: LostTtl, project: ProjectModel) -> Fix:
    call = lost.write.call
    seconds = [int(one) for one in ttl_seconds(lost.given.call) if one >= 1 and one == int(one)]
    name, value = ("ex", str(seconds[0] if seconds else "")) if lost.is_new_value else ("keepttl", "True")
    is_old_server = name == "keepttl" and project.target.server_at_least(redis="6.0", valkey="7.2") is False
    if call.method != "set" or call.client.library == "aioredis" or is_old_server or not value:
        return Fix(Applicability.DISPLAY, "Give the key a TTL again")
    edits = add_keyword(call, name, value)
    if edits is None:
        return Fix(Applicability.DISPLAY, "Give the key a TTL again")
    return Fix(Applicability.UNSAFE, f"Pass `{name}={value}`", edits)
