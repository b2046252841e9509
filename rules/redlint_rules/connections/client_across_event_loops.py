"""RED409."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.events import Place
from redlint.model.kinds import ScopeKind
from redlint.rule import ClientCreation, ProjectModel, Rule


class ClientAcrossEventLoops(Rule):
    """One async client is used by several event loops, one after the other.

    ## What it does
    Reports async clients of a module that are used by more than one `asyncio.run`: by two calls of it, by one in a
    loop, or by one in a Celery task.

    ## Why is this bad?
    Each `asyncio.run` makes an event loop and closes it at its end. The connections that the client has kept belong to
    the loop that is gone: the first command of the next one raises `RuntimeError: Event loop is closed`.

    ## Example
    ```python
    import asyncio

    import redis.asyncio

    client = redis.asyncio.Redis(socket_timeout=5)


    async def count(page):
        await client.incr(f"visits:{page}")


    def main():
        asyncio.run(count("home"))
        asyncio.run(count("about"))
    ```

    ## Use instead
    ```python
    import asyncio

    import redis.asyncio


    async def count(client, page):
        await client.incr(f"visits:{page}")


    async def visit():
        async with redis.asyncio.Redis(socket_timeout=5) as client:
            await count(client, "home")
            await count(client, "about")


    def main():
        asyncio.run(visit())
    ```

    ## Fix safety
    There is no fix: where the loop begins and ends is a decision.

    ## Known problems
    Only the commands of the coroutine that `asyncio.run` gets are looked at, not those of functions that it awaits.
    Of task queues only Celery is known. Calls of `asyncio.run` in programs that never run together count
    as if they did.

    ## References
    - [redis.asyncio](https://redis.readthedocs.io/en/stable/examples/asyncio_examples.html)
    - [asyncio.run](https://docs.python.org/3/library/asyncio-runner.html#asyncio.run)
    - [Report: the second call of a channel layer fails](https://github.com/django/channels_redis/issues/312)
    """

    code = "RED409"
    since = "0.2"
    severity = Severity.WARNING
    preview = True
    message = "The client keeps connections of an event loop that is closed when the next one uses it"
    help = "Make the client inside of the coroutine that `asyncio.run` gets"

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report clients of modules that several loops use."""
        if not creation.client.is_async or creation.scope.kind is not ScopeKind.MODULE:
            return
        place = Place(creation.path, creation.span)
        runs = [
            run
            for module in project.modules.values()
            if module.production
            for run in module.loop_runs
            if any(call.client.origin == place and not call.alternatives for call in run.calls)
        ]
        if len(runs) < 2 and not any(run.happens_again for run in runs):
            return
        yield self.diagnostic(
            creation.path,
            creation.span,
            confidence=creation.client.confidence,
            related=tuple(Related(run.path, run.span, "an event loop of its own") for run in runs),
        )
