"""Linking again after an edit finds what linking from the start finds."""

from __future__ import annotations

import pytest

from redlint.config import Config
from redlint.model.collected import KeptFiles
from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.project import ProjectModel
from redlint.model.relink import LiveProject

FILES = {
    "clients.py": (
        "import redis\n\nPREFIX = 'user'\n\n\ndef connect():\n    return redis.Redis(socket_timeout=5)\n\n\n"
        "class Store:\n    def __init__(self, client):\n        self.client = client\n\n"
        "    def load(self, uid):\n        return self.client.get(f'{PREFIX}:{uid}')\n"
    ),
    "service.py": (
        "from clients import Store, connect\n\nstore = Store(connect())\n\n\n"
        "def count(name):\n    return store.client.incr(key(name))\n\n\n"
        "def key(name):\n    return f'count:{name}'\n"
    ),
    "worker.py": (
        "import service\nfrom clients import Store\n\n\nclass Special(Store):\n"
        "    def save(self, uid):\n        self.client.set(f'saved:{uid}', '1')\n\n\n"
        "def work():\n    Special(service.store.client).save(1)\n    service.count('work')\n"
    ),
}

EDITS = {
    "a line more": ("service.py", "def count(name):\n", "def count(name):\n    text = str(name)\n"),
    "a line more at the top": ("clients.py", "import redis\n", "import os\nimport redis\n"),
    "another key": ("service.py", "f'count:{name}'", "f'counter:{name}'"),
    "another constant": ("clients.py", "PREFIX = 'user'", "PREFIX = 'member'"),
    "another method": ("service.py", ".incr(", ".decr("),
    "a function more": ("clients.py", "def connect():", "def other():\n    return None\n\n\ndef connect():"),
    "a class more": ("clients.py", "class Store:", "class Before:\n    pass\n\n\nclass Store:"),
    "a caller less": ("worker.py", "    service.count('work')\n", ""),
    "a base less": ("worker.py", "class Special(Store):", "class Special:"),
    "another client": ("clients.py", "redis.Redis(", "redis.asyncio.Redis("),
    "no client": ("clients.py", "return redis.Redis(socket_timeout=5)", "return None"),
    "a store from outside": ("worker.py", "def work():\n", "def work():\n    service.store.client = None\n"),
}


def overlay(files: dict[str, str]) -> ProjectFiles:
    return ProjectFiles(tuple(files), overlay={path: text.encode() for path, text in files.items()})


def events(model: ProjectModel, path: str) -> list[tuple[object, ...]]:
    module = model.modules.get(path)
    return [
        (call.span, call.command_name, call.client.is_async, call.client.confidence, [key.shown for key in call.keys])
        for call in (module.calls if module is not None else ())
    ]


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_file_is_found_as_if_it_had_always_been_so(name: str) -> None:
    path, old, new = EDITS[name]
    settings = Config("/nowhere").model_settings()
    live = LiveProject(overlay(FILES), settings, KeptFiles())
    live.link()
    text = FILES[path].replace(old, new)
    assert text != FILES[path]
    for content in (text, FILES[path], text):
        relinked = live.relink(path, content.encode())
        assert relinked is not None
        wanted = analyse(overlay({**FILES, path: content}), settings)
        assert events(relinked, path) == events(wanted, path)
    settled = LiveProject(overlay({**FILES, path: text}), settings, KeptFiles()).link(live)
    wanted = analyse(overlay({**FILES, path: text}), settings)
    assert {one: events(settled, one) for one in FILES} == {one: events(wanted, one) for one in FILES}


def test_what_does_not_parse_or_is_not_in_the_project_is_not_relinked() -> None:
    live = LiveProject(overlay(FILES), Config("/nowhere").model_settings(), KeptFiles())
    live.link()
    assert live.relink("service.py", b"def broken(:\n") is None
    assert live.relink("elsewhere.py", b"import redis\n") is None


def test_a_file_that_takes_up_redis_is_looked_at() -> None:
    files = {**FILES, "plain.py": "print('nothing')\n"}
    live = LiveProject(overlay(files), Config("/nowhere").model_settings(), KeptFiles())
    live.link()
    assert live.relink("plain.py", b"print('still nothing')\n") is None
    model = live.relink("plain.py", b"import redis\n\nredis.Redis().ping()\n")
    assert model is not None and [call.command_name for call in model.modules["plain.py"].calls] == ["PING"]
