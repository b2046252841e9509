"""RED904."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redlint.commands.table import WrongType
from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.handlers import handled_errors
from redlint.model.keyspace import PatternUse
from redlint.model.servers import may_be_elsewhere
from redlint.rule import PatternUses, ProjectModel, Rule

_QUOTE = re.compile(r"[\"']")


class WrongTypeOperation(Rule):
    """A key is used as two different types.

    ## What it does
    Reports a command for one type of value (list, set, sorted set, hash, stream, string) on a key that other code
    of the project creates as another type. Both places are named.

    ## Why is this bad?
    The server answers with `WRONGTYPE Operation against a key holding the wrong kind of value`, and redis-py
    raises `ResponseError`. It only shows when both places run, often not before production.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def store(user_id, data):
        client.set(f"profile:{user_id}", data, ex=3600)


    def name(user_id):
        return client.hget(f"profile:{user_id}", "name")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def store(user_id, data):
        client.set(f"profile:{user_id}", data, ex=3600)


    def data(user_id):
        return client.get(f"profile:{user_id}")
    ```

    ## Fix safety
    There is no fix: which of the two is meant cannot be seen.

    ## Known problems
    Two places count as the same key where the whole pattern is the same, with the same names in its holes, and
    both are in one class or both spell the key out.
    Silent where code asks for the type with `TYPE` or handles `ResponseError`, where the function deletes or
    replaces the key first, where scripts or `RENAME` touch it, and where the clients may use other servers or
    databases.

    ## References
    - [Redis data types](https://redis.io/docs/latest/develop/data-types/)
    """

    code = "RED904"
    since = "0.2"
    severity = Severity.ERROR
    message = "The key holds another type of value"
    help = "Use the commands of the type that the key is created with, or another key"

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first use of each type that is not the one the key is created with."""
        if uses.scripts or any(
            True for _ in uses.of_commands({"TYPE", "RENAME", "RENAMENX", "COPY", "RESTORE", "SORT"})
        ):
            return
        creators = [use for use in uses.creators if _counts(use)]
        reported: set[str] = set()
        for use in uses.uses:
            if not _counts(use) or not _fails(use) or use.value_type in reported:
                continue
            other = next((one for one in creators if _clash(one, use)), None)
            if other is None or _is_replaced(use, uses) or _is_replaced(other, uses):
                continue
            reported |= {use.value_type, other.value_type}
            yield self.diagnostic(
                use.call.path,
                use.call.span,
                confidence=min(use.call.client.confidence, other.call.client.confidence),
                message=(
                    f"{use.call.command_name} takes {uses.pattern.display} for a {use.value_type}, but "
                    f"{other.call.command_name} makes it a {other.value_type}: WRONGTYPE when it runs"
                ),
                related=(Related(other.call.path, other.call.span, f"a {other.value_type} is created here"),),
            )


def _counts(use: PatternUse) -> bool:
    """Whether the call surely means this key, in production, with a command of one type."""
    call = use.call
    sure = len(use.key.patterns) == 1 and call.command is not None and call.production
    return sure and call.production and bool(use.value_type)


def _fails(use: PatternUse) -> bool:
    if use.overwrites or any("ResponseError" in errors for errors in handled_errors(use.call)):
        return False
    return any(command.wrong_type is WrongType.ERROR for command in use.commands)


def _clash(creator: PatternUse, use: PatternUse) -> bool:
    """Whether one key is taken for two types: in one class, or where both places spell the key out.

    Two classes whose keys are attributes with the same default may never be used on one server.
    """
    if creator.value_type == use.value_type or may_be_elsewhere(creator.call.client, use.call.client):
        return False
    if creator.key.patterns[0].display != use.key.patterns[0].display:
        return False
    one, other = creator.call.scope, use.call.scope
    if one.path == other.path and one.class_name == other.class_name:
        return True
    return all(_QUOTE.search(key.text) or key.text.isupper() for key in (creator.key, use.key))


def _is_replaced(use: PatternUse, uses: PatternUses) -> bool:
    """Whether the function of a use deletes or replaces the key before."""
    return any(
        other.call.scope == use.call.scope
        and other.call.span.end <= use.call.span.start
        and (other.deletes or other.overwrites)
        for other in uses.uses
    )
