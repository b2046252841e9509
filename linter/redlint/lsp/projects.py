"""One project, kept linked while its files are edited. All of this runs in the worker's thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from redlint.baseline import Baseline, compare, read_baseline
from redlint.collecting import Collector
from redlint.config import Config, absolute_path
from redlint.diagnostic import Diagnostic
from redlint.discover import SUFFIXES, shown_path
from redlint.job import STANDARD_INPUT, Job, Request, prepare
from redlint.lint import ProjectResult, RuleFailure, check_model
from redlint.lsp.contents import DiskContents
from redlint.lsp.documents import Document, is_path
from redlint.model.collected import FileProblem, KeptFiles
from redlint.model.files import ProjectFiles
from redlint.model.project import ProjectModel
from redlint.model.relink import LiveProject
from redlint.rule import Rule
from redlint.source import SourceText


@dataclass(frozen=True, slots=True)
class Scope:
    """What is analysed together: a folder of the workspace, or a file outside of all of them and its project."""

    path: str
    is_folder: bool
    is_file: bool = True

    def request(self, config_file: str | None) -> Request:
        """What the command line would be asked."""
        if self.is_folder:
            return Request(paths=(self.path,), config_file=config_file)
        name = self.path if self.is_file else None
        return Request(paths=(STANDARD_INPUT,), stdin_filename=name, config_file=config_file)

    def contains(self, path: str) -> bool:
        """Whether a path belongs to it."""
        if not self.is_folder:
            return path == self.path
        return is_path(path) and Path(absolute_path(self.path)) in Path(absolute_path(path)).parents


@dataclass(frozen=True, slots=True, eq=False)
class FileFindings:
    """What was found in one version of a file; ``result`` knows the places. ``number`` is that of the document."""

    source: SourceText
    diagnostics: tuple[Diagnostic, ...]
    result: ProjectResult
    number: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All that is known of a project at one moment; requests read it while the next one is made."""

    config: Config
    rules: tuple[Rule, ...]
    model: ProjectModel
    findings: Mapping[str, FileFindings]
    linted: frozenset[str]
    result: ProjectResult
    failures: tuple[RuleFailure, ...] = ()


@dataclass(slots=True)
class _Ready:
    """What there is after a project was linked."""

    job: Job
    rules: tuple[Rule, ...]
    files: ProjectFiles
    live: LiveProject
    baseline: Baseline | None
    good: dict[str, bytes] = field(default_factory=dict)

    def counting(self, result: ProjectResult, linted: Sequence[str]) -> ProjectResult:
        """A result without the findings that the baseline holds."""
        return result if self.baseline is None else compare(result, self.baseline, linted).result


class ProjectAnalysis:
    """Keeps one project linked."""

    def __init__(self, scope: Scope, checkpoint: Callable[[], None]) -> None:
        self._scope = scope
        self._checkpoint = checkpoint
        self._kept = KeptFiles(Collector(1))
        self._disk = DiskContents()
        self._ready: _Ready | None = None
        self._snapshot: Snapshot | None = None

    @property
    def snapshot(self) -> Snapshot | None:
        """What is known now."""
        return self._snapshot

    # --- the whole project ----------------------------------------------------------------------------

    def link(self, documents: Iterable[Document], config_file: str | None) -> Snapshot:
        """Read settings and files again and link everything. Raises :class:`RedlintError` for wrong settings."""
        documents = tuple(documents)
        job = prepare(self._scope.request(config_file), lambda: b"")
        rules = job.rules()
        files = self._files(job, documents)
        live = LiveProject(files, job.config.model_settings(), self._kept, checkpoint=self._checkpoint)
        model = live.link()
        self._kept.keep_only(frozenset({*files.lint, *files.context}))
        return self._finished(_Ready(job, rules, files, live, _baseline(job)), model, documents)

    def settle(self, documents: Iterable[Document]) -> Snapshot | None:
        """Link everything again with the settings and files that are known."""
        ready = self._ready
        if ready is None:
            return None
        documents = tuple(documents)
        files = self._files(ready.job, documents)
        live = LiveProject(files, ready.job.config.model_settings(), self._kept, checkpoint=self._checkpoint)
        model = live.link(ready.live)
        return self._finished(replace(ready, files=files, live=live), model, documents)

    def _files(self, job: Job, documents: tuple[Document, ...]) -> ProjectFiles:
        lint = dict.fromkeys(job.files.lint if self._scope.is_file else (self._scope.path,))
        opened = {one.path: one for one in documents if one.path in lint or self._is_new(job, one)}
        lint.update(dict.fromkeys(opened))
        context = tuple(path for path in job.files.context if path not in lint)
        overlay = self._disk.of(path for path in (*lint, *context) if path not in opened)
        overlay.update((path, self._linkable(document)) for path, document in opened.items())
        named = frozenset(path for path in opened if not path.endswith(SUFFIXES))
        return ProjectFiles(tuple(sorted(lint)), context, job.files.explicit | named, overlay)

    def _is_new(self, job: Job, document: Document) -> bool:
        """Whether an open document will be a file of the project as soon as it is saved."""
        path = Path(absolute_path(document.path))
        if not self._scope.is_folder or not document.is_file or not self._scope.contains(document.path):
            return False
        if document.is_notebook:
            return True
        if not document.path.endswith(SUFFIXES) or path.exists():
            return False
        above = [one for one in path.parents if self._scope.contains(str(one))]
        config = job.config
        return not config.is_excluded(str(path)) and not any(
            config.is_excluded(str(one), directory=True) for one in above
        )

    def _linkable(self, document: Document) -> bytes:
        """What the other files see of a document: while it does not parse, its last version that did."""
        content, ready = document.content, self._ready
        if ready is None or document.path not in ready.live.known:
            return content
        if self._kept.collected(document.path, content).problem is None:
            ready.good[document.path] = content
            return content
        return ready.good.get(document.path, content)

    def _finished(self, ready: _Ready, model: ProjectModel, documents: tuple[Document, ...]) -> Snapshot:
        job = ready.job
        result = check_model(
            model, ready.files, job.config, ready.rules, problems=job.problems, progress=self._progress
        )
        result = ready.counting(result, ready.files.lint)
        findings: dict[str, list[Diagnostic]] = {one.path: [] for one in documents if one.path in ready.files.lint}
        for diagnostic in result.diagnostics:
            findings.setdefault(diagnostic.path, []).append(diagnostic)
        files = {path: FileFindings(result.source(path), tuple(found), result) for path, found in findings.items()}
        before = self._ready
        if before is not None:
            ready.good.update(before.good)
            before.live.close()
        self._ready = ready
        self._snapshot = Snapshot(
            config=ready.job.config,
            rules=ready.rules,
            model=model,
            findings=MappingProxyType(files),
            linted=frozenset(ready.files.lint),
            result=result,
            failures=result.failures,
        )
        for document in documents:
            self._mark(document, model)
        return self._snapshot

    def _progress(self, phase: str, done: int, total: int) -> None:
        self._checkpoint()

    def _mark(self, document: Document, model: ProjectModel) -> None:
        """Note which version of a document the findings are about; one that does not parse is looked at by itself."""
        snapshot, ready = self._snapshot, self._ready
        assert snapshot is not None and ready is not None
        found = snapshot.findings.get(document.path)
        if found is None:
            return
        if ready.files.overlay.get(document.path) != document.content:
            self._replace(self._broken(document, ready, model), document)
            return
        if document.path in model.modules:
            ready.good[document.path] = document.content
            source = found.source
        else:
            source = document.source
        self._replace(replace(found, source=source), document)

    # --- one file -------------------------------------------------------------------------------------

    def edit(self, document: Document) -> Snapshot | None:
        """Look at a document again that was edited; the rest of the project is as it was."""
        ready, snapshot = self._ready, self._snapshot
        if ready is None or snapshot is None or document.path not in snapshot.linted:
            return snapshot
        content = document.content
        # Parses what was just opened as well, so that the first edit need not.
        is_looked_at = document.path in ready.live.known or document.path in ready.files.explicit
        collected = self._kept.edited(document.path, content) if is_looked_at else None
        found = snapshot.findings.get(document.path)
        if found is not None and found.source.text == document.source.text:
            return self._replace(found, document)
        module = snapshot.model.modules.get(document.path)
        if found is None and module is not None and module.source.text == document.source.text:
            return self._replace(FileFindings(module.source, (), snapshot.result), document)
        if collected is not None and collected.problem is not None:
            return self._replace(self._broken(document, ready, snapshot.model), document)
        model = ready.live.relink(document.path, content)
        if model is None:
            nothing = ProjectResult((), snapshot.model, (), 0)
            return self._replace(FileFindings(document.source, (), nothing), document)
        ready.good[document.path] = content
        result = check_model(model, ready.files, ready.job.config, ready.rules, only=document.path)
        result = ready.counting(result, (document.path,))
        self._snapshot = replace(snapshot, model=model, failures=(*snapshot.failures, *result.failures))
        source = model.modules[document.path].source
        mine = tuple(one for one in result.diagnostics if one.path == document.path)
        return self._replace(FileFindings(source, mine, result), document)

    def _broken(self, document: Document, ready: _Ready, model: ProjectModel) -> FileFindings:
        """What there is to say about a document that does not parse."""
        collected = self._kept.collected(document.path, document.content)
        problems: tuple[FileProblem, ...] = () if collected.problem is None else (collected.problem,)
        alone = replace(model, modules={}, patterns=(), problems=problems, sources={document.path: document.source})
        result = check_model(alone, ready.files, ready.job.config, ready.rules, only=document.path)
        return FileFindings(document.source, result.diagnostics, result)

    def _replace(self, found: FileFindings, document: Document) -> Snapshot:
        assert self._snapshot is not None
        findings = {**self._snapshot.findings, document.path: replace(found, number=document.number)}
        self._snapshot = replace(self._snapshot, findings=MappingProxyType(findings))
        return self._snapshot


def _baseline(job: Job) -> Baseline | None:
    file = job.config.baseline_path
    return None if file is None else read_baseline(shown_path(file))
