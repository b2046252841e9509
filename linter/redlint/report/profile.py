"""What ``redlint check --profile`` prints: seconds by phase, by rule and by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from redlint.model.stopwatch import COLLECTING, RULES, Stopwatch
from redlint.report.terminal import visible
from redlint.rule import rule_name

if TYPE_CHECKING:
    from redlint.lint import ProjectResult

MOST_FILES: Final = 10
"""Files that are listed as the slowest to collect."""

_OTHER: Final = "other"
_TOTAL: Final = "total"


def profile(stopwatch: Stopwatch, result: ProjectResult) -> Iterator[str]:
    """The rows of the report, slowest first; ``result`` is what the run found."""
    total = stopwatch.total
    phases = dict(stopwatch.phases)
    phases[_OTHER] = max(total - sum(phases.values()), 0.0)
    yield from _table(("phase", "ms", "share"), [*_timed(phases, total), (_TOTAL, _milliseconds(total), "100%")])
    yield ""
    yield from _table(("rule", "ms", "share", "findings"), list(_rules(stopwatch, result, total)))
    files = _slowest(stopwatch.subjects(COLLECTING))[:MOST_FILES]
    if files:
        yield ""
        rows = list(_timed(dict(files), total))
        yield from _table(("slowest files to collect", "ms", "share"), rows)


def _rules(stopwatch: Stopwatch, result: ProjectResult, total: float) -> Iterator[tuple[str, ...]]:
    """Every rule that is on; those of the engine report what it comes upon, and take no time of their own."""
    spent = stopwatch.subjects(RULES)
    findings = Counter(one.code for one in result.diagnostics)
    names = {rule.code: rule_name(rule.__name__) for rule in result.rules}
    for code, seconds in _slowest({code: spent.get(code, 0.0) for code in names}):
        yield f"{code} {names[code]}", _milliseconds(seconds), _share(seconds, total), str(findings[code])


def _timed(seconds: Mapping[str, float], total: float) -> Iterator[tuple[str, ...]]:
    for name, spent in _slowest(seconds):
        yield visible(name), _milliseconds(spent), _share(spent, total)


def _slowest(seconds: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(seconds.items(), key=lambda item: (-item[1], item[0]))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def _share(seconds: float, total: float) -> str:
    return f"{seconds / total:.1%}" if total else "-"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Names to the left, figures to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for name, *figures in (head, *rows):
        cells = (figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True))
        yield "  ".join((name.ljust(widths[0]), *cells))
