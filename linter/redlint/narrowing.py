"""Which findings of a run count: those that no baseline holds, on lines that changed."""

from __future__ import annotations

from redlint.baseline import Comparison, compare, read_baseline
from redlint.changed_lines import changed_lines
from redlint.discover import shown_path
from redlint.job import Job
from redlint.lint import ProjectResult


class Narrowing:
    """Takes the findings that do not count out of results.

    ``comparison`` is what the baseline made of the last result, ``file`` its path; ``None`` where there is no baseline.
    """

    def __init__(self, job: Job, diff_base: str | None = None) -> None:
        """Read the baseline that the settings name, and ask git for changes since ``diff_base``.

        Raises :class:`redlint.errors.RedlintError`.
        """
        file = job.config.baseline_path
        self._linted = job.files.lint
        self._baseline = None if file is None else read_baseline(shown_path(file))
        self._changes = None if diff_base is None else changed_lines(diff_base, job.config.root)
        self.file = None if self._baseline is None else self._baseline.file
        self.comparison: Comparison | None = None

    def __call__(self, result: ProjectResult) -> ProjectResult:
        """A result with the findings that count."""
        if self._baseline is not None:
            self.comparison = compare(result, self._baseline, self._linted)
            result = self.comparison.result
        return result if self._changes is None else self._changes.on_changed_lines(result)
