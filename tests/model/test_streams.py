"""Which loops run over something whose size nobody knows."""

from __future__ import annotations

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.project import ProjectModel
from redlint.model.settings import ModelSettings

HEADER = """\
import csv, gzip, redis
from typing import Iterator

client = redis.Redis()


def many(items):
    for item in items:
        yield item


def few():
    yield "a"
    yield "b"


"""
OVER = {
    "open file": ("open(path)", "file"),
    "compressed file": ("gzip.open(path)", "file"),
    "rows of a file": ("csv.DictReader(open(path))", "file"),
    "numbered": ("enumerate(open(path))", "file"),
    "generator": ("many(names)", "generator"),
    "generator expression": ("(x.lower() for x in many(names))", "generator"),
    "generator of few": ("few()", ""),
    "parameter": ("names", ""),
    "parameter of a type": ("stream", "generator"),
    "list": ("list(many(names))", ""),
    "sorted": ("sorted(many(names))", ""),
    "list of a comprehension": ("[x for x in many(names)]", ""),
    "rows of a database": ("database.cursor()", "rows"),
    "variable": ("lines", "file"),
    "one of two": ("either", ""),
}


def model_of(source: str) -> ProjectModel:
    return analyse(ProjectFiles(lint=("app.py",), overlay={"app.py": source.encode()}), ModelSettings())


@pytest.mark.parametrize(("over", "expected"), OVER.values(), ids=OVER)
def test_streams(over: str, expected: str) -> None:
    source = f"""{HEADER}def f(path, names, stream: Iterator[str], database):
    lines = open(path)
    either = open(path)
    if names:
        either = names
    for item in {over}:
        client.get(item)
"""
    loops = [call.loop for call in model_of(source).calls()]
    assert [loop.stream for loop in loops if loop is not None] == [expected]
