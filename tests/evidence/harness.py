"""Proofs: a rule's bad code shows its harm on a real server, and the good code does not.

A proof is a record. Its two snippets are linted (the rule must report the bad one only), run against every server it
names, and measured; what the measure says must be the figure that the record gives. ``docs/evidence.md`` is made
from the same records, so that it holds nothing that was not seen. A topic is a module of :mod:`evidence.proofs` with a
tuple ``PROOFS``::

    Proof(
        rule="RED202",
        harm="a process that is killed between SET and EXPIRE leaves a key that never expires",
        bad='''
            def example(name):
                client.set(f"user:{name}", 1)
                client.expire(f"user:{name}", 60)
        ''',
        good='''
            def example(name):
                client.set(f"user:{name}", 1, ex=60)
        ''',
        measure=ttl_after_a_crash,  # def ttl_after_a_crash(run: Run) -> str
        bad_figure="TTL -1",
        good_figure="TTL 60",
    )

Both snippets follow :data:`HEADER` (or the proof's own ``header``), which makes ``client``. ``PORT`` is replaced by the
port of the server when the code is run, so a snippet may construct clients of its own with ``port=PORT``.
"""

from __future__ import annotations

import asyncio
import enum
import importlib
import inspect
import pkgutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, Final
from unittest.mock import patch

from redis import Redis

from redlint.config import load_config
from redlint.lint import lint_source
from redlint.registry import load_rules
from servers import Cluster, Server

HEADER: Final = """\
import redis

PORT = 6379
client = redis.Redis(port=PORT, socket_timeout=5)
"""
ASYNC_HEADER: Final = HEADER.replace("import redis\n", "import redis.asyncio as redis\n")
CLUSTER_HEADER: Final = """\
from redis.cluster import RedisCluster

PORT = 6379
client = RedisCluster(host="127.0.0.1", port=PORT, socket_timeout=5)
"""
_PORT_ROW: Final = "PORT = 6379\n"
_MEETING_SECONDS: Final = 2.0
_RUN_SECONDS: Final = 60.0
_CHILD: Final = """
import os, signal, sys
import redis

source, command, *arguments = sys.argv[1:]
send = redis.Redis.execute_command

def execute_command(self, *words, **options):
    if words[0] == command:
        os.kill(os.getpid(), signal.SIGKILL)
    return send(self, *words, **options)

redis.Redis.execute_command = execute_command
names = {}
exec(source, names)
names["example"](*arguments)
"""


class Place(enum.Enum):
    """The servers that proofs run on; the values are what the documentation calls them."""

    VALKEY = "Valkey 9"
    REDIS62 = "Redis 6.2"
    CLUSTER = "Valkey 9 cluster of 3 nodes"


@dataclass(frozen=True, eq=False)
class Run:
    """One snippet on one server; ``client`` is for looking at the server, the snippet has clients of its own.

    With a ``cluster``, ``server`` and ``client`` are those of its first node.
    """

    source: str
    server: Server
    client: Redis
    cluster: Cluster | None = None

    def empty(self) -> None:
        """Delete all keys and set the statistics of the server to zero."""
        if self.cluster is None:
            self.client.flushall()
        else:
            client = self.cluster.client()
            client.flushall()
            client.close()
        self.client.config_resetstat()

    @contextmanager
    def names(self) -> Iterator[dict[str, Any]]:
        """The names that the snippet defines, after it has been run as a module; its client is closed afterwards."""
        found: dict[str, Any] = {"__name__": "example"}
        exec(compile(self._at_server, "example.py", "exec", dont_inherit=True), found)
        try:
            yield found
        finally:
            client = found.get("client")
            if client is not None and not inspect.iscoroutinefunction(getattr(client, "close", None)):
                client.close()

    def example(self, *arguments: object) -> Any:
        """Run ``example`` of the snippet, to its end if it is async, and give what it returns (or raises)."""
        with self.names() as names:
            returned = names["example"](*arguments)
            return asyncio.run(_finished(returned, names)) if inspect.iscoroutine(returned) else returned

    def killed_before(self, command: str, *arguments: str) -> int:
        """Run ``example`` in a process that kills itself when it is about to send a command; its exit code."""
        words = [sys.executable, "-c", _CHILD, self._at_server, command, *arguments]
        return subprocess.run(words, capture_output=True, timeout=_RUN_SECONDS, check=False).returncode

    def ends_within(self, seconds: float, *arguments: str) -> bool:
        """Run ``example`` in a process of its own; whether that has ended by itself after some seconds."""
        words = [sys.executable, "-c", _CHILD, self._at_server, "", *arguments]
        try:
            subprocess.run(words, capture_output=True, timeout=seconds, check=True)
        except subprocess.TimeoutExpired:  # the process is killed
            return False
        return True

    def side_by_side(self, *arguments: object, after: str, threads: int = 2) -> list[Any]:
        """Run ``example`` in several threads that wait for each other after their first call of a command.

        What each returned, or the exception that it raised. A thread that waits in vain for two seconds goes on,
        because the others do not send that command (or are kept from it by a lock).
        """
        meeting = threading.Barrier(threads)
        met = threading.local()
        send: Callable[..., Any] = Redis.execute_command

        def execute_command(client: Any, *words: Any, **options: Any) -> Any:
            reply = send(client, *words, **options)
            if words[0] == after and not getattr(met, "before", False):
                met.before = True
                try:
                    meeting.wait(_MEETING_SECONDS)
                except threading.BrokenBarrierError:
                    return reply
            return reply

        outcomes: list[Any] = [None] * threads

        def work(number: int, function: Callable[..., Any]) -> None:
            try:
                outcomes[number] = function(*arguments)
            except Exception as error:  # the outcome of a thread may be an error
                outcomes[number] = error

        with self.names() as names, patch.object(Redis, "execute_command", execute_command):
            workers = [threading.Thread(target=work, args=(one, names["example"])) for one in range(threads)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(_RUN_SECONDS)
        return outcomes

    def commands_sent(self, *arguments: object) -> int:
        """Run ``example`` and count the commands that the server processed for it."""
        return self._counted("total_commands_processed", arguments)

    def round_trips(self, *arguments: object) -> int:
        """Run ``example`` and count how often the server read from its connections (small batches are one read).

        The least of three runs: connections that others close in between are read from as well.
        """
        return min(self._counted("total_reads_processed", arguments) for _ in range(3))

    def _counted(self, statistic: str, arguments: tuple[object, ...]) -> int:
        with self.names() as names:
            names["client"].ping()  # what a new connection sends by itself does not count
            before: int = self.client.info("stats")[statistic]
            names["example"](*arguments)
            after: int = self.client.info("stats")[statistic]
        return after - before - 1  # the first INFO

    @property
    def _at_server(self) -> str:
        return self.source.replace(_PORT_ROW, f"PORT = {self.server.port}\n")


Measure = Callable[[Run], str]


@dataclass(frozen=True, eq=False)
class Proof:
    """What a rule says happens, in code that makes it happen.

    ``harm`` says in words what the bad code does to a program or a server, ``bad_figure`` and ``good_figure`` what
    ``measure`` tells of the snippets on every one of ``places``. ``settings`` are redlint's own, for rules that speak
    only with some (``{"topology": "cluster"}``).
    """

    rule: str
    harm: str
    bad: str
    good: str
    measure: Measure
    bad_figure: str
    good_figure: str
    header: str = HEADER
    places: tuple[Place, ...] = (Place.VALKEY, Place.REDIS62)
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def bad_source(self) -> str:
        """The whole of the bad code."""
        return f"{self.header}\n{dedent(self.bad)}"

    @property
    def good_source(self) -> str:
        """The whole of the good code."""
        return f"{self.header}\n{dedent(self.good)}"

    def reported(self, source: str) -> bool:
        """Whether the proof's rule has a finding in some code."""
        config = load_config((), isolated=True, overrides={"select": [self.rule], **self.settings})
        rules = [rule() for rule in load_rules(["redlint_rules"])]
        found = lint_source("/nowhere/example.py", source.encode(), config, rules).diagnostics
        return self.rule in {diagnostic.code for diagnostic in found}


async def _finished(coroutine: Any, names: Mapping[str, Any]) -> Any:
    try:
        return await coroutine
    finally:
        close = getattr(names.get("client"), "aclose", None)
        if close is not None:
            await close()


def proofs() -> tuple[Proof, ...]:
    """All proofs, by rule and then by topic."""
    package = importlib.import_module("evidence.proofs")
    topics = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = [proof for topic in topics for proof in importlib.import_module(f"evidence.proofs.{topic}").PROOFS]
    return tuple(sorted(found, key=lambda proof: proof.rule))
