"""What calls give: constructing clients, methods that return Redis objects, functions that pass values on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from redlint.commands.methods import methods_of, module_names
from redlint.diagnostic import Confidence, Span
from redlint.model import clients as client_tables
from redlint.model.clients.library import ClientType
from redlint.model.evaluation import containers, members, outside, standard
from redlint.model.events import UNKNOWN, ClientRef, ConstantValue, Place, Unknown
from redlint.model.facts import Argument, Attribute, Call, CallSite, Constant, last_name
from redlint.model.index import ModuleIndex
from redlint.model.kinds import Role
from redlint.model.values import (
    ANYTHING,
    Anything,
    Box,
    Client,
    ClientMethod,
    ContainerMethod,
    DeclaredType,
    External,
    ExternalInstance,
    ExternalMethod,
    Generator,
    Instance,
    Items,
    KnownConstant,
    Maker,
    Parent,
    ProjectClass,
    ProjectFunction,
    ProjectLambda,
    Reply,
    Row,
    ScopeKey,
    Table,
    Value,
    Values,
    clients,
    contained,
    table_of,
    union,
)

if TYPE_CHECKING:
    from redlint.model.evaluation.evaluator import Evaluator

POSITIONAL_OPTIONS = ("host", "port", "db", "password", "socket_timeout")
"""The constructor parameters of ``redis.Redis`` that are given by position (redis-py 3.5 to 8.1)."""

_OWNERS = {
    Role.CLIENT: "Redis",
    Role.CLUSTER: "RedisCluster",
    Role.PIPELINE: "Pipeline",
    Role.TRANSACTION: "Pipeline",
    Role.PUBSUB: "PubSub",
    Role.LOCK: "Lock",
}

_MADE_BY_CLIENT = {
    "pipeline": Role.PIPELINE,
    "lock": Role.LOCK,
    "pubsub": Role.PUBSUB,
    "register_script": Role.SCRIPT,
    "monitor": Role.MONITOR,
}

_NAMED_CONSTANTS: Mapping[str, ConstantValue] = {
    name: text
    for text in ("none", "optional", "required")
    for name in (f"ssl.CERT_{text.upper()}", f"ssl.VerifyMode.CERT_{text.upper()}")
}
"""Constants of the standard library that stand for words, as ``SSLConnection`` of redis-py reads them."""

_ITSELF = frozenset({"__enter__", "__aenter__", "initialize", "client"})


def owner_of(ref: ClientRef) -> str:
    """Whose methods an object has, as the method table names it."""
    return ref.module if ref.role is Role.MODULE else _OWNERS.get(ref.role, "")


def result(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    """What a call gives."""
    callees = evaluator.evaluate(module, call.function)
    if last_name(call.function) == "run_until_complete" and all(isinstance(one, Anything) for one in callees):
        return _first(evaluator, module, call)
    decoded = _decoded(evaluator, module, call)
    return decoded or union(*(_result(evaluator, module, call, callee) for callee in callees))


def _decoded(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    """``key.decode()`` of a reply is the same reply as text."""
    function = call.function
    if not isinstance(function, Attribute) or function.name != "decode":
        return ()
    replies = (one for one in evaluator.evaluate(module, function.value) if isinstance(one, Reply))
    return tuple(replace(one, decoded=True) for one in replies)


def _result(evaluator: Evaluator, module: ModuleIndex, call: Call, callee: Value) -> Values:
    if isinstance(callee, External):
        return _external(evaluator, module, call, callee.name)
    if isinstance(callee, ProjectFunction):
        return evaluator.returned(callee) or (ANYTHING,)
    if isinstance(callee, ProjectLambda):
        return evaluator.lambda_result(callee)
    if isinstance(callee, ClientMethod):
        return _method(module, call, callee)
    if isinstance(callee, ContainerMethod):
        return containers.called(evaluator, module, call, callee)
    if isinstance(callee, Maker):
        return callee.results
    if isinstance(callee, ProjectClass):
        return _constructed(evaluator, module, call, callee)
    if isinstance(callee, Instance):
        found = members.of_class(evaluator, callee.cls, "__call__", callee)
        return union(*(evaluator.returned(one) for one in found if isinstance(one, ProjectFunction))) or (ANYTHING,)
    if isinstance(callee, ExternalMethod):
        return _external_method(evaluator, module, call, callee)
    if isinstance(callee, Client):
        if callee.ref.confidence is Confidence.CONFIGURED:
            return (callee,)
        return (Reply(("EVALSHA",), callee.ref, module.path, call.start),)
    return (ANYTHING,)


def _constructed(evaluator: Evaluator, module: ModuleIndex, call: Call, callee: ProjectClass) -> Values:
    instance = evaluator.instance(callee.cls)
    if not isinstance(instance, Client):
        return (instance,)
    return (replace(instance, ref=_with_options(evaluator, module, call, instance.ref, is_url=False)),)


# --- outside the project ------------------------------------------------------------------------------


def client_type(name: str) -> tuple[ClientType, bool] | None:
    """The kind of object that calling an external name makes, and whether its first argument is a URL."""
    kind = client_tables.constructors().get(name)
    if kind is not None:
        return kind, False
    kind = client_tables.factories().get(name)
    if kind is not None:
        return kind, name.endswith("from_url")
    base, _, method = name.rpartition(".")
    if method in ("from_url", "from_pool"):
        kind = client_tables.constructors().get(base)
        if kind is not None:
            return kind, method == "from_url"
    return None


def _external(evaluator: Evaluator, module: ModuleIndex, call: Call, name: str) -> Values:
    made = client_type(name)
    if made is not None:
        kind, is_url = made
        client = members.client_of(kind, Confidence.PROVEN, name, Place(module.path, Span(call.start, call.end)))
        return (Client(_with_options(evaluator, module, call, client.ref, is_url)),)
    wrapper = external_wrapper(evaluator, name)
    if wrapper is not None:
        return (wrapper,)
    handler = _FUNCTIONS.get(name)
    if handler is not None:
        return handler(evaluator, module, call)
    if client_tables.canonical(name) in client_tables.providers():
        return _provider(evaluator, module, call)
    cls = client_tables.object_of(f"{name}()")
    if cls is not None:
        return (ExternalInstance(cls),)
    if name.rpartition(".")[2][:1].isupper():
        return (ExternalInstance(client_tables.canonical(name)),)
    return (ANYTHING,)


def _external_method(evaluator: Evaluator, module: ModuleIndex, call: Call, callee: ExternalMethod) -> Values:
    last = callee.name.rpartition(".")[2]
    if last in ("enter_context", "enter_async_context") and call.arguments:
        entered = evaluator.evaluate(module, call.arguments[0].value)
        return union(*(containers.enter(evaluator, value) for value in entered))
    if last == "run_until_complete" and call.arguments:
        return evaluator.evaluate(module, call.arguments[0].value)
    name = f"{callee.instance.name}.{callee.name}"
    kind = client_tables.method_type(callee.instance.name, callee.name)
    if kind is not None:
        return (members.client_of(kind, Confidence.PROVEN, name, Place(module.path, Span(call.start, call.end))),)
    cls = client_tables.object_of(f"{name}()")
    return (ExternalInstance(cls) if cls is not None else ANYTHING,)


def _first(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    return evaluator.evaluate(module, call.arguments[0].value) if call.arguments else (ANYTHING,)


def _items(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    found: list[Value] = []
    for one in _first(evaluator, module, call) if call.arguments else ():
        value = containers.opened(evaluator, one)
        if isinstance(value, Generator):
            found.append(Items(contained(evaluator.yielded(value))))
        else:
            found.append(value if isinstance(value, Reply | Items | Row) else ANYTHING)
    return tuple(dict.fromkeys(found)) or (Items(()),)


def _next(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    return union(*(containers.iterate(evaluator, value) for value in _first(evaluator, module, call)))


def _second(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    return evaluator.evaluate(module, call.arguments[1].value) if len(call.arguments) > 1 else (ANYTHING,)


def _getattr(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    if len(call.arguments) < 2:
        return (ANYTHING,)
    names = evaluator.evaluate(module, call.arguments[1].value)
    if len(names) != 1 or not isinstance(names[0], KnownConstant) or not isinstance(names[0].value, str):
        return (ANYTHING,)
    name = names[0].value
    owner = call.arguments[0].value
    found = union(*(members.member(evaluator, value, name) for value in evaluator.evaluate(module, owner)))
    if all(isinstance(value, Anything | ExternalMethod) for value in found):
        found = outside.by_name(evaluator, name, last_name(owner)) or found
    if len(call.arguments) > 2:
        found = union(found, evaluator.evaluate(module, call.arguments[2].value))
    return found


def _type(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    return union(*(members.member(evaluator, value, "__class__") for value in _first(evaluator, module, call)))


def _super(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    scope = module.facts.blocks[module.block_at(call.start)].scope
    while scope > 0 and module.class_of(scope) is None:
        scope = module.facts.scopes[scope].parent
    owner = module.class_of(scope) if scope > 0 else None
    if owner is None:
        return (ANYTHING,)
    key = ScopeKey(module.path, owner)
    return tuple(Parent(key, value) for value in evaluator.self_values(module, owner, scope))


def _called(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    """What calling the first argument with the others gives; what it yields, for a generator."""
    if not call.arguments or call.arguments[0].stars:
        return (ANYTHING,)
    inner = Call(call.start, call.end, call.arguments[0].value, call.arguments[1:], call.open)
    found = result(evaluator, module, inner)
    return union(*(evaluator.yielded(one) if isinstance(one, Generator) else (one,) for one in found))


def _provider(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    return (Maker(contained(_called(evaluator, module, call))),)


def _partial(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    """A partial function gives what the function gives; a method of a client stays one."""
    functions = _first(evaluator, module, call)
    if any(isinstance(one, External) for one in functions):
        return (Maker(contained(_called(evaluator, module, call))),)
    return functions


def _dict(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    entries: dict[ConstantValue, Values] = {}
    others: list[Values] = []
    for argument in call.arguments:
        values = evaluator.evaluate(module, argument.value)
        if argument.keyword is not None:
            entries[argument.keyword] = values
            continue
        for one in values:
            value = containers.opened(evaluator, one)
            if isinstance(value, Table):
                entries |= dict(value.entries)
                others.append(value.others)
            elif not isinstance(value, KnownConstant):
                others.append((ANYTHING,))
    return (table_of(entries, union(*others)),)


def _default_dict(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    return (Table((), contained(_called(evaluator, module, call)) if call.arguments else ()),)


def _made_by_default(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    """``field(default_factory=Redis)`` and the like: what the factory gives, or the default."""
    for argument in call.arguments:
        if argument.keyword in ("default_factory", "factory"):
            inner = Call(call.start, call.end, argument.value, (), call.open)
            return result(evaluator, module, inner)
        if argument.keyword == "default":
            return evaluator.evaluate(module, argument.value)
    return (ANYTHING,)


def _of_all(evaluator: Evaluator, module: ModuleIndex, call: Call) -> tuple[Values, ...]:
    """The items of each argument."""
    return tuple(
        contained(union(*(containers.iterate(evaluator, value) for value in evaluator.evaluate(module, one.value))))
        or (ANYTHING,)
        for one in call.arguments
    )


def _enumerate(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    items = _of_all(evaluator, module, call)
    return (Items((Row(((ANYTHING,), items[0])),)),) if items else (ANYTHING,)


def _zip(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    return (Items((Row(_of_all(evaluator, module, call)),)),)


def _gather(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    """``await asyncio.gather(connect(), connect())``."""
    if any(argument.stars for argument in call.arguments):
        return (Items(contained(union(*_of_all(evaluator, module, call)))),)
    return (Row(tuple(contained(evaluator.evaluate(module, one.value)) for one in call.arguments if not one.keyword)),)


def _box(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:
    defaults = (argument for argument in call.arguments if argument.keyword == "default")
    return (Box(union(*(evaluator.evaluate(module, argument.value) for argument in defaults))),)


def _bound_type(evaluator: Evaluator, module: ModuleIndex, call: Call) -> Values:  # noqa: ARG001
    """``TypeVar("T", bound=Redis)``, ``TypeVar("T", Redis, RedisCluster)`` and ``NewType("Cache", Redis)``."""
    bounds = [one.value for one in call.arguments[1:] if one.keyword in (None, "bound") and not one.stars]
    return tuple(DeclaredType(module.path, bound, bound.start) for bound in bounds) or (ANYTHING,)


def decorated(evaluator: Evaluator, module: ModuleIndex, function: ProjectFunction) -> Values:
    """A function of the project; what it gives, where a decorator makes a lazy object of it."""
    for decorator in module.facts.scopes[function.function.scope].decorators:
        if last_name(decorator) in _LAZY_NAMES and any(
            isinstance(value, External) and _FUNCTIONS.get(value.name) is _called
            for value in evaluator.evaluate(module, decorator)
        ):
            return evaluator.returned(function)
    return (function,)


_LAZY = (
    *("django.utils.functional.SimpleLazyObject", "funcy.LazyObject", "lazy_object_proxy.Proxy"),
    *("werkzeug.local.LocalProxy", "werkzeug.LocalProxy"),
)
"""Classes whose objects stand for what their function gives."""

_LAZY_NAMES = frozenset(name.rpartition(".")[2] for name in _LAZY)

_DEPENDENCIES = (
    *("fastapi.Depends", "fastapi.params.Depends", "fastapi.Security", "fast_depends.Depends"),
    *("faststream.Depends", "taskiq.TaskiqDepends", "docket.Depends", "litestar.di.Provide"),
)
"""Markers for what a framework calls to fill a parameter."""

_FUNCTIONS: dict[str, Callable[[Evaluator, ModuleIndex, Call], Values]] = {
    "asgiref.sync.async_to_sync": _first,
    "asgiref.sync.sync_to_async": _first,
    "asyncio.run": _first,
    "asyncio.wait_for": _first,
    "asyncio.create_task": _first,
    "asyncio.shield": _first,
    "anyio.run": _first,
    "contextlib.closing": _first,
    "contextlib.aclosing": _first,
    "copy.copy": _first,
    "functools.partial": _partial,
    "typing.cast": _second,
    "typing_extensions.cast": _second,
    **dict.fromkeys(("typing.TypeVar", "typing_extensions.TypeVar", "typing.NewType"), _bound_type),
    **dict.fromkeys(_LAZY, _called),
    **dict.fromkeys(_DEPENDENCIES, _called),
    **dict.fromkeys(standard.BOXES, _box),
    **dict.fromkeys(standard.TABLES, _dict),
    **dict.fromkeys(standard.SEQUENCES, _items),
    **dict.fromkeys(("itertools.cycle", "itertools.islice"), _items),
    **dict.fromkeys(("random.choice", "secrets.choice"), _next),
    **dict.fromkeys(("dataclasses.field", "attr.ib", "attr.field", "attrs.field", "pydantic.Field"), _made_by_default),
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "asyncio.gather": _gather,
    "collections.defaultdict": _default_dict,
    "builtins.type": _type,
    "builtins.getattr": _getattr,
    "builtins.super": _super,
    "builtins.next": _next,
    "builtins.anext": _next,
    **dict.fromkeys(
        (f"builtins.{name}" for name in ("list", "sorted", "set", "tuple", "iter", "reversed", "frozenset")),
        _items,
    ),
}


# --- options ------------------------------------------------------------------------------------------


def _with_options(evaluator: Evaluator, module: ModuleIndex, call: Call, ref: ClientRef, is_url: bool) -> ClientRef:
    options: dict[str, ConstantValue | Unknown] = {}
    parent: ClientRef | None = None
    for position, argument in enumerate(call.arguments):
        name = argument.keyword
        if argument.stars:
            _spread(evaluator, module, argument, options)
            continue
        if name is None:
            name = "url" if is_url and position == 0 else _positional(ref, position)
        if name == "connection_pool" or (ref.factory.endswith(".from_pool") and position == 0):
            pools = clients(evaluator.evaluate(module, argument.value))
            parent = pools[0].ref if pools else None
            name = "connection_pool"
        if name is not None:
            options[name] = constant(evaluator.evaluate(module, argument.value))
    url = options.get("url")
    if isinstance(url, str):
        options |= _url_options(url)
    if parent is not None:
        options = {**parent.options, **options}
    return replace(ref, options=options, parent=parent)


def _positional(ref: ClientRef, position: int) -> str | None:
    if ref.role is Role.CLIENT and position < len(POSITIONAL_OPTIONS):
        return POSITIONAL_OPTIONS[position]
    return None


def _spread(
    evaluator: Evaluator, module: ModuleIndex, argument: Argument, options: dict[str, ConstantValue | Unknown]
) -> None:
    values = evaluator.evaluate(module, argument.value)
    table = containers.opened(evaluator, values[0]) if len(values) == 1 else None
    if argument.stars == 2 and isinstance(table, Table) and not table.others:
        for key, found in table.entries:
            options[str(key)] = constant(found)
        return
    options["*" * argument.stars] = UNKNOWN


def _url_options(url: str) -> dict[str, ConstantValue | Unknown]:
    """What a URL's query and path say; they win over keyword arguments (redis-py 5 to 8)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return {}
    found: dict[str, ConstantValue | Unknown] = dict(parse_qsl(parts.query))
    database = parts.path.strip("/")
    if database.isdigit() and parts.scheme != "unix":
        found.setdefault("db", int(database))
    return found


def constant(values: Values) -> ConstantValue | Unknown:
    """The one constant among the alternatives, or :data:`UNKNOWN`."""
    if len(values) == 1 and isinstance(values[0], KnownConstant):
        return values[0].value
    if len(values) == 1 and isinstance(values[0], External):
        return _NAMED_CONSTANTS.get(values[0].name, UNKNOWN)
    return UNKNOWN


# --- methods of Redis objects -------------------------------------------------------------------------


def _method(module: ModuleIndex, call: Call, callee: ClientMethod) -> Values:
    client, name = callee.client, callee.name
    ref = client.ref
    if name in _ITSELF:
        return (client,)
    made = _made(ref, name)
    if made is not None:
        role, sub_client = made
        place = Place(module.path, Span(call.start, call.end))
        return (
            Client(
                ClientRef(
                    ref.library,
                    role,
                    ref.is_async,
                    ref.confidence,
                    place,
                    name,
                    options=_pipeline_options(call) if role is Role.PIPELINE else {},
                    parent=ref,
                    module=sub_client,
                )
            ),
        )
    spec = methods_of(owner_of(ref)).get(name)
    if ref.queues and name not in ("execute", "watch", "multi", "reset", "unwatch"):
        return (client,)
    if spec is not None and spec.sends:
        return (Reply(spec.sends, ref, module.path, call.start),)
    return (ANYTHING,)


def _pipeline_options(call: Call) -> dict[str, ConstantValue | Unknown]:
    """``transaction`` of ``pipeline(transaction=...)``, its first parameter; nothing where it is not given."""
    for position, argument in enumerate(call.arguments):
        if argument.stars or argument.keyword == "transaction" or (argument.keyword is None and position == 0):
            value = argument.value
            is_known = isinstance(value, Constant) and not argument.stars
            return {"transaction": value.value if is_known and isinstance(value, Constant) else UNKNOWN}
    return {}


def _made(ref: ClientRef, name: str) -> tuple[Role, str] | None:
    """The role of the object that a method makes (and which module's sub-client it is)."""
    if ref.role is Role.SENTINEL:
        return (Role.CLIENT, "") if name in ("master_for", "slave_for") else None
    if ref.role is Role.CLUSTER and name == "get_redis_connection":
        return Role.CLIENT, ""
    if ref.role is Role.MODULE:
        return (Role.PIPELINE, "") if name == "pipeline" else None
    if ref.role not in (Role.CLIENT, Role.CLUSTER, Role.PIPELINE):
        return None
    if name in module_names():
        return Role.MODULE, name
    role = _MADE_BY_CLIENT.get(name)
    return (role, "") if role is not None else None


# --- the user's config --------------------------------------------------------------------------------


def configured(evaluator: Evaluator, path: str, name: str) -> Values:
    """The client that the config's ``clients`` table declares a project name to be."""
    for declared, type_name in evaluator.settings.clients.items():
        module, _, member = declared.partition(":")
        if member.removesuffix("()") != name or evaluator.names.absolute(module, path) != path:
            continue
        return configured_client(type_name)
    return ()


def configured_client(type_name: str) -> Values:
    """A client of the named class, as the config declares it."""
    kind = client_tables.constructors().get(type_name)
    return (members.client_of(kind, Confidence.CONFIGURED, type_name),) if kind is not None else ()


def named_client(sites: Iterable[CallSite]) -> Client:
    """What a variable of the config's ``client-names`` holds; asynchronous if calls on it are awaited."""
    is_async = any(site.awaited for site in sites)
    return Client(ClientRef("redis", Role.CLIENT, is_async, Confidence.CONFIGURED, factory="client-names"))


def configured_wrapper(evaluator: Evaluator, cls: ScopeKey) -> Client | None:
    """The client that instances of a class of the project stand for, if the config's ``wrappers`` name it."""
    index = evaluator.load(cls.path) if evaluator.settings.wrappers else None
    if index is None:
        return None
    facts = index.facts.scopes[cls.scope]
    for dotted in evaluator.settings.wrappers:
        module, _, name = dotted.rpartition(".")
        if name == facts.name and evaluator.names.absolute(module, cls.path) == cls.path:
            is_async = any(index.facts.scopes[one].is_async for one in index.methods.get(cls.scope, ()))
            ref = ClientRef("redis", Role.CLIENT, is_async, Confidence.CONFIGURED, factory=dotted)
            return Client(ref, cls)
    return None


def external_wrapper(evaluator: Evaluator, name: str) -> Client | None:
    """The same for a class from outside the project."""
    if name not in evaluator.settings.wrappers:
        return None
    return Client(ClientRef("redis", Role.CLIENT, False, Confidence.CONFIGURED, factory=name))
