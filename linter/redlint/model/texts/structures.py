"""The items of lists, tuples and dicts, as the expressions that they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redlint.model.facts import (
    Attribute,
    Await,
    Binding,
    Call,
    CallSite,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Mapping,
    Name,
    Opaque,
    Operation,
    Starred,
    Subscript,
    Walrus,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import ScopeKind
from redlint.model.texts.parts import MOST_HOPS, Depth, Place
from redlint.model.values import ScopeKey

if TYPE_CHECKING:
    from redlint.model.strings import KeyTexts

_MOST_ITEMS = 24
_COPIES = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "dict"})
_PUTS = {"append": 0, "add": 0, "appendleft": 0, "insert": 1, "put": 0, "put_nowait": 0}
_PUTS_ALL = frozenset({"extend", "update", "extendleft"})
_CHANGES = frozenset({"insert", "appendleft", "extendleft", "pop", "popleft", "remove", "clear", "sort", "reverse"})
_PATHS = {"keys": 0, "values": 1}


class Structures:
    """Looks into containers."""

    def __init__(self, texts: KeyTexts) -> None:
        self._texts = texts
        self._active: set[int] = set()

    # --- the container --------------------------------------------------------------------------------

    def whole(self, place: Place) -> list[Place] | None:
        """The displays, comprehensions and calls that an expression may stand for; ``None`` where that is unknown."""
        if place.context.hops > MOST_HOPS:
            return None
        if id(place.expression) in self._active:
            self._texts.drop()
            return []  # a list that is made of itself: nothing new
        self._active.add(id(place.expression))
        try:
            return self._whole(place)
        finally:
            self._active.discard(id(place.expression))

    def _whole(self, place: Place) -> list[Place] | None:
        expression = place.expression
        if isinstance(expression, Name):
            return self._of_name(place, expression)
        if isinstance(expression, Attribute):
            found = self._texts.attributes.stored(place.module, expression, place.context)
            return self._all(found) if found is not None else None
        if isinstance(expression, Await | Walrus):
            return self.whole(replace(place, expression=expression.value))
        if isinstance(expression, Conditional):
            return self._all([replace(place, expression=one) for one in (expression.body, expression.otherwise)])
        if isinstance(expression, Operation) and expression.operator == "or":
            return self._all([replace(place, expression=one) for one in expression.operands])
        if isinstance(expression, Call) and not _is_copy(place.module, expression):
            returned = self._returned(place, expression)
            return returned if returned is not None else [place]
        return [place]

    def _all(self, places: list[Place]) -> list[Place] | None:
        found: list[Place] = []
        for place in places:
            if isinstance(place.expression, Constant) and place.expression.value is None:
                continue
            whole = self.whole(place)
            if whole is None:
                return None
            found += whole
        return found

    def _of_name(self, place: Place, name: Name) -> list[Place] | None:
        module, context = place.module, place.context
        reaching = module.reaching(name.name, name.start)
        if reaching is None:
            return None
        bindings, scope = reaching
        if not bindings:
            is_self = module.owner_of_self(scope, name.name) is not None
            return [place] if is_self else self._of_parameter(place, name, scope)
        found: list[Place] = []
        for binding in bindings:
            if binding.kind == "import":
                constant = self._texts.names.imported(module, binding)
                if constant is None:
                    return None
                found += constant
                continue
            if binding.kind == "augmented":
                continue
            if binding.kind not in ("assign", "annotated") or binding.value is None:
                return None
            at = Place(module, binding.value, context.deeper)
            if binding.path:
                inner = self.item(at, binding.path)
                if inner is None:
                    return None
                found += inner
            else:
                found.append(at)
        return self._all(found)

    def _of_parameter(self, place: Place, name: Name, scope: int) -> list[Place] | None:
        module, context = place.module, place.context
        if context.function == ScopeKey(module.path, scope):
            known = context.arguments.get(name.name)
            return self.whole(known) if known is not None else None
        passed = self._texts.names.passed(module, scope, name.name, context)
        return self._all(list(passed)) if passed else None

    def _returned(self, place: Place, call: Call) -> list[Place] | None:
        """What a function of the project returns, for every function that is called."""
        functions = self._texts.calls.functions(place.module, call, place.context)
        if not functions:
            return None
        found: list[Place] = []
        for index, scope, inner in functions:
            facts = index.facts.scopes[scope]
            if facts.kind is not ScopeKind.FUNCTION or facts.is_generator:
                return None
            found += [
                Place(index, result.value, inner)
                for result in index.results.get(scope, ())
                if result.value is not None and not result.is_yield
            ]
        return self._all(found)

    # --- items ----------------------------------------------------------------------------------------

    def elements(self, place: Place, path: tuple[int, ...] = ()) -> list[Place] | None:
        """The alternatives for one item of something iterated over, unpacked along ``path``."""
        whole = self.whole(place)
        added = self._added(place)
        if whole is None or added is None:
            return None
        found: list[Place] = []
        for one in whole:
            inner = self._elements(one, path)
            if inner is None:
                return None
            found += inner
        for one, is_many in added:
            inner = self.elements(one, path) if is_many else self.item(one, path)
            if inner is None:
                return None
            found += inner
        return found if len(found) <= _MOST_ITEMS else None

    def _elements(self, place: Place, path: tuple[int, ...]) -> list[Place] | None:
        expression = place.expression
        if isinstance(expression, Collection):
            return self._displayed(place, expression, path)
        if isinstance(expression, Comprehension):
            return self.item(replace(place, expression=expression.element), path)
        if isinstance(expression, Mapping):
            return self._keys_of(place, expression, path)
        if isinstance(expression, Operation) and expression.operator in ("+", "|"):
            return self._joined([self.elements(replace(place, expression=one), path) for one in expression.operands])
        if isinstance(expression, Call):
            return self._of_call(place, expression, path)
        if isinstance(expression, Subscript) and not isinstance(expression.index, Constant):
            return self._sliced(place, expression, path)
        return None

    def _sliced(self, place: Place, subscript: Subscript, path: tuple[int, ...]) -> list[Place] | None:
        """The items of a part of a list."""
        container = replace(place, expression=subscript.value)
        whole = self.whole(container)
        if not whole or not all(isinstance(one.expression, Collection | Comprehension) for one in whole):
            return None
        return self.elements(container, path) if isinstance(subscript.index, Opaque) else None

    def _displayed(self, place: Place, display: Collection, path: tuple[int, ...]) -> list[Place] | None:
        groups = [
            self.elements(replace(place, expression=one.value), path)
            if isinstance(one, Starred)
            else self.item(replace(place, expression=one), path)
            for one in display.elements
        ]
        return self._joined(groups)

    def _keys_of(self, place: Place, display: Mapping, path: tuple[int, ...]) -> list[Place] | None:
        if any(key is None for key in display.keys):
            return None
        return self._joined([self.item(replace(place, expression=key), path) for key in display.keys if key])

    def _of_call(self, place: Place, call: Call, path: tuple[int, ...]) -> list[Place] | None:
        function, arguments = call.function, [one.value for one in call.arguments if not one.keyword and not one.stars]
        if isinstance(function, Name) and place.module.reaching(function.name, function.start) is None:
            if function.name in _COPIES:
                return self.elements(replace(place, expression=arguments[0]), path) if arguments else []
            if function.name == "enumerate" and path[:1] == (1,) and arguments:
                return self.elements(replace(place, expression=arguments[0]), path[1:])
            if function.name == "zip" and path and path[0] < len(arguments):
                return self.elements(replace(place, expression=arguments[path[0]]), path[1:])
        if isinstance(function, Attribute) and not arguments:
            if function.name in ("keys", "values", "items"):
                return self._of_table(replace(place, expression=function.value), function.name, path)
            if function.name == "copy":
                return self.elements(replace(place, expression=function.value), path)
        return self._yielded(place, call, path)

    def _of_table(self, place: Place, method: str, path: tuple[int, ...]) -> list[Place] | None:
        side = _PATHS.get(method)
        if side is None:
            if not path or path[0] not in (0, 1):
                return None
            side, path = path[0], path[1:]
        whole = self.whole(place)
        holder = self._holder(place)
        stores = holder[0].element_stores.get(holder[1], ()) if holder is not None else ()
        if whole is None or (stores and self._added_many(place)):
            return None
        groups: list[list[Place] | None] = []
        for store in stores:
            stored = store.value if side else store.index
            if stored is None or store.path or store.kind not in ("assign", "annotated"):
                return None
            groups.append(self.item(Place(place.module, stored, place.context.deeper), path))
        for one in whole:
            display = one.expression
            if _is_empty(place.module, display):
                continue
            if not isinstance(display, Mapping) or any(key is None for key in display.keys):
                return None
            keys = [key for key in display.keys if key is not None]
            groups += [self.item(replace(one, expression=each), path) for each in (display.values if side else keys)]
        return self._joined(groups)

    def _added_many(self, place: Place) -> bool:
        """Whether a dict is given entries by ``update`` and the like."""
        holder = self._holder(place)
        sites = holder[0].method_calls.get(holder[1], ()) if holder is not None else ()
        names = {site.call.function.name for site in sites if isinstance(site.call.function, Attribute)}
        return bool(names & {"update", "setdefault"})

    def _yielded(self, place: Place, call: Call, path: tuple[int, ...]) -> list[Place] | None:
        """What a generator function of the project yields."""
        groups: list[list[Place] | None] = []
        for index, scope, inner in self._texts.calls.functions(place.module, call, place.context) or ():
            if not index.facts.scopes[scope].is_generator:
                return None
            for result in index.results.get(scope, ()):
                if result.is_yield and result.value is not None:
                    at = Place(index, result.value, inner)
                    groups.append(self.elements(at, path) if result.delegates else self.item(at, path))
        return self._joined(groups) if groups else None

    def item(self, place: Place, path: tuple[int, ...]) -> list[Place] | None:
        """The item at ``path`` of something unpacked: the expression itself for an empty path."""
        if not path:
            return [place]
        whole = self.whole(place)
        if whole is None:
            return None
        groups: list[list[Place] | None] = []
        for one in whole:
            display = one.expression
            if not isinstance(display, Collection) or any(isinstance(each, Starred) for each in display.elements):
                return None
            if path[0] >= len(display.elements) or -path[0] > len(display.elements):
                return None
            groups.append(self.item(replace(one, expression=display.elements[path[0]]), path[1:]))
        return self._joined(groups)

    def entry(self, place: Place, subscript: Subscript) -> list[Place] | None:
        """What ``container[index]`` may be."""
        container, index = replace(place, expression=subscript.value), subscript.index
        stored = self._stored_entries(container, subscript)
        if stored:
            return stored
        whole = self.whole(container)
        if not whole:
            return None
        if isinstance(index, Constant) and isinstance(index.value, int) and self._added(container) == []:
            if all(isinstance(one.expression, Collection) for one in whole):
                return self.item(container, (index.value,))
        if not all(isinstance(one.expression, Mapping) for one in whole):
            # A slice gives some of the items as well.
            return self.elements(container) if not isinstance(index, Constant) else None
        if not self.is_fixed(container) and self._texts.depth is not Depth.DEFAULTS:
            return None
        groups: list[list[Place] | None] = []
        for one in whole:
            display = one.expression
            assert isinstance(display, Mapping)
            fitting = [
                replace(one, expression=value)
                for key, value in zip(display.keys, display.values, strict=True)
                if not isinstance(index, Constant) or (isinstance(key, Constant) and key.value == index.value)
            ]
            groups.append(fitting or None)
        return self._joined(groups)

    def _stored_entries(self, container: Place, subscript: Subscript) -> list[Place]:
        """What the same function stores under the same index: a cache of keys that were made before."""
        holder = self._holder(container)
        stores = holder[0].element_stores.get(holder[1], ()) if holder is not None else ()
        module = container.module
        scope = module.facts.blocks[module.block_at(subscript.start)].scope
        index = module.text(subscript.index.start, subscript.index.end)
        return [
            replace(container, expression=store.value)
            for store in stores
            if store.index is not None
            and store.value is not None
            and store.scope == scope
            and module.text(store.index.start, store.index.end) == index
        ]

    def _joined(self, groups: list[list[Place] | None]) -> list[Place] | None:
        found: list[Place] = []
        for group in groups:
            if group is None:
                return None
            found += group
        return found if len(found) <= _MOST_ITEMS else None

    # --- what is put in -------------------------------------------------------------------------------

    def _holder(self, place: Place) -> tuple[ModuleIndex, tuple[int, str]] | None:
        """The name or attribute of ``self`` that holds a container, as the index keeps it."""
        expression, module = place.expression, place.module
        if isinstance(expression, Name):
            reaching = module.reaching(expression.name, expression.start)
            return (module, (reaching[1], expression.name)) if reaching is not None else None
        if isinstance(expression, Attribute) and isinstance(expression.value, Name):
            scope = module.facts.blocks[module.block_at(expression.start)].scope
            owner = module.owner_of_self(scope, expression.value.name)
            return (module, (owner, expression.name)) if owner is not None else None
        return None

    def _stores(self, place: Place) -> bool:
        """Whether items are set one by one: ``container[index] = value``."""
        holder = self._holder(place)
        return holder is not None and bool(holder[0].element_stores.get(holder[1]))

    def _added(self, place: Place) -> list[tuple[Place, bool]] | None:
        """What is put into a container later, and whether it is many items; ``None`` where that is unknown."""
        holder = self._holder(place)
        if holder is None:
            return []
        module, key = holder
        if module.element_stores.get(key):
            return None
        found: list[tuple[Place, bool]] = []
        for site in module.method_calls.get(key, ()):
            added = _added_by(site)
            if added is not None:
                found.append((Place(module, added[0], place.context.deeper), added[1]))
        found += [
            (Place(module, binding.value, place.context.deeper), True)
            for binding in module.bindings.get(key, ())
            if _is_longer(binding) and binding.value is not None
        ]
        return found

    def appended(self, place: Place, start: int) -> list[tuple[Place, bool]] | None:
        """What is put into a list between two places, in order; ``None`` where it is changed otherwise."""
        holder = self._holder(place)
        if holder is None or self._stores(place):
            return None
        module, key = holder
        end = place.expression.start
        found: list[tuple[Place, bool]] = []
        for site in sorted(module.method_calls.get(key, ()), key=lambda one: one.call.start):
            function = site.call.function
            if not start < site.call.start < end or not isinstance(function, Attribute):
                continue
            added = _added_by(site)
            if function.name not in ("append", "extend"):
                if function.name in _CHANGES:
                    return None
                continue
            if added is None:
                return None
            found.append((Place(module, added[0], place.context.deeper), added[1]))
        if any(_is_longer(binding) for binding in module.bindings.get(key, ())):
            return None
        return found

    def is_fixed(self, place: Place) -> bool:
        """Whether nothing is put into a container after its display."""
        return not self._stores(place) and self._added(place) == []


def _added_by(site: CallSite) -> tuple[Expression, bool] | None:
    function, arguments = site.call.function, site.call.arguments
    if not isinstance(function, Attribute) or any(one.stars for one in arguments):
        return None
    position = _PUTS.get(function.name)
    if position is not None and position < len(arguments):
        return arguments[position].value, False
    if function.name in _PUTS_ALL and arguments:
        return arguments[0].value, True
    return None


def _is_empty(module: ModuleIndex, expression: Expression) -> bool:
    """Whether a container is made without any items: ``dict()``, ``{}``."""
    if isinstance(expression, Mapping):
        return not expression.keys
    return isinstance(expression, Call) and not expression.arguments and _is_copy(module, expression)


def _is_longer(binding: Binding) -> bool:
    return binding.kind == "augmented" and binding.operator in ("+", "|")


def _is_copy(module: ModuleIndex, call: Call) -> bool:
    function = call.function
    return isinstance(function, Name) and module.reaching(function.name, function.start) is None


__all__ = ["Structures"]
