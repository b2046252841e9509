"""The protocol of pygls without its own copies of documents.

pygls takes form feeds and other separators for ends of lines, as editors do not, and corrects the positions of edits by
that before we see them. :mod:`redlint.lsp.documents` keeps the texts instead.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method

_Steps = Generator[tuple[Callable[..., object], tuple[object, ...], None], object, None]


class RedlintProtocol(LanguageServerProtocol):
    """Hands edits over as they come."""

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> _Steps:
        """An open document was edited."""
        yield from self._handed_over(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(self, params: types.DidChangeNotebookDocumentParams) -> _Steps:
        """An open notebook was edited."""
        yield from self._handed_over(types.NOTEBOOK_DOCUMENT_DID_CHANGE, params)

    def _handed_over(self, method: str, params: object) -> _Steps:
        handler = self.fm.features.get(method)
        if handler is not None:
            yield handler, (params,), None
