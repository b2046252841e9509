"""What the code tells of the size of a value that is stored."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from redlint.model.events import Payload
from redlint.model.files import ProjectFiles
from redlint.model.kinds import PayloadKind
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings

HEAD = """
import json, gzip, zlib, redis
from pathlib import Path
c = redis.Redis()
TEXT = "x" * 300
"""
FILE, QUERY = Payload(PayloadKind.FILE), Payload(PayloadKind.QUERY)
CASES = {
    "literal": ("c.set(k, 'abc')", Payload(PayloadKind.LITERAL, 3)),
    "not ASCII": ("c.set(k, 'ä')", Payload(PayloadKind.LITERAL, 2)),
    "constant": ("c.set(k, TEXT)", Payload(PayloadKind.LITERAL, 300)),
    "number": ("c.set(k, 7)", None),
    "unknown": ("c.set(k, x)", None),
    "one of several": ("t = 'a'\nif x:\n    t = 'b'\nc.set(k, t)", Payload(PayloadKind.LITERAL, 1)),
    "the biggest field": ("c.hset(k, mapping={'a': 'x', 'b': 'xx'})", Payload(PayloadKind.LITERAL, 2)),
    "path": ("c.set(k, Path(x).read_text())", FILE),
    "file": ("with open(x) as f:\n    c.set(k, f.read())", FILE),
    "file in a variable": ("with open(x) as f:\n    t = f.read()\nc.set(k, json.dumps(t))", FILE),
    "part of a file": ("with open(x) as f:\n    c.set(k, f.read(9))", None),
    "compressed file": ("with gzip.open(x) as f:\n    c.set(k, f.read())", None),
    "of a foreign object": ("c.set(k, x.open().read())", None),
    "compressed": ("c.set(k, zlib.compress(Path(x).read_bytes()))", None),
    "rows": ("c.set(k, json.dumps(x.fetchall()))", QUERY),
    "rows made over": ("c.set(k, json.dumps([dict(r) for r in x.objects.filter(a=1)]))", QUERY),
    "rows of unknown": ("c.set(k, json.dumps(x.all()))", None),
    "limited": ("c.set(k, json.dumps(list(x.query(k).limit(3).all())))", None),
    "one of them": ("c.set(k, json.dumps(x.objects.filter(a=1).first()))", None),
    "what a function makes of them": ("c.set(k, sum(x.fetchall()))", None),
}


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=CASES)
def test_payloads(body: str, expected: Payload | None) -> None:
    source = f"{HEAD}\ndef f(k, x):\n{indent(dedent(body), '    ')}\n"
    model = analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": source.encode()}), ModelSettings())
    (call,) = model.modules["a.py"].calls
    assert call.arguments[-1].payload == expected
