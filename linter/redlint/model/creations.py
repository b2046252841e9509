"""Where clients and pools are constructed, and whether they outlive the call that constructs them."""

from __future__ import annotations

from redlint.diagnostic import Span
from redlint.model.derivation import ingredients
from redlint.model.evaluation.calling import client_type
from redlint.model.evaluation.containers import opened
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.events import ClientCreation
from redlint.model.facts import (
    Attribute,
    Await,
    CallSite,
    Collection,
    Conditional,
    Expression,
    Mapping,
    Name,
    Operation,
    Starred,
    Subscript,
    Walrus,
    Yield,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import BlockKind, Role, Usage
from redlint.model.scopes import Scopes
from redlint.model.values import Client, External, Items, ProjectClass, Row, Table, clients

_ROLES = (Role.CLIENT, Role.CLUSTER, Role.SENTINEL, Role.POOL)
_DERIVING = frozenset(
    {
        *(
            "pipeline",
            "lock",
            "pubsub",
            "register_script",
            "json",
            "ft",
            "ts",
            "bf",
            "cf",
            "cms",
            "topk",
            "tdigest",
        ),
        *(
            "vset",
            "master_for",
            "slave_for",
            "monitor",
            "client",
            "from_pool",
            "__enter__",
            "__aenter__",
            "initialize",
        ),
    }
)


class ClientCreations:
    """Finds the constructions of a module."""

    def __init__(self, evaluator: Evaluator, scopes: Scopes) -> None:
        self._evaluator = evaluator
        self._scopes = scopes

    def escapes(self, module: ModuleIndex, site: CallSite) -> str:
        """Where what a call makes goes when it outlives the function, in a word; empty if it does not.

        A method of it that goes somewhere (``retry(pipe.execute)``) takes it along.
        """
        return self._escapes(module, site) or ("method" if self._gives_method(module, site) else "")

    def of_module(self, module: ModuleIndex) -> tuple[ClientCreation, ...]:
        """The expressions of a module that construct a client or a pool, in order of place."""
        found = [one for site in module.facts.calls if (one := self._creation(module, site)) is not None]
        return tuple(sorted(found, key=lambda creation: (creation.span.start, creation.span.end)))

    def _creation(self, module: ModuleIndex, site: CallSite) -> ClientCreation | None:
        if not isinstance(site.call.function, Name | Attribute | Subscript | Operation | Conditional):
            return None
        if not self._constructs(module, site):
            return None
        made = clients(self._evaluator.evaluate(module, site.call))
        refs = [value.ref for value in made if value.ref.role in _ROLES]
        if not refs:
            return None
        ref = refs[0]
        made_from = [ingredients(module, argument.value) for argument in site.call.arguments]
        return ClientCreation(
            path=module.path,
            source=module.source,
            span=Span(site.call.start, site.call.end),
            client=ref,
            scope=self._scopes.scope(module, site.scope),
            blocks=self._scopes.blocks(module, site.block),
            escapes=self._escapes(module, site),
            shared_pool="connection_pool" in ref.options or ref.factory.endswith(".from_pool"),
            closed=site.usage is Usage.ENTERED,
            production=self._evaluator.settings.is_production(module.path),
            varies_in_loop=any(one.loops for one in made_from),
            varies_per_call=any(one.has_parameter for one in made_from),
            serves_loop=self._serves_loop(module, site),
            keywords=tuple(argument.keyword for argument in site.call.arguments if argument.keyword),
            lists_of_dicts=tuple(
                argument.keyword
                for argument in site.call.arguments
                if argument.keyword and self._is_list_of_dicts(module, argument.value)
            ),
        )

    def _is_list_of_dicts(self, module: ModuleIndex, value: Expression) -> bool:
        """Whether a value is surely a list (or the like) whose items are all dicts."""
        values = self._evaluator.evaluate(module, value)
        if len(values) != 1:
            return False
        found = opened(self._evaluator, values[0])
        items = found.elements if isinstance(found, Items) else ()
        if isinstance(found, Row):
            items = tuple(one for alternatives in found.items for one in alternatives)
        return bool(items) and all(isinstance(opened(self._evaluator, one), Table) for one in items)

    def _serves_loop(self, module: ModuleIndex, site: CallSite) -> bool:
        """Whether a ``while`` loop after the construction uses the client."""
        name = self._variable(module, site)
        if not name:
            return False
        for other in module.calls_by_scope.get(site.scope, ()):
            function = other.call.function
            if not isinstance(function, Attribute) or not isinstance(function.value, Name):
                continue
            blocks = (module.facts.blocks[number] for number in module.ancestors(other.block))
            if function.value.name == name and any(block.kind is BlockKind.WHILE for block in blocks):
                return True
        return False

    def _constructs(self, module: ModuleIndex, site: CallSite) -> bool:
        for value in self._evaluator.evaluate(module, site.call.function):
            made = client_type(value.name) if isinstance(value, External) else None
            if made is not None and isinstance(value, External):
                return made[0].library != "fakeredis" and _opens_connections(value.name)
            if isinstance(value, ProjectClass) and isinstance(self._evaluator.instance(value.cls), Client):
                return True
        return False

    def _derived_escapes(self, module: ModuleIndex, site: CallSite) -> str:
        """For ``Redis(...).pipeline()``: whether what the method gives outlives the call."""
        for other in module.calls_by_scope.get(site.scope, ()):
            function = other.call.function
            if isinstance(function, Attribute) and function.value is site.call:
                return "derived" if function.name in _DERIVING and self._escapes(module, other) else ""
        return "attribute"

    # --- escape ---------------------------------------------------------------------------------------

    def _escapes(self, module: ModuleIndex, site: CallSite) -> str:
        if site.usage is Usage.RECEIVER:
            return self._derived_escapes(module, site)
        if site.usage in (Usage.DISCARDED, Usage.TESTED, Usage.COMPARED):
            return ""
        direct = self._direct(module, site)
        if direct:
            return direct
        name = self._variable(module, site)
        if name:
            return self._name_escapes(module, site, name)
        if site.usage is Usage.ENTERED or _is_closing(site):
            return ""
        return str(site.usage.value)

    def _direct(self, module: ModuleIndex, site: CallSite) -> str:
        """Where the value goes without passing through a variable."""
        call = site.call
        for result in module.results.get(site.scope, ()):
            if result.value is not None and _mentions_call(result.value, call):
                return "yielded" if result.is_yield else "returned"
        for store in module.stores_by_scope.get(site.scope, ()):
            if store.value is not None and _mentions_call(store.value, call):
                return "attribute" if store.index is None else "container"
        if site.usage is Usage.ARGUMENT:
            return "" if _is_closing(site) else "argument"
        if site.usage in (Usage.RETURNED, Usage.YIELDED):
            return str(site.usage.value)
        return ""

    def _variable(self, module: ModuleIndex, site: CallSite) -> str:
        for binding in module.facts.bindings:
            if binding.scope == site.scope and binding.value is not None and _mentions_call(binding.value, site.call):
                return binding.name
        return ""

    def _name_escapes(self, module: ModuleIndex, site: CallSite, name: str) -> str:
        scope = module.facts.scopes[site.scope]
        if name in scope.shared_names:
            return "global"
        inner = self._nested(module, site.scope)
        for number in inner:
            for result in module.results.get(number, ()):
                if result.value is not None and _mentions_name(result.value, name):
                    return "yielded" if result.is_yield else "returned"
            for store in module.stores_by_scope.get(number, ()):
                if store.value is not None and _mentions_name(store.value, name):
                    return "attribute" if store.index is None else "container"
            for other in module.calls_by_scope.get(number, ()):
                if any(_mentions_name(argument.value, name) for argument in other.call.arguments):
                    if not self._is_dropped_client(module, site, other):
                        return "argument"
                if _derives(other, name) and self._escapes(module, other):
                    return "derived"
        for binding in module.facts.bindings:
            if binding.scope in inner and binding.name != name and binding.value is not None:
                if binding.kind in ("assign", "annotated") and _mentions_name(binding.value, name):
                    return "alias"
        return "closure" if self._captured(module, inner[1:], name) else ""

    def _is_dropped_client(self, module: ModuleIndex, pool: CallSite, other: CallSite) -> bool:
        """Whether a pool goes to a client that does not outlive the call either."""
        is_later = other.call.start > pool.call.start
        return is_later and self._constructs(module, other) and not self._escapes(module, other)

    def _gives_method(self, module: ModuleIndex, site: CallSite) -> bool:
        """Whether a method of what a call makes is passed on, kept or returned without being called."""
        name = self._variable(module, site)
        if not name:
            return False
        for number in self._nested(module, site.scope):
            given = [one.value for other in module.calls_by_scope.get(number, ()) for one in other.call.arguments]
            given += [result.value for result in module.results.get(number, ()) if result.value is not None]
            given += [store.value for store in module.stores_by_scope.get(number, ()) if store.value is not None]
            given += [one.value for one in module.facts.bindings if one.scope == number and one.value is not None]
            if any(_is_method_of(part, name) for value in given for part in _value_parts(value)):
                return True
        return False

    def _nested(self, module: ModuleIndex, scope: int) -> list[int]:
        numbers = [scope]
        for number, facts in enumerate(module.facts.scopes):
            if facts.parent in numbers and number not in numbers:
                numbers.append(number)
        return numbers

    def _captured(self, module: ModuleIndex, scopes: list[int], name: str) -> bool:
        return any(
            isinstance(call.call.function, Attribute)
            and isinstance(call.call.function.value, Name)
            and call.call.function.value.name == name
            for number in scopes
            for call in module.calls_by_scope.get(number, ())
        )


def _is_closing(site: CallSite) -> bool:
    return site.usage is Usage.ARGUMENT and site.consumer.rpartition(".")[2] in ("closing", "aclosing")


def _derives(site: CallSite, name: str) -> bool:
    """Whether a call makes another object of the client in a variable: a pipeline, a lock, a master's client."""
    function = site.call.function
    is_own = isinstance(function, Attribute) and isinstance(function.value, Name) and function.value.name == name
    return is_own and isinstance(function, Attribute) and function.name in _DERIVING


def _is_method_of(expression: Expression, name: str) -> bool:
    return isinstance(expression, Attribute) and isinstance(expression.value, Name) and expression.value.name == name


def _opens_connections(name: str) -> bool:
    return not name.endswith((".Pipeline", ".PubSub", ".Lock", ".ClusterPipeline", ".get_redis_connection"))


def _mentions_call(expression: Expression, call: object) -> bool:
    """Whether the value of an expression is that of a call: as a whole, or as an item or alternative."""
    return any(part is call for part in _value_parts(expression))


def _mentions_name(expression: Expression, name: str) -> bool:
    """Whether the value of an expression is that of a name: as a whole, or as an item or alternative."""
    return any(isinstance(part, Name) and part.name == name for part in _value_parts(expression))


def _value_parts(expression: Expression) -> list[Expression]:
    found: list[Expression] = []
    pending = [expression]
    while pending:
        part = pending.pop()
        found.append(part)
        if isinstance(part, Await | Walrus | Starred):
            pending.append(part.value)
        elif isinstance(part, Yield):
            if part.value is not None:
                pending.append(part.value)
        elif isinstance(part, Collection):
            pending.extend(part.elements)
        elif isinstance(part, Mapping):
            pending.extend(part.values)
        elif isinstance(part, Conditional):
            pending.extend((part.body, part.otherwise))
        elif isinstance(part, Operation) and part.operator in ("or", "and"):
            pending.extend(part.operands)
    return found
