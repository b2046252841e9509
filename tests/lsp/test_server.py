"""The life of the language server: settings, folders, files that change, notebooks, crashes, and its end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pytest_lsp")

from lsprotocol import types

from editor import ROOT, editor

asynchronous = pytest.mark.asyncio

KEYS = 'import redis\n\nclient = redis.Redis(socket_timeout=5)\nprint(client.keys("*"))\n'
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "linter"), str(ROOT / "rules")])}


def settings(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "redlint.toml"
    path.write_text(text)
    return path


@asynchronous
async def test_what_the_server_offers(tmp_path: Path) -> None:
    async with editor(tmp_path) as one:
        offered = one.server
        assert isinstance(offered.diagnostic_provider, types.DiagnosticOptions)
        assert offered.diagnostic_provider.inter_file_dependencies and offered.diagnostic_provider.workspace_diagnostics
        assert isinstance(offered.text_document_sync, types.TextDocumentSyncOptions)
        assert offered.text_document_sync.change is types.TextDocumentSyncKind.Incremental
        assert isinstance(offered.code_action_provider, types.CodeActionOptions)
        assert list(offered.code_action_provider.code_action_kinds or ()) == ["quickfix", "source.fixAll.redlint"]
        assert offered.hover_provider and offered.references_provider and offered.inlay_hint_provider
        assert offered.notebook_document_sync is not None
        assert offered.workspace is not None and offered.workspace.workspace_folders is not None
        await one.workspace()
        assert one.registered == ["workspace/didChangeWatchedFiles"]


@asynchronous
async def test_settings_are_read_again(tmp_path: Path) -> None:
    path = settings(tmp_path, 'select = ["RED101"]\n')
    (tmp_path / "app.py").write_text(KEYS)
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "app.py")
        assert await one.codes(uri) == ["RED101"]
        (known,) = (await one.workspace()).items
        assert known.uri == uri and known.result_id is not None
        path.write_text('select = ["RED102"]\n')
        one.files_changed(path)
        (news,) = (await one.workspace({uri: known.result_id})).items
        assert isinstance(news, types.WorkspaceFullDocumentDiagnosticReport) and list(news.items) == []
        assert await one.codes(uri) == []
        assert one.client.diagnostic_refresh_count > 0


@asynchronous
async def test_wrong_settings_are_told_and_can_be_mended(tmp_path: Path) -> None:
    path = settings(tmp_path, "selekt = 1\n")
    (tmp_path / "app.py").write_text(KEYS)
    async with editor(tmp_path) as one:
        assert await one.by_uri() == {}
        assert any("selekt" in message.message for message in one.client.messages)
        path.write_text('select = ["RED101"]\n')
        one.files_changed(path)
        assert await one.codes(one.open(tmp_path / "app.py")) == ["RED101"]


@asynchronous
async def test_each_folder_has_its_settings_and_folders_come_and_go(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    settings(first, 'select = ["RED101"]\n')
    settings(second, 'select = ["RED102"]\n')
    for folder in (first, second):
        (folder / "app.py").write_text(KEYS)
    async with editor(first, second) as one:
        assert await one.by_uri() == {(first / "app.py").as_uri(): ["RED101"]}
        third = tmp_path / "third"
        settings(third, 'select = ["RED101"]\n')
        (third / "more.py").write_text(KEYS)
        event = types.WorkspaceFoldersChangeEvent(
            added=[types.WorkspaceFolder(third.as_uri(), "third")],
            removed=[types.WorkspaceFolder(first.as_uri(), "first")],
        )
        one.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
        assert await one.by_uri() == {(third / "more.py").as_uri(): ["RED101"]}


@asynchronous
async def test_settings_of_the_editor(tmp_path: Path) -> None:
    settings(tmp_path, 'select = ["RED101"]\n')
    (tmp_path / "app.py").write_text(KEYS)
    async with editor(tmp_path, options={"workspace": False, "colour": 1}) as one:
        assert await one.by_uri() == {}
        assert any("'colour'" in message.message for message in one.client.messages)
        one.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams({"redlint": {"workspace": True, "debounce": 0}})
        )
        assert await one.by_uri() == {(tmp_path / "app.py").as_uri(): ["RED101"]}


@asynchronous
async def test_saved_and_closed_files_count_as_they_are_on_disk(tmp_path: Path) -> None:
    settings(tmp_path, 'select = ["RED101"]\n')
    (tmp_path / "app.py").write_text("")
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "app.py", KEYS)
        assert await one.codes(uri) == ["RED101"]
        one.save(tmp_path / "app.py", KEYS)
        assert await one.codes(uri) == ["RED101"]
        one.close(uri)
        assert await one.by_uri() == {uri: ["RED101"]}


@asynchronous
async def test_cells_of_a_notebook(tmp_path: Path) -> None:
    settings(tmp_path, 'select = ["RED101"]\n')
    uri = (tmp_path / "book.ipynb").as_uri()
    texts = ["%matplotlib inline\nimport redis", "# Title", KEYS.partition("\n\n")[2]]
    kinds = [types.NotebookCellKind.Code, types.NotebookCellKind.Markup, types.NotebookCellKind.Code]
    cells = [types.NotebookCell(kind, f"{uri}#{number}") for number, kind in enumerate(kinds)]
    async with editor(tmp_path) as one:
        one.client.notebook_document_did_open(
            types.DidOpenNotebookDocumentParams(
                types.NotebookDocument(uri, "jupyter-notebook", 1, cells),
                [
                    types.TextDocumentItem(cell.document, "python", 1, text)
                    for cell, text in zip(cells, texts, strict=True)
                    if cell.kind is types.NotebookCellKind.Code
                ],
            )
        )
        assert await one.codes(f"{uri}#0") == []
        report = await one.diagnostics(f"{uri}#2")
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert [(item.code, item.range.start.line) for item in report.items] == [("RED101", 1)]
        assert (await one.hover(f"{uri}#2", 1, 15)).startswith("**KEYS**")
        place = types.Range(types.Position(1, 13), types.Position(1, 17))
        change = types.NotebookDocumentCellContentChanges(
            types.VersionedTextDocumentIdentifier(2, f"{uri}#2"),
            [types.TextDocumentContentChangePartial(place, "get")],
        )
        one.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(2, uri),
                types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(text_content=[change])),
            )
        )
        assert await one.codes(f"{uri}#2") == []


BROKEN_RULE = '''\
"""A rule package that fails and prints."""

from redlint.rule import Rule

print("noise of a rule package")


class BrokenRule(Rule):
    """Fails."""

    code = "XX101"
    since = "0.1"
    message = "Never said"
    help = "Nothing"

    def check_call(self, call, project):
        raise SystemError("broken")
        yield
'''


@asynchronous
async def test_a_rule_that_breaks_is_logged_and_the_server_goes_on(tmp_path: Path) -> None:
    (tmp_path / "broken_rules.py").write_text(BROKEN_RULE)
    folder = tmp_path / "folder"
    settings(folder, 'select = ["RED101", "XX101"]\nplugins = ["broken_rules"]\n')
    (folder / "app.py").write_text(KEYS)
    path = os.pathsep.join([ENVIRONMENT["PYTHONPATH"], str(tmp_path)])
    async with editor(folder, environment={"PYTHONPATH": path}) as one:
        uri = one.open(folder / "app.py")
        assert sorted(map(str, await one.codes(uri))) == ["RED000", "RED101"]
        assert any("SystemError" in message.message for message in one.client.log_messages)
        assert any("broken-rule failed" in message.message for message in one.client.messages)
        one.rewrite(uri, 2, KEYS.replace("keys", "get"))
        assert "RED101" not in await one.codes(uri)


def run(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments] if code else [sys.executable, "-m", "redlint", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=ENVIRONMENT, timeout=60)


def test_without_pygls_the_command_says_how_to_get_it() -> None:
    code = "import sys; sys.modules['pygls'] = None; from redlint.__main__ import main; main()"
    ended = run("server", code=code)
    assert ended.returncode == 2
    assert ended.stderr == "redlint: error: the language server needs pygls: pip install 'redlint[lsp]'\n"


def test_other_commands_do_not_load_it() -> None:
    code = (
        "import sys, atexit; from redlint.__main__ import main\n"
        "atexit.register(lambda: print([name for name in ('pygls', 'lsprotocol', 'libcst') if name in sys.modules]))\n"
        "main()"
    )
    assert run("--version", code=code).stdout.endswith("[]\n")


def test_only_this_machine_is_served() -> None:
    ended = run("server", "--tcp", "0.0.0.0:2087")
    assert ended.returncode == 2 and "--allow-remote" in ended.stderr
    assert run("server", "--tcp", "nowhere").returncode == 2


def message(method: str, number: int | None = None, **params: object) -> bytes:
    record = {"jsonrpc": "2.0", "method": method, "params": params, **({"id": number} if number is not None else {})}
    body = json.dumps(record).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def test_it_speaks_on_a_port() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "redlint", "server", "-v", "--tcp", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stderr is not None
        try:
            while "Serving on" not in process.stderr.readline():
                assert process.poll() is None
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(message("initialize", 1, capabilities={}, processId=None, rootUri=None))
                assert connection.recv(4096).startswith(b"Content-Length: ")
        finally:
            process.kill()


def test_it_ends_as_the_protocol_wants() -> None:
    polite = message("initialize", 1, capabilities={}, processId=None, rootUri=None) + message("initialized")
    polite += b'Content-Length: 44\r\n\r\n{"jsonrpc":"2.0","method":"shutdown","id":2}' + message("exit")
    command = [sys.executable, "-m", "redlint", "server"]
    ended = subprocess.run(command, check=False, input=polite, capture_output=True, env=ENVIRONMENT, timeout=60)
    assert ended.returncode == 0
    assert ended.stdout.startswith(b"Content-Length: ")
    assert b"Traceback" not in ended.stderr


@asynchronous
async def test_what_the_baseline_holds_is_not_shown(tmp_path: Path) -> None:
    settings(tmp_path, 'select = ["RED101"]\nbaseline = "known.json"\n')
    (tmp_path / "app.py").write_text(KEYS)
    command = [sys.executable, "-m", "redlint", "baseline"]
    subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True)
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "app.py")
        assert await one.codes(uri) == []
        one.rewrite(uri, 2, KEYS + 'print(client.keys("other:*"))\n')
        assert await one.codes(uri) == ["RED101"]
