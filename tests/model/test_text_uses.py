"""Replies that code uses as the type that they are not."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings
from redlint.model.text_uses import TextUseKind

HEAD = """
import redis
b = redis.Redis()
s = redis.Redis(decode_responses=True)
D = {"x": 1}
"""
CASES = {
    "compared": ("return b.get(k) == 'x'", {"COMPARED"}),
    "compared the other way round": ("return 'x' != b.get(k)", {"COMPARED"}),
    "compared with bytes": ("return b.get(k) == b'x'", set()),
    "compared with what str() gives": ("t = str(k)\nreturn b.get(k) == t", {"COMPARED"}),
    "compared with unknown": ("return b.get(k) == k", set()),
    "with a default": ("return (b.get(k) or 'x') == 'x'", {"COMPARED"}),
    "part of a row": ("_, v = b.blpop(k)\nreturn v == 'x'", {"COMPARED"}),
    "cursor": ("c, v = b.scan()\nreturn c == '0'", set()),
    "page": ("c, v = b.scan()\nreturn 'x' in v", {"CONTAINS"}),
    "fields of an entry": ("for i, f in b.xrange(k):\n    print(f['x'], i == 'y')", {"LOOKED_UP", "COMPARED"}),
    "field values": ("return b.hgetall(k)[b'x'] == 'x'", {"COMPARED"}),
    "members with scores": ("for m, n in b.zrange(k, 0, 1, withscores=True):\n    n == 'x'", set()),
    "count unknown": ("return b.lpop(k, k) == 'x'", set()),
    "in a dict": ("return D[b.get(k)]", {"KEY"}),
    "in a dict of decoded": ("return D[b.get(k).decode()]", set()),
    "decoded twice": ("return b.get(k).decode().decode()", {"DECODED"}),
    "decoded by name": ("v = b.get(k)\nif v:\n    v = v.decode()\nreturn v == 'x'", set()),
    "decoded items": ("return 'x' in [v.decode() for v in b.smembers(k)]", set()),
    "list of items": ("return 'x' in list(b.smembers(k))", {"CONTAINS"}),
    "encoded": ("return b.get(k).encode()", {"DECODED"}),
    "decoded by the client": ("return s.get(k).decode()", {"DECODED"}),
    "one of two clients": ("c = b if k else s\nreturn c.get(k) == 'x'", set()),
    "other function": ("return g(k) == 'x'\n", {"COMPARED"}),
    "key": ("b.get(f'a:{b.get(k)}')", {"FORMATTED"}),
    "key with a conversion": ("b.get(f'a:{b.get(k)!r}')", set()),
    "message": ("print(f'a:{b.get(k)}')", set()),
    "split": ("return b.get(k).split(',')", {"METHOD"}),
    "split by bytes": ("return b.get(k).split(b',')", set()),
    "added": ("return 'a' + b.get(k)", {"ADDED"}),
    "narrow try": ("try:\n    v = s.get(k).decode()\nexcept Exception:\n    v = ''", set()),
    "wide try": ("try:\n    v = s.get(k).decode()\n    b.get(k)\nexcept Exception:\n    v = ''", {"DECODED"}),
}


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=CASES)
def test_text_uses(body: str, expected: set[str]) -> None:
    source = f"{HEAD}\ndef g(k):\n    return b.get(k)\n\ndef f(k):\n{indent(dedent(body), '    ')}\n"
    model = analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": source.encode()}), ModelSettings())
    assert {use.kind for use in model.modules["a.py"].text_uses} == {TextUseKind[name] for name in expected}
