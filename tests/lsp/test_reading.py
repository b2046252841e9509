"""What the language server tells about code: hover, references, inlay hints; and what can be done about findings."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pytest_lsp")

from lsprotocol import types

from editor import editor, text_edits

pytestmark = pytest.mark.asyncio

CACHE = """\
import redis

client = redis.Redis(socket_timeout=5)


def save(uid: int, text: str) -> None:
    client.set(f"user:{uid}:mail", text, ex=60)


def load(uid: int) -> object:
    return client.get(f"user:{uid}:mail")
"""
OTHER = """\
from cache import client


def forget(uid: int) -> None:
    client.delete(f"user:{uid}:mail")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "cache.py").write_text(CACHE)
    (tmp_path / "other.py").write_text(OTHER)
    return tmp_path


async def test_hover_on_a_method(folder: Path) -> None:
    async with editor(folder) as one:
        shown = await one.hover(one.open(folder / "cache.py"), 6, 12)
        assert shown.startswith("**SET** · O(1)")
        assert "Since redis 1.0.0" in shown
        assert "Key `user:{uid}:mail`: type string · TTL always (1m)" in shown
        assert "Client: redis client (proven), made by `redis.Redis`" in shown and "`socket_timeout=5`" in shown


async def test_hover_on_a_deprecated_command(folder: Path) -> None:
    (folder / "old.py").write_text('from cache import client\n\nclient.getset("a", "b")\n')
    async with editor(folder) as one:
        assert "Deprecated since redis 6.2.0" in await one.hover(one.open(folder / "old.py"), 2, 9)


async def test_hover_on_a_key_names_all_places(folder: Path) -> None:
    async with editor(folder) as one:
        shown = await one.hover(one.open(folder / "other.py"), 4, 20)
        assert shown.startswith("**Key** `user:{uid}:mail`")
        for title, command, place in (
            ("Writers", "SET", "cache.py:7"),
            ("Readers", "GET", "cache.py:11"),
            ("Deleters", "DEL", "other.py:5"),
        ):
            part = shown.partition(f"{title}:")[2]
            assert f"`{command}`" in part and place in part
        assert await one.hover((folder / "other.py").as_uri(), 0, 3) == ""


async def test_references_of_a_key(folder: Path) -> None:
    async with editor(folder) as one:
        uri = one.open(folder / "other.py")
        cache = (folder / "cache.py").as_uri()
        wanted = [(cache, 6, 15), (cache, 10, 22), (uri, 4, 18)]
        assert await one.references(uri, 4, 20) == wanted
        assert await one.references(uri, 4, 13) == wanted
        assert await one.references(uri, 0, 0) == []


async def test_inlay_hints_are_off_unless_asked_for(folder: Path) -> None:
    everything = types.Range(types.Position(0, 0), types.Position(50, 0))
    for options, labels in (({}, []), ({"inlayHints": True}, ["TTL always (1m)"])):
        async with editor(folder, options=options) as one:
            params = types.InlayHintParams(types.TextDocumentIdentifier(one.open(folder / "cache.py")), everything)
            found = await one.client.text_document_inlay_hint_async(params)
            assert [hint.label for hint in found or ()] == labels


FIXABLE = """\
import redis

client = redis.Redis(socket_timeout=5)
client.set("a", "b", ex=60)
client.hmset("c", {"d": "e"})  # kept
client.hmset("f", {"g": "h"})
"""


async def test_a_fix(folder: Path) -> None:
    (folder / "fixable.py").write_text(FIXABLE)
    async with editor(folder) as one:
        found = await one.actions(one.open(folder / "fixable.py"), 5, [types.CodeActionKind.QuickFix])
        (fix,) = [action for action in found if action.is_preferred]
        assert fix.title.endswith("(RED901)")
        assert [edit.new_text for edit in text_edits(fix)] == ['hset("f", mapping={"g": "h"})']


async def test_an_unsafe_fix_says_so(folder: Path) -> None:
    (folder / "unsafe.py").write_text('from cache import client\n\nprint(client.keys("a*"))\n')
    async with editor(folder) as one:
        titles = [action.title for action in await one.actions(one.open(folder / "unsafe.py"), 2)]
        assert any(title.endswith("(RED101, unsafe)") for title in titles)


async def test_all_safe_fixes(folder: Path) -> None:
    (folder / "fixable.py").write_text(FIXABLE)
    async with editor(folder) as one:
        uri = one.open(folder / "fixable.py")
        (action,) = await one.actions(uri, 0, ["source.fixAll"])
        assert action.kind == "source.fixAll.redlint"
        (edit,) = text_edits(action)
        assert edit.new_text == 'client.hset("c", mapping={"d": "e"})  # kept\nclient.hset("f", mapping={"g": "h"})\n'
        assert "RED901" in await one.codes(uri), "nothing is applied before the editor does it"
        (listed,) = [one for one in await one.actions(uri, 0) if one.kind == "source.fixAll.redlint"]
        resolved = listed if listed.edit else await one.client.code_action_resolve_async(listed)
        assert text_edits(resolved) == [edit]


async def test_a_noqa_comment(folder: Path) -> None:
    (folder / "listed.py").write_text('from cache import client\n\nprint(client.keys("*"))  # noqa: E501\n')
    async with editor(folder) as one:
        uri = one.open(folder / "listed.py")
        (ignore,) = [action for action in await one.actions(uri, 2) if "RED101 here" in action.title]
        (edit,) = text_edits(ignore)
        assert (edit.new_text, edit.range.start) == (", RED101", types.Position(2, 37))
        one.edit(uri, 2, (2, 37), (2, 37), edit.new_text)
        assert await one.codes(uri) == []


async def test_a_rule_is_explained(folder: Path) -> None:
    (folder / "listed.py").write_text('from cache import client\n\nprint(client.keys("*"))\n')
    async with editor(folder) as one:
        assert "redlint: explain RED101 keys-command" in await one.titles(one.open(folder / "listed.py"), 2)
        page = await one.client.workspace_execute_command_async(
            types.ExecuteCommandParams("redlint.explainRule", ["RED101"])
        )
        assert isinstance(page, str) and page.startswith("# keys-command (RED101)")
        (shown,) = one.client.shown_documents
        assert shown.external and shown.uri.endswith("/keys-command/")
