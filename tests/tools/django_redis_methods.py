"""Records what the methods of django-redis's cache send, from the installed django-redis.

``python tests/tools/django_redis_methods.py`` writes ``linter/redlint/model/clients/data/django_redis_methods.json``.
Recorded are the public methods of ``django_redis.cache.RedisCache`` that Django's own ``BaseCache`` lacks. Each
passes its arguments on to the method of the same name of ``DefaultClient``, whose signature and source give the rest:

- ``params``: the parameters without ``self``, as :mod:`inspect` names their kinds; defaults as ``repr`` gives them;
- ``client_methods``: the methods that are called on the redis-py client, or on a pipeline made from it, in the
  order of the source; those of the methods of ``DefaultClient`` that it calls count as its own;
- ``commands``: what redlint's method table says that these send (none for ``lock``, which returns an object);
- ``keys``: the parameters from which keys are made, as a scalar, a list or varargs;
- ``patterns``: the parameters from which patterns of keys are made.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
TARGET: Final = ROOT / "linter/redlint/model/clients/data/django_redis_methods.json"
sys.path.insert(0, str(ROOT / "linter"))

from redlint.commands.methods import client_methods  # noqa: E402

_MAKES_OBJECT: Final = frozenset({"lock", "pipeline"})


def recorded() -> dict[str, Any]:
    """What the file holds, read from the installed django-redis."""
    # None of these packages has types.
    base: type = importlib.import_module("django.core.cache.backends.base").BaseCache
    cache: type = importlib.import_module("django_redis.cache").RedisCache
    client: type = importlib.import_module("django_redis.client.default").DefaultClient
    version: tuple[int, ...] = importlib.import_module("django_redis").VERSION
    methods = {
        name: _method(client, name)
        for name, function in sorted(vars(cache).items())
        if inspect.isfunction(function) and not name.startswith("_") and not hasattr(base, name)
    }
    return {"django_redis": ".".join(map(str, version)), "methods": methods}


def text() -> str:
    """The contents of the file."""
    return json.dumps(recorded(), indent=1) + "\n"


def _method(owner: type, name: str) -> dict[str, Any]:
    function = getattr(owner, name)
    parameters = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    tree = _tree(function)
    called = _called(owner, tree, seen={name})
    keys, patterns = _key_parameters(tree, {one.name: one for one in parameters})
    table = client_methods()
    commands = [
        command
        for method in called
        if method in table and method not in _MAKES_OBJECT
        for command in (table[method].commands or table[method].sends)
    ]
    return {
        "params": [_parameter(one) for one in parameters],
        "client_methods": called,
        "commands": list(dict.fromkeys(commands)),
        "keys": keys,
        "patterns": patterns,
    }


def _tree(function: Callable[..., object]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _parameter(parameter: inspect.Parameter) -> dict[str, str]:
    found = {"name": parameter.name, "kind": parameter.kind.name}
    if parameter.default is not inspect.Parameter.empty:
        default = parameter.default
        # Django's DEFAULT_TIMEOUT is an object() without a name of its own.
        found["default"] = "DEFAULT_TIMEOUT" if type(default) is object else repr(default)
    return found


def _called(owner: type, tree: ast.AST, seen: set[str]) -> list[str]:
    """The methods called on clients and pipelines, in source order."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    found: list[str] = []
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        assert isinstance(node.func, ast.Attribute)
        receiver = node.func.value
        if not isinstance(receiver, ast.Name):
            continue
        if receiver.id in ("client", "pipeline"):
            found.append(node.func.attr)
        elif receiver.id == "self" and any(keyword.arg == "client" for keyword in node.keywords):
            if node.func.attr not in seen:
                seen.add(node.func.attr)
                found.extend(_called(owner, _tree(getattr(owner, node.func.attr)), seen))
    return list(dict.fromkeys(found))


def _key_parameters(tree: ast.AST, parameters: dict[str, inspect.Parameter]) -> tuple[dict[str, str], list[str]]:
    """The parameters that ``make_key`` is called with, by themselves or one by one, and those of ``make_pattern``."""
    items = {
        generator.target.id: generator.iter.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ListComp | ast.DictComp | ast.SetComp | ast.GeneratorExp)
        for generator in node.generators
        if isinstance(generator.target, ast.Name) and isinstance(generator.iter, ast.Name)
    }
    keys: dict[str, str] = {}
    patterns: list[str] = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        argument = node.args[0]
        if not isinstance(argument, ast.Name):
            continue
        if node.func.attr == "make_pattern":
            patterns.append(argument.id)
        elif node.func.attr == "make_key":
            source = argument.id if argument.id in parameters else items.get(argument.id, "")
            if source in parameters:
                is_varargs = parameters[source].kind is inspect.Parameter.VAR_POSITIONAL
                keys[source] = "varargs" if is_varargs else "scalar" if source == argument.id else "list"
    return {name: keys[name] for name in parameters if name in keys}, patterns


def main() -> None:
    """Write the file."""
    importlib.import_module("django.conf").settings.configure()
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
