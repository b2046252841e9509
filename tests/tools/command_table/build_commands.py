"""Merge the servers' own answers, judgement.txt and redis_py_only.txt into commands.json.

python build_commands.py     # -> linter/redlint/commands/data/commands.json
"""

import json
import pathlib
import re

from probe_servers import read_judgement
from servers import LAB

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parents[2] / "linter/redlint/commands/data/commands.json"

# newest first: the first server that knows a command is the one whose facts are used
ORDER = [
    "redis-8.6",
    "valkey-9.1",
    "redis-7.4",
    "redis-8.2",
    "redis-8.0",
    "valkey-8.1",
    "redis-7.0",
    "redis-6.2",
    "redis-8.6-sentinel",
    "valkey-9.1-sentinel",
    "redis-7.4-sentinel",
]
INTERNAL = {"HOST:", "POST"}  # traps for HTTP requests, not commands
MODULE_GROUPS = {
    "ReJSON": "json",
    "search": "search",
    "timeseries": "timeseries",
    "bf": None,
    "vectorset": "vectorset",
}
BF_GROUPS = {"BF": "bloom", "CF": "cuckoo", "CMS": "count-min-sketch", "TOPK": "top-k", "TDIGEST": "t-digest"}

# COMMAND INFO can't say where SORT's STORE key is; for module commands it names only the
# first key, or an index name, or nothing. Positions as redis-py and the commands' own syntax
# use them; checked in check_data.py.
KEY_CORRECTIONS = {
    "SORT": {"first": 1, "last": 1, "step": 1, "keyword": [{"word": "STORE", "rest": "one", "step": 1}]},
    "JSON.MGET": {"first": 1, "last": -2, "step": 1},
    "TS.CREATERULE": {"first": 1, "last": 2, "step": 1},
    "TS.DELETERULE": {"first": 1, "last": 2, "step": 1},
    "CMS.MERGE": {"destination": 1, "keynum": {"count_at": 2, "first": 3, "step": 1}},
    "TDIGEST.MERGE": {"destination": 1, "keynum": {"count_at": 2, "first": 3, "step": 1}},
    "FT.DEL": {"first": 2, "last": 2, "step": 1},
    "FT.ADD": {"first": 2, "last": 2, "step": 1},
    "FT.SAFEADD": {"first": 2, "last": 2, "step": 1},
    "FT.ADDHASH": {"first": 2, "last": 2, "step": 1},
    "FT.GET": {"first": 2, "last": 2, "step": 1},
    "FT.MGET": {"first": 2, "last": -1, "step": 1},
}
# Where an index name (or alias or dictionary name) stands instead of a key.
INDEX_AT_1 = {
    "FT.SEARCH",
    "FT.AGGREGATE",
    "FT.HYBRID",
    "FT.PROFILE",
    "FT.CREATE",
    "FT._CREATEIFNX",
    "FT.ALTER",
    "FT._ALTERIFNX",
    "FT.DROPINDEX",
    "FT._DROPINDEXIFX",
    "FT.DROP",
    "FT._DROPIFX",
    "FT.EXPLAIN",
    "FT.EXPLAINCLI",
    "FT.INFO",
    "FT.TAGVALS",
    "FT.SPELLCHECK",
    "FT.SYNUPDATE",
    "FT.SYNADD",
    "FT.SYNDUMP",
    "FT.ALIASLIST",
    "FT.CURSOR",
    "FT.ALIASADD",
    "FT.ALIASDEL",
    "FT.ALIASUPDATE",
    "FT._ALIASADDIFNX",
    "FT._ALIASDELIFX",
}

KEY_TTL = {"EX": "s", "PX": "ms", "EXAT": "unix-s", "PXAT": "unix-ms"}
# How a TTL is given. scope "field" = the TTL of hash fields, not of the key.
TTL_ARGS = {
    "SET": [dict(KEY_TTL, KEEPTTL="keep")],
    "MSETEX": [dict(KEY_TTL, KEEPTTL="keep")],
    "GETEX": [dict(KEY_TTL, PERSIST="remove")],
    "INCREX": [dict(KEY_TTL, PERSIST="remove", ENX="only-if-none")],
    "HGETEX": [dict(KEY_TTL, PERSIST="remove"), "field"],
    "HSETEX": [dict(KEY_TTL, KEEPTTL="keep"), "field"],
    "SETEX": [2, "s"],
    "PSETEX": [2, "ms"],
    "EXPIRE": [2, "s"],
    "PEXPIRE": [2, "ms"],
    "EXPIREAT": [2, "unix-s"],
    "PEXPIREAT": [2, "unix-ms"],
    "RESTORE": [2, "ms"],
    "RESTORE-ASKING": [2, "ms"],
    "HEXPIRE": [2, "s", "field"],
    "HPEXPIRE": [2, "ms", "field"],
    "HEXPIREAT": [2, "unix-s", "field"],
    "HPEXPIREAT": [2, "unix-ms", "field"],
}
# What happens to the TTL of a hash field that the command writes (measured in check_data.py).
FIELD_TTL = {
    "HSET": "clears",
    "HMSET": "clears",
    "HSETNX": "none",
    "HINCRBY": "keeps",
    "HINCRBYFLOAT": "keeps",
    "HSETEX": "clears",
    "HGETEX": "sets",
    "HEXPIRE": "sets",
    "HPEXPIRE": "sets",
    "HEXPIREAT": "sets",
    "HPEXPIREAT": "sets",
    "HPERSIST": "clears",
}
DELETES = {
    "DEL",
    "UNLINK",
    "GETDEL",
    "DELEX",
    "DELIFEQ",
    "FLUSHALL",
    "FLUSHDB",
    "RENAME",
    "RENAMENX",
    "MOVE",
    "MIGRATE",
    "CLUSTER FLUSHSLOT",
    "TRIMSLOTS",
}
NOTES = {
    "SET": "without KEEPTTL the old TTL is dropped; EX/PX/EXAT/PXAT set one",
    "MSETEX": "without an expiry option or KEEPTTL old TTLs are dropped",
    "GETEX": "without an option the TTL stays",
    "RESTORE": "ttl 0 means no TTL",
    "RESTORE-ASKING": "ttl 0 means no TTL",
    "RENAME": "the destination takes the source's TTL, also when that is none",
    "RENAMENX": "the destination takes the source's TTL",
    "COPY": "the copy gets the source's TTL",
    "MOVE": "the key takes its TTL along",
    "SORT": "creates and clears the TTL only with STORE",
    "GEORADIUS": "writes only with STORE/STOREDIST",
    "GEORADIUSBYMEMBER": "writes only with STORE/STOREDIST",
    "XGROUP CREATE": "creates the key only with MKSTREAM",
    "BITFIELD": "creates the key only with SET or INCRBY",
    "BGSAVE": "constant for the caller; the fork is linear in memory",
    "BGREWRITEAOF": "as BGSAVE",
    "EXPIRE": "a time in the past deletes the key",
    "PEXPIRE": "a time in the past deletes the key",
    "EXPIREAT": "a time in the past deletes the key",
    "PEXPIREAT": "a time in the past deletes the key",
    "SCAN": "one call; a whole iteration is linear in the keyspace",
    "HSCAN": "one call, but small hashes are returned whole",
    "SSCAN": "one call, but small sets are returned whole",
    "ZSCAN": "one call, but small sorted sets are returned whole",
    "XADD": "with MAXLEN/MINID also linear in the entries evicted",
    "PUBLISH": "linear in the receivers",
    "SPUBLISH": "linear in the receivers",
    "FT.DROPINDEX": "linear in the documents only with DD",
    "MEMORY USAGE": "samples 5 nested values by default; SAMPLES 0 is linear",
    "XINFO STREAM": "linear in the entries asked for with FULL",
    "XGROUP DELCONSUMER": "linear in the consumer's pending entries; the server's docs say O(1)",
    "SINTERCARD": "LIMIT bounds it",
    "ZINTERCARD": "LIMIT bounds it",
    "EVAL": "whatever the script does",
    "EVALSHA": "whatever the script does",
    "FCALL": "whatever the function does",
    "LRANGE": "also linear in the distance from the nearer end",
    "DEL": "linear in the elements of a collection (freed in place); UNLINK frees in the background",
    "FLUSHALL": "ASYNC frees in the background",
    "FLUSHDB": "ASYNC frees in the background",
    "CF.COMPACT": "flagged readonly by the server although it rewrites the filter",
    "TOPK.COUNT": "flagged write by the server although it only reads",
    "JSON.SET": "replacing the whole document keeps the TTL (measured on RedisJSON 2.8.3)",
    "TDIGEST.MERGE": "replaces the destination, its TTL included",
}
# Options that redis-py sends and the newest server here does not know.
# since: redis-py's docstrings or the server version its test suite asks for.
EXTRA_OPTIONS = {
    "ZUNION": {"COUNT": "8.8.0"},
    "ZINTER": {"COUNT": "8.8.0"},
    "ZUNIONSTORE": {"COUNT": "8.8.0"},
    "ZINTERSTORE": {"COUNT": "8.8.0"},
    "JSON.SET": {"FPHA": "8.8.0"},
    "TS.MRANGE": {"EXCLUDEEMPTY": "8.10.0"},
    "TS.MREVRANGE": {"EXCLUDEEMPTY": "8.10.0"},
    "XREAD": {"MAXCOUNT": "8.10.0", "MAXSIZE": "8.10.0"},
    "XREADGROUP": {"MAXCOUNT": "8.10.0", "MAXSIZE": "8.10.0"},
}


def load():
    return {n: json.loads((LAB / "raw" / (n + ".json")).read_text()) for n in ORDER}


def big_o(text):
    """Only the big-O terms out of a server's complexity sentence."""
    if not text:
        return None
    terms, last_end = [], 0
    for start in [m.start() for m in re.finditer(r"\bO\(", text)]:
        depth = 0
        for i in range(start + 1, len(text)):
            depth += (text[i] == "(") - (text[i] == ")")
            if depth == 0:
                joined = bool(terms) and re.fullmatch(r"\s*\+\s*", text[last_end:start]) is not None
                term = text[start : i + 1].replace(" ", "")
                if joined:
                    terms[-1] += "+" + term
                elif term not in terms:
                    terms.append(term)
                last_end = i + 1
                break
    return " or ".join(terms) or None


def version_key(v):
    return tuple(int(x) for x in re.findall(r"\d+", v or "0"))


def replacement(text, known):
    """`ZRANGE` with the `REV` argument -> {"commands": ["ZRANGE"], "options": ["REV"]}"""
    if not text:
        return None
    words = [w.strip("!") for w in re.findall(r"`([^`]+)`", text)]
    return {"commands": [w for w in words if w in known], "options": [w for w in words if w not in known]}


def collect_options(arguments, out, since):
    for a in arguments or []:
        if isinstance(a, list):
            a = dict(zip(a[::2], a[1::2]))
        own = a.get("since") or since
        token = a.get("token")
        if token:
            for t in [token] if token in ("=", "~") else token.split("|"):
                t = t.strip('"')
                old = out.get(t)
                if old is None or version_key(own) < version_key(old):
                    out[t] = own
        collect_options(a.get("arguments"), out, own)


def options_of(name, raw):
    """{TOKEN: {"redis": since or null, "valkey": since or null}} from the newest of each family."""
    tables = {}
    for family, servers in (
        ("redis", ["redis-8.6", "redis-7.4", "redis-8.6-sentinel"]),
        ("valkey", ["valkey-9.1", "valkey-9.1-sentinel"]),
    ):
        for s in servers:
            doc = raw[s]["docs"].get(name)
            if doc is not None:
                table = {}
                collect_options(doc.get("arguments"), table, doc.get("since"))
                tables[family] = table
                break
    merged = {}
    for token in sorted(set(tables.get("redis", {})) | set(tables.get("valkey", {}))):
        merged[token] = {f: tables.get(f, {}).get(token) for f in ("redis", "valkey")}
    for token, since in EXTRA_OPTIONS.get(name, {}).items():
        merged[token] = {"redis": since, "valkey": None, "source": "redis-py"}
    return merged


def options_redis_py_sends():
    """Command -> the tokens that redis-py's optional parameters add, from recorded.json if it is there."""
    path = LAB / "raw/recorded.json"
    out = {}
    if not path.exists():
        return out
    for methods in json.loads(path.read_text())["sync"].values():
        for rows in methods.values():
            for row in rows:
                if not row["calls"] or row["with"] == "base" or ":" in row["with"]:
                    continue
                call, without = row["calls"][0], (row.get("without") or [[]])[0] or rows[0]["calls"][0]
                name = call[0] if "." in str(call[0]) or len(call) < 2 else None
                name = name or (" ".join(call[:2]) if call[0] in ("HIMPORT",) else call[0])
                for w in call[1:]:
                    if isinstance(w, str) and re.fullmatch(r"[A-Z][A-Z_-]+", w) and w not in without:
                        out.setdefault(name, set()).add(w)
    return out


def specs_of(info):
    out = []
    for spec in info.get("key_specs") or []:
        begin, find = spec["begin_search"], spec["find_keys"]
        row = {"flags": spec.get("flags", [])}
        if begin["type"] == "index":
            row["index"] = begin["spec"]["index"]
        elif begin["type"] == "keyword":
            row["keyword"] = begin["spec"]["keyword"]
            row["start_from"] = begin["spec"]["startfrom"]
        else:
            row["unknown"] = True
        if find["type"] == "range":
            row["range"] = {
                "last": find["spec"]["lastkey"],
                "step": find["spec"]["keystep"],
                "limit": find["spec"]["limit"],
            }
        elif find["type"] == "keynum":
            row["keynum"] = {
                "count_at": find["spec"]["keynumidx"],
                "first": find["spec"]["firstkey"],
                "step": find["spec"]["keystep"],
            }
        out.append(row)
    return out


def simple_keys(name, info, specs):
    """One simplified statement of where the keys are; null when there are none.

    Positions count the command word as 0 and a container's subcommand as 1. "last" below 0
    counts from the end, as in COMMAND INFO.
    """
    if name in KEY_CORRECTIONS:
        return KEY_CORRECTIONS[name]
    if name in INDEX_AT_1:
        return None
    known = [s for s in specs if not s.get("unknown") and "not_key" not in s["flags"]]
    out = {}
    if info["first"]:
        out = {"first": info["first"], "last": info["last"], "step": info["step"]}
    for s in known:
        if "keynum" in s and "index" in s:
            k = {
                "count_at": s["index"] + s["keynum"]["count_at"],
                "first": s["index"] + s["keynum"]["first"],
                "step": s["keynum"]["step"],
            }
            if info["first"]:
                out = {"destination": info["first"], "keynum": k}
            else:
                out = {"keynum": k}
        elif "keyword" in s:
            out.setdefault("keyword", []).append(
                {
                    "word": s["keyword"],
                    "rest": "half" if s["range"]["limit"] == 2 else ("all" if s["range"]["last"] == -1 else "one"),
                    "step": s["range"]["step"],
                }
            )
    # a channel is not a key: SPUBLISH and friends route like one
    if specs and all("not_key" in s["flags"] for s in specs):
        what = "channels" if "pubsub" in info["flags"] else "routed_like_a_key"
        return {what: {"first": info["first"], "last": info["last"], "step": info["step"]}}
    return out or None


def many(keys, specs):
    if not keys or "channels" in keys or "routed_like_a_key" in keys:
        return False
    if (
        "keynum" in keys
        or keys.get("first") != keys.get("last")
        or any(k["rest"] != "one" for k in keys.get("keyword", []))
    ):
        return True
    return len([s for s in specs if "not_key" not in s["flags"]]) > 1


def group_of(name, doc, info, specs):
    module = doc.get("module")
    if module:
        group = MODULE_GROUPS.get(module, module)
        return group or BF_GROUPS[name.split(".")[0]]
    return doc.get("group")


def read_redis_py_only():
    out = {}
    for line in (HERE / "redis_py_only.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, group, since, arity, flags, keys = [x.strip() for x in line.split("|")]
        words = keys.split()
        if words[0] == "keynum":
            k = {"keynum": {"count_at": int(words[1]), "first": int(words[2]), "step": int(words[3])}}
        elif words[0] == "0":
            k = None
        else:
            k = {"first": int(words[0]), "last": int(words[1]), "step": int(words[2])}
        out[name] = {
            "group": group,
            "since": since or None,
            "arity": int(arity),
            "flags": flags.split(),
            "keys": k,
        }
    return out


def servers_of(name, homes, raw, since):
    """Where the command exists; sentinel mode only if nowhere else. 6.2 does not list subcommands."""
    plain = [h for h in homes if not h.endswith("-sentinel")] or list(homes)
    if " " in name and name.split()[0] in raw["redis-6.2"]["info"] and "redis-6.2" not in plain:
        if since and version_key(since) <= (6, 2, 5):
            plain.append("redis-6.2")
    return sorted(plain)


def ttl_args(name):
    if name not in TTL_ARGS:
        return None
    row = TTL_ARGS[name]
    scope = "field" if row[-1] == "field" else "key"
    if isinstance(row[0], dict):
        return [{"token": t, "unit": u, "scope": scope} for t, u in row[0].items()]
    return [{"arg": row[0], "unit": row[1], "scope": scope}]


def main():
    raw = load()
    judged = read_judgement()
    names = sorted(set().union(*[set(raw[s]["info"]) for s in ORDER]) - INTERNAL)
    names = [n for n in names if not n.startswith("FT.DEBUG ")]
    result = {}
    sent = options_redis_py_sends()
    probes = {
        s: json.loads((LAB / "raw" / ("probe-%s.json" % s)).read_text())["commands"]
        for s in ("redis-8.6", "valkey-9.1", "redis-7.4")
    }
    for name in names:
        homes = [s for s in ORDER if name in raw[s]["info"]]
        home = homes[0]
        info, doc = raw[home]["info"][name], raw[home]["docs"].get(name, {})
        if info["container"] and name not in judged:
            result[name] = {
                "container": True,
                "group": group_of(name, doc, info, []),
                "since": doc.get("since"),
                "subcommands": [n.split(" ", 1)[1] for n in names if n.startswith(name + " ")],
            }
            continue
        redis_doc = next((raw[s]["docs"][name] for s in ORDER if s.startswith("redis") and name in raw[s]["docs"]), {})
        valkey_doc = next(
            (raw[s]["docs"][name] for s in ORDER if s.startswith("valkey") and name in raw[s]["docs"]), {}
        )
        specs = specs_of(info)
        keys = simple_keys(name, info, specs)
        flags = info["flags"]
        cats = [c.lstrip("@") for c in info["acl_categories"]]
        row = {"group": group_of(name, doc, info, specs) or ("string" if name == "STRALGO" else None)}
        module = doc.get("module")
        if module:
            row["module"] = module
        row["since"] = redis_doc.get("since") or ("6.0.0" if name == "STRALGO" else None)
        vs = valkey_doc.get("since")
        if vs and version_key(vs) >= (8,):
            row["since_valkey"] = vs
        if module and module != "vectorset":
            row["in_redis_core_since"] = "8.0.0"
        row["servers"] = servers_of(name, homes, raw, row["since"])
        row["complexity"] = big_o(redis_doc.get("complexity") or valkey_doc.get("complexity"))
        row["arity"] = info["arity"]
        others = {s: raw[s]["info"][name]["arity"] for s in homes if raw[s]["info"][name]["arity"] != info["arity"]}
        if others:
            row["arity_elsewhere"] = others
        row["write"] = "write" in flags
        row["readonly"] = "readonly" in flags
        row["blocking"] = "blocking" in flags
        row["dangerous"] = "dangerous" in cats
        row["admin"] = "admin" in flags or "admin" in cats
        row["pubsub"] = "pubsub" in flags
        row["scripting"] = "scripting" in cats
        row["flags"] = sorted(flags)
        row["acl_categories"] = cats
        for doc2, suffix in ((redis_doc, ""), (valkey_doc, "_valkey")):
            if doc2.get("deprecated_since"):
                if suffix and doc2["deprecated_since"] == redis_doc.get("deprecated_since"):
                    continue
                row["deprecated_since" + suffix] = doc2["deprecated_since"]
                row["replaced_by" + suffix] = replacement(doc2.get("replaced_by"), names)
            elif suffix and redis_doc.get("deprecated_since") and valkey_doc:
                row["deprecated_since_valkey"] = None
        row["keys"] = keys
        if name in KEY_CORRECTIONS:
            row["keys_corrected"] = True
        if name in INDEX_AT_1:
            row["index_name_at"] = {
                "FT.ALIASADD": [2],
                "FT.ALIASUPDATE": [2],
                "FT._ALIASADDIFNX": [2],
                "FT.ALIASDEL": [],
                "FT._ALIASDELIFX": [],
                "FT.CURSOR": [2],
            }.get(name, [1])
        row["key_specs"] = specs
        row["multi_key"] = many(keys, specs)
        options = options_of(name, raw)
        if (module or name == "STRALGO") and name in sent:
            for token in sorted(sent[name] - set(options)):
                options[token] = {"source": "redis-py"}
        if options:
            row["options"] = options
        row["source"] = raw[home]["version"] + (" + module " + module if module else "")
        finish(name, row, judged, probes)
        result[name] = row
    for name, extra in read_redis_py_only().items():
        if name in result:
            raise SystemExit("%s is known to a server; take it out of redis_py_only.txt" % name)
        row = {
            "group": extra["group"],
            "since": extra["since"],
            "servers": [],
            "complexity": None,
            "arity": extra["arity"],
            "write": "write" in extra["flags"],
            "readonly": "readonly" in extra["flags"],
            "blocking": "blocking" in extra["flags"],
            "dangerous": False,
            "admin": False,
            "pubsub": False,
            "scripting": False,
            "flags": sorted(extra["flags"]),
            "acl_categories": [],
            "keys": KEY_CORRECTIONS.get(name, extra["keys"]),
            "key_specs": [],
            "multi_key": many(KEY_CORRECTIONS.get(name, extra["keys"]), []),
            "source": "redis-py",
        }
        if name in INDEX_AT_1:
            row["keys"], row["index_name_at"], row["multi_key"] = None, [1], False
        if name in sent:
            row["options"] = {t: {"source": "redis-py"} for t in sorted(sent[name])}
        finish(name, row, judged, probes)
        result[name] = row
        if " " in name and name.split()[0] not in result:
            container = name.split()[0]
            subs = [n.split(" ", 1)[1] for n in read_redis_py_only() if n.startswith(container + " ")]
            result[container] = {
                "container": True,
                "group": extra["group"],
                "since": extra["since"],
                "subcommands": subs,
                "source": "redis-py",
            }
    missing = set(judged) - set(result)
    if missing:
        raise SystemExit("judged but unknown: %s" % sorted(missing))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(dict(sorted(result.items())), indent=1, sort_keys=False) + "\n")
    plain = [r for r in result.values() if not r.get("container")]
    print(
        OUT,
        len(result),
        "entries:",
        len(plain),
        "commands,",
        len(result) - len(plain),
        "containers;",
        sum(r["source"] == "redis-py" for r in plain),
        "from redis-py only",
    )


def finish(name, row, judged, probes):
    """Add the judgement columns and what the probes say about wrong types."""
    j = judged[name]
    row["type"] = j["type"]
    row["creates"] = j["creates"]
    row["ttl"] = j["ttl"]
    args = ttl_args(name)
    if args:
        row["ttl_args"] = args
    if name in FIELD_TTL:
        row["field_ttl"] = FIELD_TTL[name]
    if name in DELETES:
        row["deletes"] = True
    row["cost"] = j["cost"]
    basic = {"string", "list", "set", "zset", "hash", "stream"}
    for s, commands in probes.items():
        if name in commands and j["type"] not in ("any", "none"):
            accepts = set(commands[name]["accepts"])
            row["wrong_type"] = (
                "error"
                if len(accepts & basic) < len(basic)
                else ("overwrites" if j["ttl"] in ("clears", "sets") else "ignored")
            )
            row["probed_on"] = sorted(s for s, cs in probes.items() if name in cs)
            break
    if j["type"] == "any" and any(name in cs for cs in probes.values()):
        row["probed_on"] = sorted(s for s, cs in probes.items() if name in cs)
    if name in NOTES:
        row["note"] = NOTES[name]


if __name__ == "__main__":
    main()
