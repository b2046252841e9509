"""Linting a project: model, rules, suppressions. Every front end calls this and nothing deeper."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from redlint.config import Config
from redlint.diagnostic import Applicability, Confidence, Diagnostic, Severity, Span
from redlint.engine_rules import ALWAYS_ON, ENGINE_RULES, InternalError, SyntaxError, UnreadableFile
from redlint.model.assembly import FileShape, ModuleModel
from redlint.model.collected import KeptFiles
from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.progress import Progress, unwatched
from redlint.model.project import ProjectModel
from redlint.model.stopwatch import RULES, Timer, untimed
from redlint.rule import CallSequence, RedisCall, Rule
from redlint.selection import RuleIndex, most_exact, selected_codes
from redlint.source import SourceText
from redlint.suppress import apply_suppressions, noqa_row


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that raised: where it was looking, and the traceback for whoever mends it."""

    rule: str
    path: str
    row: int
    traceback: str


class LintedFiles(Protocol):
    """What reports need to know of the files that findings are about: a linked project does."""

    @property
    def sources(self) -> Mapping[str, SourceText]:
        """The decoded texts of files, by path."""

    def shape(self, path: str) -> FileShape:
        """What is worth knowing of a file besides its text."""


@dataclass(frozen=True, slots=True, eq=False)
class ProjectResult:
    """What linting found.

    ``diagnostics`` are sorted by path and place. ``files`` are those that were looked into. ``failures`` are the rules
    that broke. ``checked`` is the number of files that were asked for. ``rules`` are the rules that were on.
    """

    diagnostics: tuple[Diagnostic, ...]
    files: LintedFiles
    failures: tuple[RuleFailure, ...]
    checked: int
    rules: tuple[type[Rule], ...] = ()

    @property
    def model(self) -> ProjectModel:
        """The linked project. Results that are known from an earlier run have none, and raise :class:`TypeError`."""
        if not isinstance(self.files, ProjectModel):
            raise TypeError("this result was not worked out in this run")
        return self.files

    def of_files(self, paths: Iterable[str], checked: int) -> ProjectResult:
        """The findings in some files, of which ``checked`` were asked for."""
        wanted = frozenset(paths)
        kept = tuple(one for one in self.diagnostics if one.path in wanted or one.code in ALWAYS_ON)
        return replace(self, diagnostics=kept, checked=checked)

    @property
    def failed(self) -> bool:
        """Whether a rule broke, so that findings may be missing."""
        return bool(self.failures)

    @property
    def sources(self) -> Mapping[str, SourceText]:
        """The decoded text of every file that was looked into, by path."""
        return self.files.sources

    def source(self, path: str) -> SourceText:
        """The decoded text of a file; an empty one for a file that could not be read."""
        return self.files.sources.get(path) or SourceText(path, "")

    def noqa_row(self, diagnostic: Diagnostic) -> int:
        """The 1-based row on which a ``# noqa`` comment suppresses the diagnostic."""
        strings = self.files.shape(diagnostic.path).multiline_strings
        return noqa_row(self.source(diagnostic.path), diagnostic.span, strings)


def lint_source(path: str, content: bytes, config: Config, rules: Sequence[Rule]) -> ProjectResult:
    """Lint one text as if it stood at ``path``."""
    files = ProjectFiles(lint=(path,), explicit=frozenset({path}), overlay={path: content})
    return lint_project(files, config, rules)


def lint_project(
    files: ProjectFiles,
    config: Config,
    rules: Sequence[Rule],
    *,
    gate: bool = True,
    problems: Sequence[tuple[str, str]] = (),
    noqa: bool = True,
    progress: Progress = unwatched,
    kept: KeptFiles | None = None,
    timer: Timer = untimed,
) -> ProjectResult:
    """Lint the files of a project together; only ``files.lint`` are reported on.

    ``rules`` are all rules there are, the config decides which of them are on. ``problems`` are paths that
    could not be had when the files were looked for, with the reason. Without the ``gate`` every file is
    analysed; without ``noqa`` no comment hides a finding. ``progress`` is told how far it is,
    ``kept`` are facts of files from before, ``timer`` times the phases and rules.
    Raises :class:`redlint.errors.ConfigError` for selectors that match no rule.
    """
    model = analyse(files, config.model_settings(gate=gate), progress, kept, timer)
    return check_model(model, files, config, rules, problems=problems, noqa=noqa, progress=progress, timer=timer)


def check_model(
    model: ProjectModel,
    files: ProjectFiles,
    config: Config,
    rules: Sequence[Rule],
    *,
    problems: Sequence[tuple[str, str]] = (),
    noqa: bool = True,
    progress: Progress = unwatched,
    timer: Timer = untimed,
    only: str | None = None,
) -> ProjectResult:
    """What the rules find in a linked project; the arguments are those of :func:`lint_project`.

    ``only`` is one file that is looked at and reported on, in the light of all others: what a key pattern says
    of that file is among it.
    """
    known = {rule.code: rule for rule in (*(rule() for rule in ENGINE_RULES), *rules)}
    index = RuleIndex.of(known.values())
    codes = selected_codes(
        index,
        select=config.select,
        extend_select=config.extend_select,
        ignore=config.ignore,
        preview=config.preview,
    )
    run = _Run(model, config, [rule for rule in rules if rule.code in codes], only)
    found = run.findings(progress, timer)
    found += [_unreadable(path, message) for path, message in problems]
    found += _file_problems(model)
    passed = frozenset(rule.code for rule in rules) & codes
    finish = _Finish(model, config, index, codes=codes, active=passed - run.broken, noqa=noqa)
    wanted = frozenset((*files.lint, *(path for path, _ in problems))) if only is None else frozenset({only})
    kept = finish.of_all([one for one in found if one.path in wanted or one.code in ALWAYS_ON], wanted)
    return ProjectResult(
        diagnostics=tuple(sorted(kept, key=Diagnostic.sort_key)),
        files=model,
        failures=tuple(run.failures),
        checked=len(files.lint),
        rules=tuple(type(known[code]) for code in sorted(codes)),
    )


def _unreadable(path: str, message: str) -> Diagnostic:
    return UnreadableFile().diagnostic(path, Span(0, 0), confidence=Confidence.PROVEN, message=message)


def _file_problems(model: ProjectModel) -> Iterator[Diagnostic]:
    for problem in model.problems:
        rule = SyntaxError() if problem.kind == "syntax" else UnreadableFile()
        yield rule.diagnostic(problem.path, problem.span, confidence=Confidence.PROVEN, message=problem.message)


class _Run:
    """One pass of the rules that are on over a model."""

    def __init__(self, model: ProjectModel, config: Config, rules: Sequence[Rule], only: str | None = None) -> None:
        self._model = model
        self._config = config
        self._rules = rules
        self._only = only
        self.broken: set[str] = set()
        self.failures: list[RuleFailure] = []

    def findings(self, progress: Progress, timer: Timer) -> list[Diagnostic]:
        """What the rules find, of clients they are sure enough of and in paths they speak about."""
        found: list[Diagnostic] = []
        for number, rule in enumerate(self._rules):
            progress("running rules", number, len(self._rules))
            with timer(RULES, rule.code):
                found += self._of_rule(rule)
        return found

    def _of_rule(self, rule: Rule) -> Iterator[Diagnostic]:
        for diagnostic in self._unfiltered(rule):
            if diagnostic.code in ALWAYS_ON:
                yield diagnostic
                continue
            if diagnostic.confidence < rule.min_confidence:
                continue
            if rule.non_production or self._config.is_production(diagnostic.path):
                yield _trusted(diagnostic)

    def _unfiltered(self, rule: Rule) -> Iterator[Diagnostic]:
        model, kind = self._model, type(rule)
        looked_at = model.modules.values() if self._only is None else self._modules(self._only)
        modules = [one for one in looked_at if one.production or rule.non_production]
        for module in modules:
            if kind.check_module is not Rule.check_module:
                yield from self._guarded(rule, module.path, Span(0, 0), partial(rule.check_module, module, model))
            if kind.check_call is not Rule.check_call:
                yield from self._of_calls(rule, module)
            if kind.check_client is not Rule.check_client:
                for made in module.creations:
                    yield from self._guarded(rule, made.path, made.span, partial(rule.check_client, made, model))
            if kind.check_scope is not Rule.check_scope:
                yield from self._of_scopes(rule, module)
        if kind.check_pattern is Rule.check_pattern:
            return
        for uses in model.patterns:
            first = uses.uses[0].call
            if self._only is not None and all(use.call.path != self._only for use in uses.uses):
                continue
            yield from self._guarded(rule, first.path, first.span, partial(rule.check_pattern, uses, model))

    def _modules(self, path: str) -> Iterator[ModuleModel]:
        if path in self._model.modules:
            yield self._model.modules[path]

    def _of_calls(self, rule: Rule, module: ModuleModel) -> Iterator[Diagnostic]:
        for call in module.calls:
            if call.client.confidence < rule.min_confidence or not _concerns(rule, call):
                continue
            if rule.commands and rule.commands.isdisjoint(command.name for command in call.commands):
                continue
            yield from self._guarded(rule, call.path, call.span, partial(rule.check_call, call, self._model))

    def _of_scopes(self, rule: Rule, module: ModuleModel) -> Iterator[Diagnostic]:
        for whole in module.sequences:
            sequence = CallSequence(whole.scope, tuple(call for call in whole.calls if _concerns(rule, call)))
            if not sequence.calls:
                continue
            first = sequence.calls[0]
            yield from self._guarded(rule, first.path, first.span, partial(rule.check_scope, sequence, self._model))

    def _guarded(self, rule: Rule, path: str, span: Span, hook: Callable[[], Iterable[Diagnostic]]) -> list[Diagnostic]:
        """What a hook yields; its first failure becomes a diagnostic, after which the rule is left out."""
        if rule.code in self.broken:
            return []
        try:
            return list(hook())
        except Exception as error:  # a rule package may raise anything; the other rules must go on
            self.broken.add(rule.code)
            return [self._failure(rule, path, span, error)]

    def _failure(self, rule: Rule, path: str, span: Span, error: Exception) -> Diagnostic:
        source = self._model.sources.get(path)
        row = source.location(span.start).row if source is not None else 1
        details = "".join(traceback.format_exception(error))
        self.failures.append(RuleFailure(rule.name, path, row, details))
        message = f"{rule.name} ({rule.code}) failed here: {type(error).__name__}: {error}"
        return InternalError().diagnostic(path, span, confidence=Confidence.PROVEN, message=message)


def _concerns(rule: Rule, call: RedisCall) -> bool:
    """Whether a rule speaks about a call: not in non-production code, nor about a test double, unless it says so."""
    return call.production or rule.non_production


def _trusted(diagnostic: Diagnostic) -> Diagnostic:
    """No safe fix on a client that is only known by its name."""
    fix = diagnostic.fix
    if fix is None or diagnostic.confidence > Confidence.NAMED or fix.applicability is not Applicability.SAFE:
        return diagnostic
    return replace(diagnostic, fix=replace(fix, applicability=Applicability.UNSAFE))


class _Finish:
    """What the user's settings and comments make of the findings."""

    def __init__(
        self,
        model: ProjectModel,
        config: Config,
        index: RuleIndex,
        *,
        codes: frozenset[str],
        active: frozenset[str],
        noqa: bool,
    ) -> None:
        self._model = model
        self._config = config
        self._index = index
        self._codes = codes
        self._active = active
        self._noqa = noqa

    def of_all(self, found: Iterable[Diagnostic], paths: Iterable[str]) -> Iterator[Diagnostic]:
        """The findings that are left, with those about suppression comments in ``paths``."""
        by_path: dict[str, list[Diagnostic]] = {path: [] for path in paths}
        for diagnostic in found:
            if diagnostic.code in self._codes:
                by_path.setdefault(diagnostic.path, []).append(diagnostic)
        for path, diagnostics in by_path.items():
            yield from self._of_file(path, diagnostics)

    def _of_file(self, path: str, diagnostics: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
        ignored = self._ignored_codes(path)
        kept: Sequence[Diagnostic] = [one for one in diagnostics if one.code not in ignored]
        module = self._model.modules.get(path)
        if module is not None and self._noqa:
            kept = apply_suppressions(
                module.source,
                comments=module.comments,
                multiline_strings=module.multiline_strings,
                diagnostics=kept,
                index=self._index,
                active=self._active - ignored,
            )
        for diagnostic in kept:
            yield self._with_severity(diagnostic)

    def _ignored_codes(self, path: str) -> frozenset[str]:
        selectors = self._config.ignores_of(path)
        return frozenset(code for one in selectors for code in self._index.codes(one)) - ALWAYS_ON

    def _with_severity(self, diagnostic: Diagnostic) -> Diagnostic:
        chosen = self._severity(diagnostic.code)
        return diagnostic if chosen is None else diagnostic.with_severity(chosen)

    def _severity(self, code: str) -> Severity | None:
        if code in ALWAYS_ON or not self._config.severity:
            return None
        selector = most_exact(self._index, self._config.severity, code)
        return self._config.severity[selector] if selector is not None else None
