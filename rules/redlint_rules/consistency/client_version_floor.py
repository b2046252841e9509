"""RED907."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.advisories import Advisory, advisories
from redlint.diagnostic import Diagnostic, Severity, Span
from redlint.model.events import ClientRef
from redlint.model.target import ClientTarget
from redlint.rule import ModuleModel, ProjectModel, Rule


class ClientVersionFloor(Rule):
    """The project allows versions of the client library that hand replies to the wrong caller.

    ## What it does
    Reports once for a project that has an async client, and whose dependencies allow a version of redis-py with a known
    bug of this kind, though they say how old or how new it may be: `redis>=4.2`, `redis==4.5.1`. What `redis config`
    shows as `target-client` counts: the pin of a lock file, else the range in `pyproject.toml` or the requirements.

    ## Why is this bad?
    When a task is cancelled between sending a command and reading its reply (a timeout, a visitor who goes away), these
    versions return the connection to the pool with the reply still in it. The next command on it gets that reply: the
    data of somebody else.

    ## Example
    ```python
    # target-client = "redis>=4.2"
    import redis.asyncio

    client = redis.asyncio.Redis(socket_timeout=5)
    ```

    ## Use instead
    ```python
    # target-client = "redis>=4.5.5"
    import redis.asyncio

    client = redis.asyncio.Redis(socket_timeout=5)
    ```

    ## Fix safety
    There is no fix: which version the program runs with has to be tried.

    ## Known problems
    Requirements without any version allow these as well, but are not reported: what is installed then is the latest.

    ## References
    - [CVE-2023-28858](https://github.com/advisories/GHSA-24wv-mv5m-xv4h)
    - [CVE-2023-28859](https://github.com/advisories/GHSA-8fww-64cx-x8p5)
    - [Incident: the bug behind an outage of ChatGPT](https://github.com/redis/redis-py/issues/2665)
    """

    code = "RED907"
    since = "0.2"
    severity = Severity.WARNING
    message = "The project allows versions of the client library that hand replies to the wrong caller"
    help = "Ask for a later version, such as `redis>=4.5.5`"

    def check_module(self, module: ModuleModel, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first file with an async client."""
        target = project.target.client
        found = _allowed(target) if target is not None and len(target.versions) else None
        if found is None or target is None:
            return
        using = (one for one in project.modules.values() if one.production and _first_use(one, target.library))
        first = _first_use(module, target.library) if next(using, None) is module else None
        if first is None:
            return
        client, place = first
        advisory, version = found
        yield self.diagnostic(
            module.path,
            place,
            confidence=client.confidence,
            message=f"{target} allows version {version}, in which {advisory.harm} ({advisory.id})",
        )


def _allowed(target: ClientTarget) -> tuple[Advisory, str] | None:
    """The advisory about the latest version with a bug that the project may run with."""
    for advisory in reversed(advisories()):
        is_concerned = advisory.library == target.library and advisory.concerns == "async"
        versions = [one for one in advisory.versions if is_concerned and one in target.versions]
        if versions:
            return advisory, versions[-1]
    return None


def _first_use(module: ModuleModel, library: str) -> tuple[ClientRef, Span] | None:
    """Where a file first makes or calls an async client of a library."""
    uses = [(made.client, made.span) for made in module.creations] + [(call.client, call.span) for call in module.calls]
    concerned = [(client, span) for client, span in uses if client.is_async and client.library == library]
    return min(concerned, key=lambda use: use[1], default=None)
