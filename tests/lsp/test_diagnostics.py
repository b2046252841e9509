"""Diagnostics of the language server: sent, asked for, and the same as those of the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

pytest.importorskip("pytest_lsp")

from lsprotocol import types

from editor import PUSHED, ROOT, editor, pulling

pytestmark = pytest.mark.asyncio

CLIENT = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n"
KEYS = CLIENT + 'print(client.keys("*"))\n'
CLEAN = CLIENT + 'print(client.get("a"))\n'


def project(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.redlint]\nselect = ["RED101"]\n')
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


async def test_findings_are_pushed_for_files_that_are_not_open(tmp_path: Path) -> None:
    folder = project(tmp_path, app=KEYS)
    async with editor(folder, capabilities=PUSHED) as one:
        (found,) = await one.pushed((folder / "app.py").as_uri())
        assert (found.code, found.severity, found.source) == ("RED101", types.DiagnosticSeverity.Error, "redlint")
        assert found.range == types.Range(types.Position(3, 6), types.Position(3, 22))
        assert found.code_description is not None and found.code_description.href.endswith("/keys-command/")


async def test_an_edit_is_pushed_with_its_version(tmp_path: Path) -> None:
    folder = project(tmp_path, app=CLEAN)
    async with editor(folder, capabilities=PUSHED) as one:
        uri = one.open(folder / "app.py")
        one.edit(uri, 2, (3, 13), (3, 16), "keys")
        (found,) = await one.pushed(uri, 2)
        assert found.code == "RED101"
        one.edit(uri, 3, (3, 13), (3, 17), "get")
        assert await one.pushed(uri, 3) == []


async def test_an_open_document_is_pulled(tmp_path: Path) -> None:
    folder = project(tmp_path, app=CLEAN)
    async with editor(folder) as one:
        uri = one.open(folder / "app.py")
        assert await one.codes(uri) == []
        one.rewrite(uri, 2, KEYS)
        report = await one.diagnostics(uri)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert [item.code for item in report.items] == ["RED101"]
        again = await one.diagnostics(uri, report.result_id)
        assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)


async def test_a_wait_for_the_workspace_ends_with_the_next_change(tmp_path: Path) -> None:
    folder = project(tmp_path, app=KEYS, other=CLEAN)
    async with editor(folder) as one:
        report = await one.workspace()
        known = {item.uri: item.result_id for item in report.items if item.result_id}
        assert list(known) == [(folder / "app.py").as_uri()]
        waiting = one.client.workspace_diagnostic_async(
            types.WorkspaceDiagnosticParams([types.PreviousResultId(*item) for item in known.items()])
        )
        (folder / "other.py").write_text(KEYS)
        one.files_changed(folder / "other.py")
        news = (await waiting).items
        assert {item.uri: item.kind for item in news} == {
            (folder / "app.py").as_uri(): "unchanged",
            (folder / "other.py").as_uri(): "full",
        }


async def test_a_document_that_does_not_parse_leaves_the_others_alone(tmp_path: Path) -> None:
    folder = project(tmp_path, shared=CLIENT, app='from shared import client\n\nprint(client.keys("*"))\n')
    async with editor(folder) as one:
        uri = one.open(folder / "shared.py")
        assert await one.codes(uri) == []
        one.edit(uri, 2, (3, 0), (3, 0), "def broken(:\n")
        assert await one.codes(uri) == ["RED001"]
        assert (await one.by_uri())[(folder / "app.py").as_uri()] == ["RED101"]
        one.edit(uri, 3, (3, 0), (4, 0), "")
        assert await one.codes(uri) == []


async def test_an_edit_changes_findings_in_other_files(tmp_path: Path) -> None:
    folder = project(tmp_path, shared=CLIENT, app='from shared import client\n\nprint(client.keys("*"))\n')
    async with editor(folder, capabilities=PUSHED) as one:
        app = (folder / "app.py").as_uri()
        assert [item.code for item in await one.pushed(app)] == ["RED101"]
        uri = one.open(folder / "shared.py")
        one.edit(uri, 2, (2, 0), (2, 6), "another")
        assert await one.pushed(app) == []


async def test_a_file_outside_of_every_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    folder = project(tmp_path / "inside", app=CLEAN)
    (tmp_path / "alone.py").write_text(KEYS)
    async with editor(folder) as one:
        uri = one.open(tmp_path / "alone.py")
        assert "RED101" in await one.codes(uri)


async def test_a_file_outside_of_every_folder_that_does_not_parse(tmp_path: Path) -> None:
    """Its errors show while it is typed, as `redlint check FILE` tells them, also where it has nothing of Redis."""
    (tmp_path / "inside").mkdir()
    folder = project(tmp_path / "inside", app=CLEAN)
    (tmp_path / "alone.py").write_text("a = 1\n")
    async with editor(folder) as one:
        uri = one.open(tmp_path / "alone.py")
        assert await one.codes(uri) == []
        one.rewrite(uri, 2, "a = (\n")
        assert await one.codes(uri) == ["RED001"]
        one.rewrite(uri, 3, "a = 2\n")
        assert await one.codes(uri) == []


async def test_a_text_that_was_never_saved(tmp_path: Path) -> None:
    folder = project(tmp_path, app=CLEAN)
    async with editor(folder) as one:
        assert "RED101" in await one.codes(one.open("untitled:Untitled-1", KEYS))
        assert await one.codes(one.open(folder / "new.py", KEYS)) == ["RED101"]


async def test_no_folder_at_all(tmp_path: Path) -> None:
    async with editor() as one:
        assert "RED101" in await one.codes(one.open(tmp_path / "new.py", KEYS))


@pytest.mark.parametrize(
    ("encoding", "column"),
    [
        (types.PositionEncodingKind.Utf16, 10),
        (types.PositionEncodingKind.Utf8, 13),
        (types.PositionEncodingKind.Utf32, 9),
    ],
)
async def test_columns_are_counted_as_agreed(tmp_path: Path, encoding: types.PositionEncodingKind, column: int) -> None:
    folder = project(tmp_path, app=CLIENT + 'é = "😀"; client.keys()\n')
    async with editor(folder, capabilities=pulling(encodings=[encoding])) as one:
        assert one.server.position_encoding == encoding
        report = await one.diagnostics(one.open(folder / "app.py"))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert report.items[0].range.start == types.Position(3, column)


async def test_form_feeds_end_no_lines(tmp_path: Path) -> None:
    folder = project(tmp_path, app=CLIENT + "\x0c\nprint(client.get('*'))\n")
    async with editor(folder) as one:
        uri = one.open(folder / "app.py")
        one.edit(uri, 2, (4, 13), (4, 16), "keys")
        assert await one.codes(uri) == ["RED101"]


async def test_findings_are_those_of_the_command_line(tmp_path: Path) -> None:
    fixtures = tmp_path / "fixtures"
    shutil.copytree(ROOT / "fixtures", fixtures)
    command = [sys.executable, "-m", "redlint", "check", "--output-format", "json", "--exit-zero", str(fixtures)]
    listed = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, check=True).stdout
    wanted = [
        (
            str((tmp_path / one["filename"]).resolve()),
            one["code"],
            one["message"],
            *(one[place][axis] for place in ("location", "end_location") for axis in ("row", "column")),
            tuple(related["message"] for related in one["related"]),
        )
        for one in json.loads(listed)
    ]
    async with editor(fixtures, capabilities=pulling(encodings=[types.PositionEncodingKind.Utf32])) as one:
        report = await one.workspace()
    found = [
        (
            unquote(file.uri.removeprefix("file://")),
            item.code,
            item.message.partition("\n")[0],
            item.range.start.line + 1,
            item.range.start.character + 1,
            item.range.end.line + 1,
            item.range.end.character + 1,
            tuple(related.message for related in item.related_information or ()),
        )
        for file in report.items
        if isinstance(file, types.WorkspaceFullDocumentDiagnosticReport)
        for item in file.items
    ]
    assert len(wanted) > 500
    assert sorted(found) == sorted(wanted)
