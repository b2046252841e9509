"""Which values visitors of a web server choose, and which the code looked at before."""

from __future__ import annotations

import time
from textwrap import dedent

import pytest

from redlint.model.events import RequestInput
from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings

HEADER = """
import json, uuid
from flask import Flask, request
import redis
app = Flask(__name__)
client = redis.Redis()
"""


def inputs(files: dict[str, str]) -> list[RequestInput]:
    """What visitors choose of the keys and arguments of a project, by place."""
    contents = {path: dedent(text).encode() for path, text in files.items()}
    model = analyse(ProjectFiles(lint=tuple(contents), overlay=contents), ModelSettings())
    found: list[RequestInput] = []
    for call in model.calls():
        chosen = (*(one.requested for one in call.arguments), *(one.requested for one in call.keys))
        found += [one for one in chosen if one is not None]
    return found


def told(body: str) -> list[str]:
    """The same for a module with ``body``; ``+`` behind what something is put around of."""
    return [one.text + ("" if one.is_whole else " +") for one in inputs({"app.py": HEADER + dedent(body)})]


CHOSEN = {
    "at once": ("client.get(request.args['k'])", ["request.args['k']"]),
    "through a variable": ("k = request.args['k']\nclient.get(k)", ["request.args['k']"]),
    "unpacked": ("k, n = request.args['k'], 1\nclient.get(k)", ["request.args['k']"]),
    "of a dict": ("d = request.get_json()\nclient.get(d['a']['b'])", ["request.get_json()"]),
    "of a list": ("for k in request.json['keys']:\n    client.get(k)", ["request.json['keys']"]),
    "a list": ("client.delete(*request.json['keys'])", ["request.json['keys']"]),
    "a comprehension": ("client.delete(*[k.strip() for k in request.json])", ["request.json"]),
    "decoded": ("client.get(json.loads(request.data)['k'])", ["request.data"]),
    "with a default": ("client.get(request.args.get('k') or 'x')", ["request.args.get('k')"]),
    "walrus": ("if k := request.args.get('k'):\n    client.get(k)", ["request.args.get('k')"]),
    "a prefix": ("client.get(f'user:{request.args['k']}')".replace("'k'", '"k"'), []),
    "a part of a pattern": ("client.keys('user:' + request.args['k'])", ["request.args['k'] +"]),
    "changed": ("k = request.args['k']\nk += '*'\nclient.keys(k)", ["request.args['k'] +"]),
    "formatted": ("client.keys('{}:*'.format(request.args['k']))", ["request.args['k'] +"]),
    "joined": ("client.keys(':'.join(['a', request.args['k']]))", ["request.args['k'] +"]),
    "in one branch": (
        "if request.args:\n    k = request.args['k']\nelse:\n    k = 'x'\nclient.get(k)",
        ["request.args['k']"],
    ),
    "only looked for": (
        "d = request.get_json()\nif 'k' not in d or not d['k'] or d['k'] == '':\n    abort()\nclient.get(d['k'])",
        ["request.get_json()"],
    ),
    "only logged": ("k = request.args['k']\nprint(k, len(k))\nclient.get(k)", ["request.args['k']"]),
    "only asked whether it is there": (
        "k = request.args['k']\nif client.exists(k):\n    client.get(k)",
        ["request.args['k']", "request.args['k']"],
    ),
    "rebound": ("k = request.args['k']\nk = 'x'\nclient.get(k)", []),
}

CHECKED = {
    "compared": "if k not in ('a', 'b'):\n    raise KeyError\nclient.keys(k)",
    "in the branch": "if k in ('a', 'b'):\n    client.keys(k)",
    "in the other branch": "if k not in ('a', 'b'):\n    pass\nelse:\n    client.keys(k)",
    "later in the chain": "if k == 'a':\n    pass\nelif k:\n    client.keys(k)",
    "refused by a function": "if k not in ('a', 'b'):\n    refuse()\nclient.keys(k)",
    "compared twice": "if not 'a' < k < 'b':\n    raise KeyError\nclient.keys(k)",
    "a case": "match k:\n    case 'a':\n        client.keys(k)",
    "asserted": "assert k in ('a', 'b'), k\nclient.keys(k)",
    "letters": "if not k.isalnum():\n    raise KeyError\nclient.keys(k)",
    "every letter": "if not all(c in 'abc' for c in k):\n    raise KeyError\nclient.keys(k)",
    "stripped and compared": "if k.strip() not in ('a', 'b'):\n    raise KeyError\nclient.keys(k)",
    "handed to a function": "check(k)\nclient.keys(k)",
    "converted beside": "uuid.UUID(k)\nclient.keys(k)",
    "converted": "client.keys(uuid.UUID(k).hex)",
    "a number": "n = int(k)\nclient.keys(f'{n}:*')",
    "a conditional": "client.keys(k if k in ('a', 'b') else 'a')",
    "replaced": "client.keys(k.replace('*', ''))",
    "looked up": "client.keys({'a': 'b'}[k])",
    "read from Redis": "client.keys(client.get('x' + k))",
    "of the chosen": "for one in [x for x in k.split() if x in ('a', 'b')]:\n    client.keys(one)",
}

HELPERS = {
    "given to a function": ("def find(q):\n    client.keys(q)\ndef page():\n    find(request.args['q'])", 1),
    "given by a function": ("def q():\n    return request.args['q']\ndef page():\n    client.keys(q())", 1),
    "passed on by a function": (
        "def plain(q):\n    return q.strip()\n"
        "def page():\n    client.keys(plain(request.args['q']))\n    client.get(plain('x'))",
        1,
    ),
    "one of several callers": (
        "def find(q):\n    client.keys(q)\ndef one():\n    find('a:*')\ndef page():\n    find(request.args['q'])",
        1,
    ),
    "checked by the caller": (
        "def find(q):\n    client.keys(q)\ndef page():\n    q = request.args['q']\n    if q in 'abc':\n        find(q)",
        0,
    ),
    "checked inside": (
        "def find(q):\n    if q in 'abc':\n        client.keys(q)\ndef page():\n    find(request.args['q'])",
        0,
    ),
    "annotated": ("def find(n: int):\n    client.keys(f'{n}')\ndef page():\n    find(request.args['q'])", 0),
    "in a circle": ("def find(q):\n    client.keys(q)\n    find(q)\ndef page():\n    find(request.args['q'])", 1),
    "calls itself": ("def own(q):\n    return own(q)\ndef page():\n    client.keys(own(request.args['q']))", 0),
    "no request": ("def find(q):\n    client.keys(q)\ndef page(q):\n    find(q)", 0),
    "a path": ("@app.route('/<int:n>/<q>')\ndef page(n, q):\n    client.keys(q)\n    client.get(n)", 1),
    "for administrators": ("def admin_page():\n    client.keys(request.args['q'])", 0),
}


@pytest.mark.parametrize("name", CHOSEN)
def test_values_that_visitors_choose(name: str) -> None:
    body, expected = CHOSEN[name]
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    # Keys are arguments as well, but only patterns and scripts are told of as such.
    assert told(f"@app.route('/')\ndef page():\n{lines}") == expected


@pytest.mark.parametrize("name", CHECKED)
def test_values_that_were_looked_at(name: str) -> None:
    lines = "".join(f"    {line}\n" for line in CHECKED[name].splitlines())
    assert told(f"def page():\n    k = request.args['k']\n{lines}") == []
    assert told("def page():\n    k = request.args['k']\n    client.keys(k)\n") == ["request.args['k']"]


@pytest.mark.parametrize("name", HELPERS)
def test_values_in_functions(name: str) -> None:
    body, count = HELPERS[name]
    assert len(told(body)) == count


def test_a_page_without_a_client() -> None:
    """The file that only calls a function is not linted, but what it passes is known."""
    store = "import redis\nclient = redis.Redis()\ndef find(q):\n    return client.keys(q)\n"
    page = "from flask import request\nfrom store import find\ndef page():\n    return find(request.args['q'])\n"
    other = "from store import find\ndef page(request):\n    return find(request.args['q'])\n"
    assert [one.place.path for one in inputs({"store.py": store, "page.py": page})] == ["page.py"]
    assert inputs({"store.py": store, "other.py": other}) == []


def test_methods_by_name() -> None:
    body = """
        def page():
            name = request.args["method"]
            return getattr(client, name)()

        def known():
            name = request.args["method"]
            if name not in ("dbsize", "time"):
                raise KeyError(name)
            return getattr(client, name)()
    """
    contents = {"app.py": (HEADER + dedent(body)).encode()}
    model = analyse(ProjectFiles(lint=("app.py",), overlay=contents), ModelSettings())
    (found,) = model.modules["app.py"].chosen_methods
    assert found.requested.text == 'request.args["method"]'


def test_long_ways_take_little_time() -> None:
    """Functions that call each other twice are not followed along every one of the many ways."""
    doubled = "".join(f"def f{n}(q):\n    return f{n + 1}(q) or f{n + 1}(q)\n" for n in range(30))
    begun = time.monotonic()
    assert told(f"{doubled}def page():\n    client.keys(f0(request.args['q']))\n") == []
    assert time.monotonic() - begun < 20
