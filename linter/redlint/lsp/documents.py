"""What is open in the editor: the text of each document, and under which path it is analysed."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from redlint.config import absolute_path
from redlint.discover import shown_path
from redlint.lsp.positions import Positions
from redlint.source import SourceText

NOTEBOOK_SUFFIX: Final = ".ipynb"


@dataclass(frozen=True, slots=True)
class Document:
    """One version of an open document. ``path`` is what it is analysed as, ``number`` counts all changes of it."""

    uri: str
    path: str
    source: SourceText
    version: int | None
    number: int

    @property
    def is_file(self) -> bool:
        """Whether it has a place on disk, or will have when it is saved."""
        return path_of(self.uri) is not None

    @property
    def is_notebook(self) -> bool:
        """Whether it is the code of a notebook."""
        return self.path.endswith(NOTEBOOK_SUFFIX)

    @property
    def content(self) -> bytes:
        """The bytes that the document would be saved as."""
        return encoded(self.source.text)


class Documents:
    """The open documents by URI.

    pygls keeps texts as well, but takes form feeds and other separators for ends of lines, which editors do not.
    """

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._open: dict[str, Document] = {}
        self._changes = 0

    def get(self, uri: str) -> Document | None:
        """The document of a URI, if it is open."""
        return self._open.get(uri)

    def at(self, path: str) -> Document | None:
        """The open document of a path."""
        return next((one for one in self._open.values() if one.path == path), None)

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self._open.values()))

    def open(self, uri: str, text: str, version: int | None) -> Document:
        """Take in a document that was opened."""
        return self._put(uri, text, version)

    def change(
        self, uri: str, changes: Iterable[types.TextDocumentContentChangeEvent], version: int | None
    ) -> Document | None:
        """Apply edits of an open document."""
        document = self._open.get(uri)
        if document is None:
            return None
        source = document.source
        for change in changes:
            text = change.text
            if isinstance(change, types.TextDocumentContentChangePartial):
                span = self._positions.span(source, change.range)
                text = source.text[: span.start] + text + source.text[span.end :]
            source = SourceText(source.path, text)
        return self._put(uri, source.text, version)

    def close(self, uri: str) -> Document | None:
        """Forget a document."""
        return self._open.pop(uri, None)

    def _put(self, uri: str, text: str, version: int | None) -> Document:
        self._changes += 1
        path = path_of(uri) or uri
        document = Document(uri, path, SourceText(path, text), version, self._changes)
        self._open[uri] = document
        return document


def path_of(uri: str) -> str | None:
    """The path of a file as redlint reports it; ``None`` for what is not a file."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return shown_path(path) if path else None


def is_path(path: str) -> bool:
    """Whether a document is analysed under a path; those that are nowhere on disk have their URI instead."""
    return "://" not in path and not path.startswith("untitled:")


def uri_of(path: str) -> str:
    """The URI of a path that redlint reports; what is not a path is a URI already."""
    if not is_path(path):
        return path
    return from_fs_path(absolute_path(path)) or path


def encoded(text: str) -> bytes:
    """The bytes of a text in the encoding that it declares, so that they decode to it again."""
    plain = text.encode("utf-8", "surrogatepass")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(plain).readline)
        content = text.encode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        return plain
    return plain if encoding == "utf-8-sig" else content
