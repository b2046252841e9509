"""Which clients may keep their keys in different places, and which errors the code around a call handles."""

from __future__ import annotations

from textwrap import dedent

import pytest

from redlint.model.events import RedisCall
from redlint.model.files import ProjectFiles
from redlint.model.handlers import handled_errors
from redlint.model.link import analyse
from redlint.model.servers import may_be_elsewhere
from redlint.model.settings import ModelSettings

TOGETHER = {
    "one client": ("redis.Redis()", "one"),
    "same defaults": ("redis.Redis()", "redis.Redis(decode_responses=True)"),
    "defaults spelled out": ("redis.Redis()", "redis.Redis(host='localhost', port=6379, db=0)"),
    "same options": ("redis.Redis(host='h', db=2)", "redis.Redis('h', db=2)"),
    "same URL": ("redis.from_url('redis://h/1')", "redis.from_url('redis://h/1')"),
    "one client by an unknown URL": ("redis.from_url(URL)", "one"),
    "pipeline": ("redis.Redis(host='h')", "one.pipeline()"),
}
ELSEWHERE = {
    "other database": ("redis.Redis()", "redis.Redis(db=1)"),
    "other host": ("redis.Redis(host='a')", "redis.Redis(host='b')"),
    "other port": ("redis.Redis()", "redis.Redis(port=6380)"),
    "other URL": ("redis.from_url('redis://h/1')", "redis.from_url('redis://h/2')"),
    "unknown URLs": ("redis.from_url(URL)", "redis.from_url(URL)"),
    "unknown options": ("redis.Redis(**OPTIONS)", "redis.Redis(**OPTIONS)"),
    "a socket": ("redis.Redis()", "redis.Redis(unix_socket_path='/tmp/s')"),
}


def calls_of(text: str) -> tuple[RedisCall, ...]:
    """The calls of one file that gets nothing from elsewhere."""
    source = "import os\nimport redis\nURL = os.environ['URL']\nOPTIONS = dict(os.environ)\n" + dedent(text)
    return tuple(analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": source.encode()}), ModelSettings()).calls())


def differ(one: str, two: str) -> bool:
    """Whether the clients made by two expressions may be elsewhere."""
    first, second = (
        call.client
        for call in calls_of(f"one = {one}\ntwo = {two}\none.get('k')\ntwo.get('k')\n")
        if call.method == "get"
    )
    assert may_be_elsewhere(first, second) == may_be_elsewhere(second, first)
    return may_be_elsewhere(first, second)


@pytest.mark.parametrize(("one", "two"), TOGETHER.values(), ids=TOGETHER.keys())
def test_clients_of_one_place(one: str, two: str) -> None:
    assert not differ(one, two)


@pytest.mark.parametrize(("one", "two"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_clients_that_may_be_elsewhere(one: str, two: str) -> None:
    assert differ(one, two)


HANDLERS = {
    "none": ("    c.get('k')\n", []),
    "one": ("    try:\n        c.get('k')\n    except redis.ResponseError:\n        pass\n", ["redis.ResponseError"]),
    "comment": (
        "    try:\n        c.get('k')  # why\n    # more\n    except (OSError, ValueError) as error:\n        pass\n",
        ["(OSError, ValueError) as error"],
    ),
    "finally": ("    try:\n        c.get('k')\n    finally:\n        pass\n", []),
    "in the handler": ("    try:\n        pass\n    except OSError:\n        c.get('k')\n", []),
    "nested": (
        "    try:\n        try:\n            c.get('k')\n        except KeyError:\n            pass\n"
        "    except OSError:\n        pass\n",
        ["KeyError", "OSError"],
    ),
}


@pytest.mark.parametrize(("body", "errors"), HANDLERS.values(), ids=HANDLERS.keys())
def test_errors_that_are_handled(body: str, errors: list[str]) -> None:
    (call,) = calls_of(f"c = redis.Redis()\n\ndef f():\n{body}")
    assert list(handled_errors(call)) == errors
