"""One file, read into facts; and keeping the facts of files from one linking to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from redlint.diagnostic import Span
from redlint.errors import SourceSyntaxError, UnreadableSourceError
from redlint.model.collect import collect, is_dangerous
from redlint.model.facts import ModuleFacts
from redlint.model.index import ModuleIndex
from redlint.source import SourceText

if TYPE_CHECKING:
    from redlint.model.collect.editing import EditedTexts


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that could not be read (``unreadable``) or parsed (``syntax``); ``span`` is where the parser stopped."""

    path: str
    kind: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class CollectedFile:
    """What became of a file: its facts, or the problem with it. ``source`` is its text, where that can be had."""

    source: SourceText | None
    module: ModuleIndex | None
    problem: FileProblem | None


Collect = Callable[[str], ModuleFacts]
"""Gives the facts of a source text; raises :class:`SourceSyntaxError` where it does not parse."""


Prepare = Callable[[Iterable[str]], None]


def _nothing(texts: Iterable[str]) -> None:
    """Prepare nothing: each text is collected when it is asked for."""


class KeptFiles:
    """Collected files by path; each stays until the file has another content.

    Parsing is most of the work of linking, so a language server hands the same object to one linking after
    the other.
    """

    def __init__(self, collect: Collect = collect, prepare: Prepare = _nothing) -> None:
        """``collect`` gives the facts of a source text: parses it, or knows them from an earlier run.

        ``prepare`` is told of texts that ``collect`` will be asked for.
        """
        self._collect = collect
        self._prepare = prepare
        self._files: dict[str, tuple[bytes, CollectedFile]] = {}
        self._edited: EditedTexts | None = None

    def prepare(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Say which contents at which paths will be asked for, so that they can be collected at once."""
        fresh = [(path, content) for path, content in files if path not in self._files]
        self._prepare(text for path, content in fresh if (text := decoded(path, content)) is not None)

    def collected(self, path: str, content: bytes) -> CollectedFile:
        """The facts of a content at a path, collected if they are not there yet."""
        kept = self._files.get(path)
        if kept is not None and kept[0] == content:
            return kept[1]
        found = collect_file(path, content, self._collect)
        self._files[path] = (content, found)
        return found

    def edited(self, path: str, content: bytes) -> CollectedFile:
        """The facts of a file that is being edited: what did not change since its last version is not parsed again."""
        if self._edited is None:
            from redlint.model.collect.editing import EditedTexts

            self._edited = EditedTexts()
        kept = self._files.get(path)
        if kept is not None and kept[0] == content and path in self._edited:
            return kept[1]
        text = decoded(path, content)
        if text is not None and is_dangerous(text):
            return self.collected(path, content)
        found = collect_file(path, content, partial(self._edited.collect, path))
        self._files[path] = (content, found)
        return found

    def keep_only(self, paths: frozenset[str]) -> None:
        """Forget files that are not among ``paths``."""
        for path in self._files.keys() - paths:
            del self._files[path]


def decoded(path: str, content: bytes) -> str | None:
    """The source text of a file; ``None`` where it cannot be had."""
    try:
        return SourceText.decode(path, content).text
    except UnreadableSourceError:
        return None


def collect_file(path: str, content: bytes, collect: Collect = collect) -> CollectedFile:
    """Decode and parse one file."""
    try:
        source = SourceText.decode(path, content)
    except UnreadableSourceError as error:
        return CollectedFile(None, None, FileProblem(path, "unreadable", str(error), Span(0, 0)))
    try:
        facts = collect(source.text)
    except SourceSyntaxError as error:
        place = Span(error.offset, error.offset)
        return CollectedFile(source, None, FileProblem(path, "syntax", error.message, place))
    except RecursionError:
        return CollectedFile(source, None, FileProblem(path, "unreadable", "nested too deeply to analyse", Span(0, 0)))
    except UnreadableSourceError as error:
        return CollectedFile(source, None, FileProblem(path, "unreadable", str(error), Span(0, 0)))
    return CollectedFile(source, ModuleIndex(path, source, facts), None)
