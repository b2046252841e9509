"""RED906."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from redlint.diagnostic import Diagnostic, Severity
from redlint.model.keyspace import PatternUse
from redlint.rule import PatternUses, ProjectModel, Rule


class KeyNeverUsed(Rule):
    """A key is only read or only written in the whole project.

    ## What it does
    Reports, once per key pattern, keys that some code reads and none writes, or that some code writes and none
    reads.

    ## Why is this bad?
    One of the two places has the name wrong, or is left over from code that is gone: the read never finds
    anything, or memory is spent on data that nobody wants.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def remember(user_id, name):
        client.set(f"user:{user_id}:name", name, ex=3600)


    def recall(user_id):
        return client.get(f"users:{user_id}:name")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def remember(user_id, name):
        client.set(f"user:{user_id}:name", name, ex=3600)


    def recall(user_id):
        return client.get(f"user:{user_id}:name")
    ```

    ## Fix safety
    There is no fix: which of the two names is meant cannot be seen.

    ## Options
    - `public-keys`: globs of key patterns that other programs write or read; none by default.

    ## Known problems
    Silent where a call with an unknown key, or a pattern that may denote the same key, could be the other side.
    Locks and flags that only have to exist are left out, as are keys that are deleted or expire.

    ## References
    - [Redis keys](https://redis.io/docs/latest/develop/using-commands/keyspace/)
    """

    code = "RED906"
    since = "0.2"
    severity = Severity.INFO
    preview = True
    message = "The key is only read or only written"
    help = "Use the same key where it is written and where it is read"

    @dataclass(frozen=True)
    class Options(Rule.Options):
        """Settings of the rule."""

        public_keys: tuple[str, ...] = ()

    options: Options

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first use in production code."""
        first = uses.uses[0]
        text = uses.pattern.text.replace("{}", "*")
        if not first.call.production or any(fnmatchcase(text, glob) for glob in self.options.public_keys):
            return
        touching = [use for other in project.overlapping(uses.pattern) for use in other.uses]
        if any(use.is_script or use.call.makes_lock for use in touching) or len(first.key.patterns) != 1:
            return
        reads, writes = any(use.reads for use in touching), any(use.creates for use in touching)
        if reads == writes or _may_be_elsewhere(project, want_reads=writes):
            return
        if writes and any(use.deletes or use.may_expire for use in touching):
            return
        verb, missing = ("read", "writes") if reads else ("written", "reads")
        yield self.diagnostic(
            first.call.path,
            first.call.span,
            confidence=first.call.client.confidence,
            message=f"{uses.pattern.display} is {verb} here, but no code in the project {missing} it",
        )


def _may_be_elsewhere(project: ProjectModel, *, want_reads: bool) -> bool:
    """Whether a call whose key is unknown could be the missing side."""
    for call in project.calls():
        for key in call.keys:
            if key.patterns:
                continue
            use = PatternUse(call, key)
            if use.is_script or (use.reads if want_reads else use.creates):
                return True
    return False
