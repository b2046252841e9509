"""Keys that are put together from lists, handed over, or taken out of containers."""

from __future__ import annotations

from textwrap import dedent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings


def keys(source: str) -> list[str]:
    """The patterns of the key of the first call, in alphabetical order."""
    overlay = {"a.py": ("import os, redis\nr = redis.Redis()\n" + dedent(source)).encode()}
    model = analyse(ProjectFiles(lint=("a.py",), overlay=overlay), ModelSettings())
    call = model.modules["a.py"].calls[0]
    return sorted(pattern.text for key in call.keys for pattern in key.patterns)


SOURCES = {
    "join of the rest of the arguments": (
        """
def key(*parts):
    return ":".join(["app"] + list(parts))
def f(a):
    r.get(key("user", a))
""",
        ["app:user:{}"],
    ),
    "join of an unknown rest": (
        """
def key(*parts):
    return ":".join(("app", *parts))
def f(parts):
    r.get(key(*parts))
""",
        ["app:{}"],
    ),
    "join of each as text": (
        """
def key(*parts):
    return ":".join(str(part) for part in parts)
def f(a):
    r.get(key("user", a, 1))
""",
        ["user:{}:1"],
    ),
    "join of a map": ("def f(a):\n    parts = ['user', a]\n    r.get(':'.join(map(str, parts)))\n", ["user:{}"]),
    "join of a list that grows": (
        "def f(a):\n    parts = ['user']\n    parts.append(a)\n    r.get(':'.join(parts))\n",
        ["user:{}"],
    ),
    "join of a list that grows under a condition": (
        "def f(a):\n    parts = ['user']\n    if a:\n        parts.append(a)\n    r.get(':'.join(parts))\n",
        ["user", "user:{}"],
    ),
    "join of a list that grows in a loop": (
        "def f(a):\n    parts = ['user']\n    for x in a:\n        parts.append(x)\n    r.get(':'.join(parts))\n",
        ["user", "user:{}"],
    ),
    "join of a list that is changed": (
        "def f(a):\n    parts = ['user', 'x']\n    parts.pop()\n    r.get(':'.join(parts))\n",
        [],
    ),
    "a default for what is not given": (
        "def f(n, options):\n    r.get((options.get('key') or 'app') + ':' + options.get('kind', 'x'))\n",
        ["app:{}"],
    ),
    "a key that is given or made up": (
        "class C:\n    def use(self, key):\n        self.key = key or f'random:{uuid4()}'\n"
        "    def get(self):\n        r.get(self.key)\n",
        [],
    ),
    "an attribute that is put on an object from elsewhere": (
        """
class Keys:
    schedule = "schedule:all"
def setup(app):
    app.keys = Keys()
class Entry:
    def __init__(self, app):
        self.app = app
    def count(self):
        return r.zcard(self.app.keys.schedule)
""",
        ["schedule:all"],
    ),
    "empty until there is a key": (
        "def f(n):\n    key = ''\n    if n:\n        key = f'a:{n}'\n    r.get(key)\n",
        ["a:{}"],
    ),
    "loop over a tuple": ("for key in ('a:1', 'b:2'):\n    r.delete(key)\n", ["a:1", "b:2"]),
    "loop over a constant": ("KEYS = ['a:1', 'b:2']\nfor key in KEYS:\n    r.delete(key)\n", ["a:1", "b:2"]),
    "loop over pairs": ("for n, key in (('x', 'a:1'), ('y', 'b:2')):\n    r.delete(key)\n", ["a:1", "b:2"]),
    "loop over what is put in": (
        "def f(ids):\n    keys = []\n    for i in ids:\n        keys.append(f'a:{i}')\n"
        "    for key in keys:\n        r.delete(key)\n",
        ["a:{}"],
    ),
    "loop over a list comprehension": (
        "def f(ids):\n    keys = [f'a:{i}' for i in ids]\n    for n, key in enumerate(keys):\n        r.delete(key)\n",
        ["a:{}"],
    ),
    "loop over values": ("K = {1: 'a:1', 2: 'b:2'}\nfor key in K.values():\n    r.delete(key)\n", ["a:1", "b:2"]),
    "loop over items": ("K = {1: 'a:1', 2: 'b:2'}\nfor _, key in K.items():\n    r.delete(key)\n", ["a:1", "b:2"]),
    "loop over a generator": (
        "def keys(n):\n    yield 'a:1'\n    yield f'b:{n}'\ndef f(n):\n    for k in keys(n):\n        r.delete(k)\n",
        ["a:1", "b:{}"],
    ),
    "loop over something unknown as well": (
        "def f(ids):\n    for key in ['a:1', *ids]:\n        r.delete(key)\n",
        [],
    ),
    "splat of a list that grows": (
        "def f(ids):\n    keys = ['all']\n    for i in ids:\n        keys.append(f'a:{i}')\n    r.delete(*keys)\n",
        ["all", "a:{}"],
    ),
    "loop over the keys of what is put in": (
        "def f(ids):\n    seen = {}\n    for i in ids:\n        seen[f'a:{i}'] = i\n"
        "    for key, i in seen.items():\n        r.delete(key)\n",
        ["a:{}"],
    ),
    "loop over the keys of what is put in and updated": (
        "def f(ids, more):\n    seen = {}\n    seen['a:1'] = 1\n    seen.update(more)\n"
        "    for key, i in seen.items():\n        r.delete(key)\n",
        [],
    ),
    "join of too many that may be there": (
        "def f(a, b, c, d):\n    parts = ['app']\n"
        + "".join(f"    if {x}:\n        parts.append({x})\n" for x in "abcd")
        + "    r.get(':'.join(parts))\n",
        ["app:{}"],
    ),
    "entry of a dict": ("KEYS = {'a': 'key:a', 'b': 'key:b'}\nr.get(KEYS['a'])\n", ["key:a"]),
    "any entry of a dict": ("KEYS = {'a': 'k:a', 'b': 'k:b'}\ndef f(x):\n    r.get(KEYS[x])\n", ["k:a", "k:b"]),
    "item of a tuple": ("KEYS = ('a:1', 'b:2')\nr.get(KEYS[1])\n", ["b:2"]),
    "unpacked": (
        "def pair(n):\n    return f'a:{n}', f'b:{n}'\ndef f(n):\n    a, b = pair(n)\n    r.get(b)\n",
        ["b:{}"],
    ),
    "a cache of keys": (
        """
class Keys:
    def __init__(self):
        self.made = {}
    def key(self, name):
        if name in self.made:
            return self.made[name]
        key = f"a:{name}"
        self.made[name] = key
        return key
def f(keys: Keys, n):
    r.get(keys.key(n))
""",
        ["a:{}"],
    ),
    "a parameter that is none": (
        """
def key(name, space=None):
    if space is None:
        return f"a:{name}"
    return f"{space}:{name}"
def f(n):
    r.get(key(n))
""",
        ["a:{}"],
    ),
    "a parameter that is not none": (
        """
def key(name, space=None):
    if not space:
        return f"a:{name}"
    return f"{space}:{name}"
def f(n):
    r.get(key(n, "b"))
""",
        ["b:{}"],
    ),
    "a parameter replaced where it is none": (
        "def f(key):\n    if not key:\n        key = 'a:1'\n    r.get(key)\nf(load())\n",
        [],
    ),
    "default of a constructor": (
        "class C:\n    def __init__(self, prefix='app'):\n        self.prefix = prefix\n"
        "    def get(self, n):\n        r.get(f'{self.prefix}:{n}')\n",
        ["app:{}"],
    ),
    "default of a constructor that others give": (
        "class C:\n    def __init__(self, prefix='app'):\n        self.prefix = prefix\n"
        "    def get(self, n):\n        r.get(f'{self.prefix}:{n}')\nc = C(load())\n",
        [],
    ),
    "default of a setting": ("def f(n):\n    r.get(os.getenv('PREFIX', 'app') + ':' + n)\n", ["app:{}"]),
    "a setting where something else tells": ("r.get(os.getenv('PREFIX', 'app') + ':queue')\n", ["{}:queue"]),
    "default of a data class": (
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    prefix: str = 'app'\n"
        "    def get(self, n):\n        r.get(f'{self.prefix}:{n}')\n",
        ["app:{}"],
    ),
    "data class that is given something": (
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    prefix: str = 'app'\n"
        "    def get(self, n):\n        r.get(f'{self.prefix}:{n}')\nc = C(prefix='mine')\n",
        ["mine:{}"],
    ),
    "fixture": (
        "import pytest\n@pytest.fixture\ndef key():\n    yield 'a:1'\ndef test_it(key):\n    r.get(key)\n",
        ["a:1"],
    ),
    "stripped": ("def f(n):\n    r.get('app:'.rstrip(':') + '/' + n)\n", ["app/{}"]),
    "an alternative that may be anything": (
        "def f(n, x):\n    name = 'none' if not n else n\n    r.get(f'a:{name}')\n",
        ["a:{}"],
    ),
}


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=list(SOURCES))
def test_structures(source: str, expected: list[str]) -> None:
    assert keys(source) == sorted(expected)
