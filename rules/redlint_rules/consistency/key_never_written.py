"""RED906."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from fnmatch import fnmatchcase

from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.rule import PatternUses, ProjectModel, Rule

_ALIKE = 0.85


class KeyNeverWritten(Rule):
    """A key is read that nobody writes, and one with nearly the same name is written that nobody reads.

    ## What it does
    Reports a key pattern that some code reads and none writes, where another pattern with nearly the same text is
    written and never read.

    ## Why is this bad?
    One of the two places has the name wrong: the read never finds anything, and memory is spent on data that
    nobody wants.

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
    A key that is only read, and has no such twin, may be written by another program: it is not reported.

    ## References
    - [Redis keys](https://redis.io/docs/latest/develop/using-commands/keyspace/)
    """

    code = "RED906"
    since = "0.2"
    severity = Severity.INFO
    preview = True
    message = "The key is read and never written"
    help = "Use the same key where it is written and where it is read"

    @dataclass(frozen=True)
    class Options(Rule.Options):
        """Settings of the rule."""

        public_keys: tuple[str, ...] = ()

    options: Options

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report a pattern that is only read at its first use, with the one that is only written."""
        first = uses.uses[0]
        if not first.call.production or len(first.key.patterns) != 1 or _side(uses, project) != "read":
            return
        globs = self.options.public_keys
        if any(fnmatchcase(uses.pattern.text.replace("{}", "*"), glob) for glob in globs):
            return
        twin = next((one for one in project.patterns if _is_twin(uses, one) and _side(one, project) == "written"), None)
        if twin is None or _may_be_elsewhere(project):
            return
        other = twin.uses[0].call
        yield self.diagnostic(
            first.call.path,
            first.call.span,
            confidence=first.call.client.confidence,
            message=(
                f"{uses.pattern.display} is read here, but no code in the project writes it; "
                f"{twin.pattern.display} is written and never read"
            ),
            related=(Related(other.path, other.span, "the other key is written here"),),
        )


def _side(uses: PatternUses, project: ProjectModel) -> str:
    """``read`` or ``written`` where the project only does one of the two with such keys, else nothing."""
    touching = [use for other in project.overlapping(uses.pattern) for use in other.uses]
    if any(use.is_script or use.call.makes_lock for use in touching):
        return ""
    reads, writes = any(use.reads for use in touching), any(use.creates for use in touching)
    return "" if reads == writes else "read" if reads else "written"


def _is_twin(uses: PatternUses, other: PatternUses) -> bool:
    """Whether two patterns have nearly the same text."""
    return SequenceMatcher(None, uses.pattern.text, other.pattern.text).ratio() >= _ALIKE


def _may_be_elsewhere(project: ProjectModel) -> bool:
    """Whether a call whose key is unknown could be the missing side of either."""
    return any(not key.patterns for call in project.calls() for key in call.keys)
