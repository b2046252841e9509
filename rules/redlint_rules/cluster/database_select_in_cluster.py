"""RED304."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ClientCreation, ProjectModel, RedisCall, Rule

_SELECTING = frozenset({"SELECT", "MOVE", "SWAPDB", "COPY"})


class DatabaseSelectInCluster(Rule):
    """A database is selected where the servers are a cluster, which has only one.

    ## What it does
    Reports `SELECT`, `MOVE`, `SWAPDB` and `COPY` to another database, and clients with `db=` above 0 (or `/1` at the
    end of the URL), on a cluster client or where the setting `topology` is `cluster`.

    ## Why is this bad?
    A cluster has database 0 only. The cluster client refuses the option `db` when it is constructed, the server
    refuses the commands.

    ## Example
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost", db=1)
    ```

    ## Use instead
    ```python
    from redis.cluster import RedisCluster

    client = RedisCluster(host="localhost")
    ```

    ## Fix safety
    There is no fix: keys of several databases need prefixes of their own first.

    ## Known problems
    Silent where the target is Valkey 9 or later, whose clusters may have several databases.

    ## References
    - [SELECT](https://redis.io/docs/latest/commands/select/)
    """

    code = "RED304"
    since = "0.2"
    severity = Severity.ERROR
    commands = _SELECTING
    message = "A cluster has only database 0"
    help = "Keep the keys apart by a prefix instead of a database"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report commands that select or move between databases."""
        if not project.uses_cluster(call.client) or _has_databases(project):
            return
        if call.command_name == "SELECT" and _index(call) in (0, "0"):
            return
        target = call.argument("destination_db")
        if call.command_name == "COPY" and (target is None or target.constant in (None, 0, "0")):
            return
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"{call.command_name} is refused: a cluster has only database 0",
        )

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report clients that are constructed with a database."""
        client = creation.client
        if not project.uses_cluster(client) or creation.shared_pool:
            return
        database = client.options.get("db")
        if isinstance(database, str) and database.isdecimal():  # of the query of a URL
            database = int(database)
        if isinstance(database, bool) or not isinstance(database, int) or database == 0:
            return
        if not client.is_cluster and _has_databases(project):
            return
        yield self.diagnostic(
            creation.path,
            creation.span,
            confidence=client.confidence,
            message=f"The client selects database {database}, but a cluster has only database 0",
        )


def _index(call: RedisCall) -> object:
    """The database that SELECT names, also as ``execute_command("SELECT", 1)``."""
    is_raw = call.argument("index") is None and len(call.arguments) > 1
    argument = call.arguments[1] if is_raw else call.argument("index")
    return argument.constant if argument is not None else None


def _has_databases(project: ProjectModel) -> bool:
    return bool(project.target.server_at_least(valkey="9"))
