"""What the reply of a read tells of the key at a later call."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.presence import Presence, presence
from redlint.model.settings import ModelSettings

FOUND, MISSING, EITHER = Presence.PRESENT, Presence.MISSING, Presence.EITHER
CASES = {
    "nothing asked": ("x = c.get(k)\nc.set(k, 1)", EITHER),
    "found": ("x = c.get(k)\nif x:\n    c.set(k, 1)", FOUND),
    "not found": ("x = c.get(k)\nif not x:\n    c.set(k, 1)", MISSING),
    "is none": ("x = c.get(k)\nif x is None:\n    c.set(k, 1)", MISSING),
    "is not none": ("x = c.get(k)\nif x is not None:\n    c.set(k, 1)", FOUND),
    "equals none": ("x = c.get(k)\nif x == None:\n    c.set(k, 1)", MISSING),
    "else": ("x = c.get(k)\nif x:\n    pass\nelse:\n    c.set(k, 1)", MISSING),
    "else of none": ("x = c.get(k)\nif x is None:\n    pass\nelse:\n    c.set(k, 1)", FOUND),
    "elif": ("x = c.get(k)\nif x:\n    pass\nelif y:\n    c.set(k, 1)", MISSING),
    "left if found": ("x = c.get(k)\nif x:\n    return x\nc.set(k, 1)", MISSING),
    "left if not found": ("x = c.get(k)\nif not x:\n    return\nc.set(k, 1)", FOUND),
    "raised if not found": ("x = c.get(k)\nif x is None:\n    raise KeyError\nc.set(k, 1)", FOUND),
    "perhaps left if found": (
        "x = c.get(k)\nif x:\n    try:\n        return int(x)\n    except ValueError:\n        pass\nc.set(k, 1)",
        MISSING,
    ),
    "nested test": ("x = c.get(k)\nif y:\n    if not x:\n        c.set(k, 1)", MISSING),
    "continued": ("for k in y:\n    x = c.get(k)\n    if x:\n        continue\n    c.set(k, 1)", MISSING),
    "tested, then both": ("x = c.get(k)\nif x:\n    print(x)\nc.set(k, 1)", EITHER),
    "other variable": ("x = c.get(k)\nif y:\n    c.set(k, 1)", EITHER),
    "and": ("x = c.get(k)\nif x and y:\n    c.set(k, 1)", FOUND),
    "left by and": ("x = c.get(k)\nif x and y:\n    return x\nc.set(k, 1)", EITHER),
    "or": ("x = c.get(k)\nif x is None or y:\n    c.set(k, 1)", EITHER),
    "left by or": ("x = c.get(k)\nif x is None or y:\n    return\nc.set(k, 1)", FOUND),
    "not both": ("x = c.get(k)\nif not (x or y):\n    c.set(k, 1)", MISSING),
    "walrus": ("if x := c.get(k):\n    c.set(k, 1)", FOUND),
    "walrus of none": ("if (x := c.get(k)) is None:\n    c.set(k, 1)", MISSING),
    "exists": ("if c.exists(k):\n    c.set(k, 1)", FOUND),
    "not exists": ("if not c.exists(k):\n    c.set(k, 1)", MISSING),
    "exists equals 0": ("if c.exists(k) == 0:\n    c.set(k, 1)", MISSING),
    "exists equals 1": ("if c.exists(k) == 1:\n    c.set(k, 1)", FOUND),
    "exists is more": ("if c.exists(k) > 0:\n    c.set(k, 1)", FOUND),
    "left if exists": ("if c.exists(k):\n    return\nc.set(k, 1)", MISSING),
    "compared with another": ("x = c.get(k)\nif x != y:\n    c.set(k, 1)", EITHER),
    "both inside": ("if x:\n    x = c.get(k)\n    c.set(k, 1)", EITHER),
    "test before the read": ("if not y:\n    return\ny = c.get(k)\nc.set(k, 1)", EITHER),
    "awaited": ("x = await a.get(k)\nif not x:\n    await a.set(k, 1)", MISSING),
    "awaited exists": ("if await a.exists(k):\n    return\nawait a.set(k, 1)", MISSING),
}


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=CASES)
def test_presence(body: str, expected: Presence) -> None:
    source = "import redis, redis.asyncio\nc = redis.Redis()\na = redis.asyncio.Redis()\n"
    source += f"async def f(k, x, y):\n{indent(dedent(body), '    ')}\n"
    model = analyse(ProjectFiles(lint=("a.py",), overlay={"a.py": source.encode()}), ModelSettings())
    read, later = model.modules["a.py"].calls
    assert presence(read, later) is expected
