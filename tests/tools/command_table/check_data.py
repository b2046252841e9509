"""Check commands.json and redis_py_methods.json against live servers and the real client.

    $LAB/venv/bin/python check_data.py        # needs redis 8.1.0 for the last part

Prints one line per mismatch and a summary per part. Exit status 1 if anything differs.
"""

import asyncio
import json
import pathlib
import re
import shlex
import sys
import time

from keys import command_name, key_indexes
from probe_servers import read_examples, read_judgement
from resp import Client, ServerError
from servers import LAB, running

DATA = pathlib.Path(__file__).resolve().parents[3] / "linter/redlint/commands/data"
COMMANDS = json.loads((DATA / "commands.json").read_text())
METHODS = json.loads((DATA / "redis_py_methods.json").read_text())
bad = []


def report(part, total, wrong, skipped=0):
    print(
        "%-62s %4d checked, %d differ%s" % (part, total, len(wrong), ", %d not comparable" % skipped if skipped else "")
    )
    for w in wrong:
        print("   MISMATCH", w)
    bad.extend(wrong)


# The server's answer is known to be wrong or empty for these; keys_corrected in commands.json.
SERVER_UNDERREPORTS = {n for n, r in COMMANDS.items() if r.get("keys_corrected") or "index_name_at" in r}


def compare_keys(c, argv):
    """None if the server can't tell, else (server's keys, our keys)."""
    try:
        theirs = c.call("COMMAND", "GETKEYS", *argv)
    except ServerError as e:
        if "no key arguments" in str(e):
            theirs = []
        else:
            return None
    name = command_name(argv, COMMANDS)
    ours = [str(argv[i]) for i in key_indexes(COMMANDS[name].get("keys"), argv)]
    return [str(k) for k in theirs], ours


def check_keys():
    judged = read_judgement()
    examples = read_examples(judged)
    recorded = json.loads((LAB / "raw/recorded.json").read_text())["sync"]
    for server in ("redis-8.6", "valkey-9.1", "redis-7.4", "redis-7.0"):
        info = json.loads((LAB / "raw" / (server + ".json")).read_text())["info"]
        with running(server) as port:
            c = Client(port, protocol=2)
            for label, calls in (
                ("examples", list(examples.values())),
                (
                    "redis-py calls",
                    [
                        call
                        for methods in recorded.values()
                        for rows in methods.values()
                        for row in rows
                        for call in row["calls"]
                        if not row["with"].startswith("scalar:")
                    ],
                ),
            ):
                wrong, total, skipped, under = [], 0, 0, 0
                for argv in calls:
                    name = command_name(argv, COMMANDS)
                    if name not in info or name not in COMMANDS:
                        continue
                    pair = compare_keys(c, argv)
                    if pair is None:
                        skipped += 1
                        continue
                    total += 1
                    # order does not matter (GETKEYS gives EVAL-like keys before the destination)
                    if sorted(pair[0]) != sorted(pair[1]):
                        if name in SERVER_UNDERREPORTS and name not in ("SORT",):
                            under += 1
                            continue
                        wrong.append("%s %s: server %s, ours %s" % (server, " ".join(map(str, argv))[:70], *pair))
                report("keys, %s on %s (%d corrected by hand)" % (label, server, under), total, wrong, skipped)
            c.close()


# call, expected fate of the TTL that K1 (or D) had before: kept, cleared, or seconds left
TTL_RUNS = """
SET K1 v | cleared
SET K1 v GET | cleared
SET K1 v XX | cleared
SET K1 v KEEPTTL | kept
SET K1 v EX 777 | 777
SET K1 v PX 777000 | 777
SET K1 v EXAT @777 | 777
SET K1 v PXAT @777000 | 777
SET K1 v NX | kept
GETEX K1 | kept
GETEX K1 EX 777 | 777
GETEX K1 PX 777000 | 777
GETEX K1 EXAT @777 | 777
GETEX K1 PXAT @777000 | 777
GETEX K1 PERSIST | cleared
GETSET K1 v | cleared
MSETEX 1 K1 v | cleared
MSETEX 1 K1 v KEEPTTL | kept
MSETEX 1 K1 v EX 777 | 777
MSETEX 1 K1 v PXAT @777000 | 777
SETEX K1 777 v | 777
PSETEX K1 777000 v | 777
MSET K1 v | cleared
MSETNX K1 v | kept
SETNX K1 v | kept
APPEND K1 v | kept
INCR K1 | kept
SETRANGE K1 0 x | kept
SETBIT K1 0 1 | kept
EXPIRE K1 777 | 777
EXPIRE K1 777 NX | kept
PEXPIRE K1 777000 | 777
EXPIREAT K1 @777 | 777
PEXPIREAT K1 @777000 | 777
PERSIST K1 | cleared
RESTORE K1 777000 PAYLOAD REPLACE | 777
RESTORE K1 0 PAYLOAD REPLACE | cleared
RESTORE K1 @777000 PAYLOAD REPLACE ABSTTL | 777
"""


def future(word):
    if not word.startswith("@"):
        return word
    n = int(word[1:])
    return str(int(time.time() + n)) if n < 10000 else str(int(time.time() * 1000 + n))


def check_ttl_options():
    for server in ("redis-8.6", "valkey-9.1", "redis-7.4", "redis-7.0"):
        info = json.loads((LAB / "raw" / (server + ".json")).read_text())["info"]
        with running(server) as port:
            c = Client(port, protocol=2)
            total, wrong = 0, []
            for line in TTL_RUNS.strip().splitlines():
                text, want = [x.strip() for x in line.split("|")]
                words = shlex.split(text)
                if words[0] not in info:
                    continue
                c.call("FLUSHALL")
                c.call("SET", "p", "v")
                payload = c.call("DUMP", "p")
                payload = payload if isinstance(payload, bytes) else payload.encode()
                c.call("SET", "K1", "10")
                c.call("EXPIRE", "K1", 5000)
                c.call(*[payload if w == "PAYLOAD" else future(w) for w in words])
                left = c.call("TTL", "K1")
                got = "cleared" if left == -1 else "kept" if left > 4900 else "777" if 770 <= left <= 778 else str(left)
                total += 1
                if got != want:
                    wrong.append("%s %s: expected %s, TTL is %s" % (server, text, want, left))
            # what travels with the key
            for text, key, want, db in (
                ("RENAME K1 D", "D", 5000, 0),
                ("COPY K1 D", "D", 5000, 0),
                ("COPY K1 D REPLACE", "D", 5000, 0),
                ("MOVE K1 1", "K1", 5000, 1),
                ("RENAME K3 D", "D", -1, 0),
            ):
                c.call("FLUSHALL")
                c.call("SET", "K1", "v", "EX", 5000)
                c.call("SET", "K3", "v")
                if "REPLACE" in text or text.startswith("RENAME"):
                    c.call("SET", "D", "old", "EX", 9000)
                c.call(*text.split())
                c.call("SELECT", db)
                left = c.call("TTL", key)
                c.call("SELECT", 0)
                total += 1
                if not (left == want or (want > 0 and want - 60 < left <= want)):
                    wrong.append("%s %s: TTL of %s is %s, expected about %s" % (server, text, key, left, want))
            report("TTL with options, %s" % server, total, wrong)
            c.close()


# call on a hash whose field f has a TTL of 5000 s -> fate of the field's TTL
FIELD_RUNS = """
HSET K1 f 9 | cleared
HMSET K1 f 9 | cleared
HSETNX K1 f 9 | kept
HINCRBY K1 f 1 | kept
HINCRBYFLOAT K1 f 1 | kept
HSETEX K1 FIELDS 1 f 9 | cleared
HSETEX K1 KEEPTTL FIELDS 1 f 9 | kept
HSETEX K1 EX 777 FIELDS 1 f 9 | 777
HSETEX K1 PX 777000 FIELDS 1 f 9 | 777
HGETEX K1 FIELDS 1 f | kept
HGETEX K1 EX 777 FIELDS 1 f | 777
HGETEX K1 PERSIST FIELDS 1 f | cleared
HEXPIRE K1 777 FIELDS 1 f | 777
HPEXPIRE K1 777000 FIELDS 1 f | 777
HEXPIREAT K1 @777 FIELDS 1 f | 777
HPEXPIREAT K1 @777000 FIELDS 1 f | 777
HPERSIST K1 FIELDS 1 f | cleared
HSET K1 g 9 | kept
EXPIRE K1 100 | kept
"""


def check_field_ttl():
    for server in ("redis-8.6", "valkey-9.1", "redis-7.4", "redis-8.0"):
        info = json.loads((LAB / "raw" / (server + ".json")).read_text())["info"]
        with running(server) as port:
            c = Client(port, protocol=2)
            total, wrong = 0, []
            for line in FIELD_RUNS.strip().splitlines():
                text, want = [x.strip() for x in line.split("|")]
                words = shlex.split(text)
                if words[0] not in info:
                    continue
                c.call("FLUSHALL")
                c.call("HSET", "K1", "f", "1", "g", "2")
                c.call("HEXPIRE", "K1", 5000, "FIELDS", 1, "f")
                c.call(*[future(w) for w in words])
                left = c.call("HTTL", "K1", "FIELDS", 1, "f")[0]
                got = "cleared" if left == -1 else "kept" if left > 4900 else "777" if 770 <= left <= 778 else str(left)
                total += 1
                if got != want:
                    wrong.append("%s %s: expected %s, field TTL is %s" % (server, text, want, left))
            report("hash field TTL, %s" % server, total, wrong)
            c.close()


SPOT = [
    "SET",
    "GETSET",
    "MSET",
    "MSETNX",
    "MSETEX",
    "GETEX",
    "SETRANGE",
    "BITOP",
    "PFMERGE",
    "LMOVE",
    "BLPOP",
    "LMPOP",
    "SMOVE",
    "SINTERSTORE",
    "ZRANGESTORE",
    "ZUNIONSTORE",
    "GEOSEARCHSTORE",
    "HSETEX",
    "XADD",
    "XREADGROUP",
    "RENAME",
    "COPY",
    "RESTORE",
    "SORT",
    "PERSIST",
    "VADD",
    "JSON.SET",
    "TDIGEST.MERGE",
    "TS.ADD",
    "EVAL",
]


def show_spot_checks():
    print("\nspot checks, as seen on each server (TTL fate of the key written / keys created from nothing):")
    for name in SPOT:
        cells = []
        for server in ("redis-8.6", "valkey-9.1", "redis-7.4"):
            probe = json.loads((LAB / "raw" / ("probe-%s.json" % server)).read_text())["commands"].get(name)
            if probe is None:
                continue
            ttl = probe["ttl"]
            target = "D" if "D" in ttl else "K1"
            cells.append(
                "%s: keys=%s ttl(%s)=%s created=%s" % (server, probe["keys"], target, ttl[target], probe["creates"])
            )
        print(
            "  %-15s judged ttl=%s creates=%s | %s" % (name, COMMANDS[name]["ttl"], COMMANDS[name]["creates"], cells[0])
        )
        for cell in cells[1:]:
            if cell.split(": ", 1)[1] != cells[0].split(": ", 1)[1]:
                print("  %-15s   differs: %s" % ("", cell))


# real calls through redis-py, watched with MONITOR: method, args, kwargs
WIRE = [
    ("set", ["k", "v"], dict(ex=5, nx=True)),
    ("set", ["k", "v"], dict(keepttl=True)),
    ("get", ["k"], {}),
    ("mset", [{"a": 1, "b": 2}], {}),
    ("msetex", [{"a": 1, "b": 2}], dict(ex=9)),
    ("mget", [["a", "b"], "c"], {}),
    ("incr", ["n"], {}),
    ("decr", ["n"], dict(amount=2)),
    ("delete", ["a", "b"], {}),
    ("expire", ["n", 9], dict(gt=True)),
    ("getex", ["n"], dict(px=900)),
    ("hset", ["h"], dict(mapping={"f": 1, "g": 2})),
    ("hgetdel", ["h", "g"], {}),
    ("hsetex", ["h", "f", "1"], dict(ex=9)),
    ("zadd", ["z", {"m": 1.0}], dict(xx=True)),
    ("zrange", ["z", 0, -1], dict(desc=True)),
    ("zunionstore", ["d", ["z", "y"]], {}),
    ("lpush", ["l", "x", "y"], {}),
    ("lmpop", [2, "l", "m"], dict(direction="LEFT")),
    ("sinterstore", ["d", ["s", "t"]], {}),
    ("xadd", ["x", {"f": "v"}], dict(maxlen=9)),
    ("xreadgroup", ["g", "c", {"x": ">"}], dict(count=1)),
    ("sort", ["l"], dict(alpha=True, store="d")),
    ("eval", ["return 1", 1, "k"], {}),
    ("flushdb", [], dict(asynchronous=True)),
    ("copy", ["k", "d"], dict(replace=True)),
    ("delex", ["k"], dict(ifeq="v")),
    ("scan", [0], dict(match="a*", count=7)),
    ("geosearch", ["geo"], dict(member="m", radius=1, unit="km")),
    ("client_list", [], {}),
    ("object", ["encoding", "k"], {}),
    ("memory_usage", ["k"], {}),
    ("bitop", ["AND", "d", "a", "b"], {}),
]


def check_wire():
    try:
        import redis
    except ImportError:
        print("redis-py is not importable; the wire check was left out")
        return
    import record_redis_py as rec

    wrong, total, unseen = [], 0, 0
    with running("redis-8.6") as port:
        r = redis.Redis(port=port, protocol=2, legacy_responses=True)
        watch = Client(port, protocol=2)
        watch.call("MONITOR")
        stub = rec.SyncRecorder()
        for name, args, kwargs in WIRE:
            try:
                getattr(r, name)(*args, **kwargs)
            except redis.ResponseError:
                pass
            r.execute_command("ECHO", "end-of-call")
            seen = []
            while True:
                line = watch.read()
                words = [w.encode().decode("unicode_escape") for w in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]
                if words[:1] == ["ECHO"]:
                    break
                if (words and words[0] not in ("HELLO", "CLIENT")) or name.startswith("client_"):
                    seen.append(words)
            if name.startswith("client_"):
                seen = [w for w in seen if "SETINFO" not in w]
            stub.calls = []
            try:
                getattr(stub, name)(*args, **kwargs)
            except Exception:
                pass
            recorded = [[str(w) for w in rec.flat(c)] for c in stub.calls]
            total += 1
            if seen and recorded != seen:
                wrong.append("%s: recorded %s, on the wire %s" % (name, recorded, seen))
            elif not seen:  # MONITOR does not show calls refused before execution
                unseen += 1
        r.close()
    report("redis-py calls seen with MONITOR", total - unseen, wrong, unseen)

    # the operators, and two client facts
    stub = rec.SyncRecorder()
    wrong, total = [], 0
    for text, want in (
        ("stub['k']", "GET"),
        ("stub.__setitem__('k', 1)", "SET"),
        ("stub.__delitem__('k')", "DEL"),
        ("'k' in stub", "EXISTS"),
    ):
        stub.calls = []
        eval(text, {"stub": stub})
        total += 1
        if stub.calls[0][0] != want:
            wrong.append("%s sends %s" % (text, stub.calls))
    report("operators", total, wrong)

    async def async_profile():
        import redis.asyncio
        from redis.commands.search.query import Query

        with running("redis-7.4") as port:
            a = redis.asyncio.Redis(port=port)
            try:
                await a.execute_command("FT.CREATE", "idx", "SCHEMA", "t", "TEXT")
                try:
                    result = a.ft("idx").profile(Query("x"))
                    await result
                    return "works"
                except Exception as e:
                    return "%s: %s" % (type(e).__name__, e)
            finally:
                await a.aclose()

    print("asyncio ft().profile() on a live server:", asyncio.run(async_profile()))


def check_shape():
    """Every row has its fields, and every enumerated value is one of those in README."""
    wrong = []
    ttl = {"sets", "clears", "keeps", "none"}
    cost = {"constant", "log", "linear_key", "linear_keyspace", "linear_args", "linear_result", "depends"}
    need = [
        "group",
        "since",
        "arity",
        "write",
        "readonly",
        "blocking",
        "dangerous",
        "admin",
        "pubsub",
        "scripting",
        "flags",
        "acl_categories",
        "keys",
        "key_specs",
        "multi_key",
        "type",
        "creates",
        "ttl",
        "cost",
        "source",
    ]
    rows = {n: r for n, r in COMMANDS.items() if not r.get("container")}
    for name, row in rows.items():
        wrong += ["%s lacks %s" % (name, f) for f in need if f not in row]
        if row["ttl"] not in ttl or row["cost"] not in cost:
            wrong.append("%s: ttl %s cost %s" % (name, row["ttl"], row["cost"]))
        if row["readonly"] and (row["creates"] or row["ttl"] != "none"):
            wrong.append("%s is readonly but creates or changes a TTL" % name)
        if row["creates"] and not row["write"] and row["cost"] != "depends":
            wrong.append("%s creates but is not flagged write" % name)
        if row["multi_key"] and not row["keys"]:
            wrong.append("%s: multi_key without keys" % name)
    report("shape of commands.json", len(rows), wrong)
    wrong, total = [], 0
    for cls, methods in METHODS["methods"].items():
        for m, row in methods.items():
            total += 1
            for c in row["commands"]:
                if c not in COMMANDS or COMMANDS[c].get("container"):
                    wrong.append("%s.%s sends unknown %s" % (cls, m, c))
            keyed = any(key_bearing(COMMANDS[c]) for c in row["commands"] if c in COMMANDS)
            if keyed != bool(row["keys"]):
                wrong.append("%s.%s: key parameters %s but commands %s" % (cls, m, row["keys"], row["commands"]))
            if any(COMMANDS.get(c, {}).get("ttl_args") for c in row["commands"]) and not row["ttl"]:
                wrong.append("%s.%s: no TTL parameter found" % (cls, m))
    left = [n for c in METHODS["coverage"].values() for n in c["left_over"]]
    report("shape of redis_py_methods.json, every name placed", total, wrong + left)


def key_bearing(row):
    keys = row.get("keys")
    return bool(keys) and "channels" not in keys and "routed_like_a_key" not in keys


if __name__ == "__main__":
    check_shape()
    check_keys()
    check_ttl_options()
    check_field_ttl()
    check_wire()
    show_spot_checks()
    print("\n%d mismatches" % len(bad))
    sys.exit(1 if bad else 0)
