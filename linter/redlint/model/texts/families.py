"""Which class ``self`` may be an instance of, and what those classes have under a name."""

from __future__ import annotations

from functools import cached_property

from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import bases
from redlint.model.facts import (
    Attribute,
    Binding,
    Call,
    Name,
    last_name,
)
from redlint.model.index import ModuleIndex, is_static
from redlint.model.kinds import ScopeKind
from redlint.model.values import ProjectClass, ScopeKey

MOST_CLASSES = 16
"""A class with more project classes below it than this counts alone, without what they override."""

_ABSTRACT = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"})
_ACCESSORS = frozenset({"setter", "deleter"})
_RECORDS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "attr", "s", "dataclass_transform"})
_RECORD_BASES = frozenset({"BaseModel", "BaseSettings", "NamedTuple", "Struct", "SQLModel"})


class Families:
    """The classes of a project as a tree."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._known: dict[tuple[ScopeKey, bool], tuple[ScopeKey, ...] | None] = {}
        self._production: dict[str, bool] = {}
        self._made: dict[ScopeKey, bool] = {}
        self._below: dict[ScopeKey, frozenset[ScopeKey]] = {}

    def is_production(self, path: str) -> bool:
        """Whether a module's code runs in production."""
        if path not in self._production:
            self._production[path] = self._evaluator.settings.is_production(path)
        return self._production[path]

    def family(self, cls: ScopeKey, asker: str) -> tuple[ScopeKey, ...] | None:
        """The class and those that derive from it, without those that only others derive from.

        ``None`` where they are too many. Where the module at the path ``asker`` is production code, classes of tests
        do not count.
        """
        key = (cls, self.is_production(asker))
        if key not in self._known:
            self._known[key] = self._family(*key)
        return self._known[key]

    def _family(self, cls: ScopeKey, production: bool) -> tuple[ScopeKey, ...] | None:
        below = sorted(
            (one for one in self.below(cls) if not production or self.is_production(one.path)),
            key=lambda one: (one.path, one.scope),
        )
        if len(below) > MOST_CLASSES:
            return None
        found = tuple(one for one in (cls, *below) if not below or self._is_made(one))
        return found or (cls,)

    def below(self, cls: ScopeKey) -> frozenset[ScopeKey]:
        """The classes that derive from a class: those of modules that touch Redis, and of its own module."""
        if cls not in self._below:
            found = set(self._evaluator.subclasses(cls))
            module = self._evaluator.load(cls.path)
            for number, facts in enumerate(module.facts.scopes) if module is not None else ():
                key = ScopeKey(cls.path, number)
                if facts.kind is ScopeKind.CLASS and cls in bases(self._evaluator, key)[0][1:]:
                    found.add(key)
            self._below[cls] = frozenset(found)
        return self._below[cls]

    def _is_made(self, cls: ScopeKey) -> bool:
        """Whether instances of exactly this class may exist: no class below it, or one that is called by name."""
        if cls not in self._made:
            self._made[cls] = not self.below(cls) or self._is_called(cls)
        return self._made[cls]

    def _is_called(self, cls: ScopeKey) -> bool:
        module = self._evaluator.load(cls.path)
        if module is None:
            return True
        methods = module.methods.get(cls.scope, ())
        if any(last_name(one) in _ABSTRACT for method in methods for one in module.facts.scopes[method].decorators):
            return False
        name = module.facts.scopes[cls.scope].name
        if name in self._handed_names or cls.path not in self._paths:
            return True  # modules without Redis, where such things are made, are not looked at
        for other in (name, *sorted(self._evaluator.other_names(name))):
            for caller, site in self._evaluator.calls_named(other):
                values = self._evaluator.evaluate(caller, site.call.function)
                if any(isinstance(value, ProjectClass) and value.cls == cls for value in values):
                    return True
        return False

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(module.path for module in self._evaluator.modules())

    @cached_property
    def _handed_names(self) -> frozenset[str]:
        """The names that are handed over or kept as values, so that what they name may be called from anywhere."""
        return frozenset().union(*(module.names_kept for module in self._evaluator.modules()))

    def has(self, cls: ScopeKey, name: str) -> bool:
        """Whether instances of a class may have an attribute."""
        order, external = bases(self._evaluator, cls)
        if any(base != "builtins.object" for base in external):
            return True
        modules = ((self._evaluator.load(key.path), key) for key in order)
        return any(module is None or name in module.attribute_names.get(key.scope, ()) for module, key in modules)

    # --- names ----------------------------------------------------------------------------------------

    def runs(self, receiver: ScopeKey, module: ModuleIndex, scope: int) -> bool:
        """Whether a method is run for instances of a class: not overridden, or called by what overrides it."""
        owner = module.class_of(scope)
        if owner is None:
            return True
        here = ScopeKey(module.path, owner)
        name = module.facts.scopes[scope].name
        for key in bases(self._evaluator, receiver)[0]:
            if key == here:
                return True
            index = self._evaluator.load(key.path)
            for binding in index.bindings.get((key.scope, name), ()) if index is not None else ():
                if index is None or binding.kind != "function" or not self._calls_super(index, binding.target, name):
                    return False
        return True

    def _calls_super(self, module: ModuleIndex, scope: int, name: str) -> bool:
        """Whether an overriding method goes on to the one it overrides."""
        for site in module.calls_by_scope.get(scope, ()):
            function = site.call.function
            if isinstance(function, Attribute) and function.name == name:
                # ``Base.name(self, ...)`` as well
                given = site.call.arguments[:1]
                if is_super(function) or any(isinstance(one.value, Name) and one.value.name == "self" for one in given):
                    return True
        return False

    def method(self, cls: ScopeKey, name: str) -> ScopeKey | None:
        """The function that ``name`` of an instance of the class is."""
        for key in bases(self._evaluator, cls)[0]:
            index = self._evaluator.load(key.path)
            group = self.class_bindings(index, key.scope, name) if index is not None else []
            if group:
                return ScopeKey(key.path, group[-1].target) if group[-1].kind == "function" else None
        return None

    def class_bindings(self, module: ModuleIndex, cls: int, name: str) -> list[Binding]:
        """What a class body binds to a name, setters aside."""
        return [binding for binding in module.bindings.get((cls, name), ()) if not is_accessor(module, binding)]

    def is_record(self, cls: ScopeKey) -> bool:
        """Whether the annotated names of a class are the arguments of its constructor."""
        order, external = bases(self._evaluator, cls)
        if any(name.rpartition(".")[2] in _RECORD_BASES for name in external):
            return True
        for key in order:
            index = self._evaluator.load(key.path)
            decorators = index.facts.scopes[key.scope].decorators if index is not None else ()
            if any(last_name(one) in _RECORDS for one in decorators):
                return True
        return False


def is_accessor(module: ModuleIndex, binding: Binding) -> bool:
    """Whether a function of a class is the setter or deleter of a property."""
    if binding.kind != "function":
        return False
    decorators = module.facts.scopes[binding.target].decorators
    return any(isinstance(one, Attribute) and one.name in _ACCESSORS for one in decorators)


def owner_of(module: ModuleIndex, position: int) -> tuple[ScopeKey, int] | None:
    """The class of the method that a place is in, and the method."""
    scope = module.facts.blocks[module.block_at(position)].scope
    while scope > 0:
        owner = module.class_of(scope)
        if owner is not None and not is_static(module.facts.scopes[scope]):
            return ScopeKey(module.path, owner), scope
        scope = module.facts.scopes[scope].parent
    return None


def is_super(function: Attribute) -> bool:
    """Whether an attribute is one of ``super()``."""
    return isinstance(function.value, Call) and last_name(function.value) == "super"
