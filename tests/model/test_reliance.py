"""What an evaluator knows when files come in late is what it would know had they always been there."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated_projects import MODULES, projects
from redlint.model.collect import collect
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.reliance import Reliance
from redlint.model.index import ModuleIndex
from redlint.model.link import linking_conditions
from redlint.model.modules import ModuleNames
from redlint.model.settings import ModelSettings
from redlint.model.values import Value
from redlint.source import SourceText


class Files:
    """The modules of a project, some of which have passed the gate."""

    def __init__(self, sources: dict[str, str], known: Collection[str]) -> None:
        self.modules = {
            path: ModuleIndex(path, SourceText(path, text), collect(text)) for path, text in sorted(sources.items())
        }
        self.known = set(known)

    def load(self, path: str) -> ModuleIndex | None:
        return self.modules[path] if path in self.known else None

    def evaluator(self) -> Evaluator:
        return Evaluator(self.load, ModuleNames(self.modules), ModelSettings(), lambda: sorted(self.known))


def answers(evaluator: Evaluator, files: Files) -> dict[tuple[str, int, str], frozenset[Value]]:
    """What every call and name of the known files denotes."""
    found: dict[tuple[str, int, str], frozenset[Value]] = {}
    for path in sorted(files.known):
        module = files.modules[path]
        for site in module.facts.calls:
            for one in (site.call.function, site.call):
                found[(path, one.start, type(one).__name__)] = frozenset(evaluator.evaluate(module, one))
        for binding in module.facts.bindings:
            found[(path, binding.start, binding.name)] = frozenset(evaluator.binding(module, binding))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(projects(), st.lists(st.sampled_from(MODULES), min_size=1, unique=True), st.booleans())
def test_files_that_come_late(sources: dict[str, str], first: list[str], is_widened: bool) -> None:
    with linking_conditions():
        files = Files(sources, first)
        evaluator = files.evaluator()
        answers(evaluator, files)
        late = sorted(files.modules.keys() - files.known)
        if is_widened:
            everything = Files(sources, sources)
            wide = evaluator.widened(files.modules.get)
            files.known.update(late)
            found = answers(wide, files)
            expected = answers(
                Evaluator(files.modules.get, wide.names, wide.settings, lambda: sorted(first)), everything
            )
        else:
            files.known.update(late)
            evaluator.admit([files.modules[path] for path in late])
            found = answers(evaluator, files)
            expected = answers(files.evaluator(), files)
    assert found == expected


def test_what_relies_on_a_file_that_is_not_known_is_asked_again() -> None:
    sources = {
        "main.py": "from app import client\nclient.get('x')\nother = 1\n",
        "app.py": "import redis\nclient = redis.Redis()\n",
    }
    files = Files(sources, ["main.py"])
    evaluator = files.evaluator()
    module = files.modules["main.py"]
    call = module.facts.calls[0].call.function
    before = evaluator.evaluate(module, call)
    files.known.add("app.py")
    assert evaluator.evaluate(module, call) == before
    evaluator.admit([files.modules["app.py"]])
    assert evaluator.evaluate(module, call) != before


def test_only_what_relies_on_something_is_noted() -> None:
    reliance = Reliance()
    with reliance.working_out(("outer", 1)):
        with reliance.working_out(("inner", 1)):
            reliance.on(("module", "a.py"))
        with reliance.working_out(("inner", 2)):
            pass
    with reliance.working_out(("other", 1)):
        reliance.on_answer(("inner", 2))
    assert reliance.unsettled == {("outer", 1), ("inner", 1)}
    assert reliance.on_any([("module", "a.py")]) == {("module", "a.py"), ("outer", 1), ("inner", 1)}
    reliance.forget([("inner", 1)])
    assert reliance.on_any([("module", "a.py")]) == {("module", "a.py"), ("inner", 1)}
