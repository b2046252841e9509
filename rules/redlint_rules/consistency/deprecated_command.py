"""RED901."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.table import CommandSpec
from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.rewrites import rewrite
from redlint.rule import ProjectModel, RedisCall, Rule

_SAME_ON_THE_WIRE = frozenset({"ZREVRANGE"})
"""redis-py sends ZREVRANGE for ``zrange(desc=True)`` as well: there is nothing to gain."""


class DeprecatedCommand(Rule):
    """The command, or the method that sends it, is deprecated.

    ## What it does
    Reports commands that the target server deprecates (`target-server`; Valkey 9 only SLAVEOF and CLUSTER SLAVES), and
    methods that the target client warns of: `hmset`, and `setex` from redis-py 8 on. Without a target server only the
    latter.

    ## Why is this bad?
    Deprecated commands get no new options and may go with a next version. Their replacements have been there for long.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def store(user, values):
        client.hmset(f"user:{user}", values)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def store(user, values):
        client.hset(f"user:{user}", mapping=values)
    ```

    ## Fix safety
    Safe where the new call gives the same reply, or nobody looks at it: `setex` and `psetex` with a constant number,
    `setnx` as a condition, `hmset` without a use of its result, `getset`, `rpoplpush`, `brpoplpush`, `zrangebyscore`
    and its relatives, `substr`. Unsafe otherwise. Other commands have no fix.

    ## Known problems
    `ZREVRANGE` is not reported: client libraries send it for its replacement as well.

    ## References
    - [Redis commands](https://redis.io/docs/latest/commands/)
    """

    code = "RED901"
    since = "0.2"
    severity = Severity.WARNING
    message = "The command is deprecated"
    help = "Use its replacement"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report deprecated commands and methods."""
        command = call.command
        if command is None or command.name in _SAME_ON_THE_WIRE:
            return
        who = _deprecated_by(call, command, project)
        if not who:
            return
        name = command.name if call.method.endswith("execute_command") else f"`{call.method}`"
        written = rewrite(call)
        instead = f"`{written.method}`" if written is not None else _replacement(command)
        fix = None
        if written is not None:
            # Most of the new methods came with redis-py 4 (valkey-py began later).
            has_method = project.target.client_at_least(redis="4.0", valkey="5.0") is not False
            applicability = Applicability.SAFE if written.is_safe and has_method else Applicability.UNSAFE
            fix = Fix(applicability, f"Use {instead}", written.edits)
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{name} is deprecated by {who}",
            help=f"Use {instead}" if instead else "It has no replacement",
            fix=fix,
        )


def _deprecated_by(call: RedisCall, command: CommandSpec, project: ProjectModel) -> str:
    """Who deprecates the command, in words; empty where nobody surely does."""
    target = project.target
    since = {
        "redis": command.deprecated_since,
        "valkey": command.deprecated_since_valkey if isinstance(command.deprecated_since_valkey, str) else None,
    }
    if command.name in ("SLAVEOF", "CLUSTER SLAVES"):
        since["valkey"] = since["redis"]
    if target.server is not None and target.server_at_least(redis=since["redis"], valkey=since["valkey"]):
        return "the target server"
    if call.method == "hmset":
        return "all client libraries"
    if call.method == "setex" and target.client_at_least(redis="8.0"):
        return "redis-py 8"
    return ""


def _replacement(command: CommandSpec) -> str:
    replacement = command.replaced_by
    return " ".join((*replacement.commands[:1], *replacement.options)) if replacement is not None else ""
