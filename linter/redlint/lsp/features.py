"""Which message of the protocol calls what."""

from __future__ import annotations

from lsprotocol import types

from redlint.lsp.actions import EXPLAIN, KINDS
from redlint.lsp.diagnostics import SOURCE
from redlint.lsp.hints import ttl_hints
from redlint.lsp.references import references
from redlint.lsp.server import WATCHED, RedlintServer

DiagnosticReport = types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport


def register(server: RedlintServer) -> None:
    """Enter all messages that the server understands."""
    _life(server)
    _documents(server)
    _notebooks(server)
    _workspace(server)
    _diagnostics(server)
    _actions(server)
    _reading(server)


def _life(server: RedlintServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.begin(params)

    @server.feature(types.INITIALIZED)
    async def initialized(_params: types.InitializedParams) -> None:
        server.ready()
        if server.watches_on_request:
            watchers = [types.FileSystemWatcher(glob) for glob in WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            registration = types.Registration(
                "redlint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, server.plain(options)
            )
            await server.client_register_capability_async(types.RegistrationParams([registration]))

    @server.feature(types.SHUTDOWN)
    def shutdown(_params: None = None) -> None:
        server.stop()


def _documents(server: RedlintServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        server.session.opened(server.session.documents.open(item.uri, item.text, item.version))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        item = params.text_document
        document = server.session.documents.change(item.uri, params.content_changes, item.version)
        if document is not None:
            server.session.edited(document)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        document = server.session.documents.get(params.text_document.uri)
        project = server.session.owner(document.path) if document is not None else None
        if project is not None:
            server.session.link(project)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        document = server.session.documents.close(params.text_document.uri)
        if document is not None:
            server.close_document(document)


def _notebooks(server: RedlintServer) -> None:
    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenNotebookDocumentParams) -> None:
        session = server.session
        session.opened(server.cells.open(params))

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeNotebookDocumentParams) -> None:
        document = server.cells.change(params)
        if document is not None:
            server.session.edited(document)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseNotebookDocumentParams) -> None:
        document = server.cells.close(params)
        if document is not None:
            server.close_document(document)


def _workspace(server: RedlintServer) -> None:
    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_params: types.DidChangeWatchedFilesParams) -> None:
        server.session.link_all()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: types.DidChangeConfigurationParams) -> None:
        settings = params.settings
        server.configure(settings.get(SOURCE) if isinstance(settings, dict) else None)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        for folder in params.event.added:
            server.session.add_folder(folder.uri)
        for folder in params.event.removed:
            server.remove_folder(folder.uri)


def _diagnostics(server: RedlintServer) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(
            identifier=SOURCE, inter_file_dependencies=True, workspace_diagnostics=True, work_done_progress=False
        ),
    )
    async def of_document(params: types.DocumentDiagnosticParams) -> DiagnosticReport:
        uri = params.text_document.uri
        document = server.document(uri)
        if document is None:
            return types.RelatedFullDocumentDiagnosticReport(items=[])
        return await server.publisher.of_document(document, uri, params.previous_result_id)

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def of_workspace(params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        await server.session.linked()
        return await server.publisher.of_workspace(params.previous_result_ids)


def _actions(server: RedlintServer) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True),
    )
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await server.code_actions(params)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        return await server.resolve(action)

    @server.command(EXPLAIN)
    async def explain(code: str) -> str:
        return await server.explain(code)


def _reading(server: RedlintServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        found = await server.analysed(uri)
        if found is None:
            return None
        document, snapshot = found
        shown = server.hovers.at(snapshot, document, server.cells.position(document, uri, params.position))
        if shown is not None and shown.range is not None:
            shown.range = server.cells.placed(document.uri, shown.range).range
        return shown

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def find_references(params: types.ReferenceParams) -> list[types.Location]:
        uri = params.text_document.uri
        found = await server.analysed(uri)
        if found is None:
            return []
        document, snapshot = found
        position = server.cells.position(document, uri, params.position)
        places = references(snapshot, document, position, server.positions, server.session.uri_of)
        return [server.cells.placed(one.uri, one.range) for one in places]

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        uri = params.text_document.uri
        if not server.session.settings.inlay_hints:
            return []
        found = await server.analysed(uri)
        if found is None or found[0].is_notebook:
            return []
        return list(ttl_hints(found[1], found[0], params.range, server.positions))
