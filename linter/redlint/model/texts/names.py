"""The texts of names: of variables, of parameters by what callers pass, of what modules import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redlint.model.evaluation import callers
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import bases
from redlint.model.facts import (
    Binding,
    Expression,
    Name,
)
from redlint.model.index import ModuleIndex
from redlint.model.texts.parts import (
    MOST_HOPS,
    Context,
    Depth,
    Place,
    Texts,
    products,
    tells,
)
from redlint.model.values import (
    ScopeKey,
)

if TYPE_CHECKING:
    from redlint.model.strings import KeyTexts


class NameTexts:
    """The texts of names: variables, parameters, imports."""

    def __init__(self, texts: KeyTexts, evaluator: Evaluator) -> None:
        self._texts = texts
        self._evaluator = evaluator
        self._asked: set[tuple[str, int, str]] = set()
        self._passed: dict[tuple[str, int, int, ScopeKey | None, bool], tuple[callers.Passed, ...] | None] = {}

    def of(self, module: ModuleIndex, expression: Name, context: Context) -> Texts:
        """The texts of a variable."""
        reaching = module.reaching(expression.name, expression.start)
        if reaching is None:
            return self._imported_star(module, expression, context)
        bindings, scope = reaching
        if not bindings:
            return self._parameter(module, scope, expression, context)
        if expression.name in context.loop and all(binding.kind == "for" for binding in bindings):
            return context.loop[expression.name]
        if any(binding.kind == "augmented" for binding in bindings):
            return self._augmented(module, bindings, scope, expression, context)
        found: Texts = ()
        for binding in bindings:
            found += self._binding(module, binding, expression, context)
        if scope > 0 and self._is_parameter(module, scope, expression.name):
            if not module.always_reached(bindings, expression.start):
                found += self._parameter(module, scope, expression, context)
        return self._texts.few(module, expression, found) if found else ()

    def _is_parameter(self, module: ModuleIndex, scope: int, name: str) -> bool:
        return any(parameter.name == name for parameter in module.facts.scopes[scope].parameters)

    def _parameter(self, module: ModuleIndex, scope: int, use: Name, context: Context) -> Texts:
        """What a parameter holds: by the call that is looked at, by a fixture, or by what callers pass."""
        if context.function is not None and context.function == ScopeKey(module.path, scope):
            given = context.given.get(use.name)
            return given if given is not None else self._texts.hole(module, use)
        hole = self._texts.hole(module, use)
        facts = module.facts.scopes[scope]
        parameter = next((one for one in facts.parameters if one.name == use.name), None)
        if parameter is None or parameter.kind in ("args", "kwargs") or self._texts.attributes.is_self(module, use):
            return hole
        function = callers.fixture_function(self._evaluator, module, scope, use.name)
        if function is not None:
            return self._of_fixture(function, context) or hole
        if self._texts.depth is Depth.ALONE:
            return hole
        passed = self.passed(module, scope, use.name, context)
        if passed is None:
            return hole
        if passed:
            texts = self._texts.of_places(list(passed))
            return texts if texts and all(tells(text) for text in texts) else hole
        if self._texts.depth is Depth.DEFAULTS and parameter.default is not None:
            texts = self._texts.texts(module, parameter.default, context.elsewhere())
            return texts if all(tells(text) for text in texts) else hole
        return hole

    def _of_fixture(self, function: ScopeKey, context: Context) -> Texts:
        index = self._evaluator.load(function.path)
        results = index.results.get(function.scope, ()) if index is not None else ()
        places = [
            Place(index, result.value, context.elsewhere())
            for result in results
            if index is not None and result.value is not None and not result.delegates
        ]
        return self._texts.of_places(places)

    def passed(self, module: ModuleIndex, scope: int, name: str, context: Context) -> tuple[Place, ...] | None:
        """The arguments that the project passes to a parameter; empty without any call, ``None`` where unknown."""
        if self._texts.depth is Depth.ALONE or context.hops > MOST_HOPS:
            return None
        names = [parameter.name for parameter in module.facts.scopes[scope].parameters]
        question = (module.path, scope, name)
        if name not in names or question in self._asked:
            self._texts.cut()
            return None
        self._asked.add(question)
        try:
            receiver = self._receiver_of(module, scope, context)
            found = self._passed_expressions(module, scope, names.index(name), receiver)
        finally:
            self._asked.discard(question)
        if found is None:
            return None
        return tuple(
            Place(one.caller, one.expression, context.elsewhere(receiver if one.is_own else None)) for one in found
        )

    def _passed_expressions(
        self, module: ModuleIndex, scope: int, position: int, receiver: ScopeKey | None
    ) -> tuple[callers.Passed, ...] | None:
        is_lenient = self._texts.depth is Depth.DEFAULTS
        key = (module.path, scope, position, receiver, is_lenient)
        if key not in self._passed:
            found = callers.passed_expressions(
                self._evaluator, module, scope, position, receiver, is_lenient=is_lenient
            )
            is_production = self._texts.families.is_production
            # A test's keys are not those of the program.
            is_wanted = is_production(module.path)
            self._passed[key] = (
                None
                if found is None
                else tuple(one for one in found if not is_wanted or is_production(one.caller.path))
            )
        return self._passed[key]

    def _receiver_of(self, module: ModuleIndex, scope: int, context: Context) -> ScopeKey | None:
        """The class that ``self`` is an instance of, if the function is a method of that."""
        owner = module.class_of(scope)
        if owner is None or context.receiver is None:
            return None
        is_own = ScopeKey(module.path, owner) in bases(self._evaluator, context.receiver)[0]
        return context.receiver if is_own else None

    def _augmented(
        self, module: ModuleIndex, bindings: list[Binding], scope: int, use: Name, context: Context
    ) -> Texts:
        """A text that ``+=`` adds to, step by step; a hole where a loop does it or another operator."""
        unknown = self._texts.hole(module, use)
        chain = module.ancestors(module.block_at(use.start))
        found: Texts = ()
        if self._is_parameter(module, scope, use.name) and not module.always_reached(bindings, use.start):
            found = self._parameter(module, scope, use, context)
        for binding in sorted(bindings, key=lambda one: one.start):
            if binding.kind != "augmented":
                found += self._binding(module, binding, use, context)
                continue
            blocks = (module.facts.blocks[number] for number in module.ancestors(binding.block))
            is_repeated = binding.start > use.start or any(block.kind.is_loop for block in blocks)
            if is_repeated or binding.operator != "+" or binding.value is None:
                return unknown
            longer = products([found, self._texts.texts(module, binding.value, context.deeper)])
            found = longer if binding.block in chain else found + longer
            if not longer:
                return unknown
        return self._texts.few(module, use, found)

    def _binding(self, module: ModuleIndex, binding: Binding, use: Expression, context: Context) -> Texts:
        if binding.kind == "import":
            places = self.imported(module, binding)
            return self._texts.of_places(places) or self._texts.hole(module, use)
        value = binding.value
        if value is None:
            return self._texts.hole(module, use)
        if binding.kind in ("assign", "annotated") and not binding.path:
            return self._texts.texts(module, value, context.deeper)
        place = Place(module, value, context.deeper)
        if binding.kind in ("assign", "annotated"):
            return self._texts.of_places(self._texts.structures.item(place, binding.path)) or self._texts.hole(
                module, use
            )
        if binding.kind == "for":
            return self._texts.of_places(self._texts.structures.elements(place, binding.path)) or self._texts.hole(
                module, use
            )
        return self._texts.hole(module, use)

    def imported(self, module: ModuleIndex, binding: Binding) -> list[Place] | None:
        """The expressions that an imported variable is assigned."""
        if not binding.member:
            return None
        names = self._evaluator.names
        lookup = names.relative if binding.module.startswith(".") else names.absolute
        path = lookup(binding.module, module.path)
        return self.module_constant(path, binding.member, 0) if path is not None else None

    def module_constant(self, path: str, name: str, hops: int) -> list[Place] | None:
        """The expressions that a module assigns a name, or the modules that it imports it from."""
        index = self._evaluator.load(path)
        if index is None or hops > MOST_HOPS:
            return None
        found: list[Place] = []
        group = index.bindings.get((0, name), ())
        for binding in group:
            if binding.kind == "import" and binding.member:
                names = self._evaluator.names
                lookup = names.relative if binding.module.startswith(".") else names.absolute
                target = lookup(binding.module, path)
                inner = self.module_constant(target, binding.member, hops + 1) if target is not None else None
                if inner is None:
                    return None
                found += inner
            elif binding.kind in ("assign", "annotated") and binding.value is not None and not binding.path:
                found.append(Place(index, binding.value, Context()))
            else:
                return None
        if not group:
            for star in reversed(index.star_imports):
                inner = self.imported(index, _named(star, name))
                if inner:
                    return inner
        return found or None

    def _imported_star(self, module: ModuleIndex, expression: Name, context: Context) -> Texts:
        for binding in reversed(module.star_imports):
            found = self._texts.of_places(self.imported(module, _named(binding, expression.name)))
            if found:
                return found
        return self._texts.hole(module, expression)


def _named(binding: Binding, name: str) -> Binding:
    return Binding(name, "import", binding.scope, binding.block, binding.start, module=binding.module, member=name)
