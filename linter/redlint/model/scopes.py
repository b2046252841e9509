"""Scopes as rules see them, and which of them run once per process."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from redlint.diagnostic import Span
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.events import Block, Scope
from redlint.model.facts import Attribute, Call, Collection, Constant, Expression, Name, ScopeFacts, last_name
from redlint.model.index import ModuleIndex
from redlint.model.kinds import BlockKind, ScopeKind
from redlint.model.values import External

_CACHING = frozenset(
    {
        *("cache", "lru_cache", "cached", "cached_property", "memoize", "memoized", "singleton", "lazy"),
        *(
            "cached_method",
            "cachedproperty",
            "lazy_property",
            "LazyObject",
            "SimpleLazyObject",
            "run_once",
            "once",
        ),
        *("functools_lru_cache", "threadsafe_cached_property", "ttl_cache", "alru_cache", "lazyproperty"),
    }
)
_STARTING = frozenset(
    {
        *("fixture", "on_event", "command", "group", "callback", "before_first_request", "before_serving"),
        *("worker_process_init", "on_startup", "on_shutdown", "listener", "resultcallback", "entrypoint"),
    }
)
_ONCE_NAMES = re.compile(
    r"_*(?:main|cli|start(?:up)?|setup|set_up|setUp\w*|asyncSetUp|tearDown\w*|teardown|init|initiali[sz]e|configure|"
    r"connect|bootstrap|boot|lifespan|create_app|make_app|build_app|get_application|ready|register|includeme|"
    r"migrate|upgrade|downgrade|install|launch|run_server|serve|shutdown|stop|"
    r"post_fork|when_ready|on_starting|pytest_\w+)"
    r"(?:_(?:redis|valkey|client|clients|app|db|database|connection|connections|pool|cache|server|all|logging|"
    r"services|resources|worker|storage|backend|broker|self|async))*_*"
)
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__attrs_post_init__", "__init_subclass__"})
_LIFE_CYCLE = frozenset({"__enter__", "__aenter__", "__exit__", "__aexit__", "__del__", "__setstate__", "__getstate__"})
_ONE_SHOT_FILES = re.compile(
    r"(?:^|/)(?:management/commands|scripts?|bin|migrations?|alembic|cli|commands?|tools?|deploy|installer|setup)(?:/|$)"
    r"|(?:^|/)(?:__main__|manage|setup|cli|wsgi|asgi|gunicorn\w*|fabfile|tasks_cli|settings\w*|conftest)\.py$"
)


_PROBES = re.compile(
    r"health|ping|probe|is_alive|alive|reachable|can_connect|wait_for|diagnos|check_(?:redis|connection|connectivity|"
    r"sentinel|server|broker|cache)|test_(?:connection|redis)|(?:validate|verify)_(?:connection|redis)|is_running|is_up",
    re.IGNORECASE,
)


class Scopes:
    """Builds the scope and block records of a project, each once."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._scopes: dict[tuple[str, int], Scope] = {}

    def scope(self, module: ModuleIndex, number: int) -> Scope:
        """The record of a scope of a module."""
        key = (module.path, number)
        found = self._scopes.get(key)
        if found is None:
            found = self._scopes[key] = self._build(module, number)
        return found

    def _build(self, module: ModuleIndex, number: int) -> Scope:
        facts = module.facts.scopes[number]
        owner = module.class_of(number)
        return Scope(
            path=module.path,
            kind=facts.kind,
            name=facts.name,
            qualname=facts.qualname,
            span=Span(facts.start, facts.end),
            name_span=Span(facts.name_start, facts.name_start + len(facts.name)),
            is_async=facts.is_async,
            is_generator=facts.is_generator,
            class_name=module.facts.scopes[owner].name if owner is not None else "",
            decorators=tuple(self._decorator(module, decorator) for decorator in facts.decorators),
            parameters=tuple(parameter.name for parameter in facts.parameters),
            runs_once_because=self._once(module, number, facts),
        )

    def _decorator(self, module: ModuleIndex, decorator: Expression) -> str:
        callee = decorator.function if isinstance(decorator, Call) else decorator
        for value in self._evaluator.evaluate(module, callee):
            if isinstance(value, External):
                return value.name
        return module.text(callee.start, callee.end)

    def _once(self, module: ModuleIndex, number: int, facts: ScopeFacts) -> str:
        """Why the code of a scope runs once (or a few times) per process, or is meant to connect anew; else empty."""
        if facts.kind is not ScopeKind.FUNCTION:
            return "module level" if self._enclosing_function(module, facts) is None else ""
        if facts.name in _CONSTRUCTORS:
            return "constructor"
        if facts.name in _LIFE_CYCLE:
            return "life cycle method"
        names = {last_name(decorator) for decorator in facts.decorators}
        if names & _CACHING:
            return "cached"
        if names & _STARTING or any(_is_signal(decorator) for decorator in facts.decorators):
            return "startup hook or command"
        if _ONE_SHOT_FILES.search(str(PurePosixPath(module.path))):
            return "command line or setup code"
        if _ONCE_NAMES.fullmatch(facts.name):
            return "startup by name"
        if _PROBES.search(facts.qualname):
            return "connectivity check"
        outer = self._enclosing_function(module, facts)
        return self.scope(module, outer).runs_once_because if outer is not None else ""

    def _enclosing_function(self, module: ModuleIndex, facts: ScopeFacts) -> int | None:
        parent = facts.parent
        while parent > 0:
            if module.facts.scopes[parent].kind is ScopeKind.FUNCTION:
                return parent
            parent = module.facts.scopes[parent].parent
        return None

    def blocks(self, module: ModuleIndex, block: int) -> tuple[Block, ...]:
        """The records of a block and those around it inside its scope, innermost first."""
        return tuple(self._block(module, number) for number in module.ancestors(block))

    def passed(self, module: ModuleIndex, block: int, position: int) -> tuple[Block, ...]:
        """The records of the ``if`` branches before a place in a block that leave the code around them."""
        return tuple(self._block(module, one) for one in module.passed_before(module.ancestors(block), position))

    def _block(self, module: ModuleIndex, number: int) -> Block:
        facts = module.facts.blocks[number]
        header = ", ".join(" ".join(module.text(part.start, part.end).split()) for part in facts.header)
        items = _items(facts.kind, facts.header)
        span = Span(facts.start, facts.end)
        return Block(number, facts.kind, span, header, items, facts.statement, facts.exits)


def _is_signal(decorator: Expression) -> bool:
    """``@worker_process_init.connect``: a function that a framework calls on an event of the process."""
    callee = decorator.function if isinstance(decorator, Call) else decorator
    return isinstance(callee, Attribute) and callee.name == "connect"


def _items(kind: BlockKind, header: tuple[Expression, ...]) -> int | None:
    """How often a loop runs, where its header says so."""
    if not kind.is_loop or len(header) != 1:
        return None
    iterable = header[0]
    if isinstance(iterable, Collection):
        return len(iterable.elements)
    if not isinstance(iterable, Call) or not isinstance(iterable.function, Name):
        return None
    if iterable.function.name != "range" or len(iterable.arguments) != 1:
        return None
    bound = iterable.arguments[0].value
    return bound.value if isinstance(bound, Constant) and isinstance(bound.value, int) else None
