"""A process that ends between a write and its EXPIRE, on real servers: what the rules say is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from textwrap import dedent

import pytest
from redis import Redis

from redlint.config import Config
from redlint.lint import lint_source
from redlint.registry import load_rules
from servers import Server

HEADER = "import redis\n\nclient = redis.Redis()\n\n"
CHILD = """
import os, signal, sys
import redis

class Dying(redis.Redis):
    def execute_command(self, *words, **options):
        if words[0] == "EXPIRE":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute_command(*words, **options)

source = sys.argv[2].replace("client = redis.Redis()", "")
names = {"redis": redis, "client": Dying(port=int(sys.argv[1]))}
exec(source, names)
names["example"]("key")
"""

BAD = {
    "RED202 set": ("RED202", "client.set(f'user:{name}', 1)\nclient.expire(f'user:{name}', 60)"),
    "RED202 hset": ("RED202", "client.hset(f'user:{name}', 'f', 1)\nclient.expire(f'user:{name}', 60)"),
    "RED202 sadd": ("RED202", "client.sadd(f'user:{name}', 1)\nclient.expire(f'user:{name}', 60)"),
    "RED206 incr": ("RED206", "n = client.incr(f'user:{name}')\nif n == 1:\n    client.expire(f'user:{name}', 60)"),
    "RED206 hincrby": ("RED206", "client.hincrby(f'user:{name}', 'f', 1)\nclient.expire(f'user:{name}', 60)"),
    "RED503": ("RED503", "if client.setnx(f'user:{name}', 'me'):\n    client.expire(f'user:{name}', 60)"),
}
GOOD = {
    "set": "client.set(f'user:{name}', 1, ex=60)",
    "transaction": "with client.pipeline() as pipe:\n    pipe.hset(f'user:{name}', 'f', 1)\n"
    "    pipe.expire(f'user:{name}', 60)\n    pipe.execute()",
    "counter": "with client.pipeline() as pipe:\n    pipe.incr(f'user:{name}')\n"
    "    pipe.expire(f'user:{name}', 60)\n    pipe.execute()",
    "lock": "client.set(f'user:{name}', 'me', nx=True, ex=60)",
}


@pytest.fixture(params=["valkey_process", "redis62_process"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def client(server: Server) -> Iterator[Redis]:
    with server.client() as made:
        made.flushall()
        yield made


def example(body: str) -> str:
    return HEADER + "def example(name):\n" + "".join(f"    {row}\n" for row in dedent(body).splitlines())


def codes(source: str) -> set[str]:
    rules = [rule() for rule in load_rules(["redlint_rules"])]
    found = lint_source("/nowhere/app.py", source.encode(), Config(root="/nowhere"), rules).diagnostics
    return {one.code for one in found}


def run_and_die(server: Server, source: str) -> int:
    """Run the example in a process that is killed when it comes to EXPIRE; its exit code."""
    command = [sys.executable, "-c", CHILD, str(server.port), source]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


@pytest.mark.parametrize(("code", "body"), BAD.values(), ids=BAD)
def test_a_crash_between_the_two_commands_leaves_a_key_for_good(
    server: Server, client: Redis, code: str, body: str
) -> None:
    source = example(body)
    assert codes(source) == {code}
    assert run_and_die(server, source) == -signal.SIGKILL
    assert client.exists("user:key") == 1
    assert client.ttl("user:key") == -1


def test_a_guarded_counter_never_starts_again(server: Server, client: Redis) -> None:
    run_and_die(server, example(BAD["RED206 incr"][1]))
    names: dict[str, object] = {"client": client}
    exec(example(BAD["RED206 incr"][1]).replace("client = redis.Redis()", ""), names)  # the flagged code
    for _ in range(3):
        names["example"]("key")  # type: ignore[operator]
    assert (client.get("user:key"), client.ttl("user:key")) == (b"4", -1)


def test_a_lock_without_ttl_is_never_free_again(server: Server, client: Redis) -> None:
    run_and_die(server, example(BAD["RED503"][1]))
    assert client.setnx("user:key", "other") is False
    assert client.ttl("user:key") == -1


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_one_step_leaves_no_such_key(server: Server, client: Redis, body: str) -> None:
    """Run to the end there is a TTL; ended before the pipeline is sent there is no key."""
    source = example(body)
    assert codes(source) == set()
    run_and_die(server, source)
    assert client.exists("user:key") == 0 or client.ttl("user:key") > 0
    names: dict[str, object] = {"client": client}
    exec(source.replace("client = redis.Redis()", ""), names)  # the twin that is not flagged
    names["example"]("key")  # type: ignore[operator]
    assert 0 < client.ttl("user:key") <= 60
