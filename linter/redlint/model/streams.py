"""What a loop runs over without knowing how much it is: files, generators, rows of a database."""

from __future__ import annotations

from typing import Final

from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.facts import Attribute, Call, Comprehension, Expression, Name, last_name
from redlint.model.index import ModuleIndex
from redlint.model.values import Generator

_HOPS: Final = 4
_PASSES_ON: Final = frozenset({"enumerate", "iter", "map", "filter", "reader", "DictReader", "tqdm"})
"""Functions that give what they take one by one, of builtins, ``csv`` and ``tqdm``."""
_ITERATORS: Final = frozenset({"Iterator", "Generator", "AsyncIterator", "AsyncGenerator", "TextIO", "BinaryIO", "IO"})
"""Types of parameters that are gone through once, item by item (``typing``, ``collections.abc``)."""


class Streams:
    """Tells streams from collections."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def kind(self, module: ModuleIndex, expression: Expression, hops: int = _HOPS) -> str:
        """What kind of stream an expression is, in a word: "file", "generator", "rows"; empty for anything else."""
        if hops == 0:
            return ""
        if isinstance(expression, Name):
            return self._of_name(module, expression, hops)
        if isinstance(expression, Comprehension) and expression.kind == "generator":
            return self.kind(module, expression.iterables[0], hops - 1)
        if not isinstance(expression, Call):
            return ""
        name = last_name(expression.function)
        if name in _PASSES_ON:
            parts = (self.kind(module, one.value, hops - 1) for one in expression.arguments)
            return next((part for part in parts if part), "")
        if name == "open":
            return "file"
        # PEP 249 and Django's QuerySet.iterator(); their other results are lists.
        if isinstance(expression.function, Attribute) and name in ("cursor", "iterator"):
            return "rows"
        values = self._evaluator.evaluate(module, expression)
        return "generator" if len(values) == 1 and self._loops(values[0]) else ""

    def _of_name(self, module: ModuleIndex, name: Name, hops: int) -> str:
        reaching = module.reaching(name.name, name.start)
        if reaching is None:
            return ""
        bindings, scope = reaching
        if not bindings:
            parameters = module.facts.scopes[scope].parameters
            annotation = next((one.annotation for one in parameters if one.name == name.name), None)
            text = module.text(annotation.start, annotation.end) if annotation is not None else ""
            return "generator" if text.partition("[")[0].rpartition(".")[2] in _ITERATORS else ""
        kinds = {
            self.kind(module, one.value, hops - 1)
            if one.value is not None and one.kind in ("assign", "annotated", "with") and not one.path
            else ""
            for one in bindings
        }
        return kinds.pop() if len(kinds) == 1 else ""

    def _loops(self, value: object) -> bool:
        """Whether a generator hands out its items in a loop: others hand out a few."""
        index = self._evaluator.load(value.function.path) if isinstance(value, Generator) else None
        if index is None or not isinstance(value, Generator):
            return False
        return any(
            result.is_yield and any(index.facts.blocks[one].kind.is_loop for one in index.ancestors(result.block))
            for result in index.results.get(value.function.scope, ())
        )
