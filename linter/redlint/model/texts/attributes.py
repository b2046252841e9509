"""The texts of attributes: of objects by their classes, of classes, of modules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import bases, is_property
from redlint.model.facts import (
    Attribute,
    Binding,
    Call,
    Constant,
    Expression,
    Name,
    last_name,
)
from redlint.model.index import ModuleIndex
from redlint.model.pattern import Hole
from redlint.model.texts.families import owner_of
from redlint.model.texts.parts import (
    MOST_HOPS,
    Context,
    Depth,
    Place,
    Texts,
    is_none,
)
from redlint.model.values import (
    Anything,
    Client,
    Instance,
    KnownConstant,
    ProjectClass,
    ProjectModule,
    ScopeKey,
    Values,
    union,
)

if TYPE_CHECKING:
    from redlint.model.strings import KeyTexts

_ENUMERATIONS = frozenset({"Enum", "StrEnum", "TextChoices"})

_AGAIN = Hole("…", source="again")
"""What an attribute is while it is worked out: texts that are made of it are worked out in a second round."""


class AttributeTexts:
    """The texts of attributes: of objects, classes and modules."""

    def __init__(self, texts: KeyTexts, evaluator: Evaluator) -> None:
        self._texts = texts
        self._evaluator = evaluator
        self._attributes: dict[tuple[ScopeKey, str, Depth], Texts] = {}
        self._worked: dict[tuple[ScopeKey, str, Depth], Texts] = {}
        self._worked_here: dict[tuple[ScopeKey, str, Depth], Texts] = {}

    def forget(self) -> None:
        """Forget what was worked out for the question before only."""
        self._worked_here.clear()

    def of(self, module: ModuleIndex, expression: Attribute, context: Context) -> Texts:
        """The texts of an attribute."""
        found = self._attribute_texts(module, expression, context)
        return self._texts.few(module, expression, found) if found else self._texts.hole(module, expression)

    def _attribute_texts(self, module: ModuleIndex, expression: Attribute, context: Context) -> Texts:
        name = expression.name
        if name == "value" and isinstance(expression.value, Attribute):
            found = self._enum_value(module, expression.value, context)
            if found:
                return found
        groups: list[Texts] = []
        owners = self._owners(module, expression.value, context)
        for owner in owners:
            if len(owners) > 1 and isinstance(owner, ScopeKey) and not self._texts.families.has(owner, name):
                continue
            if isinstance(owner, ScopeKey):
                groups.append(self._class_text(owner, name, context))
            else:
                groups.append(self._texts.of_places(self._texts.names.module_constant(owner, name, 0)))
        if not all(groups):
            return ()
        return tuple(text for group in groups for text in group)

    def _owners(self, module: ModuleIndex, value: Expression, context: Context) -> list[ScopeKey | str]:
        """The classes (and modules, by path) whose attributes an expression has; empty where one is unknown."""
        receiver = self.own_receiver(module, value, context)
        if receiver is not None:
            return [receiver]
        values = self._evaluator.evaluate(module, value)
        if self._texts.depth is not Depth.ALONE and all(isinstance(one, Anything) for one in values):
            values = self._handed_over(module, value, context)
        is_exact = self.is_exact(module, value)
        found: list[ScopeKey | str] = []
        for one in values:
            if isinstance(one, ProjectModule):
                found.append(one.path)
            elif isinstance(one, ProjectClass) and not self.is_self(module, value):
                found.append(one.cls)
            elif isinstance(one, Instance | ProjectClass):
                found += [one.cls] if is_exact else self.below(module, one.cls)
            elif isinstance(one, Client) and one.subclass is not None:
                found.append(one.subclass)
            elif not isinstance(one, Anything | KnownConstant):
                return self._put_there(module, value)
        return list(dict.fromkeys(found)) or self._put_there(module, value)

    def _handed_over(self, module: ModuleIndex, value: Expression, context: Context) -> Values:
        """What an attribute or parameter holds by what callers pass, also to the constructor; empty where unknown."""
        if not isinstance(value, Name | Attribute):
            return ()
        groups: list[Values] = []
        for place in self._texts.structures.whole(Place(module, value, context)) or ():
            groups.append(self._evaluator.evaluate(place.module, place.expression))
            if not all(isinstance(one, Instance | KnownConstant) for one in groups[-1]):
                return ()
        return union(*groups)

    def _put_there(self, module: ModuleIndex, value: Expression) -> list[ScopeKey | str]:
        """The classes of what the project stores under an attribute of an unknown object of the same name."""
        if not isinstance(value, Attribute):
            return []
        stores = self._evaluator.outside_stores().attributes.get(value.name, [])
        owner = last_name(value.value)
        if not owner or not stores or any(last_name(store.object) != owner for store in stores):
            return []
        found: list[ScopeKey | str] = []
        for store in stores:
            for one in self._evaluator.evaluate(store.module, store.value):
                if not isinstance(one, Instance) or store.path:
                    return []
                found.append(one.cls)
        return list(dict.fromkeys(found))

    def below(self, module: ModuleIndex, cls: ScopeKey) -> tuple[ScopeKey, ...]:
        """The classes that an object may be an instance of."""
        return self._texts.families.family(cls, module.path) or (cls,)

    def own_receiver(self, module: ModuleIndex, value: Expression, context: Context) -> ScopeKey | None:
        """The class of ``self``, where an expression is that, ``super()`` or ``type(self)``."""
        if context.receiver is None:
            return None
        if isinstance(value, Attribute) and value.name == "__class__":
            value = value.value
        elif isinstance(value, Call) and last_name(value.function) == "type" and len(value.arguments) == 1:
            value = value.arguments[0].value
        if not self.is_self(module, value):
            return None
        owner = owner_of(module, value.start)
        if owner is None or owner[0] not in bases(self._evaluator, context.receiver)[0]:
            return None
        return context.receiver

    def is_self(self, module: ModuleIndex, expression: Expression) -> bool:
        """Whether an expression is the first parameter of a method."""
        scope = module.facts.blocks[module.block_at(expression.start)].scope
        return isinstance(expression, Name) and module.owner_of_self(scope, expression.name) is not None

    def is_exact(self, module: ModuleIndex, value: Expression) -> bool:
        """Whether an object is made right here, so that its class is no other than the one that is named."""
        if isinstance(value, Name):
            reaching = module.reaching(value.name, value.start)
            bindings = reaching[0] if reaching is not None else []
            return bool(bindings) and all(
                isinstance(one.value, Call) and one.kind in ("assign", "with") and not one.path for one in bindings
            )
        return isinstance(value, Call)

    def _enum_value(self, module: ModuleIndex, member: Attribute, context: Context) -> Texts:
        """The text of ``Key.USER.value``."""
        found: Texts = ()
        for value in self._evaluator.evaluate(module, member.value):
            if isinstance(value, ProjectClass):
                _, external = bases(self._evaluator, value.cls)
                if any(base.rpartition(".")[2] in _ENUMERATIONS for base in external):
                    found += self._class_text(value.cls, member.name, context)
        return found

    def _class_text(self, cls: ScopeKey, name: str, context: Context) -> Texts:
        """The text of an attribute of an object: a constant, an enum member, a property, ``self.x = ...``."""
        key = (cls, name, self._texts.depth)
        known = self._worked.get(key)
        if known is not None:
            return known
        known = self._worked_here.get(key)
        if known is not None:
            self._texts.cut()
            return known
        if key in self._attributes:
            before = self._attributes[key]
            if any(_AGAIN in text for text in before):
                self._texts.drop()
            return before
        if context.hops > MOST_HOPS:
            self._texts.cut()
            return ()
        cuts, drops = self._texts.cuts, self._texts.drops
        self._attributes[key] = ((_AGAIN,),)
        try:
            found = self._class_texts(cls, name, context)
            first = tuple(text for text in found if _AGAIN not in text)
            if first != found and first:
                # ``self.prefix = site + self.prefix``: the attribute itself is what it was before.
                self._attributes[key] = first
                drops = self._texts.drops
                found = self._class_texts(cls, name, context)
            found = first if first != found and not found else found
        finally:
            del self._attributes[key]
        found = tuple(text for text in dict.fromkeys(found) if _AGAIN not in text and text not in ((), ("",)))
        if self._texts.drops == drops:
            (self._worked if self._texts.cuts == cuts else self._worked_here)[key] = found
        return found

    def _class_texts(self, cls: ScopeKey, name: str, context: Context) -> Texts:
        found: Texts = ()
        for place in self._stored(cls, name, context) or ():
            texts = self._texts.texts(place.module, place.expression, place.context)
            if not texts and not is_none(place.expression):
                return ()
            found += texts
        return found

    def stored(self, module: ModuleIndex, expression: Attribute, context: Context) -> list[Place] | None:
        """The expressions that are stored under an attribute; ``None`` where that is unknown."""
        found: list[Place] = []
        owners = self._owners(module, expression.value, context)
        for owner in owners:
            is_class = isinstance(owner, ScopeKey)
            places = (
                self._stored(owner, expression.name, context)
                if isinstance(owner, ScopeKey)
                else self._texts.names.module_constant(owner, expression.name, 0)
            )
            if places is None:
                return None
            found += places if is_class else [replace(one, context=context.elsewhere()) for one in places]
        return found if owners else None

    def _stored(self, cls: ScopeKey, name: str, context: Context) -> list[Place] | None:
        """The expressions that instances of exactly this class have under a name."""
        for key in bases(self._evaluator, cls)[0]:
            index = self._evaluator.load(key.path)
            if index is None:
                return None
            found: list[Place] = []
            group = self._texts.families.class_bindings(index, key.scope, name)
            here = context.elsewhere(cls)
            for binding in group:
                if binding.kind == "function":
                    if not is_property(self._evaluator, index, binding.target):
                        return None
                    return self._texts.calls.results(index, binding.target, here)
                places = self._of_body(cls, index, binding, name, here)
                if places is None:
                    return None
                found += places
            for store in index.self_stores.get((key.scope, name), ()):
                if store.value is None or store.kind not in ("assign", "annotated") or store.path:
                    return None
                found.append(Place(index, store.value, here))
            if found:
                return found
        return None

    def _of_body(
        self, cls: ScopeKey, index: ModuleIndex, binding: Binding, name: str, here: Context
    ) -> list[Place] | None:
        """What a class body binds to a name: for the fields of a data class, what its constructor is given."""
        if binding.kind not in ("assign", "annotated"):
            return None
        is_field = binding.kind == "annotated" and self._texts.families.is_record(cls)
        if is_field and last_name(binding.annotation or Constant(0, 0, None)) != "ClassVar":
            return self._field(cls, index, binding, name, here)
        if binding.value is None:
            return []
        if isinstance(binding.value, Call) and last_name(binding.value.function) == "auto":
            return None
        return [Place(index, binding.value, here)]

    def _field(
        self, cls: ScopeKey, index: ModuleIndex, binding: Binding, name: str, here: Context
    ) -> list[Place] | None:
        if self._texts.depth is Depth.ALONE:
            return None
        default = binding.value
        if isinstance(default, Call):
            default = next((one.value for one in default.arguments if one.keyword == "default"), None)
        found: list[Place] = []
        is_production = self._texts.families.is_production
        for class_name in sorted(self._evaluator.class_names(cls)):
            for caller, site in self._evaluator.calls_named(class_name):
                if is_production(index.path) and not is_production(caller.path):
                    continue
                values = self._evaluator.evaluate(caller, site.call.function)
                if not any(isinstance(one, ProjectClass) and one.cls == cls for one in values):
                    continue
                value = next((one.value for one in site.call.arguments if one.keyword == name), None)
                if value is None and any(one.stars or not one.keyword for one in site.call.arguments):
                    return None
                if value is None and default is None:
                    return None
                found.append(
                    Place(caller, value, here.elsewhere())
                    if value is not None
                    else Place(index, default or site.call, here)
                )
        if not found and default is not None and self._texts.depth is Depth.DEFAULTS:
            return [Place(index, default, here)]
        return found or None
