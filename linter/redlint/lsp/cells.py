"""The open notebooks, and the way between their cells and the text that is analysed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from redlint.lsp.documents import Document, Documents, path_of
from redlint.lsp.notebooks import Cell, Notebook


class CellMap:
    """The notebooks of one client. Their texts are open documents under the URI of the notebook."""

    def __init__(self, documents: Documents, cells: Documents) -> None:
        """``documents`` are what is analysed, ``cells`` keeps the text of each cell."""
        self._documents = documents
        self._cells = cells
        self._notebooks: dict[str, Notebook] = {}
        self._order: dict[str, list[str]] = {}

    # --- keeping up -----------------------------------------------------------------------------------

    def open(self, params: types.DidOpenNotebookDocumentParams) -> Document:
        """Take in a notebook that was opened."""
        notebook = params.notebook_document
        for text in params.cell_text_documents:
            self._cells.open(text.uri, text.text, text.version)
        self._order[notebook.uri] = [one.document for one in notebook.cells if one.kind is types.NotebookCellKind.Code]
        return self._put_together(notebook.uri, notebook.version)

    def change(self, params: types.DidChangeNotebookDocumentParams) -> Document | None:
        """Apply edits of an open notebook."""
        uri = params.notebook_document.uri
        if uri not in self._order:
            return None
        changes = params.change.cells
        if changes is not None and changes.structure is not None:
            self._restructure(uri, changes.structure)
        for content in changes.text_content or () if changes is not None else ():
            self._cells.change(content.document.uri, content.changes, content.document.version)
        return self._put_together(uri, params.notebook_document.version)

    def _restructure(self, uri: str, structure: types.NotebookDocumentCellChangeStructure) -> None:
        for text in structure.did_open or ():
            self._cells.open(text.uri, text.text, text.version)
        for closed in structure.did_close or ():
            self._cells.close(closed.uri)
        array, order = structure.array, self._order[uri]
        order[array.start : array.start + array.delete_count] = [one.document for one in array.cells or ()]

    def close(self, params: types.DidCloseNotebookDocumentParams) -> Document | None:
        """Forget a notebook."""
        uri = params.notebook_document.uri
        for cell in params.cell_text_documents:
            self._cells.close(cell.uri)
        self._order.pop(uri, None)
        self._notebooks.pop(uri, None)
        return self._documents.close(uri)

    def _put_together(self, uri: str, version: int) -> Document:
        opened = [found for one in self._order[uri] if (found := self._cells.get(one)) is not None]
        notebook = Notebook.of(uri, (Cell(one.uri, one.source.text, one.version) for one in opened))
        self._notebooks[uri] = notebook
        return self._documents.open(uri, notebook.text, version)

    # --- there and back -------------------------------------------------------------------------------

    def document(self, uri: str) -> Document | None:
        """The document of a URI; of a cell, its whole notebook."""
        found = self._documents.get(uri)
        if found is not None:
            return found
        return next((self._documents.get(one) for one, order in self._order.items() if uri in order), None)

    def position(self, document: Document, uri: str, position: types.Position) -> types.Position:
        """A position in a document or cell, in the text that is analysed."""
        notebook = self._notebooks.get(document.uri)
        whole = notebook.whole(uri, position) if notebook is not None else None
        return whole if whole is not None else position

    def range(self, document: Document, uri: str, place: types.Range) -> types.Range:
        """A range in a document or cell, in the text that is analysed."""
        return types.Range(self.position(document, uri, place.start), self.position(document, uri, place.end))

    def placed(self, uri: str, place: types.Range) -> types.Location:
        """Where a range of an analysed text stands for the editor."""
        notebook = self._notebooks.get(uri)
        split = notebook.split(place) if notebook is not None else None
        return types.Location(uri, place) if split is None else types.Location(split[0].uri, split[1])

    def by_uri(
        self, uri: str, document: Document | None, items: Sequence[types.Diagnostic]
    ) -> Iterator[tuple[str, list[types.Diagnostic]]]:
        """Diagnostics by the URI that the editor shows them under: those of a notebook by cell."""
        notebook = self._notebooks.get(uri) if document is not None else None
        if notebook is None:
            yield uri, list(items)
            return
        found: dict[str, list[types.Diagnostic]] = {cell.uri: [] for cell in notebook.cells}
        for item in items:
            place = self.placed(uri, item.range)
            item.range = place.range
            found[place.uri].append(item)
        yield from found.items()

    def version(self, uri: str) -> int | None:
        """The version of a cell."""
        cell = self._cells.get(uri)
        return cell.version if cell is not None else None

    def path_of(self, uri: str) -> str | None:
        """The path that a document or cell is analysed as."""
        document = self.document(uri)
        return document.path if document is not None else path_of(uri)

    def edit(self, edit: types.WorkspaceEdit) -> types.WorkspaceEdit:
        """An edit of an analysed text as one of the documents that the editor has."""
        changes: dict[str, types.TextDocumentEdit] = {}
        for one in edit.document_changes or ():
            if not isinstance(one, types.TextDocumentEdit) or one.text_document.uri not in self._notebooks:
                return edit
            for change in one.edits:
                place = self.placed(one.text_document.uri, change.range)
                identifier = types.OptionalVersionedTextDocumentIdentifier(place.uri, self.version(place.uri))
                cell = changes.setdefault(place.uri, types.TextDocumentEdit(identifier, []))
                change.range = place.range
                cell.edits = [*cell.edits, change]
        return types.WorkspaceEdit(document_changes=list(changes.values()))
