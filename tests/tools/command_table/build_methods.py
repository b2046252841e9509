"""Merge the recordings and introspections into redis_py_methods.json.

python build_methods.py      # -> linter/redlint/commands/data/redis_py_methods.json
"""

import json
import pathlib
import re

from client_helpers import HELPERS, IGNORED, OBJECTS
from keys import command_name, key_indexes
from servers import LAB

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parents[2] / "linter/redlint/commands/data"
VERSIONS = ["3.5.3", "4.6.0", "5.2.1", "6.4.0", "7.0.1", "7.4.1", "8.0.0", "8.1.0"]
NEWEST = VERSIONS[-1]
SUBCLIENTS = ["json", "ft", "ts", "bf", "cf", "cms", "topk", "tdigest", "vset"]
TTL_UNITS = {"EX": "s", "PX": "ms", "EXAT": "unix-s", "PXAT": "unix-ms"}
# blocking time of the commands flagged blocking: parameter -> unit
BLOCK_UNITS = {"timeout": "s", "block": "ms", "block_milliseconds": "ms"}
# Called on the client these only warn; on a pipeline they talk to the server at once.
_PIPELINE_ONLY = dict(
    in_pipeline=True,
    in_pipeline_note="sent at once, not queued; on the plain client it sends nothing",
    cluster="blocked",
    cluster_note="only on a pipeline with transaction=True",
)
OVERRIDES = {
    ("Redis", "watch"): dict(
        commands=["WATCH"],
        base_call=["WATCH", "<names[0]>", "<names[1]>"],
        keys={"names": "varargs"},
        **_PIPELINE_ONLY,
    ),
    ("Redis", "unwatch"): dict(commands=["UNWATCH"], base_call=["UNWATCH"], **_PIPELINE_ONLY),
    # an argument of these decides the command; the recording shows one of them
    ("Redis", "object"): dict(
        commands=["OBJECT ENCODING", "OBJECT FREQ", "OBJECT IDLETIME", "OBJECT REFCOUNT", "OBJECT HELP"]
    ),
    ("Redis", "cluster"): dict(commands=["CLUSTER INFO"], commands_note="any CLUSTER subcommand"),
    ("ft", "aggregate"): dict(
        commands=["FT.AGGREGATE", "FT.CURSOR"], commands_note="FT.CURSOR READ when the query is a Cursor"
    ),
}


def tidy(text):
    return " ".join(text.split()) if isinstance(text, str) else text


# operator -> what the sync client sends; redis.asyncio raises TypeError for all four
OPERATORS = {
    "client[key]": "GET (KeyError when missing)",
    "client[key] = value": "SET",
    "del client[key]": "DEL",
    "key in client": "EXISTS",
}
MARKER = re.compile(r"^<([A-Za-z_][A-Za-z_0-9]*)((?:\[\d+\])*)(?:\.(key|value)?(\d+)|\.member)?>$")


def load(name):
    return json.loads((LAB / "raw" / name).read_text())


def describe_marker(word, params):
    """ "<keys[0]>" -> ("keys", "list")."""
    m = MARKER.match(str(word))
    if not m or m.group(1) not in params:
        return None
    name, brackets, part = m.group(1), m.group(2), m.group(3)
    kind = params[name]["kind"]
    if part == "key":
        return name, "dict keys"
    if brackets.count("[") == 1 and m.group(4) is not None and not part:
        return name, "list of tuples"
    if brackets.count("[") >= 1:
        return name, "varargs" if kind == "VAR_POSITIONAL" else "list"
    if part:
        return None
    return name, "scalar"


def subtract(words, less):
    rest = list(less)
    out = []
    for w in words:
        if w in rest:
            rest.remove(w)
        else:
            out.append(w)
    return out


def show(word, given):
    """A number or constant that came from a parameter is shown as that parameter's marker."""
    for name, value in given.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 100 and str(word) == str(value):
            return "<%s>" % name
    return word


def sends_of(rows, table):
    """Every command name the recorded calls can send, the base call's first."""
    seen = []
    for row in rows:
        if row["with"].startswith(("scalar:", "mapping:")):
            continue
        for call in row["calls"]:
            name = command_name(call, table)
            if name not in seen:
                seen.append(name)
    return seen


def keys_of(rows, params, table, method):
    found = {}
    for row in rows:
        for call in row["calls"]:
            entry = table.get(command_name(call, table))
            if not entry or entry.get("container"):
                continue
            try:
                positions = key_indexes(entry.get("keys"), call)
            except (ValueError, IndexError):
                continue
            for i in positions:
                hit = describe_marker(call[i], params)
                if hit is None:
                    continue
                name, shape = hit
                if row["with"].startswith(("scalar:", "mapping:")):
                    continue
                if name == "keys_and_args":
                    shape = "varargs, the first numkeys"
                found.setdefault(name, shape)
    for row in rows:
        how, _, name = row["with"].partition(":")
        if how not in ("scalar", "mapping") or name not in found or not row["calls"]:
            continue
        words = [w for call in row["calls"] for w in call]
        if how == "scalar":
            if "<%s>" % name in words:
                found[name] += " or scalar"
            elif all(ch in words for ch in "<>"):
                found[name] += " (a str is split into characters)"
        elif how == "mapping" and "<%s.key0>" % name in words and 2.0 in words:
            found[name] += " or dict keys (values are weights)"
    return found


def ttl_of(rows, params, table):
    found = {}
    for row in rows:
        if row["with"].startswith(("scalar:", "mapping:")):
            continue
        for call in row["calls"]:
            name = command_name(call, table)
            entry = table.get(name, {})
            for rule in entry.get("ttl_args", []):
                if "arg" in rule and rule["arg"] < len(call):
                    value = call[rule["arg"]]
                    for p, v in row["given"].items():
                        if v == value and not isinstance(v, bool) and (isinstance(v, (int, float)) or v == "<%s>" % p):
                            found[p] = {"unit": rule["unit"], "scope": rule["scope"]}
                elif "token" in rule and rule["token"] in TTL_UNITS and rule["token"] in call:
                    at = call.index(rule["token"]) + 1
                    for p, v in row["given"].items():
                        if at < len(call) and v == call[at] and isinstance(v, (int, float)) and not isinstance(v, bool):
                            found[p] = {"unit": rule["unit"], "scope": rule["scope"]}
                elif "token" in rule and rule["unit"] in ("keep", "remove") and rule["token"] in call:
                    p = row["with"].split("+")[0].split("-")[0]
                    if p in params and row["given"].get(p) is True:
                        found[p] = {"unit": rule["unit"], "scope": rule["scope"]}
    return found


def options_of(rows, base, table):
    """Parameter -> {"adds": [...], "removes": [...], "command": ...}."""
    out = {}
    for row in rows[1:]:
        if ":" in row["with"] or not row["calls"]:
            continue
        p = re.split(r"[+-]", row["with"])[0]
        with_, without = row["calls"][0], (row.get("without") or [[]])[0] or (base[0] if base else [])
        entry = {}
        adds = [show(w, row["given"]) for w in subtract(with_, without)]
        removes = [show(w, row["given"]) for w in subtract(without, with_)]
        a, b = command_name(with_, table), command_name(without, table) if without else None
        if b and a != b:
            entry["command"] = a
            adds = [w for w in adds if w not in a.split()]
            removes = [w for w in removes if w not in b.split()]
        if adds:
            entry["adds"] = adds
        if removes:
            entry["removes"] = removes
        needs = [n for n in row["with"].split("-")[0].split("+")[1:]]
        if needs:
            entry["shown_with"] = needs
        out[p] = entry
    return out


def since_of(clients, cls, method, path=None):
    """First of VERSIONS whose class has the method (and the parameter, if path is given)."""
    for v in VERSIONS:
        row = clients[v]["classes"].get(cls, {}).get(method)
        if row is None:
            continue
        if path is None:
            return v
        names = {p["name"]: p for p in row.get("params", [])}
        if path in names:
            return v
    return None


def defaults_over_time(clients, cls, method, param):
    out = []
    for v in VERSIONS:
        row = clients[v]["classes"].get(cls, {}).get(method)
        if row is None:
            continue
        for p in row.get("params", []):
            if p["name"] == param:
                d = p.get("default")
                if not out or out[-1][1] != d:
                    out.append([v, d])
    return out if len(out) > 1 else None


def cluster_of(cluster, cls, method, sends, table):
    """(where it goes, note, pipeline answer) as measured, or by rule where no server knows it."""
    core = cluster["core"].get(cls, {}).get(method)
    stack = cluster["stack"].get(cls, {}).get(method)
    row = core if core and (core["policies"] or core["calls"]) else None
    if row is None and stack and (stack["policies"] or stack["calls"]):
        row = stack
    row = row or core or stack
    if row is None:
        return None, "no such method on RedisCluster", None
    policies = list(dict.fromkeys(row["policies"]))
    error = row["error"] or ""
    pipe = row["pipeline"]
    if core and core["pipeline"] is True:
        pipe = True
    if method in (
        "cluster_delslots",
        "cluster_delslotsrange",
        "cluster_countkeysinslot",
        "cluster_get_keys_in_slot",
        "cluster_setslot",
        "cluster_setslot_stable",
    ):
        return "routes by slot number", None, pipe
    if policies:
        return policies[-1], None, pipe
    if row["calls"]:
        return "the node given as target_node(s)", None, pipe
    if "not supported in cluster mode" in error:
        return "blocked", None, pipe
    if "intentionally not implemented" in error or "will not be implemented" in error:
        return "not implemented", None, pipe
    if "No way to dispatch" in error or "has no attribute 'lower'" in error:
        return "needs target_nodes", (None if "No way" in error else "raises AttributeError without it"), pipe
    if "doesn't exist in Redis commands" in error:
        has_key = any((table.get(s) or {}).get("keys") for s in sends)
        if sends and sends[0].startswith("FT."):
            has_key = False
        return (
            ("routes by key" if has_key else "needs target_nodes"),
            "not measured: no server here knows the command",
            pipe,
        )
    return None, (error[:100] or "sends nothing itself"), pipe


def method_row(cls, method, info, rows, async_rows, clients, cluster, pipelines, table):
    params = {p["name"]: p for p in info.get("params", [])}
    sends = sends_of(rows, table)
    row = {"commands": sends}
    base = rows[0]["calls"]
    if base:
        row["base_call"] = [show(w, rows[0]["given"]) for w in base[0]]
        if len(base) > 1:
            row["more_calls"] = base[1:]
    error = rows[0].get("error") or ""
    if not base and "implemented" in error:
        row["not_implemented"] = True
        m = re.search(r"([A-Z][A-Z ]+?) is intentionally", error)
        row["would_send"] = m.group(1) if m else "FT.EXPLAINCLI"
    elif not base:
        row["sends_nothing"] = tidy(error) or "does not talk to the server itself"
    row["defined_in"] = info["defined_in"]
    options = options_of(rows, base, table)
    keys = keys_of(rows, params, table, method)
    ttl = ttl_of(rows, params, table)
    row["params"] = []
    own_since = since_of(clients, cls, method)
    for p in info.get("params", []):
        entry = {"name": p["name"], "kind": p["kind"]}
        if "default" in p:
            entry["default"] = p["default"]
        first = since_of(clients, cls, method, p["name"])
        if first and first != own_since:
            entry["since"] = first
        changed = defaults_over_time(clients, cls, method, p["name"])
        if changed:
            entry["default_history"] = changed
        entry.update(options.get(p["name"], {}))
        row["params"].append(entry)
    row["keys"] = keys
    row["ttl"] = ttl
    if any(table.get(s, {}).get("blocking") for s in sends):
        blocks = {p: BLOCK_UNITS[p] for p in params if p in BLOCK_UNITS}
        if method in ("wait", "waitaof"):
            blocks = {"timeout": "ms"}
        if blocks:
            row["blocks"] = blocks
    row["since"] = own_since
    older = sorted(
        {p["name"] for v in VERSIONS for p in clients[v]["classes"].get(cls, {}).get(method, {}).get("params", [])}
        - set(params)
        - {"self"}
    )
    if older:
        row["former_params"] = older
    deprecated = [d for d in info.get("deprecations", []) if "deprecated" in d["decorator"]]
    experimental = [d for d in info.get("deprecations", []) if "experimental" in d["decorator"]]
    if deprecated:
        row["deprecated"] = deprecated
    if experimental:
        row["experimental"] = experimental
    sync_calls = [[r["with"], r["calls"]] for r in rows]
    async_calls = [[r["with"], r["calls"]] for r in async_rows or []]
    if async_rows is None:
        row["async"] = "missing"
    elif sync_calls == async_calls:
        row["async"] = "same"
    else:
        row["async"] = {"differs": [[w, c] for w, c in async_calls if [w, c] not in sync_calls][:3]}
        if async_rows[0].get("error"):
            row["async"]["error"] = async_rows[0]["error"]
    answer = pipelines[cls].get(method)
    row["in_pipeline"] = answer is True
    if answer is not True:
        row["in_pipeline_note"] = tidy(answer)
    own = pipelines.get(cls + "().pipeline()", {}).get(method)
    if own is not None and own is not answer:
        row["in_own_pipeline"] = own
    where, note, pipe = cluster_of(cluster, cls, method, sends, table)
    row["cluster"] = where
    if note:
        row["cluster_note"] = tidy(note)
    row["in_cluster_pipeline"] = tidy(pipe)
    row.update(OVERRIDES.get((cls, method), {}))
    if row.get("sends_nothing") and row["commands"]:
        del row["sends_nothing"]
    return row


def object_rows(now):
    """OBJECTS with the parameters of redis-py's own classes, and what redis.asyncio returns."""
    out = {}
    for cls, methods in OBJECTS.items():
        sync, asynchronous = now[cls], now["Async" + cls]
        out[cls] = {}
        for name, row in methods.items():
            info = sync.get(name) or asynchronous.get(name) or {}
            row = dict(row)
            async_info = asynchronous.get(name, {})
            if async_info.get("coroutine") or async_info.get("returns_awaitable"):
                row["awaitable"] = "async iterator" if row.get("returns", "").startswith("iterator") else "coroutine"
            else:
                row["awaitable"] = "plain"
            if info.get("params"):
                row["params"] = [{k: v for k, v in p.items() if k != "annotation"} for p in info["params"]]
            out[cls][name] = row
    return out


def signature_differences(a, b):
    """Methods whose parameter names differ between two class descriptions."""
    out = {}
    for name in sorted(set(a) & set(b)):
        pa = [p["name"] for p in a[name].get("params", [])]
        pb = [p["name"] for p in b[name].get("params", [])]
        if pa != pb:
            out[name] = {
                "only_first": [x for x in pa if x not in pb],
                "only_second": [x for x in pb if x not in pa],
            }
    return out


def main():
    table = json.loads((DATA / "commands.json").read_text())
    recorded, cluster = load("recorded.json"), load("recorded-cluster.json")
    clients = {v: load("client-redis-%s.json" % v) for v in VERSIONS}
    valkey = load("client-valkey-6.2.0.json")
    now = clients[NEWEST]["classes"]
    out = {
        "redis_py": recorded["version"],
        "versions_compared": VERSIONS,
        "methods": {},
        "helpers": {},
        "operators": OPERATORS,
        "objects": object_rows(now),
    }
    coverage = {}
    for cls in ["Redis"] + SUBCLIENTS:
        rows = {}
        for method, calls in recorded["sync"][cls].items():
            if method in HELPERS.get(cls, {}):
                continue
            rows[method] = method_row(
                cls,
                method,
                now[cls][method],
                calls,
                recorded["async"][cls].get(method),
                clients,
                cluster,
                recorded["pipeline"],
                table,
            )
        out["methods"][cls] = rows
        helpers = {}
        for name, row in HELPERS.get(cls, {}).items():
            if row.get("only") == "async" and name not in now[cls]:
                home = now["AsyncRedis" if cls == "Redis" else "async " + cls]
            else:
                home = now[cls]
            if name not in home:
                raise SystemExit("helper %s.%s does not exist" % (cls, name))
            info = home[name]
            row = dict(row, since=since_of(clients, cls, name) or since_of(clients, "AsyncRedis", name))
            if info.get("params"):
                row["params"] = [{k: v for k, v in p.items() if k != "annotation"} for p in info["params"]]
            if info.get("deprecations"):
                row["deprecated"] = info["deprecations"]
            if "defined_in" in info:
                row["defined_in"] = info["defined_in"]
            helpers[name] = row
        out["helpers"][cls] = helpers
        names = set(now[cls])
        left = names - set(rows) - set(helpers) - IGNORED.get(cls, set())
        coverage[cls] = {
            "names": len(names),
            "commands": len(rows),
            "helpers": len(set(helpers) & names),
            "ignored": len(IGNORED.get(cls, set())),
            "left_over": sorted(left),
        }
    # methods that only the cluster client has
    base = set(now["Redis"])
    only = {}
    for name, row in cluster["core"]["Redis"].items():
        if name in base:
            continue
        calls = row["calls"]
        info = now["RedisCluster"][name]
        where, note, pipe = cluster_of(cluster, "Redis", name, [], table)
        only[name] = {
            "commands": [command_name(c, table) for c in calls],
            "base_call": calls[0] if calls else None,
            "defined_in": info["defined_in"],
            "cluster": where,
            "in_cluster_pipeline": tidy(pipe),
            "params": [{k: v for k, v in p.items() if k != "annotation"} for p in info["params"]],
            "since": since_of(clients, "RedisCluster", name),
        }
        if note:
            only[name]["cluster_note"] = tidy(note)
    out["cluster_only"] = only
    out["cluster_client_helpers"] = sorted(set(now["RedisCluster"]) - base - set(only))
    out["missing_on_cluster"] = sorted(base - set(now["RedisCluster"]))
    removed = {}
    for v in VERSIONS[:-1]:
        for cls, methods in clients[v]["classes"].items():
            if cls not in ["Redis", "Pipeline", "graph"] + SUBCLIENTS:
                continue
            for m in methods:
                if m not in now.get(cls, {}):
                    row = removed.setdefault(cls, {}).setdefault(m, {"first_seen": v})
                    row["last_seen"] = v
    out["removed"] = removed
    out["async_differences"] = {
        "only_sync": sorted(set(now["Redis"]) - set(now["AsyncRedis"])),
        "only_async": sorted(set(now["AsyncRedis"]) - set(now["Redis"])),
        "parameters": signature_differences(now["Redis"], now["AsyncRedis"]),
    }
    vk = valkey["classes"]
    old = clients["5.2.1"]["classes"]
    out["valkey_py"] = {"version": valkey["version"], "classes": {}}
    for cls in ["Redis", "AsyncRedis", "RedisCluster", "Pipeline"] + SUBCLIENTS + ["graph"]:
        a, b, o = now.get(cls, {}), vk.get(cls, {}), old.get(cls, {})
        if not a and not b:
            continue
        out["valkey_py"]["classes"][cls] = {
            "missing_in_valkey_py": sorted(set(a) - set(b)),
            "only_in_valkey_py": sorted(set(b) - set(a)),
            "only_in_valkey_py_and_not_in_redis_py_5.2.1": sorted(set(b) - set(a) - set(o)),
            "parameters_only_in_redis_py": {
                m: d["only_first"] for m, d in signature_differences(a, b).items() if d["only_first"]
            },
            "parameters_only_in_valkey_py": {
                m: d["only_second"] for m, d in signature_differences(a, b).items() if d["only_second"]
            },
        }
    out["coverage"] = coverage
    (DATA / "redis_py_methods.json").write_text(json.dumps(out, indent=1) + "\n")
    for cls, c in coverage.items():
        print(
            "%-8s %3d names = %3d commands + %2d helpers + %d ignored; left over: %s"
            % (cls, c["names"], c["commands"], c["helpers"], c["ignored"], c["left_over"])
        )


if __name__ == "__main__":
    main()
