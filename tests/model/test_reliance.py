"""What an evaluator knows when files come in late is what it would know had they always been there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated_projects import MODULES, projects
from redlint.model.collect import collect
from redlint.model.conditions import linking_conditions
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.reliance import Reliance
from redlint.model.index import ModuleIndex
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

    def load_any(self, path: str) -> ModuleIndex | None:
        return self.modules.get(path)

    def evaluator(self) -> Evaluator:
        return Evaluator(self.load, ModuleNames(self.modules), ModelSettings(), lambda: sorted(self.known))


def answers(evaluator: Evaluator, files: Files, paths: Iterable[str]) -> dict[tuple[str, int, str], frozenset[Value]]:
    """What every call and name of some files denotes."""
    found: dict[tuple[str, int, str], frozenset[Value]] = {}
    for path in sorted(paths):
        module = files.modules[path]
        for site in module.facts.calls:
            for one in (site.call.function, site.call):
                found[(path, one.start, type(one).__name__)] = frozenset(evaluator.evaluate(module, one))
        for binding in module.facts.bindings:
            found[(path, binding.start, binding.name)] = frozenset(evaluator.binding(module, binding))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(projects(), st.lists(st.sampled_from(MODULES), min_size=1, unique=True))
def test_files_that_pass_the_gate_late(sources: dict[str, str], first: list[str]) -> None:
    with linking_conditions():
        files = Files(sources, first)
        evaluator = files.evaluator()
        answers(evaluator, files, first)
        late = sorted(files.modules.keys() - files.known)
        files.known.update(late)
        evaluator.admit([files.modules[path] for path in late])
        assert answers(evaluator, files, sources) == answers(files.evaluator(), files, sources)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(projects(), st.lists(st.sampled_from(MODULES), min_size=1, unique=True))
def test_files_that_are_looked_into_without_passing_it(sources: dict[str, str], first: list[str]) -> None:
    with linking_conditions():
        files = Files(sources, first)
        evaluator = files.evaluator()
        answers(evaluator, files, first)
        wide = evaluator.widened(files.load_any)
        anew = Evaluator(files.load_any, evaluator.names, evaluator.settings, lambda: sorted(first))
        assert answers(wide, files, sources) == answers(anew, files, sources)


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
