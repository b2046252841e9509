"""Getting findings to the editor: sent as they come, or asked for by document and for the whole workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from redlint.diagnostic import Diagnostic
from redlint.lsp.cells import CellMap
from redlint.lsp.diagnostics import DiagnosticWriter, result_id
from redlint.lsp.documents import Document
from redlint.lsp.projects import FileFindings
from redlint.lsp.session import OpenProject, Session

_NOTHING: Final = result_id([])


@dataclass(frozen=True, slots=True)
class _Written:
    """The findings of a document or cell as the protocol has them; ``number`` is equal for equal ones."""

    uri: str
    items: list[types.Diagnostic]
    number: str


class Publisher:
    """Tells one client what was found."""

    def __init__(self, server: LanguageServer, session: Session, writer: DiagnosticWriter, cells: CellMap) -> None:
        self._server = server
        self._session = session
        self._writer = writer
        self._cells = cells
        self._sent: dict[str, str] = {}
        self._kept: dict[str, tuple[tuple[Diagnostic, ...], tuple[_Written, ...]]] = {}
        documents = server.client_capabilities.text_document
        workspace = server.client_capabilities.workspace
        self._pulls = documents is not None and documents.diagnostic is not None
        refreshed = workspace.diagnostics if workspace is not None else None
        self._refreshes = refreshed is not None and bool(refreshed.refresh_support)

    # --- pushing --------------------------------------------------------------------------------------

    def updated(self, project: OpenProject) -> None:
        """Tell the client what has changed in a project, or that it should ask."""
        found = {one.uri: one for one in self._current(project)}
        changed = [one for uri, one in found.items() if self._sent.get(uri, _NOTHING) != one.number]
        for one in changed:
            self._sent[one.uri] = one.number
            if not self._pulls:
                self._publish(one.uri, one.items)
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

    def _current(self, project: OpenProject) -> Iterator[_Written]:
        """The findings of a project by URI; not of documents that have been edited since."""
        snapshot = project.snapshot
        if snapshot is None:
            return
        told = (self._cells.path_of(uri) for uri in self._sent)
        paths = {*snapshot.findings, *(path for path in told if path is not None and project.scope.contains(path))}
        for path in sorted(paths):
            if self._session.owner(path) is not project:
                continue
            document = self._session.documents.at(path)
            found = snapshot.findings.get(path)
            if document is None and not self._session.settings.workspace:
                yield _Written(self._session.uri_of(path), [], _NOTHING)
            elif document is None or found is None or found.number == document.number:
                yield from self._written(path, document, found)

    def _written(self, path: str, document: Document | None, found: FileFindings | None) -> Iterator[_Written]:
        """Findings as the protocol has them, written once for as long as they stay the same."""
        uri = self._session.uri_of(path)
        if found is None or not found.diagnostics:
            self._kept.pop(path, None)
            for cell, items in self._cells.by_uri(uri, document, []):
                yield _Written(cell, items, _NOTHING)
            return
        kept = self._kept.get(path)
        if kept is None or kept[0] is not found.diagnostics or kept[1][0].uri != uri:
            by_uri = self._cells.by_uri(uri, document, self._writer.of_file(found))
            kept = (found.diagnostics, tuple(_Written(cell, items, result_id(items)) for cell, items in by_uri))
            self._kept[path] = kept
        yield from kept[1]

    # --- pulling --------------------------------------------------------------------------------------

    async def of_document(
        self, document: Document, uri: str, previous: str | None
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        """The findings of an open document (or of the cell ``uri`` of a notebook), as it is now."""
        snapshot = await self._session.current(document)
        found = snapshot.findings.get(document.path) if snapshot is not None else None
        mine = {one.uri: one for one in self._written(document.path, document, found)}.get(
            uri, _Written(uri, [], _NOTHING)
        )
        self._sent[uri] = mine.number
        if mine.number == previous:
            return types.RelatedUnchangedDocumentDiagnosticReport(mine.number)
        return types.RelatedFullDocumentDiagnosticReport(items=mine.items, result_id=mine.number)

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
        found = {one.uri: one for project in self._session for one in self._current(project)}
        for uri in sorted({*found, *known}):
            document = self._session.documents.get(uri)
            version = document.version if document is not None else None
            # What is said of a document that is just being edited stays until the edit was looked at.
            number = known.get(uri, _NOTHING) if document is not None else _NOTHING
            one = found.get(uri, _Written(uri, [], number))
            if known.get(uri) == one.number:
                yield types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=one.number, version=version)
            elif one.items or uri in known:
                yield types.WorkspaceFullDocumentDiagnosticReport(
                    uri=uri, items=one.items, result_id=one.number, version=version
                )
