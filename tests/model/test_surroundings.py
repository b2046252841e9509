"""Of a file that is said to stand apart, linking the whole project says the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.project import ProjectModel
from redlint.model.settings import ModelSettings
from redlint.model.surroundings import Bystanders

PROJECT = {
    "app/__init__.py": "",
    "app/ext.py": "import redis\n\ncache = redis.Redis()\nLIMIT = 3\n\n\ndef prefix():\n    return 'p'\n",
    "app/store.py": (
        "import redis\n\n\nclass Store:\n    def __init__(self):\n        self.client = redis.Redis()\n\n\n"
        "store = Store()\n"
    ),
    "app/passing.py": "from app.store import store\n\nkept = store\n",
    "app/user.py": "from app.passing import kept\n\n\ndef get(key):\n    return kept.client.get(key)\n",
    "app/handing.py": "from app import worker\nfrom app.ext import cache\n\nworker.run(cache)\n",
    "app/worker.py": "def run(connection):\n    return connection.get('a')\n",
    "app/state.py": "import redis\n\n\ndef start(app):\n    app.state.redis_pool = redis.Redis()\n",
    "app/reader.py": (
        "import redis\n\n\ndef start(app):\n    app.state.shared = redis.Redis()\n\n\n"
        "def read(thing):\n    return thing.state.shared.get('r')\n"
    ),
    "app/lookup.py": "from app.ext import cache\nfrom app.names import PREFIX\n\n\ncache.get(PREFIX + 'x')\n",
    "app/names.py": "PREFIX = 'n'\n",
    "app/view.py": "from app.ext import LIMIT\n\n\ndef view():\n    return LIMIT\n",
    "app/plain.py": "import os\n\n\ndef plain():\n    return os.getcwd()\n",
    "app/other.py": "from app.plain import plain\n\nprint(plain())\n",
    "tests/__init__.py": "",
    "tests/conftest.py": (
        "import pytest\nimport redis\n\n\n@pytest.fixture\ndef connection():\n    return redis.Redis()\n"
    ),
    "tests/test_plain.py": "from app.plain import plain\n\n\ndef test_plain():\n    assert plain()\n",
}

APART = ("app/plain.py", "app/other.py", "app/view.py", "tests/test_plain.py")
"""Files that linking does not come to."""

LINES = (
    *("import json", "import app.plain", "from app import plain", "from app.other import plain as taken", "x = 1"),
    *(
        "def other(key):\n    return key",
        "class Thing:\n    key = 1",
        "print(plain)",
        "from app.view import LIMIT as y",
    ),
    *("import os", "import app", "import app.ext", "from app import ext", "from app.ext import cache"),
    *(
        "from app.ext import LIMIT",
        "from app.ext import prefix",
        "from app.ext import *",
        "from app.store import store",
    ),
    *("from app.passing import kept", "from app.passing import *", "from .ext import cache", "from . import store"),
    *("from app.plain import plain", "from app.view import view", "import redis", "from app.user import get"),
    *("print(kept.client)", "store.client.get('x')", "app.ext.cache.get('x')", "cache.get('x')", "ext.cache.get('x')"),
    *("def run(connection): connection.get('x')", "def test_it(connection): connection.get('y')"),
    *("def show(request): return request.app.state.redis_pool.get('x')", "thing.hgetall('x')", "PREFIX = 'm'"),
    *("class Pools:\n    shared = None", "class Pools:\n    def start(self):\n        self.shared = 1"),
    *(
        "# noqa: RED101",
        "def plain(): return 1",
        "connection.get('x')",
        "client = 1",
        "print(kept)",
        "kept.client.get('y')",
    ),
)


def link(contents: Mapping[str, str]) -> ProjectModel:
    overlay = {path: text.encode() for path, text in contents.items()}
    return analyse(ProjectFiles(tuple(contents), overlay=overlay), ModelSettings())


WHOLE = link(PROJECT)
AROUND = WHOLE.surroundings()
assert AROUND is not None
BYSTANDERS = Bystanders(AROUND, PROJECT)


@pytest.mark.parametrize("path", APART)
def test_what_has_nothing_to_do_with_redis_stands_apart(path: str) -> None:
    assert BYSTANDERS.stands_apart(path, PROJECT[path].encode())
    assert BYSTANDERS.stands_apart(path, b"import os\n\nprint(os.sep)\n")


@pytest.mark.parametrize("path", ["app/ext.py", "app/passing.py", "app/user.py", "app/worker.py", "app/names.py"])
def test_what_linking_came_to_is_inside(path: str) -> None:
    assert not BYSTANDERS.stands_apart(path, b"")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/plain.py", "import redis\n"),
        ("app/plain.py", "from app.ext import cache\n"),
        ("app/plain.py", "from app import ext\nprint(ext.cache)\n"),
        ("app/plain.py", "from app.ext import *\n"),
        ("app/plain.py", "from app.passing import kept\nkept.client.get('x')\n"),
        ("app/plain.py", "thing.hgetall('x')\n"),
        ("app/plain.py", "def f(request):\n    return request.app.state.redis_pool\n"),
        ("app/plain.py", "class Pools:\n    shared = None\n"),
        ("tests/test_plain.py", "def test_it(connection):\n    connection.get('x')\n"),
    ],
)
def test_what_comes_near_redis_does_not(path: str, text: str) -> None:
    assert not BYSTANDERS.stands_apart(path, text.encode())


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(PROJECT)),
        st.lists(st.sampled_from(LINES), max_size=4).map("\n".join),
        min_size=1,
        max_size=2,
    )
)
def test_linking_everything_says_the_same(changed: dict[str, str]) -> None:
    if not all(BYSTANDERS.stands_apart(path, text.encode()) for path, text in changed.items()):
        return
    model = link({**PROJECT, **changed})
    assert not changed.keys() & model.modules.keys()
    assert model.modules.keys() == WHOLE.modules.keys()
    assert calls(model) == calls(WHOLE)


def calls(model: ProjectModel) -> list[tuple[object, ...]]:
    return [
        (call.path, call.span, call.method, tuple(pattern.text for key in call.keys for pattern in key.patterns))
        for call in model.calls()
    ]
