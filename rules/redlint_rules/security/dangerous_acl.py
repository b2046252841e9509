"""RED806."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Severity
from redlint.rule import ProjectModel, RedisCall, Rule

_SETTINGS = {
    "protected-mode": (("no",), "lets everybody in who can reach the server"),
    "bind": (("0.0.0.0", "*", "* -::*"), "makes the server listen on all networks"),
    "requirepass": (("",), "takes the password away"),
}
"""Settings of the server, the values that open it, and what they do."""


class DangerousAcl(Rule):
    """The server is opened for everybody.

    ## What it does
    Reports `acl_setuser(nopass=True)`, and `config_set` that switches `protected-mode` off, binds the server to all
    networks or takes the password away.

    ## Why is this bad?
    A server without a password is found within hours. Whoever can send commands can read and delete all data, and has
    often taken over the machine.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def add_user(name):
        client.acl_setuser(name, enabled=True, nopass=True)  # redlint: disable=RED105 -- a tool for administrators
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def users():
        return client.acl_list()
    ```

    ## Fix safety
    There is no fix: the password is missing.

    ## Known problems
    Only constants are seen.

    ## References
    - [Security](https://redis.io/docs/latest/operate/oss_and_stack/management/security/)
    """

    code = "RED806"
    since = "0.2"
    severity = Severity.WARNING
    commands = frozenset({"ACL SETUSER", "CONFIG SET"})
    message = "The server is opened for everybody"
    help = "Give every user a password and only the rights that it needs"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report commands that open the server."""
        does = _harm(call)
        if does:
            yield self.diagnostic(
                call.path, call.span, confidence=call.client.confidence, message=f"{call.shown_command} {does}"
            )


def _harm(call: RedisCall) -> str:
    if call.command_name == "ACL SETUSER":
        nopass = call.argument("nopass")
        return "makes a user without a password" if nopass is not None and nopass.constant is True else ""
    name, value = (call.arguments[number].constant if len(call.arguments) > 1 else None for number in (0, 1))
    values, does = _SETTINGS.get(name, ((), "")) if isinstance(name, str) else ((), "")
    return does if value in values else ""
