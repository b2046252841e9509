"""Where a value comes from that is only known at run time: what the holes of a key pattern are filled with."""

from __future__ import annotations

from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.evaluation.members import bases
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
    dotted_name,
    inner_expressions,
    last_name,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import ScopeKind
from redlint.model.values import Client, Instance, ProjectClass, ProjectFunction, ProjectModule, ScopeKey

_READS_SETTING = frozenset({"getenv", "getattr", "get_setting", "setting", "config"})
_READS_OPTION = frozenset({"get", "pop", "setdefault"})
_SAME_IN_PROCESS = frozenset({"socket.gethostname", "socket.getfqdn", "platform.node", "os.getpid"})
"""Functions that give a process the same value each time."""
_CONVERSIONS = frozenset({"bool", "float", "int", "str"})
"""Functions whose result is the same for the same argument."""
_ENVIRONMENT = "environ.get"
_MOST_IMPORTS = 8


def source_of(evaluator: Evaluator, module: ModuleIndex, expression: Expression) -> str:
    """Where the value of an expression comes from, equal for the expressions that read the same thing.

    ``app/cache.py:Cache.prefix`` for an attribute, a variable or a function, ``app/cache.py:Cache.*.name`` for the
    parameters called so of a class's (or module's) functions, ``environ:PREFIX`` for an environment variable; the
    place of the expression for anything else.
    """
    if isinstance(expression, Name):
        return _of_name(evaluator, module, expression)
    if isinstance(expression, Attribute):
        return _of_attribute(evaluator, module, expression)
    if isinstance(expression, Await):
        return source_of(evaluator, module, expression.value)
    if isinstance(expression, Call):
        name = setting_name(expression)
        if name:
            return _of_setting(module, expression, name)
        for value in evaluator.evaluate(module, expression.function):
            if isinstance(value, ProjectFunction):
                return f"{_named(evaluator, value.function, '')}()"
    if isinstance(expression, Subscript) and isinstance(expression.index, Constant):
        index = expression.index.value
        if dotted_name(expression.value).endswith("environ"):
            return f"environ:{index}"
        return f"{source_of(evaluator, module, expression.value)}[{index!r}]"
    return f"{module.path}:{expression.start}"


def _of_setting(module: ModuleIndex, call: Call, name: str) -> str:
    function = dotted_name(call.function)
    if function.endswith((_ENVIRONMENT, "getenv")):
        return f"environ:{name}"
    owner = call.arguments[0].value
    return f"{function}:{module.text(owner.start, owner.end)}.{name}" if function == "getattr" else f"{function}:{name}"


def _of_name(evaluator: Evaluator, module: ModuleIndex, name: Name) -> str:
    reaching = module.reaching(name.name, name.start)
    if reaching is None:
        return f"{module.path}:{name.name}"
    bindings, scope = reaching
    if any(binding.kind == "import" for binding in bindings):
        return _imported(evaluator, module, name.name, scope, 0)
    facts = module.facts.scopes[scope]
    if not bindings and any(parameter.name == name.name for parameter in facts.parameters):
        # Functions of one class or module call the same thing by the same name: acquire(name) and release(name).
        return _named(evaluator, ScopeKey(module.path, max(facts.parent, 0)), f"*.{name.name}")
    return _named(evaluator, ScopeKey(module.path, scope), name.name)


def _imported(evaluator: Evaluator, module: ModuleIndex, name: str, scope: int, hops: int) -> str:
    """The source of an imported name: the module that it is a variable of."""
    for binding in module.bindings.get((scope, name), ()) if hops < _MOST_IMPORTS else ():
        if binding.kind != "import" or not binding.member:
            continue
        lookup = evaluator.names.relative if binding.module.startswith(".") else evaluator.names.absolute
        path = lookup(binding.module, module.path)
        index = evaluator.load(path) if path is not None else None
        if index is None:
            return f"{binding.module}:{binding.member}"
        return _imported(evaluator, index, binding.member, 0, hops + 1)
    return _named(evaluator, ScopeKey(module.path, scope), name)


def _of_attribute(evaluator: Evaluator, module: ModuleIndex, expression: Attribute) -> str:
    for value in evaluator.evaluate(module, expression.value):
        if isinstance(value, ProjectModule) and value.path:
            index = evaluator.load(value.path)
            if index is not None:
                return _imported(evaluator, index, expression.name, 0, 0)
        if isinstance(value, Instance | ProjectClass):
            return _named(evaluator, _first_owner(evaluator, value.cls, expression.name), expression.name)
        if isinstance(value, Client) and value.subclass is not None:
            return _named(evaluator, _first_owner(evaluator, value.subclass, expression.name), expression.name)
    return f"{source_of(evaluator, module, expression.value)}.{expression.name}"


def _first_owner(evaluator: Evaluator, cls: ScopeKey, name: str) -> ScopeKey:
    """The most basic of the classes that have an attribute: it is the same one in all that derive from it."""
    for key in reversed(bases(evaluator, cls)[0]):
        index = evaluator.load(key.path)
        if index is not None and name in index.attribute_names.get(key.scope, ()):
            return key
    return cls


def _named(evaluator: Evaluator, scope: ScopeKey, name: str) -> str:
    index = evaluator.load(scope.path)
    owner = index.facts.scopes[scope.scope].qualname if index is not None and scope.scope > 0 else ""
    return f"{scope.path}:{'.'.join(part for part in (owner, name) if part)}"


def _reads_setting(call: Call) -> bool:
    name = dotted_name(call.function)
    return name.rpartition(".")[2] in _READS_SETTING or name.endswith(_ENVIRONMENT)


def setting_name(expression: Expression) -> str:
    """``PREFIX`` of ``os.getenv("PREFIX", "app")`` and ``getattr(settings, "PREFIX")``; empty for other values."""
    if not isinstance(expression, Call) or not _reads_setting(expression):
        return ""
    for argument in expression.arguments[:2]:
        value = argument.value
        if isinstance(value, Constant) and isinstance(value.value, str) and value.value.isidentifier():
            return value.value
    return ""


def default_of(call: Call) -> Expression | None:
    """The default of ``os.getenv("PREFIX", "app")``, ``options.get("prefix", "app")`` and the like."""
    arguments = [argument for argument in call.arguments if not argument.stars]
    name = last_name(call.function)
    wanted = 2 if name == "getattr" else 1
    if name not in _READS_OPTION and not _reads_setting(call):
        return None
    default = next((argument.value for argument in arguments if argument.keyword == "default"), None)
    if default is None and len(arguments) > wanted and arguments[wanted].keyword is None:
        default = arguments[wanted].value
    asked = arguments[wanted - 1].value if len(arguments) >= wanted else None
    is_named = isinstance(asked, Constant) and isinstance(asked.value, str)
    return default if is_named and isinstance(default, Constant | Bytes | Name | Attribute) else None


def is_option(expression: Expression) -> bool:
    """Whether an expression reads a named option or setting, which may not be given: ``options.get("prefix")``."""
    if not isinstance(expression, Call):
        return False
    if last_name(expression.function) not in _READS_OPTION and not _reads_setting(expression):
        return False
    named = [argument.value for argument in expression.arguments[:2] if isinstance(argument.value, Constant)]
    return any(isinstance(one.value, str) for one in named)


def is_fixed(module: ModuleIndex, expression: Expression) -> bool:
    """Whether a value is the same for the life of the process or of the object (see :class:`Hole`)."""
    return _Fixed(module).is_fixed(expression)


class _Fixed:
    """Answers for the expressions of a module, each once: they may be made of each other in turn."""

    def __init__(self, module: ModuleIndex) -> None:
        self._module = module
        self._known = module.known_fixed

    def is_fixed(self, expression: Expression) -> bool:
        if isinstance(expression, Constant | Bytes):
            return True
        key = id(expression)
        if key not in self._known:
            self._known[key] = self._of(expression)
        return self._known[key]

    def _of(self, expression: Expression) -> bool:
        if isinstance(expression, Name):
            return self._of_name(expression)
        if isinstance(expression, Call):
            if dotted_name(expression.function) in _SAME_IN_PROCESS:
                return True
            if not _reads_setting(expression) and dotted_name(expression.function) not in _CONVERSIONS:
                return False
            return all(self.is_fixed(argument.value) for argument in expression.arguments)
        if isinstance(expression, Attribute | Subscript | Formatted | Template | Operation | Conditional):
            return all(self.is_fixed(part) for part in inner_expressions(expression))
        return False

    def _of_name(self, expression: Name) -> bool:
        reaching = self._module.reaching(expression.name, expression.start)
        if reaching is None or reaching[1] == 0:
            return True
        bindings, scope = reaching
        facts = self._module.facts.scopes[scope]
        if facts.kind is ScopeKind.CLASS:
            return True
        if bindings:
            return all(
                binding.kind in ("assign", "annotated")
                and binding.value is not None
                and binding.value.start < expression.start
                and self.is_fixed(binding.value)
                for binding in bindings
            )
        is_self = self._module.owner_of_self(scope, expression.name) is not None
        return is_self or facts.name in ("__init__", "__new__", "__post_init__")
