"""Which answers rely on what further files may change."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Question: TypeAlias = tuple[str, Hashable]
"""What an answer is kept by (see :meth:`Evaluator.remember`), or something outside that answers rely on."""


class Reliance:
    """Notes, while questions are worked out, which of them rely on something that is not final.

    Most answers rely on nothing but the files they stand in; of these nothing is noted.
    """

    def __init__(self) -> None:
        self.open: list[Question] = []
        """The questions that are being worked out, innermost last."""
        self.unsettled: set[Question] = set()
        """The questions whose answers are not final."""
        self.count = 0
        """How often something was relied on: what it grows by tells whether a question did."""
        self._dependents: dict[Question, set[Question]] = {}

    def on(self, source: Question) -> None:
        """Note that the innermost open question relies on ``source``."""
        self.count += 1
        if self.open:
            self._dependents.setdefault(source, set()).add(self.open[-1])

    def on_answer(self, question: Question) -> None:
        """Note that the innermost open question relies on the answer to another one, unless that is final."""
        if question in self.unsettled:
            self.on(question)

    @contextmanager
    def working_out(self, question: Question) -> Iterator[None]:
        """While a question is open; afterwards it is known whether its answer is final."""
        before = self.count
        self.open.append(question)
        try:
            yield
        finally:
            self.open.pop()
        if self.count != before:
            self.unsettled.add(question)
            self.on(question)

    def noted(self, kind: str) -> list[Question]:
        """What questions rely on, of one kind."""
        return [source for source in self._dependents if source[0] == kind]

    def on_any(self, changed: Iterable[Question]) -> set[Question]:
        """The questions that rely on one of ``changed``, directly or not, and these themselves."""
        pending = list(changed)
        found = set(pending)
        while pending:
            for dependent in self._dependents.get(pending.pop(), ()):
                if dependent not in found:
                    found.add(dependent)
                    pending.append(dependent)
        return found

    def forget(self, questions: Iterable[Question]) -> None:
        """Drop what was noted of questions that will be worked out anew."""
        for question in questions:
            self.unsettled.discard(question)
            self._dependents.pop(question, None)


class UnneededReliance(Reliance):
    """For evaluators that are given no further files: nothing is noted."""

    def on(self, source: Question) -> None:
        """Note nothing."""
