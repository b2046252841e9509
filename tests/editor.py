"""An editor for tests: it starts the language server, keeps documents open and asks what editors ask."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

ROOT: Final = Path(__file__).parents[1]

PATIENCE: Final = 15
"""Seconds after which a server is taken to be stuck."""

PUSHED: Final = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(publish_diagnostics=types.PublishDiagnosticsClientCapabilities())
)
"""An editor that takes what it is sent."""


def pulling(*, encodings: Sequence[types.PositionEncodingKind] = ()) -> types.ClientCapabilities:
    """An editor that asks for diagnostics, and can do what current ones can."""
    capabilities = client_capabilities("visual-studio-code")
    assert capabilities.text_document is not None and capabilities.workspace is not None
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities()
    capabilities.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    capabilities.notebook_document = types.NotebookDocumentClientCapabilities(
        types.NotebookDocumentSyncClientCapabilities()
    )
    capabilities.general = types.GeneralClientCapabilities(position_encodings=list(encodings) or None)
    return capabilities


class Editor:
    """One editor with a server of its own."""

    def __init__(self) -> None:
        self.client = LanguageClient(converter_factory=default_converter)
        self.server = types.ServerCapabilities()
        self.registered: list[str] = []
        self._published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

        def published(params: types.PublishDiagnosticsParams) -> None:
            self._published.put_nowait(params)

        own = {
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: published,
            types.CLIENT_REGISTER_CAPABILITY: lambda params: self.registered.extend(
                one.method for one in params.registrations
            ),
            types.WORKSPACE_INLAY_HINT_REFRESH: lambda _: None,
        }
        register_lsp_features(self.client, {**DEFAULT_CLIENT_FEATURES, **own})

    # --- documents ------------------------------------------------------------------------------------

    def open(self, path: Path | str, text: str | None = None) -> str:
        """Open a file, or a text as one that is not on disk."""
        uri = path.as_uri() if isinstance(path, Path) else path
        content = text if text is not None else Path(path).read_bytes().decode()
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "python", 1, content))
        )
        return uri

    def edit(self, uri: str, version: int, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Replace a range of an open document."""
        place = types.Range(types.Position(*start), types.Position(*end))
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri),
                [types.TextDocumentContentChangePartial(place, text)],
            )
        )

    def rewrite(self, uri: str, version: int, text: str) -> None:
        """Replace a whole open document."""
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def save(self, path: Path, text: str) -> None:
        """Write a file and tell so."""
        path.write_text(text)
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(path.as_uri())))

    def close(self, uri: str) -> None:
        """Close a document."""
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def files_changed(self, *paths: Path) -> None:
        """Tell that files have changed on disk."""
        changes = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))

    # --- diagnostics ----------------------------------------------------------------------------------

    async def pushed(self, uri: str, version: int | None = None) -> list[types.Diagnostic]:
        """The diagnostics that the server sends for a document next, about a version where that is given."""
        while True:
            params = await asyncio.wait_for(self._published.get(), PATIENCE)
            if params.uri == uri and version in (None, params.version):
                return list(params.diagnostics)

    async def diagnostics(self, uri: str, previous: str | None = None) -> types.DocumentDiagnosticReport:
        """The diagnostics of a document, asked for."""
        return await self.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=previous)
        )

    async def codes(self, uri: str) -> list[object]:
        """The codes of a document's diagnostics, asked for."""
        report = await self.diagnostics(uri)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return [one.code for one in report.items]

    async def workspace(self, known: Mapping[str, str] | None = None) -> types.WorkspaceDiagnosticReport:
        """The diagnostics of all files, asked for."""
        previous = [types.PreviousResultId(uri, value) for uri, value in (known or {}).items()]
        return await self.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(previous))

    async def by_uri(self) -> dict[str, list[object]]:
        """The codes of all files that have any, asked for."""
        report = await self.workspace()
        return {
            one.uri: [item.code for item in one.items]
            for one in report.items
            if isinstance(one, types.WorkspaceFullDocumentDiagnosticReport) and one.items
        }

    # --- the rest -------------------------------------------------------------------------------------

    async def actions(
        self, uri: str, row: int, only: Sequence[str | types.CodeActionKind] | None = None
    ) -> list[types.CodeAction]:
        """The code actions of a row that edit something; lsprotocol reads the others as commands."""
        return [one for one in await self._offered(uri, row, only) if isinstance(one, types.CodeAction)]

    async def titles(self, uri: str, row: int) -> list[str]:
        """The titles of all code actions of a row."""
        return [one.title for one in await self._offered(uri, row, None)]

    async def _offered(
        self, uri: str, row: int, only: Sequence[str | types.CodeActionKind] | None
    ) -> Sequence[types.CodeAction | types.Command]:
        place = types.Range(types.Position(row, 0), types.Position(row, 200))
        context = types.CodeActionContext([], only=list(only) if only else None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        return await self.client.text_document_code_action_async(params) or ()

    async def hover(self, uri: str, row: int, column: int) -> str:
        """What is shown at a place; empty where nothing is."""
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(row, column))
        found = await self.client.text_document_hover_async(params)
        return found.contents.value if found is not None and isinstance(found.contents, types.MarkupContent) else ""

    async def references(self, uri: str, row: int, column: int) -> list[tuple[str, int, int]]:
        """The references from a place: URI, row, column."""
        params = types.ReferenceParams(
            types.ReferenceContext(include_declaration=True),
            types.TextDocumentIdentifier(uri),
            types.Position(row, column),
        )
        found = await self.client.text_document_references_async(params)
        return [(one.uri, one.range.start.line, one.range.start.character) for one in found or ()]


def text_edits(action: types.CodeAction) -> list[types.TextEdit]:
    """The edits of an action, all of one document."""
    assert action.edit is not None and action.edit.document_changes is not None
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    return [one for one in change.edits if isinstance(one, types.TextEdit)]


@asynccontextmanager
async def editor(
    *folders: Path,
    capabilities: types.ClientCapabilities | None = None,
    options: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    patience: float = 2 * PATIENCE,
) -> AsyncIterator[Editor]:
    """An editor with some folders open, and none of the waiting that is meant for people."""
    one = Editor()
    client = one.client
    path = os.pathsep.join([str(ROOT / "linter"), str(ROOT / "rules"), os.environ.get("PYTHONPATH", "")])
    await client.start_io(
        sys.executable, "-m", "redlint", "server", env={**os.environ, "PYTHONPATH": path, **(environment or {})}
    )
    process = client._server
    assert process is not None

    def end() -> None:
        """End a server that does not answer, which fails what waits for it."""
        if process.returncode is None:
            process.kill()

    watchdog = asyncio.get_running_loop().call_later(patience, end)
    try:
        result = await client.initialize_session(
            types.InitializeParams(
                capabilities=capabilities or pulling(),
                workspace_folders=[types.WorkspaceFolder(one.as_uri(), one.name) for one in folders],
                initialization_options={"debounce": 0, "settle": 0, **(options or {})},
            )
        )
        one.server = result.capabilities
        yield one
        await client.shutdown_session()
    finally:
        watchdog.cancel()
        end()
        await client.stop()  # type: ignore[no-untyped-call]
