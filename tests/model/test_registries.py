"""Keys that a program keeps in other keys."""

from __future__ import annotations

from textwrap import dedent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings

ADD = "def add(user, item):\n    r.sadd(f'cart:{user}:keys', f'item:{item}')\n"
SOURCES = {
    "set": (
        ADD + "def clear(user):\n    for key in r.smembers(f'cart:{user}:keys'):\n        r.hgetall(key)\n",
        ["item:{}"],
    ),
    "decoded": (
        ADD + "def clear(user):\n    for key in r.smembers(f'cart:{user}:keys'):\n        r.hgetall(key.decode())\n",
        ["item:{}"],
    ),
    "all at once": (
        "def add(user, items):\n    r.sadd(f'cart:{user}:keys', *[f'item:{one}' for one in items])\n"
        "def clear(user):\n    for key in r.smembers(f'cart:{user}:keys'):\n        r.hgetall(key)\n",
        ["item:{}"],
    ),
    "two writers": (
        ADD + "def put(user, part):\n    r.sadd(f'cart:{user}:keys', f'part:{part}')\n"
        "def clear(user):\n    for key in r.smembers(f'cart:{user}:keys'):\n        r.hgetall(key)\n",
        ["item:{}", "part:{}"],
    ),
    "a writer that cannot be told": (
        ADD + "def put(user, part):\n    r.sadd(f'cart:{user}:keys', part)\n"
        "def clear(user):\n    for key in r.smembers(f'cart:{user}:keys'):\n        r.hgetall(key)\n",
        [],
    ),
    "no writer": ("def clear(user):\n    for key in r.smembers(f'cart:{user}:keys'):\n        r.hgetall(key)\n", []),
    "sorted set": (
        "def add(user, item, now):\n    r.zadd(f'cart:{user}', {f'item:{item}': now})\n"
        "def clear(user):\n    for key in r.zrange(f'cart:{user}', 0, -1):\n        r.hgetall(key)\n",
        ["item:{}"],
    ),
    "string": (
        "def point(user, item):\n    r.set(f'last:{user}', f'item:{item}', ex=60)\n"
        "def last(user):\n    key = r.get(f'last:{user}')\n    return r.hgetall(key)\n",
        ["item:{}"],
    ),
    "moved between lists": (
        "def add(job):\n    r.lpush('todo', f'job:{job}')\n"
        "def again():\n    r.rpoplpush('doing', 'todo')\n"
        "def work():\n    key = r.rpoplpush('todo', 'doing')\n    return r.hgetall(key)\n",
        ["job:{}"],
    ),
    "the key of a blocking pop comes with it": (
        "def add(job):\n    r.lpush('todo', f'job:{job}')\n"
        "def work():\n    found = r.blpop('todo', 5)\n    return r.hgetall(found)\n",
        [],
    ),
    "filled by another command": (
        ADD + "def both(user):\n    r.sunionstore(f'cart:{user}:keys', 'a', 'b')\n"
        "def clear(user):\n    for key in r.smembers(f'cart:{user}:keys'):\n        r.hgetall(key)\n",
        [],
    ),
}


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=SOURCES)
def test_keys_read_out_of_keys(source: str, expected: list[str]) -> None:
    overlay = {"a.py": ("import redis\nr = redis.Redis()\n" + dedent(source)).encode()}
    model = analyse(ProjectFiles(lint=("a.py",), overlay=overlay), ModelSettings())
    call = next(call for call in model.calls() if call.method == "hgetall")
    assert sorted(pattern.text for key in call.keys for pattern in key.patterns) == expected


def test_what_tests_put_in_does_not_count_for_the_program() -> None:
    program = "import redis\nr = redis.Redis()\n" + ADD
    program += "def clear(user):\n    for key in r.smembers(f'cart:{user}:keys'):\n        r.hgetall(key)\n"
    test = "import redis\nr = redis.Redis()\ndef test_it(any):\n    r.sadd(f'cart:{1}:keys', any)\n"
    overlay = {"a.py": program.encode(), "test_a.py": test.encode()}
    settings = ModelSettings(is_production=lambda path: path == "a.py")
    model = analyse(ProjectFiles(lint=("a.py", "test_a.py"), overlay=overlay), settings)
    call = next(call for call in model.calls() if call.method == "hgetall")
    assert [pattern.text for pattern in call.keys[0].patterns] == ["item:{}"]
