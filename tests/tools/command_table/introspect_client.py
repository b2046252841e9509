"""Print, as JSON, the public methods of the client library on sys.path.

    PYTHONPATH=$LAB/py/redis-5.2.1 python introspect_client.py redis  > $LAB/raw/client-redis-5.2.1.json
    PYTHONPATH=$LAB/py/valkey-6.2.0 python introspect_client.py valkey

Works from redis-py 3.5.3 on. For every client class: method -> the class that defines it,
its parameters (name, kind, default as repr), whether it is a coroutine function, and the
deprecation decorators found in its source text.
"""

import ast
import importlib
import inspect
import json
import sys
import textwrap
import warnings

warnings.simplefilter("ignore")
PACKAGE = sys.argv[1] if len(sys.argv) > 1 else "redis"
SUBCLIENTS = ["json", "ft", "ts", "bf", "cf", "cms", "topk", "tdigest", "vset", "graph"]


def literal(node):
    try:
        return ast.literal_eval(node)
    except Exception:
        return ast.unparse(node)


def deprecations(func):
    """The @deprecated_function / @deprecated_args / @experimental... decorators, read from source."""
    out = []
    try:
        source = textwrap.dedent(inspect.getsource(inspect.unwrap(func)))
        tree = ast.parse(source)
    except Exception:
        return out
    node = tree.body[0]
    for deco in getattr(node, "decorator_list", []):
        name = ast.unparse(deco.func if isinstance(deco, ast.Call) else deco)
        if not name.startswith(("deprecated", "experimental", "@deprecated")):
            continue
        row = {"decorator": name}
        if isinstance(deco, ast.Call):
            for kw in deco.keywords:
                row[kw.arg] = literal(kw.value)
        out.append(row)
    return out


def default_repr(value):
    if inspect.isclass(value):
        return value.__name__
    text = repr(value)
    return text.split(" object at 0x")[0] + ">" if " object at 0x" in text else text


def describe(cls):
    methods = {}
    for name in sorted(dir(cls)):
        if name.startswith("_"):
            continue
        static = inspect.getattr_static(cls, name)
        if isinstance(static, property):
            methods[name] = {"property": True}
            continue
        func = getattr(cls, name)
        if not callable(func):
            continue
        row = {}
        inner = inspect.unwrap(func)
        owner = getattr(inner, "__qualname__", "").rsplit(".", 1)[0]
        row["defined_in"] = "%s.%s" % (getattr(inner, "__module__", "?"), owner)
        try:
            params = list(inspect.signature(func).parameters.values())
        except (ValueError, TypeError):
            params = []
        if params and params[0].name == "self":
            params = params[1:]
        row["params"] = []
        for p in params:
            entry = {"name": p.name, "kind": p.kind.name}
            if p.default is not inspect.Parameter.empty:
                entry["default"] = default_repr(p.default)
            if p.annotation is not inspect.Parameter.empty:
                note = p.annotation
                entry["annotation"] = note if isinstance(note, str) else inspect.formatannotation(note)
            row["params"].append(entry)
        row["coroutine"] = inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner)
        # def unsubscribe(self) -> Awaitable: to be awaited, though not a coroutine function
        if str(getattr(inner, "__annotations__", {}).get("return", "")).replace("typing.", "").startswith("Awaitable"):
            row["returns_awaitable"] = True
        if isinstance(static, (staticmethod, classmethod)):
            row["static"] = type(static).__name__
        dep = deprecations(func)
        if dep:
            row["deprecations"] = dep
        methods[name] = row
    return methods


def main():
    pkg = importlib.import_module(PACKAGE)
    main_class = "Valkey" if PACKAGE == "valkey" else "Redis"
    out = {"package": PACKAGE, "version": getattr(pkg, "__version__", "?"), "classes": {}}
    client = getattr(pkg, main_class)()
    out["classes"]["Redis"] = describe(getattr(pkg, main_class))
    out["classes"]["Pipeline"] = describe(importlib.import_module(PACKAGE + ".client").Pipeline)
    out["classes"]["PubSub"] = describe(importlib.import_module(PACKAGE + ".client").PubSub)
    for label, module, attr in [
        ("AsyncRedis", ".asyncio", main_class),
        ("AsyncPipeline", ".asyncio.client", "Pipeline"),
        ("AsyncPubSub", ".asyncio.client", "PubSub"),
        ("RedisCluster", ".cluster", main_class + "Cluster"),
        ("ClusterPipeline", ".cluster", "ClusterPipeline"),
        ("AsyncRedisCluster", ".asyncio.cluster", main_class + "Cluster"),
        ("AsyncClusterPipeline", ".asyncio.cluster", "ClusterPipeline"),
        ("Sentinel", ".sentinel", "Sentinel"),
        ("AsyncSentinel", ".asyncio.sentinel", "Sentinel"),
        ("Lock", ".lock", "Lock"),
        ("AsyncLock", ".asyncio.lock", "Lock"),
        ("Script", ".commands.core", "Script"),
    ]:
        try:
            out["classes"][label] = describe(getattr(importlib.import_module(PACKAGE + module), attr))
        except (ImportError, AttributeError):
            continue
    for sub in SUBCLIENTS:
        factory = getattr(client, sub, None)
        if factory is None:
            continue
        try:
            out["classes"][sub] = describe(type(factory()))
        except Exception as e:
            out.setdefault("failed", {})[sub] = repr(e)
        try:
            asyncio_mod = importlib.import_module(PACKAGE + ".asyncio")
            aclient = getattr(asyncio_mod, main_class)()
            out["classes"]["async " + sub] = describe(type(getattr(aclient, sub)()))
        except Exception as e:
            out.setdefault("failed", {})["async " + sub] = repr(e)
    json.dump(out, sys.stdout, indent=1, sort_keys=True)


main()
