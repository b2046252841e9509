"""RED102."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Confidence, Diagnostic, Fix, Related, Severity
from redlint.fixes import rename_method
from redlint.model.events import KeyUse
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule

_LISTING = frozenset({"KEYS", "SCAN", "SMEMBERS", "SSCAN", "HKEYS", "HSCAN", "ZRANGE", "ZSCAN", "LRANGE"})


class BlockingDeleteOfLargeKey(Rule):
    """DEL frees its keys at once, element by element, while every other client waits.

    ## What it does
    Reports `DEL` of a key that the project fills without bound (a hash, list, set, sorted set or stream
    that code adds to in a loop or on every call), and `DEL` of all the keys that `KEYS`, `SCAN` or
    `SMEMBERS` returned.

    ## Why is this bad?
    `DEL` frees memory in the thread that serves all clients: its cost grows with the number of elements. A
    set of 500,000 members takes about 300 ms, during which nothing else is answered. `UNLINK` removes the key
    at once and frees it in the background.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def track(page, visitor):
        client.sadd(f"visitors:{page}", visitor)


    def forget(page):
        client.delete(f"visitors:{page}")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def track(page, visitor):
        client.sadd(f"visitors:{page}", visitor)


    def forget(page):
        client.unlink(f"visitors:{page}")
    ```

    ## Fix safety
    Safe. `UNLINK` takes the same arguments, gives the same reply and leaves the same keys (Redis 4.0 and
    later). Cluster clients split both alike.

    ## Known problems
    Silent for listed keys where the project, or at least the class, stores nothing but strings: these are
    freed at once either way. Silent where the target is Valkey 8 or later, whose `DEL` frees in the background
    by default. A single key of unknown type is not reported, however large it may be.

    ## References
    - [DEL](https://redis.io/docs/latest/commands/del/)
    - [UNLINK](https://redis.io/docs/latest/commands/unlink/)
    - [Report: DEL slows a cache down under load](https://github.com/zitadel/zitadel/pull/10658)
    """

    code = "RED102"
    since = "0.1"
    severity = Severity.WARNING
    commands = frozenset({"DEL"})
    message = "DEL frees its keys element by element while all other clients wait"
    help = "Use `unlink`, which frees them in the background"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first key of the call that is large, or the many keys that it deletes."""
        if project.target.server_at_least(valkey="8"):
            return
        for key in call.keys:
            found = _growing(key, project)
            if found is not None:
                yield self._large(call, key, found)
                return
            if _is_many(call, key) and not _holds_strings(call, key, project):
                yield self._many(call, key)
                return

    def _large(self, call: RedisCall, key: KeyUse, uses: PatternUses) -> Diagnostic:
        kind = "/".join(sorted(uses.value_types))
        grows = uses.growth[0].call
        message = (
            f"DEL frees {key.patterns[0].display}, a {kind} that grows without bound, element by element "
            "while all other clients wait"
        )
        related = (Related(grows.path, grows.span, f"grows here, through {grows.command_name or grows.method}"),)
        return self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=message,
            related=related,
            fix=_fix(call),
        )

    def _many(self, call: RedisCall, key: KeyUse) -> Diagnostic:
        message = (
            f"DEL frees all the keys that {key.from_command} returned, one after the other, "
            "while all other clients wait"
        )
        return self.diagnostic(call.path, call.span, confidence=call.client.confidence, message=message, fix=_fix(call))


def _growing(key: KeyUse, project: ProjectModel) -> PatternUses | None:
    if len(key.patterns) != 1:
        return None
    uses = project.uses_of(key.patterns[0])
    return uses if uses is not None and uses.is_collection and uses.growth else None


def _is_many(call: RedisCall, key: KeyUse) -> bool:
    """Whether the keys of a listing are deleted together, or one by one without looking at each first."""
    if key.from_command not in _LISTING:
        return False
    return key.many or _sweeps(call)


def _sweeps(call: RedisCall) -> bool:
    """Whether every iteration of the loop around the call deletes its key."""
    for block in call.blocks:
        if block.kind.is_branch:
            return False
        if block.kind.is_loop:
            return block.items is None
    return False


def _holds_strings(call: RedisCall, key: KeyUse, project: ProjectModel) -> bool:
    """Whether all that is known of the listed keys is that they hold strings, which are freed at once.

    Where no key pattern of the project fits the listing, what the same class stores has to tell.
    """
    listing = project.call_at(key.from_place) if key.from_place is not None else None
    globs = [glob for argument in listing.arguments for glob in argument.globs] if listing is not None else []
    kinds = frozenset(kind for glob in globs for uses in project.matching(glob) for kind in uses.value_types)
    kinds = kinds or project.types_written_beside(call)
    return bool(kinds) and kinds <= {"string"}


def _fix(call: RedisCall) -> Fix | None:
    if call.method != "delete" or call.client.confidence is Confidence.NAMED:
        return None
    edits = rename_method(call, "unlink")
    return Fix(Applicability.SAFE, "Replace `delete` by `unlink`", edits) if edits is not None else None
