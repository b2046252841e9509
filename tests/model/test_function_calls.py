"""Which functions with Redis calls async code runs itself, and which methods clients do not have."""

from __future__ import annotations

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings

HEADER = """\
import asyncio, redis

client = redis.Redis()


def read(name):
    return client.get(name)


def nothing(name):
    return name


def read_each(names):
    for name in names:
        yield client.get(name)


async def read_async(name):
    return client.get(name)


def in_thread(function):
    return function


@in_thread
def decorated(name):
    return client.get(name)


"""
CALLS = {
    "called": ("return read(name)", ["read"]),
    "twice": ("return read(name), read(name)", ["read", "read"]),
    "in a thread": ("return await asyncio.to_thread(read, name)", []),
    "without Redis": ("return nothing(name)", []),
    "generator": ("return read_each(name)", []),
    "coroutine": ("return await read_async(name)", []),
    "decorated": ("return decorated(name)", []),
    "one of two": ("chosen = read if name else nothing\n    return chosen(name)", []),
}


@pytest.mark.parametrize(("body", "expected"), CALLS.values(), ids=CALLS)
def test_functions_that_async_code_runs(body: str, expected: list[str]) -> None:
    source = f"{HEADER}async def f(name):\n    {body}\n"
    model = analyse(ProjectFiles(lint=("app.py",), overlay={"app.py": source.encode()}), ModelSettings())
    found = model.modules["app.py"].function_calls
    assert [one.called.name for one in found] == expected
    assert all(call.method == "get" for one in found for call in one.calls)


METHODS = {
    "missing": ("client.hgetal(name)", ["hgetal"]),
    "there": ("client.hgetall(name)", []),
    "private": ("client._hgetal(name)", []),
    "of the pool": ("client.connection_pool.hgetal(name)", []),
    "of another object": ("name.hgetal(name)", []),
    "set somewhere": ("client.hgetal(name)\nclient.hgetal = print", []),
}


@pytest.mark.parametrize(("row", "expected"), METHODS.values(), ids=METHODS)
def test_missing_methods(row: str, expected: list[str]) -> None:
    source = f"import redis\nclient = redis.Redis()\nname = client.get('name')\n{row}\n"
    model = analyse(ProjectFiles(lint=("app.py",), overlay={"app.py": source.encode()}), ModelSettings())
    assert [one.method for one in model.modules["app.py"].missing_methods] == expected
