"""RED802."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity, Span
from redlint.rule import ClientCreation, ProjectModel, RedisCall, Rule

_PLACEHOLDER = re.compile(
    r"(?:your|my|the|some|example|sample|test|dummy|fake)?[-_ ]?(?:redis|valkey)?[-_ ]?"
    r"(?:pass(?:word|wd)?|pwd|secret|token|auth)"
    r"|change[-_]?me|replace[-_]?me|x{2,}|\*+|\.{3,}|<.*>|\{.*\}|\$.*|%.*",
    re.IGNORECASE,
)
"""Passwords that stand for one: nobody protects a server with them."""


class HardCodedCredential(Rule):
    """A password for the server stands in the code.

    ## What it does
    Reports passwords that are constants: in the constructor of a client or pool, in the URL, in `auth()`, and in
    `config_set("requirepass", ...)`. Words that only stand for a password (`password`, `changeme`, `<secret>`) are left
    alone.

    ## Why is this bad?
    Whoever can read the code can read the data: everybody with access to the repository, its history, its backups and
    the images that are built from it. And the password cannot be changed without a new release.

    ## Example
    ```python
    import redis

    client = redis.Redis(host="cache", password="kX9-Tr4in", socket_timeout=5)
    ```

    ## Use instead
    ```python
    import os

    import redis

    client = redis.Redis(host="cache", password=os.environ["REDIS_PASSWORD"], socket_timeout=5)
    ```

    ## Fix safety
    The fix is only displayed: the password has to be changed and kept elsewhere.

    ## Known problems
    Passwords that come out of settings modules of the project are reported where the client is made.

    ## References
    - [AUTH](https://redis.io/docs/latest/commands/auth/)
    """

    code = "RED802"
    since = "0.2"
    severity = Severity.ERROR
    message = "A password for the server stands in the code"
    help = "Read the password from the environment or a secret store, and change it"

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report constructions with a constant password."""
        options = creation.client.options
        url = options.get("url")
        if not creation.shared_pool and (_is_secret(options.get("password")) or _is_secret(_of_url(url))):
            yield self._finding(creation.path, creation)

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report constant passwords of AUTH and of the server's configuration."""
        if call.method == "auth":
            given = call.argument("password")
        elif (
            call.command_name == "CONFIG SET"
            and len(call.arguments) > 1
            and call.arguments[0].constant == "requirepass"
        ):
            given = call.arguments[1]
        else:
            return
        if given is not None and _is_secret(given.constant):
            yield self._finding(call.path, call)

    def _finding(self, path: str, where: ClientCreation | RedisCall) -> Diagnostic:
        span: Span = where.span
        return self.diagnostic(
            path,
            span,
            confidence=where.client.confidence,
            fix=Fix(Applicability.DISPLAY, "Read the password from the environment"),
        )


def _of_url(url: object) -> object:
    if not isinstance(url, str):
        return None
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def _is_secret(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not _PLACEHOLDER.fullmatch(value.strip())
