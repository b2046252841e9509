"""Keys that depend on what class ``self`` is an instance of."""

from __future__ import annotations

from textwrap import dedent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings


def keys(sources: dict[str, str] | str) -> list[str]:
    """The patterns of the key of the first call in ``a.py``, in alphabetical order."""
    if isinstance(sources, str):
        sources = {"a.py": sources}
    overlay = {
        path: ("import redis\nr = redis.Redis()\n" + dedent(source)).encode() for path, source in sources.items()
    }
    settings = ModelSettings(is_production=lambda path: not path.startswith("tests"))
    model = analyse(ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay), settings)
    call = model.modules["a.py"].calls[0]
    return sorted(pattern.text for key in call.keys for pattern in key.patterns)


REGISTRY = """
class Registry:
    template = "registry:{}"
    def __init__(self, name):
        self.key = self.template.format(name)
    def count(self):
        return r.zcard(self.key)

class Started(Registry):
    template = "wip:{}"

class Failed(Registry):
    template = "failed:{}"
"""

SOURCES = {
    "overridden by classes below, base never made": (REGISTRY, ["failed:{}", "wip:{}"]),
    "overridden, base made as well": (
        REGISTRY + "\ndef f():\n    return Registry('x')\n",
        ["failed:{}", "registry:{}", "wip:{}"],
    ),
    "overridden with something unknown": (REGISTRY + "\nclass Other(Registry):\n    template = load()\n", []),
    "method not run for a class that overrides it": (
        REGISTRY + "\nclass Other(Registry):\n    template = load()\n    def count(self):\n        return 0\n",
        ["failed:{}", "wip:{}"],
    ),
    "method of a class that goes on to the overridden one": (
        REGISTRY
        + """
class Other(Registry):
    template = "other:{}"
    def count(self):
        return super().count() + 1
""",
        ["failed:{}", "other:{}", "wip:{}"],
    ),
    "alternatives are not mixed": (
        """
class Base:
    first = "a"
    second = "b"
    def get(self):
        return r.get(f"{self.first}:{self.second}")
class One(Base):
    first = "one"
    second = "uno"
class Two(Base):
    first = "two"
    second = "dos"
""",
        ["one:uno", "two:dos"],
    ),
    "overridden property": (
        """
class Base:
    @property
    def key(self):
        raise NotImplementedError
    def get(self):
        return r.get(self.key)
class One(Base):
    @property
    def key(self):
        return "one"
class Two(Base):
    @property
    def key(self):
        return "two"
""",
        ["one", "two"],
    ),
    "overridden method": (
        """
class Base:
    def key(self, name):
        return "base:" + name
    def get(self, name):
        return r.get(self.key(name))
class One(Base):
    def key(self, name):
        return "one:" + super().key(name)
one, base = One(), Base()
""",
        ["base:{}", "one:base:{}"],
    ),
    "overridden without a key": (
        """
class Base:
    def key(self):
        return "base"
    def get(self):
        return r.get(self.key())
class One(Base):
    def key(self):
        return load()
base = Base()
""",
        [],
    ),
    "an object that is made here": (
        """
class Base:
    prefix = "base"
class One(Base):
    prefix = "one"
def f():
    base = Base()
    return r.get(base.prefix + ":x")
""",
        ["base:x"],
    ),
    "an object that is handed over": (
        """
class Base:
    prefix = "base"
class One(Base):
    prefix = "one"
def f(base: Base):
    return r.get(base.prefix + ":x")
def g():
    f(Base())
""",
        ["base:x", "one:x"],
    ),
    "what a class below gives the constructor": (
        """
class Base:
    def __init__(self, prefix):
        self.prefix = prefix
    def get(self):
        return r.get(self.prefix)
class One(Base):
    def __init__(self):
        super().__init__("one")
class Two(Base):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
two = Two("two")
""",
        ["one", "two"],
    ),
    "what only a class below passes on": (
        """
class Base:
    def get(self, key):
        return r.get(key)
class One(Base):
    def get(self, key):
        return super().get("one:" + key)
BACKENDS = {"base": Base, "one": One}
""",
        [],
    ),
    "private name behind a property": (
        """
class Lock:
    _PREFIX = "lock"
    def __init__(self, key):
        self.key = key
    @property
    def key(self):
        return self.__key
    @key.setter
    def key(self, value):
        self.__key = f"{self._PREFIX}:{value}"
    def get(self):
        return r.get(self.key)
""",
        ["lock:{}"],
    ),
    "an attribute made of itself": (
        """
class Backend:
    prefix = "task-"
    def __init__(self, site):
        if site:
            self.prefix = site + "_" + self.prefix
    def get(self, name):
        return r.get(self.prefix + name)
""",
        ["task-{}", "{}_task-{}"],
    ),
}


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=list(SOURCES))
def test_self(source: str, expected: list[str]) -> None:
    assert keys(source) == expected


def test_classes_of_tests_do_not_count_for_the_program() -> None:
    test = "from a import Registry\nclass Mine(Registry):\n    template = 'mine:{}'\nregistry = Mine('x')\n"
    assert keys({"a.py": REGISTRY, "tests/test_a.py": test}) == ["failed:{}", "wip:{}"]
