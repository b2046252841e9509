"""From call sites to Redis calls: receiver, command, arguments, keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from redlint.commands.access import AccessMode, KeyAccess, key_access, parameter_access
from redlint.commands.methods import (
    KeyShape,
    MethodSpec,
    client_methods,
    cluster_methods,
    distinctive_methods,
    lock_methods,
    methods_of,
    module_methods,
    module_names,
    pipeline_methods,
    pubsub_methods,
)
from redlint.commands.table import CommandSpec, command, key_positions
from redlint.diagnostic import Confidence, Span
from redlint.model.clients import lineage
from redlint.model.clients.cache_methods import CacheMethod, cache_method, cache_methods
from redlint.model.codecs import Codecs
from redlint.model.creations import ClientCreations
from redlint.model.derivation import ingredients
from redlint.model.evaluation.callers import CALLS_ITS_ARGUMENT
from redlint.model.evaluation.calling import constant, owner_of
from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import library_class, member, of_bases, of_class
from redlint.model.evaluation.proxies import forwarded
from redlint.model.events import RAW_METHODS, UNKNOWN, CallArgument, ClientRef, KeyUse, Place, RedisCall
from redlint.model.facts import (
    Argument,
    Attribute,
    Call,
    CallSite,
    Collection,
    Comprehension,
    Constant,
    Expression,
    Mapping,
    Name,
    Starred,
    Store,
    Subscript,
    dotted_name,
    inner_expressions,
    last_name,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import Role
from redlint.model.loops import Loops
from redlint.model.pattern import Hole, KeyPattern
from redlint.model.payloads import Payloads
from redlint.model.scopes import Scopes
from redlint.model.strings import KeyTexts
from redlint.model.values import (
    Anything,
    Client,
    ClientMethod,
    Held,
    Instance,
    Items,
    KnownConstant,
    Parent,
    ProjectFunction,
    Reply,
    Row,
    Table,
    Value,
    Values,
)

_NO_COMMANDS = (
    *("master_for", "slave_for", "from_url", "from_pool", "disconnect", "get_connection", "get_redis_connection"),
    *("keyslot", "get_node", "get_nodes", "get_primaries", "get_replicas", "get_random_node", "get_default_node"),
)
"""Methods of Redis objects that no command stands behind."""

_LISTS_KEYS = {"KEYS": ("keys",), "SCAN": ("scan_iter", "scan")}
"""The commands that list keys, and the methods that send them."""

_TELLING_NAMES = ("redis", "valkey")

_CACHE = "django_redis.cache.RedisCache"
_CACHE_PREFIX = (
    Hole("KEY_PREFIX", fixed=True, source="django:KEY_PREFIX"),
    ":",
    Hole("VERSION", fixed=True, source="django:VERSION"),
    ":",
)
"""What Django puts in front of the names in a cache (https://docs.djangoproject.com/en/stable/ref/settings/#key-prefix)."""

_EVALSHA = tuple(spec for spec in (command("EVALSHA"),) if spec is not None)
_SCRIPT_ACCESS = KeyAccess(AccessMode.MODIFY, reads=True, updates=True, by_option=True)
"""A script may do anything with its keys."""
_SCRIPT_PARAMETERS = frozenset({"keys", "args", "client"})

_VALUE_PARAMETERS = frozenset({"value", "values", "mapping", "fields"})
"""Parameters of redis-py that take what is stored."""

_SCRIPT_TEXTS = frozenset({"script", "code"})
"""Parameters of redis-py that take the text of a script or a library of functions."""

_NEW_EACH_TIME = frozenset(
    {
        *("next", "pop", "popleft", "popitem", "get_nowait", "readline", "random", "randint", "getrandbits"),
        *("uuid1", "uuid4", "token_hex", "token_bytes", "token_urlsafe", "urandom"),
    }
)

_MAKES_OBJECT = frozenset({"pipeline", "pubsub", "lock", "monitor"})
"""Methods that make an object with a life of its own."""


@cache
def redis_method_names() -> frozenset[str]:
    """Every method name of any Redis object; other attribute calls are not looked at."""
    names = {
        *client_methods(),
        *cluster_methods(),
        *pipeline_methods(),
        *pubsub_methods(),
        *lock_methods(),
        *RAW_METHODS,
    }
    for module in module_names():
        names.update(module_methods(module))
    names.update(_NO_COMMANDS)
    names.update(cache_methods())
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class _Target:
    """What a call calls: the method, where its name stands, on which Redis objects, and through which function."""

    method: str
    span: Span
    receiver: str
    refs: tuple[ClientRef, ...]
    through: str = ""


class RedisCalls:
    """Finds the Redis calls of a module."""

    def __init__(self, evaluator: Evaluator, texts: KeyTexts, scopes: Scopes, creations: ClientCreations) -> None:
        self._evaluator = evaluator
        self._creations = creations
        self._texts = texts
        self._scopes = scopes
        self._codecs = Codecs(evaluator)
        self._payloads = Payloads(evaluator)
        self._loops = Loops(evaluator)
        self._given: dict[tuple[str, Span], tuple[ModuleIndex, tuple[Argument, ...]]] = {}

    def stored(self, call: RedisCall) -> tuple[KeyPattern, ...]:
        """The texts that a call stores as values, elements or members; empty where one of them is unknown."""
        given = self._given.get((call.path, call.span))
        if given is None or call.has_unknown_arguments or not call.commands:
            return ()
        module, arguments = given
        found: list[KeyPattern] = []
        for argument, record in zip(arguments, call.arguments, strict=True):
            if record.parameter not in _VALUE_PARAMETERS:
                continue
            patterns = [pattern for one in self._values(module, argument) for pattern in (one or (None,))]
            if None in patterns:
                return ()
            found += [pattern for pattern in patterns if pattern is not None]
        return tuple(found)

    def given(self, call: RedisCall) -> tuple[ModuleIndex, tuple[Argument, ...]]:
        """The module that a call was found in, and its arguments as they are written there."""
        return self._given[call.path, call.span]

    def _values(self, module: ModuleIndex, argument: Argument) -> Iterator[tuple[KeyPattern, ...]]:
        """The patterns of each of the values that an argument brings, a mapping's keys for a sorted set."""
        value = self._spelled_out(module, argument.value)
        if isinstance(value, Mapping):
            for key in value.keys:
                yield self._texts.patterns(module, key) if key is not None else ()
        elif isinstance(value, Comprehension):
            yield self._texts.patterns(module, value.element)
        elif argument.stars:
            yield self._texts.element_patterns(module, value)
        else:
            yield self._texts.patterns(module, value)

    def of_module(self, module: ModuleIndex) -> tuple[RedisCall, ...]:
        """The resolved Redis calls of a module, by place."""
        found = [call for site in module.facts.calls if (call := self._call(module, site)) is not None]
        return tuple(sorted(found, key=lambda call: (call.span.end, call.span.start)))

    def _call(self, module: ModuleIndex, site: CallSite) -> RedisCall | None:
        function = site.call.function
        if isinstance(function, Attribute) and function.name in redis_method_names():
            found = self._on_receiver(module, site, function)
            if found is not None:
                return found
        return self._of_script(module, site) or self._handed_over(module, site) or self._alias(module, site)

    def _on_receiver(self, module: ModuleIndex, site: CallSite, function: Attribute) -> RedisCall | None:
        """``client.get(key)``."""
        receivers = self._evaluator.evaluate(module, function.value)
        refs = _refs(receivers, function.name, self._evaluator)
        if not refs:
            return self._on_cache(module, site, function) or self._by_name(module, site, function)
        span = Span(function.name_start, function.name_start + len(function.name))
        text = module.text(function.value.start, function.value.end)
        through = _forwarding_method(self._evaluator, receivers, function.name)
        target = _Target(function.name, span, text, refs, through)
        return self._event(module, site, target, site.call.arguments)

    def _by_name(self, module: ModuleIndex, site: CallSite, function: Attribute) -> RedisCall | None:
        """``ctx.redis_client.hset(...)``: an unknown object, told by its name and a command that only Redis has."""
        name = last_name(function.value)
        if function.name not in distinctive_methods() or not any(word in name.lower() for word in _TELLING_NAMES):
            return None
        if not all(isinstance(value, Anything) for value in self._evaluator.evaluate(module, function.value)):
            return None
        ref = ClientRef("redis", Role.CLIENT, site.awaited, Confidence.NAMED, factory=f"name {name}")
        span = Span(function.name_start, function.name_start + len(function.name))
        target = _Target(function.name, span, module.text(function.value.start, function.value.end), (ref,))
        return self._event(module, site, target, site.call.arguments)

    def _on_cache(self, module: ModuleIndex, site: CallSite, function: Attribute) -> RedisCall | None:
        """``cache.keys("*")`` of django-redis, which Django's own caches have not."""
        spec = cache_method(function.name)
        if spec is None:
            return None
        owners = self._evaluator.evaluate(module, function.value)
        if not any(_CACHE in lineage(cls) for value in owners if (cls := library_class(value)) is not None):
            return None
        ref = ClientRef("django-redis", Role.CACHE, False, Confidence.INFERRED, factory=_CACHE)
        span = Span(function.name_start, function.name_start + len(function.name))
        target = _Target(function.name, span, module.text(function.value.start, function.value.end), (ref,))
        call = self._event(module, site, target, site.call.arguments)
        commands = tuple(found for name in spec.commands if (found := command(name)) is not None)
        names = [parameter.name for parameter in spec.parameters]
        arguments = tuple(
            replace(argument, parameter=argument.keyword or (names[position] if position < len(names) else None))
            for position, argument in enumerate(call.arguments)
        )
        keys = self._cache_keys(module, spec, commands, site.call.arguments, arguments)
        return replace(call, commands=commands, arguments=arguments, keys=keys)

    def _cache_keys(
        self,
        module: ModuleIndex,
        spec: CacheMethod,
        commands: tuple[CommandSpec, ...],
        given: tuple[Argument, ...],
        bound: tuple[CallArgument, ...],
    ) -> tuple[KeyUse, ...]:
        """The keys that a cache makes of its own: prefix, version and name, or all that match a pattern of names."""
        found: list[KeyUse] = []
        last = commands[-1] if commands else None
        if last is None or last.keys is None or not last.keys.has_keys:
            return ()
        for argument, record in zip(given, bound, strict=True):
            name = record.parameter or ""
            is_pattern = name in spec.patterns
            if argument.stars or not (is_pattern or spec.keys.get(name) is KeyShape.SCALAR):
                continue
            key = self._key(module, argument.value, many=is_pattern)
            patterns = (pattern.matched if is_pattern else pattern for pattern in key.patterns)
            cached = tuple(KeyPattern.of(*_CACHE_PREFIX, *pattern.parts) for pattern in patterns)
            access = key_access(last, (last.name, "<key>"), 1)
            found.append(replace(key, patterns=cached, access=access))
        return tuple(found)

    def _alias(self, module: ModuleIndex, site: CallSite) -> RedisCall | None:
        """``get = r.get; get(key)``, ``sync_to_async(r.get)(key)``."""
        function = site.call.function
        if isinstance(function, Name):
            reaching = module.reaching(function.name, function.start)
            if reaching is None or not any(isinstance(binding.value, Attribute) for binding in reaching[0]):
                return None
            span = Span(function.start, function.end)
        elif isinstance(function, Call) and len(function.arguments) == 1:
            inner = function.arguments[0].value
            if not isinstance(inner, Attribute) or inner.name not in redis_method_names():
                return None
            span = Span(inner.name_start, inner.name_start + len(inner.name))
        else:
            return None
        methods = _methods(self._evaluator.evaluate(module, function))
        if not methods:
            return None
        refs = tuple(dict.fromkeys(one.client.ref for one in methods))
        through = dotted_name(function.function) if isinstance(function, Call) else ""
        target = _Target(methods[0].name, span, module.text(function.start, function.end), refs, through)
        return self._event(module, site, target, site.call.arguments)

    def _handed_over(self, module: ModuleIndex, site: CallSite) -> RedisCall | None:
        """``asyncio.to_thread(r.get, key)``: a method that is handed to something that calls it."""
        callee = last_name(site.call.function)
        if callee not in CALLS_ITS_ARGUMENT:
            return None
        for position, argument in enumerate(site.call.arguments[:2]):
            method = argument.value
            if not isinstance(method, Attribute) or method.name not in redis_method_names() or argument.stars:
                continue
            found = _methods(self._evaluator.evaluate(module, method))
            if found:
                refs = tuple(dict.fromkeys(one.client.ref for one in found))
                span = Span(method.name_start, method.name_start + len(method.name))
                text = module.text(method.value.start, method.value.end)
                target = _Target(method.name, span, text, refs, dotted_name(site.call.function))
                return self._event(module, site, target, site.call.arguments[position + 1 :])
        return None

    def _of_script(self, module: ModuleIndex, site: CallSite) -> RedisCall | None:
        """``script(keys=[...], args=[...])``, where ``script`` comes from ``register_script``."""
        function, arguments = site.call.function, site.call.arguments
        if not isinstance(function, Name | Attribute):
            return None
        is_likely = any(argument.keyword in _SCRIPT_PARAMETERS for argument in arguments)
        if not is_likely and function.name not in self._evaluator.script_names():
            return None
        refs = tuple(
            dict.fromkeys(
                value.ref
                for value in self._evaluator.evaluate(module, function)
                if isinstance(value, Client) and value.ref.role is Role.SCRIPT
            )
        )
        if not refs:
            return None
        start = function.name_start if isinstance(function, Attribute) else function.start
        target = _Target(
            "__call__", Span(start, start + len(function.name)), module.text(function.start, function.end), refs
        )
        return self._event(module, site, target, arguments)

    def _event(self, module: ModuleIndex, site: CallSite, target: _Target, given: tuple[Argument, ...]) -> RedisCall:
        ref, method = target.refs[0], target.method
        spec = _spec(target)
        call = site.call
        arguments = self._arguments(module, spec, given)
        commands = self._commands(spec, method, arguments)
        self._given[module.path, Span(call.start, call.end)] = (module, given)
        if method in RAW_METHODS:
            keys = self._raw_keys(module, commands, given)
        elif method == "__call__":
            keys = tuple(replace(key, access=_SCRIPT_ACCESS) for key in self._script_keys(module, given))
        else:
            keys = self._keys(module, spec, commands, given, arguments)
        return RedisCall(
            path=module.path,
            source=module.source,
            span=Span(call.start, call.end),
            method=method,
            method_span=target.span,
            receiver=target.receiver,
            client=ref,
            commands=commands,
            spec=spec,
            arguments=arguments,
            keys=keys,
            scope=self._scopes.scope(module, site.scope),
            blocks=self._scopes.blocks(module, site.block),
            passed=self._scopes.passed(module, site.block, call.start),
            usage=site.usage,
            consumer=site.consumer,
            awaited=site.awaited,
            production=self._evaluator.settings.is_production(module.path) and not ref.is_test_double,
            outer_span=Span(site.outer_start, site.outer_end),
            alternatives=target.refs[1:],
            through=target.through,
            reply_codec=self._codecs.read(module, site),
            derived_from=frozenset(
                start for argument in given[1:] for start in ingredients(module, argument.value).calls
            ),
            escapes=self._creations.escapes(module, site) if method in _MAKES_OBJECT else "",
            loop=self._loops.of_call(module, site, (argument.value for argument in given)),
            receiver_rebound=_bound_after(module, target.receiver, call.start),
        )

    def _script_keys(self, module: ModuleIndex, arguments: tuple[Argument, ...]) -> tuple[KeyUse, ...]:
        for position, argument in enumerate(arguments):
            if argument.stars:
                return ()
            if argument.keyword == "keys" or (argument.keyword is None and position == 0):
                return tuple(self._shaped(module, KeyShape.LIST, argument))
        return ()

    # --- command and arguments ------------------------------------------------------------------------

    def _commands(
        self, spec: MethodSpec | None, method: str, arguments: tuple[CallArgument, ...]
    ) -> tuple[CommandSpec, ...]:
        if method in RAW_METHODS:
            return _raw_command(arguments)
        if method == "__call__":
            return _EVALSHA
        if spec is None or spec.helper:
            return ()
        names = list(spec.commands)
        for argument in arguments:
            parameter = spec.parameter(argument.parameter) if argument.parameter else None
            if parameter is not None and parameter.command and argument.constant not in (None, False):
                names = [parameter.command]
        if len(names) > 1 and spec.base_call:
            base = " ".join(str(word) for word in spec.base_call)
            names = [name for name in names if base.startswith(name)][:1] or names
        return tuple(found for name in names if (found := command(name)) is not None)

    def _arguments(
        self, module: ModuleIndex, spec: MethodSpec | None, arguments: tuple[Argument, ...]
    ) -> tuple[CallArgument, ...]:
        found: list[CallArgument] = []
        splat = False
        for position, argument in enumerate(arguments):
            parameter: str | None = argument.keyword
            if argument.stars == 1:
                bound = spec.bind(position) if spec is not None and not splat else None
                is_rest = bound is not None and bound.kind.value == "VAR_POSITIONAL"
                parameter = bound.name if bound is not None and is_rest else None
                splat = True
            elif argument.keyword is None and argument.stars == 0:
                bound = spec.bind(position) if spec is not None and not splat else None
                parameter = bound.name if bound is not None else None
            found.append(self._argument(module, argument, parameter))
        return tuple(found)

    def _argument(self, module: ModuleIndex, argument: Argument, parameter: str | None) -> CallArgument:
        values = self._evaluator.evaluate(module, argument.value)
        reply = _reply(values)
        is_glob = parameter in ("match", "pattern")
        is_value = parameter in _VALUE_PARAMETERS and not argument.stars
        is_script = parameter in _SCRIPT_TEXTS and not argument.stars
        return CallArgument(
            text=module.text(argument.start, argument.end),
            span=Span(argument.start, argument.end),
            parameter=parameter,
            keyword=argument.keyword,
            splat=argument.stars,
            constant=constant(values),
            from_command=reply.commands[0] if reply is not None else "",
            is_container=bool(values) and all(map(_is_container, values)),
            globs=self._texts.patterns(module, argument.value) if is_glob else (),
            scripts=self._texts.written_patterns(module, argument.value) if is_script else (),
            codecs=self._codecs.written(module, argument.value) if is_value else frozenset(),
            payload=self._payloads.of(module, argument.value) if is_value else None,
        )

    # --- keys -----------------------------------------------------------------------------------------

    def _keys(
        self,
        module: ModuleIndex,
        spec: MethodSpec | None,
        commands: tuple[CommandSpec, ...],
        arguments: tuple[Argument, ...],
        bound: tuple[CallArgument, ...],
    ) -> tuple[KeyUse, ...]:
        if spec is None:
            return ()
        found: list[KeyUse] = []
        for argument, record in zip(arguments, bound, strict=True):
            shape = spec.keys.get(record.parameter) if record.parameter is not None else None
            if shape is None or argument.stars == 2:
                continue
            if shape is KeyShape.VARARGS_NUMKEYS:
                continue
            access = _access(spec, record.parameter or "", commands)
            found += [replace(key, access=access) for key in self._shaped(module, shape, argument)]
        return (*found, *self._counted_keys(module, spec, arguments, bound))

    def _counted_keys(
        self,
        module: ModuleIndex,
        spec: MethodSpec,
        arguments: tuple[Argument, ...],
        bound: tuple[CallArgument, ...],
    ) -> tuple[KeyUse, ...]:
        """The keys of ``eval(script, numkeys, *keys_and_args)``."""
        names = [name for name, shape in spec.keys.items() if shape is KeyShape.VARARGS_NUMKEYS]
        count = next((one.constant for one in bound if one.parameter == "numkeys"), UNKNOWN)
        if not names or not isinstance(count, int):
            return ()
        rest = [argument for argument, one in zip(arguments, bound, strict=True) if one.parameter == names[0]]
        if any(argument.stars for argument in rest[:count]):
            return ()
        return tuple(replace(self._key(module, one.value), access=_SCRIPT_ACCESS) for one in rest[:count])

    def _shaped(self, module: ModuleIndex, shape: KeyShape, argument: Argument) -> list[KeyUse]:
        if shape is KeyShape.SCALAR or (shape is KeyShape.VARARGS and not argument.stars):
            return [self._key(module, argument.value)]
        value = self._spelled_out(module, argument.value)
        if isinstance(value, Mapping):
            return [
                self._key(module, key) if key is not None else self._key(module, inner, many=True)
                for key, inner in zip(value.keys, value.values, strict=True)
            ]
        if isinstance(value, Collection):
            return [
                self._key(module, element.value, many=True)
                if isinstance(element, Starred)
                else self._key(module, element)
                for element in value.elements
            ]
        if isinstance(value, Comprehension):
            return [replace(self._key(module, value.element, many=True), span=Span(argument.start, argument.end))]
        if shape is KeyShape.LIST_OR_SCALAR and self._is_text(module, argument.value):
            return [self._key(module, argument.value)]
        return [self._key(module, argument.value, many=True)]

    def _is_text(self, module: ModuleIndex, expression: Expression) -> bool:
        values = self._evaluator.evaluate(module, expression)
        if any(isinstance(value, KnownConstant) and isinstance(value.value, str | bytes) for value in values):
            return True
        return bool(self._texts.patterns(module, expression))

    def _spelled_out(self, module: ModuleIndex, expression: Expression) -> Expression:
        """The display that a name stands for, where it is bound to exactly one and never changed."""
        if not isinstance(expression, Name):
            return expression
        reaching = module.reaching(expression.name, expression.start)
        if reaching is None or len(reaching[0]) != 1:
            return expression
        binding, scope = reaching[0][0], reaching[1]
        if binding.kind != "assign" or binding.path or binding.value is None:
            return expression
        if not isinstance(binding.value, Collection | Mapping | Comprehension):
            return expression
        return expression if self._grows(module, scope, expression.name) else binding.value

    def _grows(self, module: ModuleIndex, scope: int, name: str) -> bool:
        """Whether something is added to a container after its display."""
        if module.element_stores.get((scope, name)):
            return True
        for site in module.calls_by_scope.get(scope, ()):
            function = site.call.function
            if isinstance(function, Attribute) and isinstance(function.value, Name) and function.value.name == name:
                return True
        return any(binding.kind == "augmented" for binding in module.bindings.get((scope, name), ()))

    def _key(self, module: ModuleIndex, expression: Expression, *, many: bool = False) -> KeyUse:
        text = " ".join(module.text(expression.start, expression.end).split())
        reply = _reply(self._evaluator.evaluate(module, expression))
        patterns = self._texts.element_patterns(module, expression) if many else ()
        return KeyUse(
            text=text,
            span=Span(expression.start, expression.end),
            patterns=patterns or self._texts.patterns(module, expression) or self._listed(reply),
            many=many,
            from_command=reply.commands[0] if reply is not None else "",
            from_place=Place(reply.path, Span(reply.start, reply.start)) if reply is not None else None,
            identity=self._identity(module, expression, text),
        )

    def _listed(self, reply: Reply | None) -> tuple[KeyPattern, ...]:
        """The patterns of a key that KEYS or SCAN returned: what it was told to match."""
        index = self._evaluator.load(reply.path) if reply is not None else None
        if reply is None or index is None or reply.commands[0] not in _LISTS_KEYS:
            return ()
        for method in _LISTS_KEYS[reply.commands[0]]:
            site = index.method_calls_by_start.get((reply.start, method))
            for argument in site.call.arguments if site is not None else ():
                is_glob = argument.keyword in ("match", "pattern") or (method == "keys" and argument.keyword is None)
                if is_glob and not argument.stars:
                    found = [glob.matched for glob in self._texts.patterns(index, argument.value)]
                    return () if any(pattern.is_opaque for pattern in found) else tuple(found)
        return ()

    def _identity(self, module: ModuleIndex, expression: Expression, text: str) -> str:
        """The text with the bindings of its names: equal texts between which a name is rebound are told apart."""
        places = {
            binding.start
            for name in _parts(expression)
            if isinstance(name, Name) and (reaching := module.reaching(name.name, name.start)) is not None
            for binding in reaching[0]
        }
        places |= {store.start for store in self._stores_before(module, expression)}
        places |= {part.start for part in _parts(expression) if isinstance(part, Call) and _is_new_each_time(part)}
        return f"{text}@{','.join(map(str, sorted(places)))}" if places or isinstance(expression, Name) else text

    def _stores_before(self, module: ModuleIndex, expression: Expression) -> Iterator[Store]:
        """Where the function itself, further up, stores to attributes and items that an expression reads."""
        parts = _parts(expression)
        read = {module.text(part.start, part.end) for part in parts if isinstance(part, Attribute | Subscript)}
        scope = module.facts.blocks[module.block_at(expression.start)].scope
        for store in module.stores_by_scope.get(scope, ()) if read else ():
            if store.start < expression.start and _stored(module, store) in read:
                yield store

    def _raw_keys(
        self, module: ModuleIndex, commands: tuple[CommandSpec, ...], arguments: tuple[Argument, ...]
    ) -> tuple[KeyUse, ...]:
        if len(commands) != 1 or any(argument.stars for argument in arguments):
            return ()
        words: list[object] = list(commands[0].name.split())
        first = arguments[0].value
        extra = 0
        if isinstance(first, Constant) and isinstance(first.value, str):
            extra = len(first.value.split())
        offset = len(words) - max(extra, 1)
        values = [argument.value for argument in arguments[1 + max(offset, 0) :]]
        words += [value.value if isinstance(value, Constant) else value for value in values]
        start = len(commands[0].name.split())
        return tuple(
            replace(self._key(module, values[position - start]), access=key_access(commands[0], words, position))
            for position in _positions(commands[0], words, start)
        )


def _bound_after(module: ModuleIndex, name: str, position: int) -> tuple[int, ...]:
    """The places after a position where a name of that place gets another value."""
    reaching = module.reaching(name, position) if name.isidentifier() else None
    bindings = module.bindings.get((reaching[1], name), ()) if reaching is not None else ()
    return tuple(binding.start for binding in bindings if binding.start > position)


def _parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    for inner in inner_expressions(expression):
        yield from _parts(inner)


def _is_new_each_time(call: Call) -> bool:
    """Whether two calls of the same text surely give two values: ``next(keys)``, ``queue.pop()``, ``uuid4()``."""
    return last_name(call) in _NEW_EACH_TIME


def _stored(module: ModuleIndex, store: Store) -> str:
    owner = module.text(store.object.start, store.object.end)
    if store.index is None:
        return f"{owner}.{store.name}"
    return f"{owner}[{module.text(store.index.start, store.index.end)}]"


def _positions(spec: CommandSpec, words: list[object], start: int) -> list[int]:
    """The indexes of keys; the table counts a subcommand as a word of its own."""
    return [position for position in key_positions(spec, words) if start <= position < len(words)]


def _access(spec: MethodSpec, parameter: str, commands: tuple[CommandSpec, ...]) -> KeyAccess | None:
    """What a method does with the keys of a parameter: also one that sends its command later (``hscan_iter``)."""
    sent = commands or tuple(found for name in spec.sends[:1] if (found := command(name)) is not None)
    return parameter_access(spec, parameter, sent[0]) if sent else None


def _raw_command(arguments: tuple[CallArgument, ...]) -> tuple[CommandSpec, ...]:
    if not arguments or not isinstance(arguments[0].constant, str):
        return ()
    words = arguments[0].constant.upper().split()
    if len(words) == 1 and len(arguments) > 1 and isinstance(arguments[1].constant, str):
        found = command(f"{words[0]} {arguments[1].constant.upper()}")
        if found is not None:
            return (found,)
    found = command(" ".join(words[:2])) or command(words[0]) if words else None
    return (found,) if found is not None else ()


def _reply(values: Values) -> Reply | None:
    """The reply that a value is (part of), if it is one."""
    return next((value for value in values if isinstance(value, Reply) and value.commands), None)


def _is_container(value: Value) -> bool:
    """Whether a value surely holds others; the replies that do so are those that list keys."""
    if isinstance(value, Reply):
        return not value.element and bool(value.commands) and all(one in _LISTS_KEYS for one in value.commands)
    return isinstance(value.container if isinstance(value, Held) else value, Items | Row | Table)


def _spec(target: _Target) -> MethodSpec | None:
    """What is known of the method, from the first of the Redis objects that has it."""
    found = (methods_of(owner_of(ref)).get(target.method) for ref in target.refs)
    return next((spec for spec in found if spec is not None), None)


def _methods(values: Values) -> tuple[ClientMethod, ...]:
    return tuple(value for value in values if isinstance(value, ClientMethod) and value.name in redis_method_names())


def _refs(receivers: Values, method: str, evaluator: Evaluator) -> tuple[ClientRef, ...]:
    """The Redis objects among the receivers; less sure where something else may be meant as well."""
    found: list[ClientRef] = []
    foreign = False
    for value in receivers:
        if isinstance(value, Client):
            is_wrapper = value.ref.confidence is Confidence.CONFIGURED
            if value.subclass is not None and not is_wrapper and _is_own_method(evaluator, value, method):
                continue
            found.append(value.ref)
        elif isinstance(value, Parent):
            found += _of_parent(evaluator, value, method)
        elif isinstance(value, Instance):
            refs = _passed_on(evaluator, value, method)
            found += refs
            foreign = foreign or not refs
        elif not isinstance(value, Anything | KnownConstant):
            foreign = True
    if foreign:
        found = [replace(ref, confidence=min(ref.confidence, Confidence.INFERRED)) for ref in found]
    fitting = [ref for ref in found if _has(ref, method) or ref.confidence > Confidence.INFERRED]
    return tuple(dict.fromkeys(sorted(fitting, key=lambda ref: not _has(ref, method))))


def _has(ref: ClientRef, method: str) -> bool:
    """Whether a Redis object of this role has the method: ``execute`` is for pipelines, ``get`` no method of locks."""
    known = methods_of(owner_of(ref))
    return not known or method in known or method in _NO_COMMANDS or method in RAW_METHODS or method == "__call__"


def _of_parent(evaluator: Evaluator, parent: Parent, method: str) -> list[ClientRef]:
    """The client that ``super().method()`` means, unless a class of the project between has the method."""
    if not isinstance(parent.receiver, Client) or of_bases(evaluator, parent.cls, method, parent.receiver):
        return []
    return [parent.receiver.ref]


def _forwarding_method(evaluator: Evaluator, receivers: Values, method: str) -> str:
    """The method of the project, as ``Class.method``, that passes the call on to a client; empty without one."""
    for wrapper in receivers:
        for value in member(evaluator, wrapper, method) if isinstance(wrapper, Instance) else ():
            index = evaluator.load(value.function.path) if isinstance(value, ProjectFunction) else None
            if isinstance(value, ProjectFunction) and index is not None:
                return index.facts.scopes[value.function.scope].qualname
    return ""


def _passed_on(evaluator: Evaluator, wrapper: Instance, method: str) -> list[ClientRef]:
    """The Redis objects that a wrapper of the project passes a call on to as it is."""
    found: list[ClientRef] = []
    for value in member(evaluator, wrapper, method):
        if isinstance(value, ClientMethod) and value.name == method:
            found.append(value.client.ref)
        elif isinstance(value, ProjectFunction):
            found += (client.ref for client in forwarded(evaluator, value))
    return [replace(ref, confidence=min(ref.confidence, Confidence.INFERRED)) for ref in found]


def _is_own_method(evaluator: Evaluator, client: Client, method: str) -> bool:
    """Whether the project's subclass of a client defines the method itself: then it may mean anything."""
    return client.subclass is not None and bool(of_class(evaluator, client.subclass, method, client))


__all__ = ["RedisCalls", "redis_method_names"]
