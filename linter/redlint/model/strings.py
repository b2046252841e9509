"""The text of keys: from expressions to key patterns.

Literals are kept, everything else becomes a hole named by its expression. An expression with several
possible texts gives several patterns; more than :data:`MOST_PATTERNS` of them is a hole again.

Where nothing of a key is known inside its own function, what the project's callers pass is asked: all of them
have to tell, else the key stays unknown. Where that tells nothing either, settings and parameters that nobody
in the project gives count with their defaults.

In a method, ``self`` may be an instance of any class below: a key counts for each of them.
"""

from __future__ import annotations

from collections.abc import Callable

from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.facts import (
    Attribute,
    Await,
    Bytes,
    Call,
    Conditional,
    Constant,
    Expression,
    Formatted,
    Name,
    Operation,
    Subscript,
    Template,
    Walrus,
)
from redlint.model.index import ModuleIndex
from redlint.model.origin import is_fixed, setting_name, source_of
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.texts.attributes import AttributeTexts
from redlint.model.texts.calls import CallTexts
from redlint.model.texts.families import Families, owner_of
from redlint.model.texts.items import ItemTexts
from redlint.model.texts.names import NameTexts
from redlint.model.texts.operators import OperatorTexts
from redlint.model.texts.parts import (
    MOST_HOPS,
    MOST_PATTERNS,
    MOST_STEPS,
    Context,
    Depth,
    Parts,
    Place,
    Texts,
    distinct,
    is_none,
    telling,
)
from redlint.model.texts.structures import Structures
from redlint.model.values import (
    ScopeKey,
)

_LONGEST_HOLE = 60


class KeyTexts:
    """Works out the patterns of key expressions."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.families = Families(evaluator)
        self.structures = Structures(self)
        self.operators = OperatorTexts(self)
        self.names = NameTexts(self, evaluator)
        self.attributes = AttributeTexts(self, evaluator)
        self.calls = CallTexts(self, evaluator)
        self.items = ItemTexts(self)
        self._known: dict[tuple[int, Depth, ScopeKey | None], Texts] = {}
        self._known_here: dict[tuple[int, Depth, ScopeKey | None], Texts] = {}
        self._active: set[tuple[int, Depth, ScopeKey | None]] = set()
        self.cuts = 0
        """How often something stayed unknown that could be known, which is remembered for one question only."""
        self.drops = 0
        """How often an alternative was left out, which is not remembered at all."""
        self._steps = 0
        self.depth = Depth.ALONE
        """How far the question at hand goes."""

    # --- questions ------------------------------------------------------------------------------------

    def patterns(self, module: ModuleIndex, expression: Expression) -> tuple[KeyPattern, ...]:
        """The patterns an expression may denote; empty where nothing but holes is known of it."""
        return self._at_depths(module, expression, self.texts)

    def element_patterns(self, module: ModuleIndex, expression: Expression) -> tuple[KeyPattern, ...]:
        """The patterns that the items of a list, set or tuple may denote."""
        return self._at_depths(module, expression, self._element_texts)

    def written_patterns(self, module: ModuleIndex, expression: Expression) -> tuple[KeyPattern, ...]:
        """The patterns of a text that may be wholly written in the project: callers are asked for what is a hole.

        Empty where nothing but holes is known.
        """
        found = self._at_depths(module, expression, self.texts)
        if not any(pattern.varies for pattern in found):
            return found
        return self._at_depths(module, expression, self.texts, (Depth.CALLERS,)) or found

    def _at_depths(
        self,
        module: ModuleIndex,
        expression: Expression,
        work: Callable[[ModuleIndex, Expression, Context], Texts],
        depths: tuple[Depth, ...] = tuple(Depth),
    ) -> tuple[KeyPattern, ...]:
        if self.depth is not Depth.ALONE:
            return ()
        try:
            for depth in depths:
                self.depth = depth
                self._steps = 0
                self._known_here.clear()
                self.attributes.forget()
                found = self._of_receivers(module, expression, work)
                if found:
                    return found
        finally:
            self.depth = Depth.ALONE
        return ()

    def _of_receivers(
        self, module: ModuleIndex, expression: Expression, work: Callable[[ModuleIndex, Expression, Context], Texts]
    ) -> tuple[KeyPattern, ...]:
        """The patterns for each of the classes that ``self`` may be one of; none where one of them is unknown."""
        found: dict[tuple[str, bool], KeyPattern] = {}
        for receiver in self._receivers(module, expression):
            patterns = telling(work(module, expression, Context(receiver=receiver)))
            if not patterns:
                return ()
            for pattern in patterns:
                # Only the names of their holes tell some apart.
                found.setdefault((pattern.identity, pattern.varies), pattern)
        return tuple(found.values()) if len(found) <= MOST_PATTERNS else ()

    def _receivers(self, module: ModuleIndex, expression: Expression) -> tuple[ScopeKey | None, ...]:
        owner = owner_of(module, expression.start)
        if owner is None:
            return (None,)
        cls, method = owner
        family = self.families.family(cls, module.path)
        if family is None:
            return (None,)
        running = tuple(one for one in family if self.families.runs(one, module, method))
        return running or (cls,)

    def _element_texts(self, module: ModuleIndex, expression: Expression, context: Context) -> Texts:
        return self.of_places(self.structures.elements(Place(module, expression, context)))

    def of_places(self, places: list[Place] | None) -> Texts:
        """The texts of expressions that stand anywhere; empty where one has none, or they are too many."""
        found: list[Parts] = []
        for place in places or ():
            texts = self.texts(place.module, place.expression, place.context.deeper)
            if not texts and not is_none(place.expression):
                return ()
            found += texts
        few = distinct(found) if len(found) > 1 else tuple(found)
        return few if len(few) <= MOST_PATTERNS else ()

    def drop(self) -> None:
        """Note that an alternative was left out, so that what is worked out right now is not to be remembered."""
        self.drops += 1

    def cut(self) -> None:
        """Note that something stays unknown that could be known: it is remembered for this question only."""
        self.cuts += 1

    # --- expressions ----------------------------------------------------------------------------------

    def texts(self, module: ModuleIndex, expression: Expression, context: Context) -> Texts:
        """The possible texts of an expression; empty for ``None``."""
        self._steps += 1
        if context.hops > MOST_HOPS or self._steps > MOST_STEPS:
            self.cut()
            return self.hole(module, expression)
        if not context.is_plain:
            return self._texts(module, expression, context)
        key = (id(expression), self.depth, context.receiver)
        known = self._known.get(key)
        if known is not None:
            return known
        known = self._known_here.get(key)
        if known is not None:
            self.cut()
            return known
        if key in self._active:
            self.cut()
            return self.hole(module, expression)
        self._active.add(key)
        cuts, drops = self.cuts, self.drops
        try:
            found = self._texts(module, expression, context)
        finally:
            self._active.discard(key)
        if self.drops == drops:
            (self._known if self.cuts == cuts else self._known_here)[key] = found
        return found

    def _texts(self, module: ModuleIndex, expression: Expression, context: Context) -> Texts:
        if isinstance(expression, Constant):
            return _constant(expression)
        if isinstance(expression, Bytes):
            return ((expression.value.decode("utf-8", "replace"),),)
        if isinstance(expression, Template):
            return self.operators.joined(module, expression.parts, context)
        if isinstance(expression, Formatted):
            return self.operators.formatted(module, expression, context)
        if isinstance(expression, Operation):
            return self.operators.operation(module, expression, context)
        if isinstance(expression, Name):
            return self.names.of(module, expression, context)
        if isinstance(expression, Attribute):
            return self.attributes.of(module, expression, context)
        if isinstance(expression, Call):
            return self.calls.of(module, expression, context)
        if isinstance(expression, Conditional):
            return self.operators.conditional(module, expression, context)
        if isinstance(expression, Await | Walrus):
            return self.texts(module, expression.value, context)
        if isinstance(expression, Subscript):
            return self._subscript(module, expression, context)
        return self.hole(module, expression)

    def hole(self, module: ModuleIndex, expression: Expression) -> Texts:
        """The text of something unknown: a hole with the name of the expression."""
        text = setting_name(expression) or " ".join(module.text(expression.start, expression.end).split())
        name = text if len(text) <= _LONGEST_HOLE else text[: _LONGEST_HOLE - 1] + "…"
        return ((Hole(name, is_fixed(module, expression), source_of(self._evaluator, module, expression)),),)

    def few(self, module: ModuleIndex, expression: Expression, texts: Texts) -> Texts:
        """The texts, each once; a hole where there are none or too many."""
        found = distinct(texts) if len(texts) > 1 else texts
        return found if 0 < len(found) <= MOST_PATTERNS else self.hole(module, expression)

    # --- formatting -----------------------------------------------------------------------------------

    # --- names ----------------------------------------------------------------------------------------

    # --- modules --------------------------------------------------------------------------------------

    # --- attributes -----------------------------------------------------------------------------------

    # --- calls ----------------------------------------------------------------------------------------

    # --- lists ----------------------------------------------------------------------------------------

    def _subscript(self, module: ModuleIndex, expression: Subscript, context: Context) -> Texts:
        """An item of a display: a dict of templates, a list of keys."""
        found = self.of_places(self.structures.entry(Place(module, expression, context.deeper), expression))
        return self.few(module, expression, found) if found else self.hole(module, expression)


def _constant(expression: Constant) -> Texts:
    value = expression.value
    if value is None:
        return ()
    return ((value if isinstance(value, str) else str(value),),)
