"""RED213."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import PatternUses, ProjectModel, Rule

_MANY = 4
"""So many keys show which separator a project uses, if three quarters of all have it."""
_LONGEST = 128
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SPACE = re.compile(r"\s")
_URL = re.compile(r"\w+://")


class KeyName(Rule):
    """The name of a key makes it hard to find, to type or to group.

    ## What it does
    Reports, once per key pattern, keys with white space or control characters, more than 128 characters of fixed
    text, or a URL or JSON in them; and keys with another separator than nearly all others of the project
    (`user_{id}` among keys like `cart:{id}`).

    ## Why is this bad?
    Such keys have to be quoted in `redis-cli`, break tools that split names at separators, and long names are
    stored again with every key.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def title(page):
        return client.get(f"title of {page}")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def title(page):
        return client.get(f"title:{page}")
    ```

    ## Fix safety
    There is no fix: data under the old name would be lost.

    ## Known problems
    What is filled into a key at run time is not looked at.

    ## References
    - [Redis keys](https://redis.io/docs/latest/develop/using-commands/keyspace/)
    """

    code = "RED213"
    since = "0.2"
    severity = Severity.INFO
    preview = True
    message = "The key's name is hard to work with"
    help = "Use short names of words that colons separate, such as `user:42:mail`"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the pattern at its first use in production code."""
        first = next((use for use in uses.uses if use.call.production), None)
        because = _problem("".join(part for part in uses.pattern.parts if isinstance(part, str)))
        because = because or _other_separator(uses, project)
        if first is None or not because:
            return
        yield self.diagnostic(
            first.call.path,
            first.key.span,
            confidence=first.call.client.confidence,
            message=f"the key {uses.pattern.display!r} has {because}",
        )


def _other_separator(uses: PatternUses, project: ProjectModel) -> str:
    """Which separator a key has that nearly no other key of the program has, in words."""
    used = [one for one in project.patterns if any(use.call.production for use in one.uses)]
    counted = Counter(one.pattern.separator for one in used if one.pattern.separator)
    own = uses.pattern.separator
    (usual, count), *_ = counted.most_common(1) or [("", 0)]
    if not own or own == usual or count < _MANY or count * 4 < counted.total() * 3:
        return ""
    return f"{own!r} where {count} of the project's keys have {usual!r}"


def _problem(literal: str) -> str:
    """What is wrong with the fixed text of a key, in words; empty where nothing is."""
    if _CONTROL.search(literal):
        return "control characters in its name"
    if _SPACE.search(literal):
        return "white space in its name"
    if len(literal) > _LONGEST:
        return f"{len(literal)} characters of fixed text"
    if _URL.search(literal):
        return "a URL in its name"
    return "JSON in its name" if literal.startswith(('{"', '["')) else ""
