"""RED903."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.table import Family
from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ProjectModel, RedisCall, Rule


class CommandTooNew(Rule):
    """The servers that the project is meant for may not have the command.

    ## What it does
    Reports commands that are newer than the oldest server of the setting `target-server`, or that servers of that
    flavour (Redis or Valkey) do not have at all. Silent without that setting.

    ## Why is this bad?
    The server answers `unknown command`. That is seen when the line is reached, in production where the server is
    older than on the developer's machine.

    ## Example
    ```python
    # target-server = "redis>=6.0"
    import redis

    client = redis.Redis(socket_timeout=5)


    def take(name):
        return client.getdel(f"token:{name}")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def take(name):
        with client.pipeline() as pipe:
            pipe.get(f"token:{name}")
            pipe.delete(f"token:{name}")
            return pipe.execute()[0]
    ```

    ## Fix safety
    There is no fix: what to use instead depends on the command.

    ## Known problems
    Options that are newer than their command are not looked at, nor commands of modules.

    ## References
    - [Redis commands](https://redis.io/docs/latest/commands/)
    """

    code = "RED903"
    since = "0.2"
    severity = Severity.ERROR
    message = "The target servers may not have the command"
    help = "Use a command that all target servers have, or raise `target-server`"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report commands that not all target servers have."""
        command, server = call.command, project.target.server
        if command is None or server is None or command.module:
            return
        since = {flavour: command.since_in(Family(flavour)) for flavour in ("redis", "valkey")}
        if project.target.server_at_least(**since):
            return
        flavours = ("redis", "valkey") if server.flavour is None else (server.flavour,)
        missing = next((one for one in flavours if since[one] is None), "")
        what = f"{missing.capitalize()} has no such command" if missing else f"it came with {_came(since, flavours)}"
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{command.name} is not on all servers of the target {server}: {what}",
        )


def _came(since: dict[str, str | None], flavours: tuple[str, ...]) -> str:
    return " and ".join(f"{flavour.capitalize()} {since[flavour]}" for flavour in flavours)
