"""Findings of an earlier run that still hold, file by file.

What the rules find in a file depends on the facts of that file, on those of all files that it is linked with, and on
the settings. As long as these files are what they were, and the others still stand apart (see
:class:`redlint.model.surroundings.Bystanders`), the findings hold. Files that stand apart are linted alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import msgspec

from redlint.diagnostic import Diagnostic
from redlint.errors import UnreadableSourceError
from redlint.lint import LintedFiles, ProjectResult
from redlint.model.assembly import FileShape
from redlint.model.files import ProjectFiles
from redlint.model.surroundings import Bystanders, Surroundings
from redlint.remembered import digest
from redlint.source import SourceText

Read = Callable[[str], bytes]
"""Gives the bytes of a file, or of the reason why there are none."""


class LinkedProject(msgspec.Struct, frozen=True):
    """A project that was linked, and what the rules found in it.

    ``digests`` are those of the contents of all its files, by path. Files ``not_kept`` have findings that depend on how
    they were named. ``shapes`` are those of the files with findings.
    """

    digests: dict[str, bytes]
    surroundings: Surroundings
    findings: tuple[Diagnostic, ...]
    shapes: dict[str, FileShape]
    not_kept: frozenset[str]

    @classmethod
    def of(
        cls, result: ProjectResult, surroundings: Surroundings, files: ProjectFiles, digests: Mapping[str, bytes]
    ) -> LinkedProject:
        """What to keep of a result for all files of a project."""
        not_kept = files.explicit - surroundings.inside
        findings = tuple(one for one in result.diagnostics if one.path in digests and one.path not in not_kept)
        shapes = {path: result.files.shape(path) for path in sorted({one.path for one in findings})}
        return cls(dict(digests), surroundings, findings, shapes, not_kept)

    def known(self, digests: Mapping[str, bytes], files: ProjectFiles, read: Read) -> KnownFindings | None:
        """What still holds of the findings in the files to lint; ``None`` where the project has to be linked."""
        if self.digests.keys() != digests.keys():
            return None  # imports may mean other files
        changed = [path for path, one in sorted(digests.items()) if self.digests[path] != one]
        if not self.surroundings.inside.isdisjoint(changed):
            return None
        bystanders = Bystanders(self.surroundings, digests)
        if not all(bystanders.stands_apart(path, read(path)) for path in changed):
            return None
        named = files.explicit - self.surroundings.inside
        lint = frozenset(files.lint)
        anew = lint & named.union(changed, self.not_kept)
        kept = tuple(one for one in self.findings if one.path in lint - anew)
        sources = _sources(kept, digests, read)
        return None if sources is None else KnownFindings(tuple(sorted(anew)), kept, sources, self.shapes)


def _sources(
    findings: Collection[Diagnostic], digests: Mapping[str, bytes], read: Read
) -> dict[str, SourceText] | None:
    """The texts of all files that findings name; ``None`` where one has just changed."""
    sources: dict[str, SourceText] = {}
    for path in {place for one in findings for place in (one.path, *(related.path for related in one.related))}:
        content = read(path)
        if digest(content) != digests.get(path):
            return None
        try:
            sources[path] = SourceText.decode(path, content)
        except UnreadableSourceError:
            continue
    return sources


class KnownFindings:
    """Findings that still hold. The files ``anew`` have to be linted, alone."""

    def __init__(
        self,
        anew: tuple[str, ...],
        findings: tuple[Diagnostic, ...],
        sources: Mapping[str, SourceText],
        shapes: Mapping[str, FileShape],
    ) -> None:
        self.anew = anew
        self._findings = findings
        self._sources = sources
        self._shapes = shapes

    def with_those_of(self, alone: ProjectResult, checked: int) -> ProjectResult:
        """The findings of all ``checked`` files: those that are known, and those of the files linted alone."""
        found = sorted((*self._findings, *alone.diagnostics), key=Diagnostic.sort_key)
        files = _KnownFiles(self._sources, self._shapes, alone.files)
        return replace(alone, diagnostics=tuple(found), files=files, checked=checked)


class _KnownFiles:
    """What reports need to know of files with findings that are known, and of those that were linted."""

    def __init__(self, sources: Mapping[str, SourceText], shapes: Mapping[str, FileShape], linted: LintedFiles) -> None:
        self.sources: Mapping[str, SourceText] = {**linted.sources, **sources}
        self._shapes = shapes
        self._linted = linted

    def shape(self, path: str) -> FileShape:
        """What is worth knowing of a file besides its text."""
        return self._shapes.get(path) or self._linted.shape(path)
