"""Linting a project: model, rules, suppressions. Every front end calls this and nothing deeper."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from redlint.config import Config
from redlint.diagnostic import Applicability, Confidence, Diagnostic, Severity, Span
from redlint.engine_rules import InternalError, SyntaxError, UnreadableFile
from redlint.model.files import ProjectFiles
from redlint.model.link import ModuleModel, ProjectModel, analyse
from redlint.rule import Rule, rule_name
from redlint.selection import matches
from redlint.source import SourceText
from redlint.suppress import apply_suppressions, noqa_row


@dataclass(frozen=True, slots=True, eq=False)
class ProjectResult:
    """What linting found.

    ``diagnostics`` are sorted by path and place. ``failed`` says that a rule or redlint itself broke.
    ``checked`` is the number of files that were asked for.
    """

    diagnostics: tuple[Diagnostic, ...]
    model: ProjectModel
    failed: bool
    checked: int

    @property
    def sources(self) -> Mapping[str, SourceText]:
        """The decoded text of every file that was parsed, by path."""
        return self.model.sources

    def noqa_row(self, diagnostic: Diagnostic) -> int:
        """The 1-based row on which a ``# noqa`` comment suppresses the diagnostic."""
        source = self.sources.get(diagnostic.path)
        if source is None:
            return 1
        module = self.model.modules.get(diagnostic.path)
        return noqa_row(source, diagnostic.span, module.multiline_strings if module is not None else ())


def lint_source(path: str, content: bytes, config: Config, rules: Sequence[Rule]) -> ProjectResult:
    """Lint one text as if it stood at ``path``."""
    files = ProjectFiles(lint=(path,), explicit=frozenset({path}), overlay={path: content})
    return lint_project(files, config, rules)


def lint_project(files: ProjectFiles, config: Config, rules: Sequence[Rule], *, gate: bool = True) -> ProjectResult:
    """Lint the files of a project together; only ``files.lint`` are reported on."""
    model = analyse(files, config.model_settings(gate=gate))
    run = _Run(model, config, rules)
    found = [*run.problems(), *run.rules()]
    wanted = frozenset(files.lint)
    kept = _finish([diagnostic for diagnostic in found if diagnostic.path in wanted], model, config, rules)
    return ProjectResult(
        diagnostics=tuple(sorted(kept, key=Diagnostic.sort_key)),
        model=model,
        failed=run.failed,
        checked=len(files.lint),
    )


class _Run:
    """One pass of all rules over a model."""

    def __init__(self, model: ProjectModel, config: Config, rules: Sequence[Rule]) -> None:
        self._model = model
        self._config = config
        self._rules = rules
        self._broken: set[str] = set()
        self.failed = False

    def problems(self) -> Iterator[Diagnostic]:
        """The files that could not be read or parsed."""
        on = {rule.code for rule in self._rules}
        for problem in self._model.problems:
            rule = SyntaxError() if problem.kind == "syntax" else UnreadableFile()
            if rule.code in on:
                yield rule.diagnostic(problem.path, problem.span, confidence=Confidence.PROVEN, message=problem.message)

    def rules(self) -> Iterator[Diagnostic]:
        """What the rules find, limited to clients they are sure enough of and paths they speak about."""
        for rule in self._rules:
            for diagnostic in self._findings(rule):
                if diagnostic.confidence < rule.min_confidence:
                    continue
                if not rule.non_production and not self._config.is_production(diagnostic.path):
                    continue
                yield _trusted(diagnostic)

    def _findings(self, rule: Rule) -> Iterator[Diagnostic]:
        model = self._model
        for module in model.modules.values():
            yield from self._guarded(rule, module.path, Span(0, 0), lambda m=module: rule.check_module(m, model))
            yield from self._of_module(rule, module)
        for uses in model.patterns:
            first = uses.uses[0].call
            yield from self._guarded(rule, first.path, first.span, lambda u=uses: rule.check_pattern(u, model))

    def _of_module(self, rule: Rule, module: ModuleModel) -> Iterator[Diagnostic]:
        model = self._model
        for call in module.calls:
            if rule.commands and rule.commands.isdisjoint(command.name for command in call.commands):
                continue
            yield from self._guarded(rule, call.path, call.span, lambda c=call: rule.check_call(c, model))
        for creation in module.creations:
            yield from self._guarded(rule, creation.path, creation.span, lambda c=creation: rule.check_client(c, model))

    def _guarded(self, rule: Rule, path: str, span: Span, hook: Callable[[], Iterator[Diagnostic]]) -> list[Diagnostic]:
        """What a hook yields; its first failure becomes a diagnostic, after which the rule is left out."""
        if rule.code in self._broken:
            return []
        try:
            return list(hook())
        except Exception as error:  # a plugin may raise anything; the other rules must go on
            self._broken.add(rule.code)
            self.failed = True
            last = traceback.extract_tb(error.__traceback__)[-1]
            message = (
                f"{rule_name(type(rule).__name__)} ({rule.code}) failed here: "
                f"{type(error).__name__}: {error} (in {last.name}, line {last.lineno})"
            )
            return [InternalError().diagnostic(path, span, confidence=Confidence.PROVEN, message=message)]


def _trusted(diagnostic: Diagnostic) -> Diagnostic:
    """No safe fix on a client that is only known by its name."""
    fix = diagnostic.fix
    if fix is None or diagnostic.confidence > Confidence.NAMED or fix.applicability is not Applicability.SAFE:
        return diagnostic
    return replace(diagnostic, fix=replace(fix, applicability=Applicability.UNSAFE))


def _finish(
    found: Sequence[Diagnostic], model: ProjectModel, config: Config, rules: Sequence[Rule]
) -> Iterator[Diagnostic]:
    """Apply the config's severities and per-file ignores, then the suppression comments of each file."""
    classes = {rule.code: type(rule) for rule in rules}
    by_path: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        rule = classes.get(diagnostic.code, InternalError)
        if any(matches(selector, rule) for selector in config.ignored_codes(diagnostic.path)):
            continue
        by_path.setdefault(diagnostic.path, []).append(_with_severity(diagnostic, rule, config))
    known = {code: rule_name(rule.__name__) for code, rule in classes.items()}
    for path in sorted({*by_path, *model.modules}):
        module = model.modules.get(path)
        if module is None:
            yield from by_path.get(path, ())
            continue
        yield from apply_suppressions(
            module.source,
            module.comments,
            module.multiline_strings,
            by_path.get(path, ()),
            known,
            report_unused=True,
        )


def _with_severity(diagnostic: Diagnostic, rule: type[Rule], config: Config) -> Diagnostic:
    chosen: Severity | None = None
    for selector, severity in config.severity.items():
        if matches(selector, rule):
            chosen = severity
    return diagnostic if chosen is None else diagnostic.with_severity(chosen)
