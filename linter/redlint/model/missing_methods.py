"""Calls of methods that Redis clients do not have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from redlint.commands.methods import client_methods
from redlint.diagnostic import Confidence, Span
from redlint.model import clients
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.events import Block, ClientRef, RedisCall
from redlint.model.facts import Attribute, CallSite
from redlint.model.index import ModuleIndex
from redlint.model.kinds import Role
from redlint.model.scopes import Scopes
from redlint.model.values import ClientMethod

_CLASSES = ("redis.client.Redis", "redis.asyncio.client.Redis")


@dataclass(frozen=True, slots=True, eq=False)
class MissingMethod:
    """A call of a method that no recorded version of redis-py has (6.0 and later), on what surely is its client.

    That is a client whose construction was seen, of a class of the library itself, and nothing in the project sets an
    attribute of that name on it. Looked for only on receivers that send a command elsewhere in the module.
    """

    path: str
    span: Span
    method: str
    method_span: Span
    client: ClientRef
    blocks: tuple[Block, ...]


class MissingMethods:
    """Finds them."""

    def __init__(self, evaluator: Evaluator, scopes: Scopes, modules: Iterable[ModuleIndex]) -> None:
        self._evaluator = evaluator
        self._scopes = scopes
        self._set = frozenset(store.name for module in modules for store in module.facts.stores)

    def of_module(self, module: ModuleIndex, calls: Iterable[RedisCall]) -> tuple[MissingMethod, ...]:
        """Those of a module, by place."""
        receivers = frozenset(call.receiver for call in calls if call.client.role is Role.CLIENT)
        found = [one for site in module.facts.calls if (one := self._call(module, site, receivers)) is not None]
        return tuple(sorted(found, key=lambda one: one.span))

    def _call(self, module: ModuleIndex, site: CallSite, receivers: frozenset[str]) -> MissingMethod | None:
        function = site.call.function
        if not isinstance(function, Attribute) or function.name in client_methods() or function.name in self._set:
            return None
        if function.name.startswith("_"):
            return None
        if module.text(function.value.start, function.value.end) not in receivers:
            return None
        values = self._evaluator.evaluate(module, function)
        methods = [one for one in values if isinstance(one, ClientMethod) and _is_of_library(one)]
        if not methods or len(methods) != len(values):
            return None
        return MissingMethod(
            path=module.path,
            span=Span(site.call.start, site.call.end),
            method=function.name,
            method_span=Span(function.name_start, function.name_start + len(function.name)),
            client=methods[0].client.ref,
            blocks=self._scopes.blocks(module, site.block),
        )


def _is_of_library(method: ClientMethod) -> bool:
    ref = method.client.ref
    if ref.role is not Role.CLIENT or ref.confidence is not Confidence.PROVEN or ref.origin is None:
        return False
    if method.client.subclass is not None or ref.library != "redis":
        return False
    factory = clients.canonical(ref.factory)
    return factory.removesuffix(".from_url") in (*_CLASSES, "redis.utils", "redis.asyncio.utils")
