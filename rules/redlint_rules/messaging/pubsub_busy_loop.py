"""RED714."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import add_keyword, replace_argument
from redlint.model.events import Unknown
from redlint.model.kinds import Role, Usage
from redlint.model.polling import polling_loop, sleeps_between
from redlint.rule import ProjectModel, RedisCall, Rule


class PubsubBusyLoop(Rule):
    """A loop asks for messages as fast as it can.

    ## What it does
    Reports `get_message()` without `timeout` in a `while` loop that does not sleep, and `run_in_thread()` without
    `sleep_time`, or whose thread is kept nowhere and is no daemon.

    ## Why is this bad?
    Both return at once when there is nothing: the loop runs tens of thousands of times a second and takes half a CPU
    core to find out that nothing has happened. A thread that is kept nowhere cannot be stopped, so that the process
    never ends.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def follow():
        with client.pubsub() as channels:
            channels.subscribe("news")
            while True:
                print(channels.get_message())
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def follow():
        with client.pubsub() as channels:
            channels.subscribe("news")
            while True:
                print(channels.get_message(timeout=1.0))
    ```

    ## Fix safety
    Unsafe: what else the loop does then happens once a second while no message comes. A daemon thread ends with the
    process, also in the middle of a message.

    ## Known problems
    A loop that waits in another function is reported as well.

    ## References
    - [Pub/Sub in redis-py](https://redis.readthedocs.io/en/stable/advanced_features.html#publish-subscribe)
    """

    code = "RED714"
    since = "0.2"
    severity = Severity.WARNING
    message = "The loop asks for messages as fast as it can"
    help = "Let the call wait: `get_message(timeout=1.0)`, `run_in_thread(sleep_time=0.1)`"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report calls that return at once, again and again, and threads that nobody can stop."""
        if call.client.role is not Role.PUBSUB or call.has_unknown_arguments:
            return
        costs = "without `{}` returns at once: the loop takes half a CPU core for nothing"
        if call.method == "get_message" and polling_loop(call) and not sleeps_between(call):
            yield from self._missing(call, "timeout", "1.0", costs)
        elif call.method == "run_in_thread":
            yield from self._missing(call, "sleep_time", "0.1", costs)
            if call.usage is Usage.DISCARDED:
                ends = "starts a thread that nothing can stop: without `{}=True` the process never ends"
                yield from self._missing(call, "daemon", "True", ends)

    def _missing(self, call: RedisCall, option: str, value: str, problem: str) -> Iterator[Diagnostic]:
        given = call.argument(option)
        if given is not None and (isinstance(given.constant, Unknown) or given.constant is None or given.constant):
            return
        edits = add_keyword(call, option, value) if given is None else replace_argument(call, option, value)
        yield self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=f"`{call.method}()` {problem.format(option)}",
            fix=Fix(Applicability.UNSAFE if edits else Applicability.DISPLAY, f"Pass `{option}={value}`", edits or ()),
        )
