"""A file that is collected again after an edit has the facts of a file that is collected for the first time."""

from __future__ import annotations

import random
from pathlib import Path

import libcst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redlint.errors import SourceSyntaxError
from redlint.model.collect import collect, editing
from redlint.model.collect.editing import EditedTexts
from redlint.model.facts import ModuleFacts

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures").rglob("*.py"))

PIECES = (
    *('"""', "'", '"', "(", ")", "[", "\n", "\n\n", "    ", "  ", "#", "\\\n", ";", "\r", "x", "async ", "*"),
    *("else:\n", "    x = 1\n", "def f():\n    return 1\n", "@d\n", "if a:\n", "pass\n", 'f"""{x}\n', "...\n"),
    *("class A:\n    def g(self): ...\n", "    def h(self):\n        return self\n", "    # note\n"),
)


def facts_of(text: str) -> ModuleFacts | None:
    try:
        return collect(text)
    except SourceSyntaxError:
        return None


def edited(text: str, choose: random.Random) -> str:
    """A text after one edit: something put in, taken away or doubled."""
    place = choose.randrange(len(text) + 1)
    if choose.random() < 0.6:
        place = text.rfind("\n", 0, place) + 1
    kind = choose.random()
    if kind < 0.5:
        return text[:place] + choose.choice(PIECES) + text[place:]
    if kind < 0.8:
        return text[:place] + text[place + choose.randint(1, 30) :]
    begin = text.find("\n", place) + 1
    end = text.find("\n", begin) + 1
    return text[:begin] + text[end:] if kind < 0.9 else text[:begin] + text[begin:end] * 2 + text[end:]


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(FIXTURES), st.randoms(use_true_random=False))
def test_edited_files_have_the_facts_of_new_ones(path: Path, choose: random.Random) -> None:
    text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    texts = EditedTexts()
    if facts_of(text) is None:
        return
    texts.collect("a.py", text)
    for _ in range(6):
        after = edited(text, choose)
        expected = facts_of(after)
        if expected is None:
            with pytest.raises(SourceSyntaxError):
                texts.collect("a.py", after)
        else:
            assert texts.collect("a.py", after) == expected
            text = after


SOURCE = '''"""A module.

import this
"""
import redis

client = redis.Redis()


class Store:
    """A class.

    def not_this(self): ...
    """

    def get(self, key):
        return client.get(key)

    def set(self, key, value):
        client.set(key, value)


def last():
    return client.keys()
'''


@pytest.mark.parametrize(
    ("old", "new", "parses"),
    [
        (
            "client.get(key)",
            "client.hgetall(key)",
            "class _:\n    def get(self, key):\n        return client.hgetall(key)\n\n",
        ),
        ("client.keys()", "client.scan_iter()", "def last():\n    return client.scan_iter()\n"),
        ("client = redis.Redis()", "client = redis.Redis(db=1)", "client = redis.Redis(db=1)\n\n\n"),
        (
            "        client.set(key, value)\n",
            "        client.set(key, value)\n\n    def more(self): ...\n",
            "class _:\n    def set(self, key, value):\n        client.set(key, value)\n\n    def more(self): ...\n\n\n",
        ),
        (
            "import redis\n",
            "import os\nimport redis\n",
            "import os\nimport redis\n\n",
        ),
    ],
)
def test_only_what_is_near_the_edit_is_parsed(old: str, new: str, parses: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = libcst.parse_module

    def noted(text: str, config: libcst.PartialParserConfig) -> libcst.Module:
        parsed.append(text)
        return parse(text, config=config)

    def never(text: str) -> libcst.Module:
        raise AssertionError("parsed as a whole")

    texts = EditedTexts()
    texts.collect("a.py", SOURCE)
    monkeypatch.setattr(libcst, "parse_module", noted)
    monkeypatch.setattr(editing, "parse", never)
    after = SOURCE.replace(old, new)
    facts = texts.collect("a.py", after)
    assert parsed == [parses]
    monkeypatch.undo()
    assert facts == collect(after)


def test_a_version_that_does_not_parse_is_not_the_base_of_the_next() -> None:
    texts = EditedTexts()
    texts.collect("a.py", SOURCE)
    with pytest.raises(SourceSyntaxError):
        texts.collect("a.py", SOURCE.replace("client.keys()", "client.keys("))
    after = SOURCE.replace("client.keys()", "client.keys('a')")
    assert texts.collect("a.py", after) == collect(after)


def test_trees_of_few_files_are_kept() -> None:
    texts = EditedTexts()
    for number in range(editing.MOST_FILES + 1):
        texts.collect(f"{number}.py", SOURCE)
    assert "0.py" not in texts
    assert f"{editing.MOST_FILES}.py" in texts
