"""The language server: the requests of the protocol, each handed to the module that answers it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from typing import Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from redlint import __version__
from redlint.explain import rule_page, rule_url
from redlint.lsp.actions import FIX_ALL, ActionWriter, wants_fix_all
from redlint.lsp.cells import CellMap
from redlint.lsp.diagnostics import DiagnosticWriter
from redlint.lsp.documents import Document, Documents
from redlint.lsp.hover import HoverWriter
from redlint.lsp.positions import Positions
from redlint.lsp.projects import FileFindings, Snapshot
from redlint.lsp.protocol import RedlintProtocol
from redlint.lsp.publishing import Publisher
from redlint.lsp.session import Listener, OpenProject, Session, folder_uris
from redlint.lsp.settings import ServerSettings, read_settings
from redlint.rule import Rule

WATCHED: Final = (
    *("**/*.py", "**/*.pyw", "**/pyproject.toml", "**/redlint.toml", "**/.gitignore"),
    *("**/*.lock", "**/requirements*.txt", "**/setup.cfg"),
)
"""Files that decide what is found: code, settings, and what a project depends on."""

_NOTEBOOKS: Final = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook="jupyter-notebook", cells=[types.NotebookCellLanguage(language="python")]
        )
    ]
)
_log = logging.getLogger("redlint.lsp")


class RedlintServer(LanguageServer, Listener):
    """The server of one client."""

    def __init__(self) -> None:
        super().__init__("redlint", __version__, notebook_document_sync=_NOTEBOOKS, protocol_cls=RedlintProtocol)
        self._session: Session | None = None
        self._told: set[str] = set()
        self._early = ServerSettings()
        self._early_problems: tuple[str, ...] = ()
        self._folders: list[str] = []

    # --- life -----------------------------------------------------------------------------------------

    def begin(self, params: types.InitializeParams) -> None:
        """A client connects: it and we agree on how columns are counted before the first document."""
        self._early, self._early_problems = read_settings(params.initialization_options)
        self._folders = folder_uris(params)

    def ready(self) -> None:
        """The client may be sent messages from now on."""
        if self._session is None:
            self._start()

    def _start(self) -> None:
        self.positions = Positions(self.workspace.position_encoding or types.PositionEncodingKind.Utf16)
        session = self._session = Session(self, self.positions, self._early)
        self.cells = CellMap(session.documents, Documents(self.positions))
        self.writer = DiagnosticWriter(self.positions, session.uri_of)
        self.actions = ActionWriter(self.positions, self.writer)
        self.hovers = HoverWriter(self.positions, session.uri_of)
        self.publisher = Publisher(self, session, self.writer, self.cells)
        for problem in self._early_problems:
            self.problem(f"settings of the editor: {problem}")
        for uri in self._folders:
            session.add_folder(uri)

    @property
    def session(self) -> Session:
        """The state of the connection, begun when it is first needed."""
        self.ready()
        assert self._session is not None
        return self._session

    def stop(self) -> None:
        """The client leaves."""
        if self._session is not None:
            self._session.close()

    def configure(self, options: object) -> None:
        """The settings of the editor have changed."""
        settings, problems = read_settings(options)
        for problem in problems:
            self.problem(f"settings of the editor: {problem}")
        if settings != self.session.settings:
            self.session.settings = settings
            self.session.link_all()

    def close_document(self, document: Document) -> None:
        """A document was closed."""
        project = self.session.owner(document.path)
        self.session.closed(document)
        if project is not None and not project.scope.is_folder:
            self.publisher.removed(project)

    def remove_folder(self, uri: str) -> None:
        """A folder is no longer part of the workspace."""
        project = self.session.remove_folder(uri)
        if project is not None:
            self.publisher.removed(project)

    def plain(self, options: object) -> object:
        """A record of the protocol as plain lists and dicts."""
        return self.protocol._converter.unstructure(options)

    # --- what the session tells -----------------------------------------------------------------------

    def updated(self, project: OpenProject) -> None:
        """Show what is known anew, and log the rules that broke."""
        snapshot = project.snapshot
        for failure in snapshot.failures if snapshot is not None else ():
            self._tell_once(f"rule {failure.rule} failed at {failure.path}:{failure.row}", failure.traceback)
        self.publisher.updated(project)
        if self.session.settings.inlay_hints and self._refreshes_hints:
            self.workspace_inlay_hint_refresh(None)

    def linking(self, project: OpenProject, *, first: bool) -> None:
        """Log what takes long."""
        if first:
            self._log_to_client(types.MessageType.Info, f"linking {project.scope.path}")

    def problem(self, message: str) -> None:
        """Show what the user has to mend."""
        _log.warning("%s", message)
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"redlint: {message}"))

    def crashed(self, traceback: str) -> None:
        """Log what broke; the server goes on with what it knows."""
        self._tell_once("an analysis failed, please report it; findings may be out of date", traceback)

    def _tell_once(self, message: str, details: str) -> None:
        if details in self._told:
            return
        self._told.add(details)
        _log.error("%s\n%s", message, details)
        self._log_to_client(types.MessageType.Error, f"{message}\n{details}")
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"redlint: {message}"))

    def _log_to_client(self, kind: types.MessageType, message: str) -> None:
        self.window_log_message(types.LogMessageParams(kind, message))

    # --- looking things up ----------------------------------------------------------------------------

    def document(self, uri: str) -> Document | None:
        """An open document; of a cell, its notebook."""
        return self.cells.document(uri) if self._session is not None else None

    async def analysed(self, uri: str) -> tuple[Document, Snapshot] | None:
        """A document (of a cell, its notebook) with what is known of its project; ``None`` where it is not open."""
        document = self.document(uri)
        snapshot = await self.session.current(document) if document is not None else None
        return (document, snapshot) if document is not None and snapshot is not None else None

    async def findings(self, uri: str) -> tuple[Document, FileFindings] | None:
        """A document with its findings, as long as these are about the text that the editor has."""
        found = await self.analysed(uri)
        mine = found[1].findings.get(found[0].path) if found is not None else None
        if found is None or mine is None or mine.source.text != found[0].source.text:
            return None
        return found[0], mine

    async def code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about the findings of a range."""
        uri, only = params.text_document.uri, params.context.only
        found = await self.findings(uri)
        if found is None:
            return []
        document, findings = found
        place = self.cells.range(document, uri, params.range)
        offered = list(self.actions.of_range(document, findings, place, only))
        for action in offered:
            action.edit = self.cells.edit(action.edit) if action.edit is not None else None
        is_fixable = any(one.fix is not None and one.fix.applicability.value == "safe" for one in findings.diagnostics)
        if is_fixable and not document.is_notebook and wants_fix_all(only):
            offered.append(await self._fix_all(document, only))
        return offered

    async def _fix_all(self, document: Document, only: Sequence[str] | None) -> types.CodeAction:
        """The action for all safe fixes; worked out later where the editor only lists what there is."""
        if only is None and self._resolves_edits:
            return self.actions.fix_all(document, None)
        return self.actions.fix_all(document, await self.session.fixed(document))

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """Fill in the edit of an action that was only listed."""
        uri = action.data.get("uri") if isinstance(action.data, dict) else None
        document = self.session.documents.get(uri) if isinstance(uri, str) else None
        if action.kind == FIX_ALL and document is not None:
            action.edit = self.actions.replacement(document, await self.session.fixed(document))
        return action

    async def explain(self, code: str) -> str:
        """Show the page of a rule; its text is the answer."""
        rules = {rule.code: rule for project in self.session for rule in _rules(project)}
        rule = rules.get(code)
        if rule is None:
            return ""
        window = self.client_capabilities.window
        if window is not None and window.show_document is not None and window.show_document.support:
            with contextlib.suppress(Exception):  # an editor that cannot show it is no reason to fail
                await self.window_show_document_async(types.ShowDocumentParams(uri=rule_url(rule.name), external=True))
        return rule_page(type(rule))

    # --- what the client can do -----------------------------------------------------------------------

    @property
    def _resolves_edits(self) -> bool:
        documents = self.client_capabilities.text_document
        actions = documents.code_action if documents is not None else None
        resolves = actions.resolve_support if actions is not None else None
        return resolves is not None and "edit" in resolves.properties

    @property
    def _refreshes_hints(self) -> bool:
        workspace = self.client_capabilities.workspace
        hints = workspace.inlay_hint if workspace is not None else None
        return hints is not None and bool(hints.refresh_support)

    @property
    def watches_on_request(self) -> bool:
        """Whether the client watches the files that it is asked to."""
        workspace = self.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace is not None else None
        return watched is not None and bool(watched.dynamic_registration)


def _rules(project: OpenProject) -> Sequence[Rule]:
    return project.snapshot.rules if project.snapshot is not None else ()


def create_server() -> RedlintServer:
    """A server that knows all requests."""
    from redlint.lsp.features import register

    server = RedlintServer()
    register(server)
    return server
