"""A module's facts, arranged for looking things up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

from redlint.model.facts import (
    Attribute,
    Binding,
    BlockFacts,
    Call,
    CallSite,
    Collection,
    Conditional,
    Constant,
    Expression,
    Mapping,
    ModuleFacts,
    Name,
    Result,
    ScopeFacts,
    Store,
    dotted_name,
    inner_expressions,
    last_name,
)
from redlint.model.kinds import BlockKind, ScopeKind, Usage
from redlint.source import SourceText

_BRANCHES = (BlockKind.IF, BlockKind.ELSE, BlockKind.CASE)
_ASKS = frozenset({"isinstance", "issubclass", "super", "cast", "TypeVar", "hasattr"})
_OWN_NAMES = (BlockKind.COMPREHENSION, BlockKind.LAMBDA)


class ModuleIndex:
    """One module: its source, its facts, and the ways through them."""

    def __init__(self, path: str, source: SourceText, facts: ModuleFacts) -> None:
        self.path = path
        self.source = source
        self.facts = facts
        self._starts = [block.start for block in facts.blocks]
        self._ancestors: dict[int, tuple[int, ...]] = {}
        self.known_fixed: dict[int, bool] = {}
        """What ``origin.is_fixed`` has found out of expressions, by their ``id``."""

    # --- tests ----------------------------------------------------------------------------------------

    @cached_property
    def tested_names(self) -> frozenset[str]:
        """The names and dotted attributes that ``isinstance`` is asked about anywhere in the module."""
        found: set[str] = set()
        for site in self.calls_by_callee.get("isinstance", ()):
            if site.call.arguments:
                found.add(dotted_name(site.call.arguments[0].value))
        return frozenset(found - {""})

    @cached_property
    def asserted_types(self) -> list[CallSite]:
        """The calls of ``isinstance`` that are asserted."""
        sites = self.calls_by_callee.get("isinstance", ())
        return [site for site in sites if site.usage is Usage.TESTED and site.consumer == "assert"]

    def exits_before(self, chain: tuple[int, ...], position: int) -> list[BlockFacts]:
        """The ``if`` branches that end before a place and, when taken, do not lead there."""
        blocks = self.facts.blocks
        found = [one for number in chain for one in self._exits.get(number, ()) if blocks[one].end <= position]
        return [blocks[one] for one in sorted(found)]

    @cached_property
    def _exits(self) -> dict[int, list[int]]:
        """The branches that end the code around them, by the block that they stand in."""
        return _by_parent(self.facts, (number for number, block in enumerate(self.facts.blocks) if block.exits))

    def passed_before(self, chain: tuple[int, ...], position: int) -> list[int]:
        """The ``if`` branches that end before a place and leave the code around them, also if only perhaps."""
        blocks = self.facts.blocks
        return sorted(one for number in chain for one in self._leaving.get(number, ()) if blocks[one].end <= position)

    @cached_property
    def _leaving(self) -> dict[int, list[int]]:
        """The branches that perhaps end the code around them, by the block that they stand in."""
        found = {number for number, block in enumerate(self.facts.blocks) if block.exits}
        for result in self.facts.results:
            if not result.is_yield:
                found.update(one for one in self.ancestors(result.block) if self.facts.blocks[one].kind is BlockKind.IF)
        return _by_parent(self.facts, found)

    # --- places ---------------------------------------------------------------------------------------

    def block_at(self, position: int) -> int:
        """The number of the innermost block that covers a character offset."""
        blocks = self.facts.blocks
        number = max(bisect_right(self._starts, position) - 1, 0)
        while number > 0 and blocks[number].end <= position:
            number = blocks[number].parent
        return number

    def ancestors(self, block: int) -> tuple[int, ...]:
        """The block and those around it, innermost first, up to the body of its own scope."""
        known = self._ancestors.get(block)
        if known is None:
            known = self._ancestors[block] = self._ancestors_of(block)
        return known

    def _ancestors_of(self, block: int) -> tuple[int, ...]:
        scope = self.facts.blocks[block].scope
        chain: list[int] = []
        number = block
        while number >= 0 and self.facts.blocks[number].scope == scope:
            chain.append(number)
            if number == 0 or number == self.facts.scopes[scope].block:
                break
            number = self.facts.blocks[number].parent
        return tuple(chain)

    def text(self, start: int, end: int) -> str:
        """The source text of a range of character offsets."""
        return self.source.text[start:end]

    # --- tables ---------------------------------------------------------------------------------------

    @cached_property
    def bindings(self) -> dict[tuple[int, str], list[Binding]]:
        """The bindings of each name in each scope, in order."""
        found: dict[tuple[int, str], list[Binding]] = {}
        for binding in self.facts.bindings:
            scope = binding.scope
            if binding.name in self.facts.scopes[scope].shared_names:
                scope = self._shared_scope(scope, binding.name)
            found.setdefault((scope, binding.name), []).append(binding)
        for group in found.values():
            group.sort(key=lambda binding: binding.start)
        return found

    def _shared_scope(self, scope: int, name: str) -> int:
        """The scope that a ``global`` or ``nonlocal`` name of a function belongs to."""
        parent = self.facts.scopes[scope].parent
        while parent > 0:
            outer = self.facts.scopes[parent]
            is_function = outer.kind is ScopeKind.FUNCTION
            if is_function and name not in outer.shared_names and self._binds(parent, name):
                return parent
            parent = outer.parent
        return 0

    def _binds(self, scope: int, name: str) -> bool:
        return any(binding.scope == scope and binding.name == name for binding in self.facts.bindings)

    @cached_property
    def star_imports(self) -> list[Binding]:
        """The ``from x import *`` of the module."""
        return self.bindings.get((0, "*"), [])

    @cached_property
    def results(self) -> dict[int, list[Result]]:
        """What each function returns and yields, by scope."""
        found: dict[int, list[Result]] = {}
        for result in self.facts.results:
            found.setdefault(result.scope, []).append(result)
        return found

    @cached_property
    def calls_by_scope(self) -> dict[int, list[CallSite]]:
        """The calls of each scope, in order of completion."""
        found: dict[int, list[CallSite]] = {}
        for site in self.facts.calls:
            found.setdefault(site.scope, []).append(site)
        return found

    @cached_property
    def stores_by_scope(self) -> dict[int, list[Store]]:
        """The stores of each scope."""
        found: dict[int, list[Store]] = {}
        for store in self.facts.stores:
            found.setdefault(store.scope, []).append(store)
        return found

    @cached_property
    def self_stores(self) -> dict[tuple[int, str], list[Store]]:
        """What is stored on a class or its instances, by scope of the class and name of the attribute."""
        found: dict[tuple[int, str], list[Store]] = {}
        for store in self.facts.stores:
            owner = self._owner_of_store(store)
            if owner is not None:
                found.setdefault((owner, store.name), []).append(store)
        return found

    def _owner_of_store(self, store: Store) -> int | None:
        """The class that ``self.x =``, ``self.__class__.x =``, ``type(self).x =`` or ``Class.x =`` stores on."""
        receiver = store.object
        if store.index is not None:
            return None
        if isinstance(receiver, Attribute) and receiver.name == "__class__":
            receiver = receiver.value
        elif isinstance(receiver, Call) and len(receiver.arguments) == 1:
            is_type = isinstance(receiver.function, Name) and receiver.function.name == "type"
            receiver = receiver.arguments[0].value if is_type else receiver
        if not isinstance(receiver, Name):
            return None
        owner = self.owner_of_self(store.scope, receiver.name)
        return owner if owner is not None else self._class_named(receiver)

    def _class_named(self, name: Name) -> int | None:
        reaching = self.reaching(name.name, name.start)
        bindings = reaching[0] if reaching is not None else []
        return bindings[0].target if len(bindings) == 1 and bindings[0].kind == "class" else None

    @cached_property
    def attribute_names(self) -> dict[int, set[str]]:
        """The names that classes have as attributes, their own and those of their instances, by scope."""
        found: dict[int, set[str]] = {}
        for scope, name in self.self_stores:
            found.setdefault(scope, set()).add(name)
        scopes = self.facts.scopes
        for (scope, name), group in self.bindings.items():
            if scopes[scope].kind is ScopeKind.CLASS and not all(self._is_own_name(one.block) for one in group):
                found.setdefault(scope, set()).add(name)
        return found

    def _is_own_name(self, block: int) -> bool:
        """Whether what is bound in a block is known only there: a comprehension or lambda."""
        return any(self.facts.blocks[one].kind in _OWN_NAMES for one in self.ancestors(block))

    @cached_property
    def class_attribute_names(self) -> frozenset[str]:
        """The attributes of all classes."""
        return frozenset().union(*self.attribute_names.values())

    @cached_property
    def element_stores(self) -> dict[tuple[int, str], list[Store]]:
        """``name[index] = value`` by the scope that binds the name, ``self.name[index] = value`` by the class."""
        found: dict[tuple[int, str], list[Store]] = {}
        for store in self.facts.stores:
            key = self._receiver_key(store.scope, store.object) if store.index is not None else None
            if key is not None:
                found.setdefault(key, []).append(store)
        return found

    @cached_property
    def outside_stores(self) -> list[Store]:
        """The stores on objects and containers that are neither ``self`` nor a class of the module."""
        return [store for store in self.facts.stores if self._owner_of_store(store) is None]

    @cached_property
    def method_calls_by_start(self) -> dict[tuple[int, str], CallSite]:
        """The method calls by where they start and the method's name."""
        return {
            (site.call.start, site.call.function.name): site
            for site in self.facts.calls
            if isinstance(site.call.function, Attribute)
        }

    @cached_property
    def calls_by_callee(self) -> dict[str, list[CallSite]]:
        """The calls by the last name of what is called."""
        found: dict[str, list[CallSite]] = {}
        for site in self.facts.calls:
            function = site.call.function
            if isinstance(function, Name | Attribute):
                found.setdefault(function.name, []).append(site)
        return found

    @cached_property
    def handed(self) -> dict[str, list[tuple[CallSite, int]]]:
        """The names and attributes that are arguments of calls: the call and the argument's position, by last name."""
        found: dict[str, list[tuple[CallSite, int]]] = {}
        for site in self.facts.calls:
            for position, argument in enumerate(site.call.arguments):
                value = argument.value
                if isinstance(value, Name | Attribute) and not argument.stars:
                    found.setdefault(value.name, []).append((site, position))
        return found

    @cached_property
    def names_kept(self) -> frozenset[str]:
        """The names that are handed over, returned or put into containers: what they name may be used anywhere."""
        facts = self.facts
        found: set[str] = set()
        for site in facts.calls:
            if last_name(site.call.function) not in _ASKS:
                for argument in site.call.arguments:
                    _add_names(argument.value, found)
        for value in (*(one.value for one in facts.bindings), *(one.value for one in facts.stores)):
            if isinstance(value, Collection | Mapping | Conditional):
                _add_names(value, found)
        for result in facts.results:
            if result.value is not None:
                _add_names(result.value, found)
        return frozenset(found)

    @cached_property
    def method_calls(self) -> dict[tuple[int, str], list[CallSite]]:
        """``name.method(...)`` by the scope that binds the name, and ``self.name.method(...)`` by the class."""
        found: dict[tuple[int, str], list[CallSite]] = {}
        for site in self.facts.calls:
            function = site.call.function
            if not isinstance(function, Attribute):
                continue
            key = self._receiver_key(site.scope, function.value)
            if key is not None:
                found.setdefault(key, []).append(site)
        return found

    def _receiver_key(self, scope: int, receiver: Expression) -> tuple[int, str] | None:
        if isinstance(receiver, Name):
            reaching = self.reaching(receiver.name, receiver.start)
            return (reaching[1], receiver.name) if reaching is not None else None
        if isinstance(receiver, Attribute) and isinstance(receiver.value, Name):
            owner = self.owner_of_self(scope, receiver.value.name)
            return (owner, receiver.name) if owner is not None else None
        return None

    @cached_property
    def methods(self) -> dict[int, list[int]]:
        """The functions defined in each class body, by scope of the class."""
        found: dict[int, list[int]] = {}
        for number, facts in enumerate(self.facts.scopes):
            if facts.kind is ScopeKind.FUNCTION and facts.parent >= 0:
                found.setdefault(facts.parent, []).append(number)
        return found

    @cached_property
    def fixtures(self) -> dict[tuple[int, str], list[int]]:
        """The pytest fixtures by the scope they are defined in and the name tests ask for them by."""
        found: dict[tuple[int, str], list[int]] = {}
        for number, facts in enumerate(self.facts.scopes):
            if is_fixture(facts):
                found.setdefault((facts.parent, _fixture_name(facts)), []).append(number)
        return found

    # --- scopes ---------------------------------------------------------------------------------------

    def class_of(self, scope: int) -> int | None:
        """The class whose body a function is defined in, or ``None``."""
        parent = self.facts.scopes[scope].parent
        return parent if parent >= 0 and self.facts.scopes[parent].kind is ScopeKind.CLASS else None

    def owner_of_self(self, scope: int, name: str) -> int | None:
        """The class of ``self`` (or ``cls``) when ``name`` is that in the scope or in a function around it."""
        current = scope
        while current > 0:
            facts = self.facts.scopes[current]
            if facts.kind is ScopeKind.FUNCTION:
                if facts.parameters and facts.parameters[0].name == name:
                    return None if is_static(facts) else self.class_of(current)
                if any(parameter.name == name for parameter in facts.parameters):
                    return None
            current = facts.parent
        return None

    # --- reaching bindings ----------------------------------------------------------------------------

    def reaching(self, name: str, position: int) -> tuple[list[Binding], int] | None:
        """The bindings that may give ``name`` its value at a place, with the number of their scope.

        ``None`` where no scope around the place binds it. A parameter counts as reaching when the list does
        not begin with a binding that always comes before the place; it is not in the list itself.
        """
        block = self.block_at(position)
        scope = self.facts.blocks[block].scope
        here = True
        while scope >= 0:
            facts = self.facts.scopes[scope]
            visible = here or facts.kind is not ScopeKind.CLASS
            if visible and name not in facts.shared_names:
                group = self.bindings.get((scope, name))
                if group is not None:
                    if here:
                        found = self._before(group, block, position)
                        # A class body that has not bound the name yet sees the one outside: ``redis = redis``.
                        if found or facts.kind is ScopeKind.FUNCTION:
                            return found, scope
                    else:
                        return [one for one in group if not self._is_private(one, -1)], scope
                if any(parameter.name == name for parameter in facts.parameters):
                    return [], scope
            if here and name in facts.shared_names:
                target = self._shared_scope(scope, name)
                return self.bindings.get((target, name), []), target
            scope = facts.parent
            here = False
        return None

    def _is_private(self, binding: Binding, block: int) -> bool:
        """Whether a comprehension or lambda keeps the name to itself, away from ``block``."""
        number = binding.block
        if self.facts.blocks[number].kind not in _OWN_NAMES or binding.kind not in ("for", "lambda"):
            return False
        return block < 0 or number not in self._chain(block)

    def _chain(self, block: int) -> tuple[int, ...]:
        chain: list[int] = []
        while True:
            chain.append(block)
            if block == 0:
                return tuple(chain)
            block = self.facts.blocks[block].parent

    def _before(self, group: list[Binding], block: int, position: int) -> list[Binding]:
        chain = self.ancestors(block)
        loops = [number for number in chain if self.facts.blocks[number].kind.is_loop]
        found: list[Binding] = []
        later: list[Binding] = []
        for binding in reversed(group):
            if self._is_private(binding, block):
                continue
            if binding.start > position:
                if any(number in self.ancestors(binding.block) for number in loops):
                    later.append(binding)
                continue
            if self._exclusive(binding.block, chain):
                continue
            found.append(binding)
            if binding.block in chain and binding.kind != "augmented":
                return found if not loops or self._in_loop(binding, loops) else found + later
        return found + later

    def _in_loop(self, binding: Binding, loops: list[int]) -> bool:
        inner = self.ancestors(binding.block)
        return any(number in inner for number in loops)

    def _exclusive(self, block: int, chain: tuple[int, ...]) -> bool:
        """Whether a block is another branch of an ``if`` or ``match`` than the one in ``chain``."""
        blocks = self.facts.blocks
        mine = {blocks[number].statement: number for number in chain if blocks[number].kind in _BRANCHES}
        for number in self.ancestors(block):
            facts: BlockFacts = blocks[number]
            if facts.kind in _BRANCHES and mine.get(facts.statement, number) != number:
                return True
        return False

    def always_reached(self, found: list[Binding], position: int) -> bool:
        """Whether one of the bindings always comes before the place, so that a parameter's value is gone."""
        chain = self.ancestors(self.block_at(position))
        return any(
            binding.start <= position and binding.block in chain and binding.kind != "augmented" for binding in found
        )


def _add_names(expression: Expression, found: set[str]) -> None:
    if isinstance(expression, Name | Attribute):
        found.add(expression.name)
    elif isinstance(expression, Collection | Mapping | Conditional):
        for inner in inner_expressions(expression):
            _add_names(inner, found)


def _by_parent(facts: ModuleFacts, numbers: Iterable[int]) -> dict[int, list[int]]:
    """Blocks by the block that they stand in."""
    found: dict[int, list[int]] = {}
    for number in numbers:
        found.setdefault(facts.blocks[number].parent, []).append(number)
    return found


def is_static(scope: ScopeFacts) -> bool:
    """Whether a method is a ``@staticmethod``: its first parameter is not its object."""
    return any(isinstance(decorator, Name) and decorator.name == "staticmethod" for decorator in scope.decorators)


def is_class_method(scope: ScopeFacts) -> bool:
    """Whether a method is a ``@classmethod``: its first parameter is its class."""
    return any(isinstance(decorator, Name) and decorator.name == "classmethod" for decorator in scope.decorators)


def is_fixture(scope: ScopeFacts) -> bool:
    """Whether a function is a pytest fixture."""
    return scope.kind is ScopeKind.FUNCTION and any(last_name(one) == "fixture" for one in scope.decorators)


def _fixture_name(scope: ScopeFacts) -> str:
    """The name of a fixture: its function's, or the one that ``@pytest.fixture(name=...)`` gives."""
    for decorator in scope.decorators:
        for argument in decorator.arguments if isinstance(decorator, Call) else ():
            if argument.keyword == "name" and isinstance(argument.value, Constant):
                return str(argument.value.value)
    return scope.name
