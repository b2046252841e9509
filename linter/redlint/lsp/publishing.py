"""Getting findings to the editor: sent as they come, or asked for by document and for the whole workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from redlint.lsp.cells import CellMap
from redlint.lsp.diagnostics import DiagnosticWriter, result_id
from redlint.lsp.documents import Document
from redlint.lsp.session import OpenProject, Session


class Publisher:
    """Tells one client what was found."""

    def __init__(self, server: LanguageServer, session: Session, writer: DiagnosticWriter, cells: CellMap) -> None:
        self._server = server
        self._session = session
        self._writer = writer
        self._cells = cells
        self._sent: dict[str, str] = {}
        documents = server.client_capabilities.text_document
        workspace = server.client_capabilities.workspace
        self._pulls = documents is not None and documents.diagnostic is not None
        refreshed = workspace.diagnostics if workspace is not None else None
        self._refreshes = refreshed is not None and bool(refreshed.refresh_support)

    # --- pushing --------------------------------------------------------------------------------------

    def updated(self, project: OpenProject) -> None:
        """Tell the client what has changed in a project, or that it should ask."""
        found = dict(self._current(project))
        changed = {uri for uri, items in found.items() if self._sent.get(uri) != result_id(items)}
        changed = {uri for uri in changed if found[uri] or uri in self._sent}
        for uri in changed:
            self._sent[uri] = result_id(found[uri])
            if not self._pulls:
                self._publish(uri, found[uri])
        if self._pulls and self._refreshes and changed:
            self._server.workspace_diagnostic_refresh(None)

    def removed(self, project: OpenProject) -> None:
        """A project is no longer looked at: nothing is said about its files."""
        for path in project.snapshot.findings if project.snapshot is not None else ():
            uri = self._session.uri_of(path)
            if self._sent.pop(uri, None) is not None and not self._pulls:
                self._publish(uri, [])

    def _publish(self, uri: str, items: list[types.Diagnostic]) -> None:
        document = self._session.documents.get(uri)
        version = document.version if document is not None else self._cells.version(uri)
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, items, version))

    def _current(self, project: OpenProject) -> Iterator[tuple[str, list[types.Diagnostic]]]:
        """The findings of a project by URI; not of documents that have been edited since."""
        snapshot = project.snapshot
        if snapshot is None:
            return
        gone = {uri: path for uri in self._sent if (path := self._cells.path_of(uri)) is not None}
        paths = {*snapshot.findings, *(path for path in gone.values() if project.scope.contains(path))}
        for path in sorted(paths):
            if self._session.owner(path) is not project:
                continue
            document = self._session.documents.at(path)
            found = snapshot.findings.get(path)
            if document is None and not self._session.settings.workspace:
                yield self._session.uri_of(path), []
            elif document is None or found is None or found.number == document.number:
                items = self._writer.of_file(found) if found is not None else []
                yield from self._cells.by_uri(self._session.uri_of(path), document, items)

    # --- pulling --------------------------------------------------------------------------------------

    async def of_document(
        self, document: Document, uri: str, previous: str | None
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        """The findings of an open document (or of the cell ``uri`` of a notebook), as it is now."""
        snapshot = await self._session.current(document)
        found = snapshot.findings.get(document.path) if snapshot is not None else None
        items = self._writer.of_file(found) if found is not None else []
        mine = dict(self._cells.by_uri(document.uri, document, items)).get(uri, [])
        number = result_id(mine)
        self._sent[uri] = number
        if number == previous:
            return types.RelatedUnchangedDocumentDiagnosticReport(number)
        return types.RelatedFullDocumentDiagnosticReport(items=mine, result_id=number)

    async def of_workspace(self, previous: Iterable[types.PreviousResultId]) -> types.WorkspaceDiagnosticReport:
        """The findings of all files; where the client knows them already, it waits until there are others."""
        known = {one.uri: one.value for one in previous}
        await self._session.linked()
        while True:
            items = list(self._workspace_items(known))
            is_news = any(isinstance(one, types.WorkspaceFullDocumentDiagnosticReport) for one in items)
            if is_news or not known:
                return types.WorkspaceDiagnosticReport(items)
            await self._session.next_change()

    def _workspace_items(self, known: Mapping[str, str]) -> Iterator[types.WorkspaceDocumentDiagnosticReport]:
        found = {uri: items for project in self._session for uri, items in self._current(project)}
        for uri in sorted({*found, *known}):
            items = found.get(uri, [])
            number = result_id(items)
            document = self._session.documents.get(uri)
            version = document.version if document is not None else None
            if known.get(uri) == number:
                yield types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=number, version=version)
            else:
                yield types.WorkspaceFullDocumentDiagnosticReport(
                    uri=uri, items=items, result_id=number, version=version
                )
