"""The state of one connection: what is open, which projects there are, and when they are analysed.

Everything here runs in the thread of the protocol; :mod:`redlint.lsp.worker` has its own, and hands snapshots over.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from lsprotocol import types

from redlint.errors import RedlintError
from redlint.lsp.documents import Document, Documents, path_of, uri_of
from redlint.lsp.fixing import fixed_text
from redlint.lsp.positions import Positions
from redlint.lsp.projects import ProjectAnalysis, Scope, Snapshot
from redlint.lsp.settings import ServerSettings
from redlint.lsp.worker import Urgency, Worker

Answer = TypeVar("Answer")


@dataclass(eq=False)
class OpenProject:
    """A project as the protocol's thread sees it; ``analysis`` belongs to the worker."""

    scope: Scope
    analysis: ProjectAnalysis
    snapshot: Snapshot | None = None
    failed: bool = False
    linking: bool = False
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    project: OpenProject
    document: Document
    ready: asyncio.Future[Snapshot | None]


class Listener:
    """Who is told of what happens; the methods are called in the thread of the protocol."""

    def updated(self, project: OpenProject) -> None:
        """A project has a new snapshot."""

    def linking(self, project: OpenProject, *, first: bool) -> None:
        """A project is about to be linked."""

    def problem(self, message: str) -> None:
        """The user has to do something: settings are wrong, say."""

    def crashed(self, traceback: str) -> None:
        """An analysis broke."""


class Session:
    """The documents and projects of one client."""

    def __init__(self, listener: Listener, positions: Positions, settings: ServerSettings) -> None:
        self.settings = settings
        self.positions = positions
        self.documents = Documents(positions)
        self.changed = asyncio.Event()
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._projects: list[OpenProject] = []
        self._waiters: list[_Waiter] = []
        self._worker = Worker(lambda text: self._tell(self._crashed, text))

    def close(self) -> None:
        """Stop all work."""
        for project in self._projects:
            _cancel(project)
        for waiter in self._waiters:
            waiter.ready.cancel()
        self._worker.stop()

    # --- projects -------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[OpenProject]:
        return iter(tuple(self._projects))

    def add_folder(self, uri: str) -> None:
        """Take a folder of the workspace in."""
        path = path_of(uri)
        if path is not None and all(one.scope.path != path for one in self._projects):
            self._add(Scope(path, is_folder=True))

    def remove_folder(self, uri: str) -> OpenProject | None:
        """Leave a folder out; documents in it are analysed by themselves from now on."""
        path = path_of(uri)
        project = next((one for one in self._projects if one.scope.is_folder and one.scope.path == path), None)
        if project is not None:
            self._remove(project)
            for document in self.documents:
                self.opened(document)
        return project

    def _add(self, scope: Scope) -> OpenProject:
        project = OpenProject(scope, ProjectAnalysis(scope, self._worker.checkpoint))
        self._projects.append(project)
        self.link(project)
        return project

    def _remove(self, project: OpenProject) -> None:
        _cancel(project)
        self._projects.remove(project)
        self._worker.withdraw((id(project), "link"))
        self._worker.withdraw((id(project), "settle"))

    def owner(self, path: str) -> OpenProject | None:
        """The project that a path is reported in: the innermost folder that holds it."""
        found = [one for one in self._projects if one.scope.contains(path)]
        return max(found, key=lambda one: (not one.scope.is_folder, len(one.scope.path)), default=None)

    def uri_of(self, path: str) -> str:
        """The URI of a path, as the editor writes it where it is open."""
        document = self.documents.at(path)
        return document.uri if document is not None else uri_of(path)

    # --- documents ------------------------------------------------------------------------------------

    def opened(self, document: Document) -> None:
        """A document was opened."""
        project = self.owner(document.path)
        if project is None:
            self._add(Scope(document.path, is_folder=False, is_file=document.is_file))
        elif project.snapshot is not None and document.path not in project.snapshot.linted:
            self.link(project)
        else:
            self._submit_edit(project, document)

    def edited(self, document: Document) -> None:
        """A document was changed: it is looked at when no further edit comes for a moment."""
        project = self.owner(document.path)
        if project is None:
            return
        _cancel(project, document.path, "settle")
        delay = self.settings.debounce / 1000
        project.timers[document.path] = self._loop.call_later(delay, self._submit_edit, project, document)

    def closed(self, document: Document) -> None:
        """A document was closed: what is on disk counts again."""
        project = self.owner(document.path)
        if project is None:
            return
        _cancel(project, document.path)
        if project.scope.is_folder:
            self.link(project)
        else:
            self._remove(project)

    def link(self, project: OpenProject) -> None:
        """Read the settings and files of a project again and link it."""
        first = project.snapshot is None
        project.linking = True
        self._listener.linking(project, first=first)
        config_file = self.settings.config

        def work() -> None:
            documents = tuple(self.documents)
            try:
                snapshot = project.analysis.link(documents, config_file)
            except RedlintError as error:
                self._tell(self._refused, project, str(error))
                return
            self._tell(self._linked, project, snapshot, documents)
            _tidy(first=first)

        urgency = Urgency.FIRST_LINK if first else Urgency.LINK
        self._worker.submit((id(project), "link"), urgency, work)

    def link_all(self) -> None:
        """Link all projects again."""
        for project in self:
            self.link(project)

    def _submit_edit(self, project: OpenProject, document: Document) -> None:
        _cancel(project, document.path)

        def work() -> None:
            self._tell(self._update, project, project.analysis.edit(document))

        self._worker.submit((id(project), document.path), Urgency.EDIT, work)
        delay = (self.settings.settle + self.settings.debounce) / 1000
        _cancel(project, "settle")
        project.timers["settle"] = self._loop.call_later(delay, self._submit_settle, project)

    def _submit_settle(self, project: OpenProject) -> None:
        def work() -> None:
            self._tell(self._update, project, project.analysis.settle(self.documents))
            _tidy(first=False)

        self._worker.submit((id(project), "settle"), Urgency.SETTLE, work)

    # --- waiting --------------------------------------------------------------------------------------

    async def current(self, document: Document) -> Snapshot | None:
        """What is known of the project of a document, as soon as this version of the document is in it."""
        project = self.owner(document.path)
        if project is None or _is_settled(project, document):
            return project.snapshot if project is not None else None
        if document.path in project.timers:
            self._submit_edit(project, document)
        waiter = _Waiter(project, document, self._loop.create_future())
        self._waiters.append(waiter)
        try:
            return await waiter.ready
        finally:
            self._waiters.remove(waiter)

    async def fixed(self, document: Document) -> str:
        """A document with all safe fixes."""
        project = self.owner(document.path)
        await self.current(document)
        if project is None or project.snapshot is None:
            return document.source.text
        ready: asyncio.Future[str] = self._loop.create_future()

        def work() -> None:
            text = document.source.text
            try:
                text = fixed_text(project.analysis, document)
            finally:
                self._tell(_resolve, ready, text)

        self._worker.submit((id(project), "fix", document.number), Urgency.EDIT, work)
        return await ready

    async def linked(self) -> None:
        """Wait until every project was linked, or could not be."""
        while any(one.snapshot is None and (one.linking or not one.failed) for one in self._projects):
            await self.next_change()

    async def next_change(self) -> None:
        """Wait until something is known anew."""
        self.changed.clear()
        await self.changed.wait()

    # --- from the worker ------------------------------------------------------------------------------

    def _tell(self, receive: Callable[..., None], *what: object) -> None:
        """Have something done in the thread of the protocol; too late is no error."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(receive, *what)

    def _linked(self, project: OpenProject, snapshot: Snapshot, documents: tuple[Document, ...]) -> None:
        project.linking = False
        seen = frozenset(one.uri for one in documents)
        mine = [one for one in self.documents if self.owner(one.path) is project]
        if any(one.uri not in seen and one.path not in snapshot.linted for one in mine):
            self.link(project)
        self._update(project, snapshot)
        for document in mine:
            if not _is_settled(project, document) and document.path not in project.timers:
                self._submit_edit(project, document)

    def _update(self, project: OpenProject, snapshot: Snapshot | None) -> None:
        if snapshot is not None and project in self._projects:
            project.snapshot = snapshot
            project.failed = False
            self._listener.updated(project)
        self._wake(one for one in self._waiters if one.project is project and _is_settled(project, one.document))

    def _refused(self, project: OpenProject, message: str) -> None:
        project.failed, project.linking = True, False
        self._listener.problem(message)
        self._wake(one for one in self._waiters if one.project is project)

    def _crashed(self, traceback: str) -> None:
        for project in self._projects:
            project.failed, project.linking = True, False
        self._listener.crashed(traceback)
        self._wake(self._waiters)

    def _wake(self, waiters: Iterable[_Waiter]) -> None:
        for waiter in tuple(waiters):
            _resolve(waiter.ready, waiter.project.snapshot)
        self.changed.set()


def _resolve(future: asyncio.Future[Answer], value: Answer) -> None:
    if not future.done():
        future.set_result(value)


def _tidy(*, first: bool) -> None:
    """Look for garbage while nobody waits, and never again among what the first linking has made."""
    gc.collect()
    if first:
        gc.freeze()


def _cancel(project: OpenProject, *names: str) -> None:
    """Stop timers; all of them where none is named."""
    for name in names or tuple(project.timers):
        timer = project.timers.pop(name, None)
        if timer is not None:
            timer.cancel()


def _is_settled(project: OpenProject, document: Document) -> bool:
    """Whether what is known of a project is about this version of a document, or will never be."""
    snapshot = project.snapshot
    if snapshot is None:
        return project.failed and not project.linking
    if document.path not in snapshot.linted:
        return not project.linking
    found = snapshot.findings.get(document.path)
    return found is not None and found.number is not None and found.number >= document.number


def folder_uris(params: types.InitializeParams) -> list[str]:
    """The folders that an editor opens with; older ones know a single root."""
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    return [params.root_uri] if params.root_uri else []
