"""RED105."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_HARM: Mapping[str, str] = {
    "DEBUG": "is for those who work on the server, and may crash it",
    "MONITOR": "streams every command of all clients, which costs the server half of its throughput",
    "SHUTDOWN": "ends the server, for all programs",
    "SAVE": "writes a snapshot while all clients wait",
    "CONFIG SET": "changes the server for all programs, until its next start",
    "CONFIG REWRITE": "overwrites the server's configuration file",
    "CONFIG RESETSTAT": "sets the statistics of all programs to zero",
    "REPLICAOF": "makes the server a copy of another one, which deletes its own data",
    "SLAVEOF": "makes the server a copy of another one, which deletes its own data",
    "FAILOVER": "makes a replica the primary",
    "SWAPDB": "exchanges two databases for all programs at once",
    "MIGRATE": "moves keys to another server while all clients wait",
    "CLIENT KILL": "closes connections, also of other programs",
    "CLIENT PAUSE": "stops the commands of all clients",
    "CLIENT NO-EVICT": "exempts a connection from the memory limit for clients",
    "SLOWLOG RESET": "deletes the log that outages are explained with",
    "LATENCY RESET": "deletes the log that outages are explained with",
    "ACL SETUSER": "changes who may do what on the server",
    "ACL DELUSER": "changes who may do what on the server",
    "ACL LOAD": "changes who may do what on the server",
    "ACL SAVE": "overwrites the server's file of users",
    "MODULE LOAD": "loads code into the server",
    "MODULE LOADEX": "loads code into the server",
    "MODULE UNLOAD": "takes code out of the server that other programs may use",
    "CLUSTER FAILOVER": "makes a replica the primary",
    "CLUSTER RESET": "takes the node out of its cluster",
    "CLUSTER FORGET": "takes a node out of the cluster",
    "CLUSTER MEET": "changes the nodes of the cluster",
    "CLUSTER SETSLOT": "changes which node owns which keys",
    "CLUSTER ADDSLOTS": "changes which node owns which keys",
    "CLUSTER DELSLOTS": "changes which node owns which keys",
}
"""Commands of the categories @admin and @dangerous that change the server, and what they do to others
(https://redis.io/docs/latest/commands/, by name)."""

_MANAGEMENT = ("*/management/*", "management/*")


class AdminCommandInApplication(Rule):
    """A command of server administration is sent by the application.

    ## What it does
    Reports commands that change, stop or watch the server as a whole: `CONFIG SET`, `SHUTDOWN`, `DEBUG`, `MONITOR`,
    `SAVE`, `REPLICAOF`, `SWAPDB`, `MIGRATE`, `CLIENT KILL`, `CLIENT PAUSE`, `SLOWLOG RESET`, `ACL SETUSER` and the
    like. As information only below a directory `management`. Commands that only ask (`INFO`, `CONFIG GET`,
    `SLOWLOG GET`) are left alone.

    ## Why is this bad?
    The server belongs to all programs that use it. What one of them sets, the others suffer, managed services refuse
    most of these commands, and an application that may send them needs a user with the rights of an administrator.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def tune():
        client.config_set("maxmemory-policy", "allkeys-lru")
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def check():
        return client.config_get("maxmemory-policy")
    ```

    Set it where the server is configured.

    ## Fix safety
    There is no fix: where the server is configured cannot be seen.

    ## Known problems
    Programs that administer servers are no applications: list their files in `per-file-ignores`.

    ## References
    - [ACL: command categories](https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/)
    """

    code = "RED105"
    since = "0.2"
    severity = Severity.WARNING
    message = "The command administers the server for all programs"
    help = "Leave it to those who run the server"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report calls of these commands, also where a method such as ``monitor`` sends one later."""
        name = next((command.name for command in call.sent if command.name in _HARM), "")
        if not name:
            return
        is_management = any(fnmatchcase(call.path, glob) for glob in _MANAGEMENT)
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            severity=Severity.INFO if is_management else None,
            message=f"{name} {_HARM[name]}",
        )
