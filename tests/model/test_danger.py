"""Which texts are parsed by themselves, because the parser may not survive them."""

from __future__ import annotations

import pytest

from redlint.model.collect import is_dangerous

MANY = 5_000

CHAINS = {
    "one line": "x = a" + ".b()" * MANY,
    "sum": "x = (\n" + "    1 +\n" * MANY + "    1\n)\n",
    "operators first": "x = (\n    1\n" + "    + f(1, 2)\n" * MANY + ")\n",
    "calls": "x = (\n    a\n" + "    .filter(b=1, c=2)\n" * MANY + ")\n",
    "strings": "x = (\n" + '    "a, b: c = d"\n' * MANY + ")\n",
    "conditions": "x = (\n" + "    f(1, 2) and\n" * MANY + "    1\n)\n",
    "backslashes": "x = f(a=1) + \\\n" * MANY + "    1\n",
    "branches": "if a:\n    b = 1\n" + "elif a:\n    b = 2\n" * MANY,
    "after much else": "a = 1\n" * 20_000 + "x = (\n" + "    1 +\n" * 1_100 + "    1\n)\n",
}


@pytest.mark.parametrize("name", CHAINS)
def test_chains(name: str) -> None:
    assert is_dangerous(CHAINS[name])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = {\n" + '    "a": [1, 2, 3],\n' * MANY + "}\n",
        "x = [\n" + '    "a, b",\n' * MANY + "]\n",
        "def f(a, b=1):\n    return a\n\n\n" * MANY,
        "x = (\n" + "    1 +\n" * 400 + "    1\n)\n",
        '"""' + "Words, and more of them: a text.\n\n" * MANY + '"""\n',
    ],
)
def test_what_people_write_is_none(text: str) -> None:
    assert not is_dangerous(text)
