"""What an expression may denote, worked out on demand and remembered.

Evaluation follows bindings, attributes, calls and imports through the whole project. It is bounded three ways:
every expression is evaluated once, a cycle ends where it began, and one question may take only so many steps.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Protocol, TypeVar

from redlint.diagnostic import Confidence
from redlint.model import clients as client_tables
from redlint.model.evaluation import (
    annotated,
    callers,
    calling,
    containers,
    duck,
    members,
    narrowing,
    outside,
    proxies,
)
from redlint.model.evaluation.reliance import Question, Reliance
from redlint.model.evaluation.tables import NamedEntries
from redlint.model.events import ConstantValue
from redlint.model.facts import (
    Attribute,
    Await,
    Binding,
    Bytes,
    Call,
    CallSite,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Lambda,
    Mapping,
    Name,
    Operation,
    Parameter,
    Starred,
    Subscript,
    Walrus,
    Yield,
    dotted_name,
    last_name,
)
from redlint.model.index import ModuleIndex, is_class_method, is_static
from redlint.model.kinds import ScopeKind
from redlint.model.modules import ModuleNames
from redlint.model.settings import ModelSettings
from redlint.model.values import (
    ANYTHING,
    Anything,
    Client,
    DeclaredType,
    External,
    ExternalInstance,
    ExternalMethod,
    Generator,
    Instance,
    Items,
    Keywords,
    KnownConstant,
    Maker,
    ProjectClass,
    ProjectFunction,
    ProjectLambda,
    ProjectModule,
    Reply,
    Row,
    ScopeKey,
    Table,
    Value,
    Values,
    contained,
    table_of,
    union,
)

_INJECTED = frozenset({"dependency_injector.wiring.Provide", "dependency_injector.wiring.Closing"})
"""Markers that stand for what the provider in their brackets gives."""

MOST_STEPS = 200_000
"""Steps that one question from outside may take; a project was seen that needed 15 minutes without a bound."""

MOST_DEPTH = 400
"""Nested evaluations; deeper chains end unknown."""

MOST_ROUNDS = 4
"""How often a cycle is worked out before what was found so far has to do."""


Key = TypeVar("Key")
Entry = TypeVar("Entry")

_SETTER = "setattr"
_BUDGET: Question = ("budget", None)
_OUTSIDE: Question = ("outside", None)
_OF_OUTSIDE = frozenset("oOuU")
"""Kinds of questions about what :meth:`Evaluator.outside_stores` gives."""


def _nowhere(_name: str) -> bool:
    return False


def _changed(before: dict[Key, set[Entry]], after: dict[Key, set[Entry]]) -> Iterator[Key]:
    """The keys of two tables that have different entries."""
    return (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


class ModuleLoader(Protocol):
    """Gives a module of the project by path, reading it when it is first asked for."""

    def __call__(self, path: str) -> ModuleIndex | None:
        """The module, or ``None`` where it cannot be read or parsed."""


class Evaluator:
    """Evaluates the expressions of one project."""

    def __init__(
        self,
        load: ModuleLoader,
        names: ModuleNames,
        settings: ModelSettings,
        paths: Callable[[], Iterable[str]] = tuple,
        is_attribute_elsewhere: Callable[[str], bool] = _nowhere,
    ) -> None:
        """``paths`` gives the modules whose calls are looked at for what they pass to functions.

        ``is_attribute_elsewhere`` tells whether classes of other files have an attribute of a name.
        """
        self._load = load
        self.is_attribute_elsewhere = is_attribute_elsewhere
        self._paths = paths
        self._calls: NamedEntries[CallSite] | None = None
        self._subclasses: dict[ScopeKey, set[ScopeKey]] | None = None
        self._other_names: dict[str, set[str]] | None = None
        self._handing: NamedEntries[tuple[CallSite, int]] | None = None
        self._outside: outside.OutsideStores | None = None
        self._attribute_names: set[str] | None = None
        self._script_names: set[str] | None = None
        self.names = names
        self.settings = settings
        self._known: dict[Question, Values] = {}
        self._active: set[Question] = set()
        self._tentative: dict[Question, Values] = {}
        self._assumed: dict[Question, Values] = {}
        self._cycles: set[Question] = set()
        self._grew = False
        self.known_bases: dict[ScopeKey, tuple[tuple[ScopeKey, ...], tuple[str, ...]]] = {}
        """The bases of each class asked for; a class whose bases lead back to it has those seen first."""
        self._steps = 0
        self._depth = 0
        self.reliance = Reliance()

    # --- bookkeeping ----------------------------------------------------------------------------------

    def load(self, path: str) -> ModuleIndex | None:
        """A module of the project by path; ``None`` where it cannot be had, or did not pass the gate."""
        module = self._load(path)
        if module is None:
            self.reliance.on(("module", path))
        return module

    def remember(self, kind: str, subject: Hashable, work: Callable[[], Values]) -> Values:
        """The result of ``work``, found once per subject.

        Where the work leads back to its own subject, the subject counts as what was found of it so far
        (nothing, at first), and the outermost such subject is worked out again until nothing is added. What
        was found on the way is final only then; until then it is kept apart.
        """
        key = (kind, subject)
        reliance = self.reliance
        known = self._known.get(key)
        if known is not None:
            if key in reliance.unsettled:
                reliance.on(key)
            return known
        known = self._tentative.get(key)
        if known is not None:
            reliance.on(key)
            return known
        if key in self._active:
            self._cycles.add(key)
            reliance.on(key)
            return self._assumed.get(key, ())
        self._steps += 1
        if self._steps > MOST_STEPS or self._depth > MOST_DEPTH:
            reliance.on(_BUDGET)
            return (ANYTHING,)
        self._active.add(key)
        self._depth += 1
        begun = self._steps
        relied = reliance.count
        reliance.open.append(key)
        try:
            result = work()
            if key in self._cycles:
                result = self._stable(key, work, result, begun)
        finally:
            reliance.open.pop()
            self._depth -= 1
            self._active.discard(key)
            self._cycles.discard(key)
        if reliance.count != relied:
            reliance.unsettled.add(key)
            reliance.on(key)
        if self._cycles:
            self._tentative[key] = result
            return result
        self._known[key] = result
        if self._tentative:
            self._known.update(self._tentative)
            self._tentative.clear()
        if self._assumed:
            self._assumed.clear()
        return result

    def _stable(self, key: Question, work: Callable[[], Values], result: Values, begun: int) -> Values:
        """What a subject of a cycle comes to: it is worked out again until nothing is added."""
        for _ in range(MOST_ROUNDS - 1):
            self._grew = self._grew or self._assumed.get(key, ()) != result
            self._assumed[key] = result
            # A cycle inside a wider one is worked out with that: doing both would take time to the square.
            # Another round that would be cut short would leave less than there is.
            round_fits = 2 * self._steps - begun <= MOST_STEPS
            if len(self._cycles) > 1 or not self._grew or not round_fits:
                return result
            self._grew = False
            self._tentative.clear()
            begun = self._steps
            result = work()
            if key not in self._cycles:
                return result
        return result

    # --- further files --------------------------------------------------------------------------------

    def admit(self, fresh: Sequence[ModuleIndex]) -> None:
        """Take in modules that have passed the gate since. What they cannot have changed stays known."""
        changed = [_BUDGET]
        for module in fresh:
            changed.append(("module", module.path))
            changed += [("calls", name) for name in module.calls_by_callee]
            changed += [("handing", name) for name in module.handed]
            changed += [("attribute", name) for name in module.class_attribute_names]
        if any(module.outside_stores or _SETTER in module.calls_by_callee for module in fresh):
            changed += self._about_outside()
        subclasses, other_names = self._subclasses, self._other_names
        self._calls = self._handing = self._outside = None
        self._subclasses = self._other_names = self._attribute_names = self._script_names = None
        self._forget(changed)
        if subclasses is not None:
            self._forget(("subclasses", cls) for cls in _changed(subclasses, self._all_subclasses()))
        if other_names is not None:
            self._forget(("other", name) for name in _changed(other_names, self._all_other_names()))

    def _forget(self, changed: Iterable[Question]) -> None:
        gone = self.reliance.on_any(changed)
        self.reliance.forget(gone)
        for question in gone:
            self._known.pop(question, None)
            kind, subject = question
            if kind == "bases" and isinstance(subject, ScopeKey):
                self.known_bases.pop(subject, None)

    def _about_outside(self) -> list[Question]:
        """The questions about what is stored on objects from outside."""
        return [_OUTSIDE, *(question for question in self._known if question[0] in _OF_OUTSIDE)]

    def widened(self, load: ModuleLoader) -> Evaluator:
        """An evaluator that looks into further files; it knows what this one knows without them."""
        wide = Evaluator(load, self.names, self.settings, self._paths, self.is_attribute_elsewhere)
        wide._calls, wide._handing = self._calls, self._handing
        changed = [_BUDGET, *self.reliance.noted("module")]
        if self.calls_named(_SETTER):  # which attributes they set may depend on further files
            changed += self._about_outside()
        if self._subclasses is not None:
            changed += [("subclasses", cls) for cls in _changed(self._subclasses, wide._all_subclasses())]
        gone = self.reliance.on_any(changed)
        kept = {question: answer for question, answer in self._known.items() if question not in gone}
        wide._known = {**kept, **wide._known}
        return wide

    # --- expressions ----------------------------------------------------------------------------------

    def evaluate(self, module: ModuleIndex, expression: Expression) -> Values:
        """The alternatives that an expression of ``module`` may denote."""
        if self._depth == 0:
            self._steps = 0
        if isinstance(expression, Constant):
            return (KnownConstant(expression.value),)
        if isinstance(expression, Bytes):
            return (KnownConstant(expression.value),)
        key = ("e", id(expression))
        known = self._known.get(key)
        if known is not None:
            if key in self.reliance.unsettled:
                self.reliance.on(key)
            return known
        handler = _HANDLERS.get(type(expression))
        if handler is None:
            return (ANYTHING,)
        return self.remember("e", id(expression), lambda: handler(self, module, expression))

    def _name(self, module: ModuleIndex, expression: Name) -> Values:
        found = self.name(module, expression.name, expression.start)
        return narrowing.narrowed(self, module, expression, found)

    def name(self, module: ModuleIndex, name: str, position: int) -> Values:
        """What a name may denote at a place of a module."""
        reaching = module.reaching(name, position)
        if reaching is None:
            return self.star_imported(module, name) or (External(f"builtins.{name}"),)
        bindings, scope = reaching
        groups = [self.binding(module, binding) for binding in bindings]
        if not module.always_reached(bindings, position) or scope != self._scope_at(module, position):
            parameter = self._parameter(module, scope, name)
            if parameter is not None:
                groups.append(parameter)
        found = union(*groups) if groups else (ANYTHING,)
        found = containers.held(found, module.path, scope, name)
        if name in self.settings.client_names and all(isinstance(value, Anything) for value in found):
            return (calling.named_client(module.method_calls.get((scope, name), ())),)
        if ANYTHING not in found or not all(isinstance(value, Anything | KnownConstant) for value in found):
            return found
        guess = duck.client_from(module.method_calls.get((scope, name), ()))
        return found if guess is None else (guess,)

    def _scope_at(self, module: ModuleIndex, position: int) -> int:
        return module.facts.blocks[module.block_at(position)].scope

    def _parameter(self, module: ModuleIndex, scope: int, name: str) -> Values | None:
        for position, parameter in enumerate(module.facts.scopes[scope].parameters):
            if parameter.name == name:
                return self.parameter(module, scope, position, parameter)
        return None

    def parameter(self, module: ModuleIndex, scope: int, position: int, parameter: Parameter) -> Values:
        """What a parameter may hold: by annotation, default value, or as the object of a method."""
        return self.remember(
            "p",
            (module.path, scope, position),
            lambda: self._parameter_values(module, scope, position, parameter),
        )

    def _parameter_values(self, module: ModuleIndex, scope: int, position: int, parameter: Parameter) -> Values:
        facts = module.facts.scopes[scope]
        owner = module.class_of(scope)
        if position == 0 and owner is not None and not is_static(facts):
            return self.self_values(module, owner, scope)
        if parameter.kind == "args":
            return (ANYTHING,)
        if parameter.kind == "kwargs":
            return (Keywords(ScopeKey(module.path, scope)),)
        if parameter.annotation is not None:
            declared = annotated.instances(self, module, parameter.annotation)
            if declared:
                return declared
        default: Values = ()
        if parameter.default is not None:
            default = tuple(
                value for value in self.evaluate(module, parameter.default) if not isinstance(value, KnownConstant)
            )
        given = callers.fixture(self, module, scope, parameter.name) or callers.passed(self, module, scope, position)
        if callers.is_settled(given):
            return union(default, given)
        if not any(isinstance(value, Client) for value in (*default, *given)):
            guess = duck.client_from(module.method_calls.get((scope, parameter.name), ()))
            if guess is not None:
                return union(default, (guess,))
        return union(default, given, (ANYTHING,))

    # --- callers --------------------------------------------------------------------------------------

    def calls_named(self, name: str) -> list[tuple[ModuleIndex, CallSite]]:
        """The calls of anything with this last name, in the modules that passed the gate."""
        self.reliance.on(("calls", name))
        if self._calls is None:
            self._calls = NamedEntries(attrgetter("calls_by_callee"), self.modules())
        return self._calls.get(name)

    def modules(self) -> Iterator[ModuleIndex]:
        """The modules that passed the gate."""
        for path in self._paths():
            module = self.load(path)
            if module is not None:
                yield module

    def calls_handing(self, name: str, callees: frozenset[str]) -> list[tuple[ModuleIndex, CallSite, int]]:
        """The calls of something named as one of ``callees`` with an argument named ``name``, and its position."""
        self.reliance.on(("handing", name))
        if self._handing is None:
            self._handing = NamedEntries(attrgetter("handed"), self.modules())
        return [
            (module, site, position)
            for module, (site, position) in self._handing.get(name)
            if last_name(site.call.function) in callees
        ]

    def class_names(self, cls: ScopeKey) -> set[str]:
        """The names of a class and of the project classes that derive from it."""
        names: set[str] = set()
        for key in (cls, *self.subclasses(cls)):
            module = self.load(key.path)
            if module is not None:
                names.add(module.facts.scopes[key.scope].name)
        return names

    def subclasses(self, cls: ScopeKey) -> set[ScopeKey]:
        """The project classes that derive from a class."""
        self.reliance.on(("subclasses", cls))
        return self._all_subclasses().get(cls, set())

    def _all_subclasses(self) -> dict[ScopeKey, set[ScopeKey]]:
        if self._subclasses is None:
            self._subclasses = {}
            for module in self.modules():
                for number, facts in enumerate(module.facts.scopes):
                    if facts.kind is ScopeKind.CLASS:
                        own = ScopeKey(module.path, number)
                        for key in members.bases(self, own)[0][1:]:
                            self._subclasses.setdefault(key, set()).add(own)
        return self._subclasses

    def other_names(self, name: str) -> set[str]:
        """The variables and attributes that something of this name is assigned to: ``queue_class = Queue``."""
        self.reliance.on(("other", name))
        return self._all_other_names().get(name, set())

    def _all_other_names(self) -> dict[str, set[str]]:
        if self._other_names is None:
            self._other_names = {}
            for module in self.modules():
                pairs = [(one.name, one.value) for one in module.facts.bindings]
                pairs += [(one.name, one.value) for one in module.facts.stores]
                for other, value in pairs:
                    if isinstance(value, Name | Attribute) and other not in ("", value.name):
                        self._other_names.setdefault(value.name, set()).add(other)
        return self._other_names

    def self_values(self, module: ModuleIndex, owner: int, scope: int) -> Values:
        """What ``self`` (or ``cls`` in a class method) denotes."""
        key = ScopeKey(module.path, owner)
        if is_class_method(module.facts.scopes[scope]):
            return (ProjectClass(key),)
        return (self.instance(key),)

    def instance(self, cls: ScopeKey) -> Value:
        """An instance of a project class: a client if the class derives from one."""
        client = members.client_base(self, cls) or calling.configured_wrapper(self, cls) or proxies.described(self, cls)
        return client if client is not None else Instance(cls)

    def outside_stores(self) -> outside.OutsideStores:
        """What the modules that passed the gate store on objects other than ``self``."""
        self.reliance.on(_OUTSIDE)
        if self._outside is None:
            self._outside = outside.OutsideStores()
            for module in self.modules():
                self._outside.add(module)
            outside.resolve_computed(self, self._outside)
        return self._outside

    def script_names(self) -> set[str]:
        """The names that ``register_script`` is assigned to, in the modules that passed the gate."""
        if self._script_names is None:
            sites = self.calls_named("register_script")
            self._script_names = {site.consumer.removeprefix(".") for _, site in sites} - {""}
        return self._script_names

    def is_attribute_of_class(self, name: str) -> bool:
        """Whether a class of the modules that passed the gate has an attribute of this name."""
        if self._attribute_names is None:
            self._attribute_names = {name for module in self.modules() for name in module.class_attribute_names}
        if name in self._attribute_names:
            return True
        self.reliance.on(("attribute", name))
        return False

    def is_attribute_of_any_class(self, name: str) -> bool:
        """Whether a class of the whole project has an attribute of this name; other files are searched for it."""
        return self.is_attribute_of_class(name) or self.is_attribute_elsewhere(name)

    def key_of(self, module: ModuleIndex, index: Expression) -> ConstantValue | Anything:
        """The constant that an index is, or :data:`ANYTHING`."""
        found = self.evaluate(module, index)
        return found[0].value if len(found) == 1 and isinstance(found[0], KnownConstant) else ANYTHING

    def binding(self, module: ModuleIndex, binding: Binding) -> Values:
        """The alternatives that a binding gives its name."""
        key = ("b", id(binding))
        known = self._known.get(key)
        if known is not None:
            if key in self.reliance.unsettled:
                self.reliance.on(key)
            return known
        return self.remember("b", id(binding), lambda: self._binding(module, binding))

    def _binding(self, module: ModuleIndex, binding: Binding) -> Values:
        kind = binding.kind
        if kind == "import":
            return self.imported(module, binding)
        if kind == "function":
            return calling.decorated(self, module, ProjectFunction(ScopeKey(module.path, binding.target)))
        if kind == "class":
            return (ProjectClass(ScopeKey(module.path, binding.target)),)
        declared: Values = ()
        if binding.annotation is not None:
            declared = annotated.instances(self, module, binding.annotation)
        return self.assigned(module, kind, binding.value, binding.path, declared)

    def assigned(
        self,
        module: ModuleIndex,
        kind: str,
        value: Expression | None,
        path: tuple[int, ...],
        declared: Values,
    ) -> Values:
        """What a binding or store of some kind gives, unpacked along ``path``."""
        if value is None or kind in ("augmented", "delete", "except", "pattern"):
            return declared or (ANYTHING,)
        found = self.evaluate(module, value)
        if kind == "for":
            found = union(*(containers.iterate(self, one) for one in found))
        elif kind == "with":
            found = union(*(containers.enter(self, one) for one in found))
        for step in path:
            found = union(*(containers.item(self, one, step) for one in found))
        if declared and not any(isinstance(one, Client) for one in found):
            return declared
        return found or (ANYTHING,)

    # --- imports --------------------------------------------------------------------------------------

    def imported(self, module: ModuleIndex, binding: Binding) -> Values:
        """What an import binds."""
        dotted = binding.module
        if not binding.member:
            path = self.names.absolute(dotted, module.path)
            return (ProjectModule(dotted, path),) if path is not None else (External(dotted),)
        path = self._module_path(dotted, module)
        if path is not None:
            found = self.module_member(ProjectModule(dotted, path), binding.member)
            if found:
                return found
            submodule = self.names.submodule(path, binding.member)
            if submodule is not None:
                return (ProjectModule(f"{dotted}.{binding.member}", submodule),)
            return (ANYTHING,)
        package = self.names.sibling_package(dotted, module.path, binding.member)
        if package is not None:
            return (ProjectModule(f"{dotted}.{binding.member}", package),)
        if dotted.startswith("."):
            return (ANYTHING,)
        return self.external(f"{dotted}.{binding.member}")

    def _module_path(self, dotted: str, module: ModuleIndex) -> str | None:
        if dotted.startswith("."):
            return self.names.relative(dotted, module.path)
        return self.names.absolute(dotted, module.path)

    def external(self, name: str) -> Values:
        """A name from outside the project, as the user's config may know it."""
        return (External(name),)

    def module_member(self, module: ProjectModule, name: str) -> Values:
        """What a module of the project has under a name; empty where it has nothing."""
        if not module.path:
            return ()
        return self.remember("m", (module.path, name), lambda: self._module_member(module, name))

    def _module_member(self, module: ProjectModule, name: str) -> Values:
        configured = calling.configured(self, module.path, name)
        if configured:
            return configured
        index = self.load(module.path)
        if index is None:
            # A package that did not pass the gate binds no Redis object; its submodules may.
            return () if self.names.submodule(module.path, name) is not None else (ANYTHING,)
        group = index.bindings.get((0, name))
        if group is None:
            return self.star_imported(index, name) or outside.attribute(self, module, name)
        found = union(*(self.binding(index, binding) for binding in group))
        if all(isinstance(value, Anything | KnownConstant) for value in found):
            return union(found, outside.attribute(self, module, name))
        return containers.held(found, module.path, 0, name)

    def star_imported(self, module: ModuleIndex, name: str) -> Values:
        """What a ``from x import *`` of the module gives under a name; empty where none does.

        ``ANYTHING`` where only a file of the project that is not parsed may give it.
        """
        is_unseen = False
        for binding in reversed(module.star_imports):
            path = self._module_path(binding.module, module)
            if path is None:
                continue
            index = self.load(path)
            if index is None:
                # Not parsed: it did not pass the gate. It binds no Redis object, but may bind what is handed one.
                is_unseen = True
                continue
            exports = index.facts.exports
            hidden = name not in exports if exports is not None else name.startswith("_")
            found = () if hidden else self.module_member(ProjectModule(binding.module, path), name)
            if found:
                return found
        return (ANYTHING,) if is_unseen and not hasattr(builtins, name) else ()

    # --- other expressions ----------------------------------------------------------------------------

    def _attribute(self, module: ModuleIndex, expression: Attribute) -> Values:
        base = self.evaluate(module, expression.value)
        found = union(*(members.member(self, value, expression.name) for value in base))
        if all(isinstance(value, Anything | ExternalMethod) for value in found):
            found = outside.of_unknown(self, expression) or found
        if expression.name in self.settings.client_names and all(isinstance(value, Anything) for value in found):
            owner = module.owner_of_self(self._scope_at(module, expression.start), dotted_name(expression.value))
            sites = module.method_calls.get((owner, expression.name), ()) if owner is not None else ()
            found = (calling.named_client(sites),)
        return narrowing.narrowed(self, module, expression, found)

    def _call(self, module: ModuleIndex, expression: Call) -> Values:
        return calling.result(self, module, expression)

    def _subscript(self, module: ModuleIndex, expression: Subscript) -> Values:
        base = self.evaluate(module, expression.value)
        if any(isinstance(value, External) and value.name in _INJECTED for value in base):
            given = self.evaluate(module, expression.index)
            return union(*(value.results if isinstance(value, Maker) else (value,) for value in given))
        if any(annotated.is_generic(value) for value in base):
            return (DeclaredType(module.path, expression, expression.start),)
        key = self.key_of(module, expression.index)
        found = union(*(self._element(value, key) for value in base))
        if all(isinstance(value, Anything) for value in found):
            found = outside.of_unknown(self, expression) or found
        return found

    def _element(self, value: Value, key: ConstantValue | Anything) -> Values:
        if not isinstance(value, External | ExternalInstance | ExternalMethod):
            return containers.element(self, value, key)
        stored = outside.entry(self, value, key) if isinstance(key, str) else ()
        name = value.name if isinstance(value, External) else members.library_class(value)
        cls = client_tables.object_of(f"{name}[]")
        kind = client_tables.factories().get(f"{name}[]")
        if kind is not None:
            return (members.client_of(kind, Confidence.INFERRED, f"{name}[]"),)
        return stored or (ExternalInstance(cls) if cls is not None else ANYTHING,)

    def _operation(self, module: ModuleIndex, expression: Operation) -> Values:
        if expression.operator in ("or", "and"):
            return union(*(self.evaluate(module, operand) for operand in expression.operands))
        if expression.operator == "|":
            found = union(*(self.evaluate(module, operand) for operand in expression.operands))
            if any(isinstance(value, External | ProjectClass | DeclaredType) for value in found):
                return (DeclaredType(module.path, expression, expression.start),)
        return (ANYTHING,)

    def _conditional(self, module: ModuleIndex, expression: Conditional) -> Values:
        return union(self.evaluate(module, expression.body), self.evaluate(module, expression.otherwise))

    def _through(self, module: ModuleIndex, expression: Await | Walrus | Starred) -> Values:
        return self.evaluate(module, expression.value)

    def _yield(self, module: ModuleIndex, expression: Yield) -> Values:
        return (ANYTHING,)

    def _collection(self, module: ModuleIndex, expression: Collection) -> Values:
        if any(isinstance(element, Starred) for element in expression.elements) or expression.kind == "set":
            groups = [
                union(*(containers.iterate(self, value) for value in self.evaluate(module, element)))
                if isinstance(element, Starred)
                else self.evaluate(module, element)
                for element in expression.elements
            ]
            return (Items(contained(union(*groups))),)
        return (Row(tuple(contained(self.evaluate(module, element)) for element in expression.elements)),)

    def _mapping(self, module: ModuleIndex, expression: Mapping) -> Values:
        entries: dict[ConstantValue, Values] = {}
        others: list[Values] = []
        for key, value in zip(expression.keys, expression.values, strict=True):
            found = contained(self.evaluate(module, value))
            if isinstance(key, Constant):
                entries[key.value] = found
            elif key is not None:
                others.append(found)
            else:
                for one in found:
                    table = containers.opened(self, one)
                    entries |= dict(table.entries) if isinstance(table, Table) else {}
                    others.append(table.others if isinstance(table, Table) else (ANYTHING,))
        return (table_of(entries, union(*others)),)

    def _comprehension(self, module: ModuleIndex, expression: Comprehension) -> Values:
        if expression.value is not None:
            return (Table((), contained(self.evaluate(module, expression.value))),)
        return (Items(contained(self.evaluate(module, expression.element))),)

    def _lambda(self, module: ModuleIndex, expression: Lambda) -> Values:
        return (ProjectLambda(module.path, expression.start, expression.body),)

    def lambda_result(self, function: ProjectLambda) -> Values:
        """What calling a lambda of the project gives."""
        index = self.load(function.path)
        return self.evaluate(index, function.body) if index is not None else (ANYTHING,)

    # --- functions ------------------------------------------------------------------------------------

    def returned(self, function: ProjectFunction) -> Values:
        """What calling a function of the project gives."""
        key = function.function
        index = self.load(key.path)
        if index is None:
            return (ANYTHING,)
        facts = index.facts.scopes[key.scope]
        if facts.kind is not ScopeKind.FUNCTION:
            return (ANYTHING,)
        if facts.is_generator:
            return (Generator(key, function.receiver),)
        return self.remember("r", key, lambda: self._returned(index, key))

    def _returned(self, index: ModuleIndex, key: ScopeKey) -> Values:
        facts = index.facts.scopes[key.scope]
        found = union(
            *(
                self.evaluate(index, result.value)
                for result in index.results.get(key.scope, ())
                if result.value is not None and not result.is_yield
            )
        )
        if facts.returns is not None and not any(isinstance(value, Client | Reply) for value in found):
            declared = annotated.instances(self, index, facts.returns)
            if declared:
                return declared
        return found

    def yielded(self, generator: Generator) -> Values:
        """What a generator gives one by one (or, as a context manager, when entered)."""
        index = self.load(generator.function.path)
        if index is None:
            return (ANYTHING,)
        key = generator.function
        return self.remember("y", key, lambda: self._yielded(index, key))

    def _yielded(self, index: ModuleIndex, key: ScopeKey) -> Values:
        groups: list[Values] = []
        for result in index.results.get(key.scope, ()):
            if not result.is_yield or result.value is None:
                continue
            found = self.evaluate(index, result.value)
            if result.delegates:
                found = union(*(containers.iterate(self, value) for value in found))
            groups.append(found)
        found = union(*groups)
        returns = index.facts.scopes[key.scope].returns
        if returns is not None and not any(isinstance(value, Client) for value in found):
            declared = annotated.instances(self, index, returns)
            items = union(*(containers.iterate(self, value) for value in declared))
            if any(isinstance(value, Client) for value in items):
                return items
        return found or (ANYTHING,)


_HANDLERS: dict[type, Callable[..., Values]] = {
    Name: Evaluator._name,
    Attribute: Evaluator._attribute,
    Call: Evaluator._call,
    Subscript: Evaluator._subscript,
    Operation: Evaluator._operation,
    Conditional: Evaluator._conditional,
    Await: Evaluator._through,
    Walrus: Evaluator._through,
    Starred: Evaluator._through,
    Yield: Evaluator._yield,
    Collection: Evaluator._collection,
    Mapping: Evaluator._mapping,
    Comprehension: Evaluator._comprehension,
    Lambda: Evaluator._lambda,
}
