"""Why an expression is taken for a Redis client: the steps from the place of use to the constructor.

Values do not carry the way they came: that would make equal values differ, and memory and cycles with them.
Instead a second evaluator, made only when somebody asks, writes down which questions led to which others. The
way of a client is then a walk along the questions whose answers hold it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeAlias

from redlint.commands.methods import distinctive_methods
from redlint.diagnostic import Confidence
from redlint.model.clients import factories
from redlint.model.evaluation import duck, members
from redlint.model.evaluation.evaluator import Evaluator, ModuleLoader
from redlint.model.events import ClientRef, RedisCall
from redlint.model.facts import (
    Attribute,
    Binding,
    Call,
    CallSite,
    Expression,
    Name,
    Parameter,
    Store,
    Subscript,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import Role
from redlint.model.modules import ModuleNames
from redlint.model.settings import ModelSettings
from redlint.model.values import Client, ClientMethod, ScopeKey, Values

Question: TypeAlias = tuple[str, object]
"""What :meth:`Evaluator.remember` keeps an answer by: a kind and a subject."""

MOST_STEPS = 12
"""Steps of a chain that are shown."""

_MOST_PARENTS = 4
_LONGEST_TEXT = 60


class TracingEvaluator(Evaluator):
    """An evaluator that also knows which questions it asked to answer another one."""

    def __init__(
        self,
        load: ModuleLoader,
        names: ModuleNames,
        settings: ModelSettings,
        paths: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        super().__init__(load, names, settings, paths)
        self._open: list[Question] = []
        self._asked: dict[Question, dict[Question, None]] = {}
        self.expressions: dict[object, tuple[ModuleIndex, Expression]] = {}
        """The expressions asked for, by the subject of their question."""
        self.bound: dict[object, tuple[ModuleIndex, Binding]] = {}
        """The bindings asked for, by the subject of their question."""

    def remember(self, kind: str, subject: object, work: Callable[[], Values]) -> Values:
        """The result of ``work``, with a note of who wanted it."""
        question = (kind, subject)
        self._note(question)
        self._open.append(question)
        try:
            return super().remember(kind, subject, work)
        finally:
            self._open.pop()

    def evaluate(self, module: ModuleIndex, expression: Expression) -> Values:
        """The alternatives of an expression; an answer that is known already is noted as well."""
        self.expressions[id(expression)] = (module, expression)
        self._note(("e", id(expression)))
        return super().evaluate(module, expression)

    def binding(self, module: ModuleIndex, binding: Binding) -> Values:
        """The alternatives of a binding; an answer that is known already is noted as well."""
        self.bound[id(binding)] = (module, binding)
        self._note(("b", id(binding)))
        return super().binding(module, binding)

    def _note(self, question: Question) -> None:
        if self._open:
            self._asked.setdefault(self._open[-1], {})[question] = None

    def asked_by(self, question: Question) -> Iterable[Question]:
        """The questions that were asked to answer one, in order."""
        return self._asked.get(question, ())

    def answer(self, question: Question) -> Values:
        """The final answer to a question; empty where there is none."""
        return self._known.get(question, ())


class Provenance:
    """Tells why the receivers of one project's Redis calls are taken for clients."""

    def __init__(self, evaluator: TracingEvaluator) -> None:
        """Nothing is evaluated before somebody asks."""
        self._evaluator = evaluator
        self._sites: dict[str, dict[tuple[int, int], CallSite]] = {}

    def of_call(self, call: RedisCall) -> tuple[str, ...]:
        """How the client of a call got there, in words, nearest step first."""
        module = self._evaluator.load(call.path)
        site = self._sites_of(module).get((call.span.start, call.span.end)) if module is not None else None
        if module is None or site is None:
            return ()
        receiver = site.call.function
        if isinstance(receiver, Attribute) and receiver.name == call.method:
            receiver = receiver.value
        return self.chain(module, receiver, call.client)

    def _sites_of(self, module: ModuleIndex) -> dict[tuple[int, int], CallSite]:
        if module.path not in self._sites:
            self._sites[module.path] = {(site.call.start, site.call.end): site for site in module.facts.calls}
        return self._sites[module.path]

    def chain(self, module: ModuleIndex, expression: Expression, client: ClientRef) -> tuple[str, ...]:
        """How a client got to an expression, in words, nearest step first."""
        self._evaluator.evaluate(module, expression)
        steps: list[str] = []
        question: Question = ("e", id(expression))
        wanted: ClientRef | None = client
        for _ in range(_MOST_PARENTS):
            if wanted is None:
                break
            way = _Walk(self._evaluator, wanted).way(question)
            steps += _Words(self._evaluator, wanted).steps(way)
            question = way[-1]
            wanted = _maker(wanted)
        return _shortened(tuple(dict.fromkeys(steps)))


def _maker(client: ClientRef) -> ClientRef | None:
    """The client that an object was made from; a pool that a client was given is its option, not its maker."""
    parent = client.parent
    return None if parent is None or parent.role is Role.POOL else parent


def _shortened(steps: tuple[str, ...]) -> tuple[str, ...]:
    if len(steps) <= MOST_STEPS:
        return steps
    left_out = len(steps) - MOST_STEPS + 1
    return (*steps[: MOST_STEPS - 2], f"({left_out} more steps)", steps[-1])


# --- the way ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Walk:
    """The shortest way from a question to the one that made a client."""

    evaluator: TracingEvaluator
    client: ClientRef

    def way(self, start: Question) -> tuple[Question, ...]:
        """The questions from ``start`` to where the client is made or declared."""
        before: dict[Question, Question | None] = {start: None}
        pending = deque([start])
        ends: list[Question] = []
        while pending:
            question = pending.popleft()
            if self._is_origin(question):
                return _back(before, question)
            following = [one for one in self.evaluator.asked_by(question) if self._leads_on(question, one)]
            if not following:
                ends.append(question)
            for one in following:
                if one not in before:
                    before[one] = question
                    pending.append(one)
        return _back(before, ends[0] if ends else start)

    def _is_origin(self, question: Question) -> bool:
        """Whether the question is about the expression that constructs the client."""
        origin = self.client.origin
        known = self.evaluator.expressions.get(question[1]) if question[0] == "e" else None
        if origin is None or known is None:
            return False
        module, expression = known
        is_there = module.path == origin.path and (expression.start, expression.end) == (
            origin.span.start,
            origin.span.end,
        )
        return is_there and isinstance(expression, Call)

    def _leads_on(self, question: Question, following: Question) -> bool:
        # The functions that callers call are asked for as well: a method of the client is not the client.
        through_methods = question[0] != "p"
        return _holds(self.evaluator.answer(following), self.client, through_methods=through_methods)


def _back(before: dict[Question, Question | None], end: Question) -> tuple[Question, ...]:
    way = [end]
    while (previous := before[way[-1]]) is not None:
        way.append(previous)
    return tuple(reversed(way))


def _holds(value: object, client: ClientRef, *, through_methods: bool) -> bool:
    """Whether a value is the client, a container of it, or a method of it; what a function is bound to is not."""
    if isinstance(value, Client):
        return _is_same(value.ref, client)
    if isinstance(value, ClientMethod):
        return through_methods and _is_same(value.client.ref, client)
    if isinstance(value, tuple):
        return any(_holds(one, client, through_methods=through_methods) for one in value)
    if isinstance(value, ClientRef) or not is_dataclass(value):
        return False
    inner = (getattr(value, one.name) for one in fields(value) if one.name != "receiver")
    return any(_holds(one, client, through_methods=through_methods) for one in inner)


def _is_same(one: ClientRef, other: ClientRef) -> bool:
    """Whether two records mean one client; confidence and options may change on the way."""
    return (one.origin, one.role, one.factory, one.module) == (other.origin, other.role, other.factory, other.module)


# --- the words --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a class keeps an attribute: the class, and the store or binding."""

    owner: ScopeKey
    module: ModuleIndex
    store: Store | None


@dataclass(frozen=True, slots=True)
class _Words:
    """Tells a way in words."""

    evaluator: TracingEvaluator
    client: ClientRef

    def steps(self, way: tuple[Question, ...]) -> list[str]:
        """One line for each question that says something."""
        found: list[str] = []
        for position in range(len(way)):
            found += self._step(way, position)
        if way[-1][0] == "t" and found:
            found[-1] += self._annotated()
        else:
            found += self._end(way[-1])
        return found

    def _step(self, way: tuple[Question, ...], position: int) -> Iterator[str]:
        kind, subject = way[position]
        previous = way[position - 1] if position else None
        following = way[position + 1] if position + 1 < len(way) else None
        if kind == "e":
            yield from self._expression(subject, following)
        elif kind == "b":
            yield from self._binding(subject, previous, following)
        elif kind == "p" and isinstance(subject, tuple):
            yield from self._parameter((subject[0], subject[1], subject[2]), following)
        elif kind == "a" and isinstance(subject, tuple):
            is_told = following is None or [one[0] for one in way[position + 1 : position + 3]] == ["e", "p"]
            is_told = is_told and all(one[0] == "e" for one in way[:position])
            yield from self._attribute(subject[0], subject[1], following, is_told=is_told)
        elif kind == "m" and isinstance(subject, tuple) and self._is_star(previous):
            yield f"imported with * from {subject[0]}"
        elif kind in ("r", "y") and isinstance(subject, ScopeKey):
            yield from self._function(kind, subject, previous)

    # --- one question ---------------------------------------------------------------------------------

    def _expression(self, subject: object, following: Question | None) -> Iterator[str]:
        module, expression = self.evaluator.expressions[subject]
        if isinstance(expression, Subscript) and following == ("e", id(expression.value)):
            yield f"an item of `{_text(module, expression.value)}` ({_at(module, expression.start)})"

    def _is_star(self, previous: Question | None) -> bool:
        """Whether a module's member was asked for by name alone: only ``from x import *`` does."""
        if previous is None or previous[0] != "e":
            return previous is not None and previous[0] == "m"
        return isinstance(self.evaluator.expressions[previous[1]][1], Name)

    def _binding(self, subject: object, previous: Question | None, following: Question | None) -> Iterator[str]:
        module, binding = self.evaluator.bound[subject]
        if binding.kind in ("function", "class") or (previous is not None and previous[0] == "a"):
            return
        place = _at(module, binding.start)
        if binding.kind == "import":
            yield f"`{binding.name}`, imported from `{binding.module}` ({place})"
        elif following is not None and following[1] == id(binding.value) and self._is_end(following):
            return
        elif binding.kind == "for":
            of = f"an item of `{_text(module, binding.value)}`" if binding.value is not None else "an item"
            yield f"`{binding.name}`, {of} ({place})"
        elif binding.kind == "with":
            yield f"`{binding.name}`, entered with `{_text(module, binding.value)}` ({place})"
        else:
            yield f"`{binding.name}`, assigned ({place})"

    def _is_end(self, question: Question) -> bool:
        """Whether the question is about the expression that makes the client, which is told anyhow."""
        known = self.evaluator.expressions.get(question[1]) if question[0] == "e" else None
        origin = self.client.origin
        return (
            known is not None
            and origin is not None
            and known[0].path == origin.path
            and (known[1].start, known[1].end) == (origin.span.start, origin.span.end)
        )

    def _parameter(self, subject: tuple[str, int, int], following: Question | None) -> Iterator[str]:
        path, scope, position = subject
        module = self.evaluator.load(path)
        if module is None:
            return
        facts = module.facts.scopes[scope]
        parameter: Parameter = facts.parameters[position]
        if following is None and self.client.factory and position == 0 and module.class_of(scope) is not None:
            return
        yield f"parameter `{parameter.name}` of `{facts.qualname}` ({_at(module, parameter.start)})"
        if following is None or following[0] == "t":
            return
        if following[0] in ("r", "y") and isinstance(following[1], ScopeKey):
            fixture = self.evaluator.load(following[1].path)
            if fixture is not None:
                start = fixture.facts.scopes[following[1].scope].name_start
                yield f"pytest fixture `{parameter.name}` ({_at(fixture, start)})"
        elif following[0] == "e":
            caller, given = self.evaluator.expressions[following[1]]
            if given is parameter.default:
                yield f"default `{_text(caller, given)}`"
            else:
                yield f"called in {_at(caller, given.start)} with `{_text(caller, given)}`"

    def _function(self, kind: str, function: ScopeKey, previous: Question | None) -> Iterator[str]:
        module = self.evaluator.load(function.path)
        if module is None or (previous is not None and previous[0] in ("a", "p")):
            return
        facts = module.facts.scopes[function.scope]
        word = "returned" if kind == "r" else "yielded"
        yield f"{word} by `{facts.qualname}` ({_at(module, facts.name_start)})"

    # --- attributes of classes ------------------------------------------------------------------------

    def _attribute(self, cls: ScopeKey, name: str, following: Question | None, *, is_told: bool) -> Iterator[str]:
        """``is_told`` where the step of a parameter that is stored under the name says it all."""
        if following is None:
            if not is_told:
                yield f"attribute `{name}` of `{self._class_name(cls)}`"
            return
        found = self._kept(cls, name, following)
        owner = found.owner if found is not None else cls
        class_name = self._class_name(owner)
        if owner != cls:
            yield f"`{self._class_name(cls)}` inherits `{name}` from `{class_name}`"
        if following[0] == "r" and isinstance(following[1], ScopeKey):
            index = self.evaluator.load(following[1].path)
            if index is not None:
                start = index.facts.scopes[following[1].scope].name_start
                yield f"property `{class_name}.{name}` ({_at(index, start)})"
        elif found is not None and found.store is not None:
            if not is_told:
                method = found.module.facts.scopes[found.store.scope].qualname
                where = f"stored in `{method}`" if method else "stored"
                yield f"attribute `{name}` of `{class_name}`, {where} ({_at(found.module, found.store.start)})"
        elif following[0] == "b":
            index, binding = self.evaluator.bound[following[1]]
            yield f"class attribute `{class_name}.{name}` ({_at(index, binding.start)})"
        else:
            yield f"attribute `{name}` of `{class_name}`"

    def _kept(self, cls: ScopeKey, name: str, following: Question) -> _Found | None:
        """Where the class or one of its bases keeps what the following question is about."""
        for key in members.bases(self.evaluator, cls)[0]:
            index = self.evaluator.load(key.path)
            if index is None:
                continue
            stores = index.self_stores.get((key.scope, name), ())
            for store in stores:
                if following[1] in (id(store.value), id(store.annotation)):
                    return _Found(key, index, store)
            bindings = index.bindings.get((key.scope, name), ())
            if bindings or stores:
                return _Found(key, index, None)
        return None

    def _class_name(self, cls: ScopeKey) -> str:
        module = self.evaluator.load(cls.path)
        return module.facts.scopes[cls.scope].qualname if module is not None else ""

    # --- the end of the way ---------------------------------------------------------------------------

    def _annotated(self) -> str:
        origin = self.client.origin
        module = self.evaluator.load(origin.path) if origin is not None else None
        if origin is None or module is None:
            return ", annotated"
        return f", annotated `{module.text(origin.span.start, origin.span.end)}`"

    def _end(self, question: Question) -> Iterator[str]:
        """What made the client: a constructor, the config, a table, its base class or the commands it is sent."""
        client = self.client
        if client.confidence is Confidence.CONFIGURED:
            yield f"{self._configured(question)}configured as `{client.factory}` (`clients` in the config)"
        elif client.origin is not None:
            yield self._made()
        elif (site := self._evidence(question)) is not None:
            yield site
        else:
            yield self._known(question)

    def _configured(self, question: Question) -> str:
        """The entry of the config's table that a member of a module stands in."""
        evaluator = self.evaluator
        for declared in evaluator.settings.clients if question[0] == "m" else ():
            module, _, member = declared.partition(":")
            path = evaluator.names.absolute(module, "")
            if question[1] == (path, member.removesuffix("()")):
                return f"`{declared}` is "
        return ""

    def _made(self) -> str:
        origin = self.client.origin
        module = self.evaluator.load(origin.path) if origin is not None else None
        if origin is None or module is None:
            return f"made by `{self.client.factory}`"
        text = _shown(module.text(origin.span.start, origin.span.end))
        place = _at(module, origin.span.start)
        if self.client.confidence is Confidence.ANNOTATED and not text.endswith(")"):
            return f"annotated `{text}` ({place})"
        factory = self.client.factory
        known = f", which is `{factory}`" if factory in factories() and not text.startswith(f"{factory}(") else ""
        return f"`{text}` in {place}{known}"

    def _known(self, question: Question) -> str:
        """A client that has no place of its own: instances of subclasses, attributes of library objects."""
        factory = self.client.factory
        kind, subject = question
        if kind == "e":
            module, expression = self.evaluator.expressions[subject]
            if isinstance(expression, Call):
                return f"`{_text(module, expression)}` in {_at(module, expression.start)}, which is a `{factory}`"
            known = f", which is `{factory}`" if factory else ""
            return f"`{_text(module, expression)}` in {_at(module, expression.start)}{known}"
        if kind == "p" and isinstance(subject, tuple):
            module_of = self.evaluator.load(subject[0])
            owner = module_of.class_of(subject[1]) if module_of is not None else None
            if module_of is not None and owner is not None:
                facts = module_of.facts.scopes[owner]
                return f"`{facts.qualname}` derives from `{factory}` ({_at(module_of, facts.name_start)})"
        return f"known as `{factory}`"

    def _evidence(self, question: Question) -> str | None:
        """The first command that gives the object away, where it is known by its commands alone."""
        for module, site in self._sent(question) if self.client.factory == duck.FACTORY else ():
            function = site.call.function
            if isinstance(function, Attribute) and function.name in distinctive_methods():
                return f"sent `{function.name}` in {_at(module, function.name_start)}, which only Redis has"
        return None

    def _sent(self, question: Question) -> Iterator[tuple[ModuleIndex, CallSite]]:
        kind, subject = question
        if kind == "e":
            module, expression = self.evaluator.expressions[subject]
            reaching = module.reaching(expression.name, expression.start) if isinstance(expression, Name) else None
            if reaching is not None and isinstance(expression, Name):
                yield from ((module, site) for site in module.method_calls.get((reaching[1], expression.name), ()))
        elif kind == "p" and isinstance(subject, tuple):
            index = self.evaluator.load(subject[0])
            if index is not None:
                name = index.facts.scopes[subject[1]].parameters[subject[2]].name
                yield from ((index, site) for site in index.method_calls.get((subject[1], name), ()))
        elif kind == "a" and isinstance(subject, tuple):
            for key in members.bases(self.evaluator, subject[0])[0]:
                owner = self.evaluator.load(key.path)
                calls = owner.method_calls.get((key.scope, subject[1]), ()) if owner is not None else ()
                yield from ((owner, site) for site in calls if owner is not None)


def _at(module: ModuleIndex, offset: int) -> str:
    return f"{module.path}:{module.source.location(offset).row}"


def _text(module: ModuleIndex, expression: Expression | None) -> str:
    return _shown(module.text(expression.start, expression.end)) if expression is not None else ""


def _shown(text: str) -> str:
    """A source text in one line, long arguments left out."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST_TEXT:
        return line
    head = line[: _last_parenthesis(line)] if line.endswith(")") else ""
    if head and len(head) < _LONGEST_TEXT:
        return f"{head}(...)"
    return f"{line[: _LONGEST_TEXT - 3]}..."


def _last_parenthesis(line: str) -> int:
    """Where the parenthesis that the last one closes is opened; 0 where that is not found."""
    depth = 0
    for position in range(len(line) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(line[position], 0)
        if depth == 0:
            return position
    return 0


__all__ = ["MOST_STEPS", "Provenance", "TracingEvaluator"]
