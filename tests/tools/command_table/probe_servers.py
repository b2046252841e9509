"""Run every example call on the live servers and write down what really happens.

    python probe_servers.py      # -> $LAB/raw/probe-NAME.json

Per command (examples.txt) and server:
  keys     what COMMAND GETKEYS answers for the call
  accepts  the value types that the call works on; others answer WRONGTYPE
  creates  the keys that exist after the call on an empty database (destination commands
           get their source keys first)
  ttl      per key, what became of the TTL it had: kept, cleared, changed, gone
"""

import json
import pathlib
import shlex

from resp import Client, ServerError
from servers import LAB, running, version

HERE = pathlib.Path(__file__).parent
SERVERS_TO_PROBE = ["redis-8.6", "valkey-9.1", "redis-7.4", "redis-7.0", "redis-6.2"]
FIXTURES = {
    "string": [["SET", "@", "10"]],
    "bitmap": [["SET", "@", "abc"]],
    "hll": [["PFADD", "@", "a", "b"]],
    "list": [["RPUSH", "@", "a", "b", "c"]],
    "set": [["SADD", "@", "a", "b", "c"]],
    "zset": [["ZADD", "@", "1", "a", "2", "b", "3", "c"]],
    "geo": [["GEOADD", "@", "13.361389", "38.115556", "a", "15.087269", "37.502669", "b"]],
    "hash": [["HSET", "@", "f", "1", "g", "2"]],
    "stream": [
        ["XADD", "@", "1-1", "f", "v"],
        ["XADD", "@", "2-1", "f", "v"],
        ["XADD", "@", "3-1", "f", "v"],
        ["XGROUP", "CREATE", "@", "g", "0"],
        ["XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", "@", ">"],
    ],
    "vectorset": [
        ["VADD", "@", "VALUES", "3", "1", "0", "0", "a"],
        ["VADD", "@", "VALUES", "3", "0", "1", "0", "b"],
    ],
    "json": [["JSON.SET", "@", "$", '{"a":2,"l":[1,2,3],"s":"x","b":true}']],
    "suggestion": [["FT.SUGADD", "@", "hello", "1"]],
    "timeseries": [["TS.CREATE", "@", "LABELS", "l", "v"], ["TS.ADD", "@", "1", "1"]],
    "bloom": [["BF.RESERVE", "@", "0.01", "100"], ["BF.ADD", "@", "a"]],
    "cuckoo": [["CF.RESERVE", "@", "100"], ["CF.ADD", "@", "a"]],
    "cms": [["CMS.INITBYDIM", "@", "10", "5"]],
    "topk": [["TOPK.RESERVE", "@", "3"], ["TOPK.ADD", "@", "a"]],
    "tdigest": [["TDIGEST.CREATE", "@"], ["TDIGEST.ADD", "@", "1", "2", "3"]],
}
BASIC = ["string", "list", "set", "zset", "hash", "stream"]
KEYS = ("K1", "K2", "K9", "D", "D2")
SOURCE_TTL, DEST_TTL = 100_000_000, 200_000_000


def read_judgement():
    out = {}
    for line in (HERE / "judgement.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, names = line.split(" : ")
        kind, creates, ttl, cost = head.split()
        for name in names.split(","):
            out[name.strip()] = {"type": kind, "creates": creates == "y", "ttl": ttl, "cost": cost}
    return out


def read_examples(known):
    out = {}
    for line in (HERE / "examples.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        words = shlex.split(line)
        two = " ".join(words[:2])
        out[two if two in known else words[0]] = words
    return out


def make(c, kind, key):
    for command in FIXTURES[kind]:
        c.call(*[key if w == "@" else w for w in command])


def fill(words, payload):
    special = {"PAYLOAD": payload, "FUTURE": "4102444800", "FUTUREMS": "4102444800000"}
    return [special.get(w, w) for w in words]


def reset(c):
    c.try_call("UNWATCH")
    c.call("FLUSHALL")


def probe(c, words, kind, types):
    """Run one example in all its variants; kind is the value type of its keys."""
    payload = b""
    if "PAYLOAD" in words:
        reset(c)
        c.call("SET", "p", "v")
        payload = c.call("DUMP", "p")
        if isinstance(payload, str):
            payload = payload.encode()
    argv = fill(words, payload)
    used = [k for k in KEYS if k in words]
    out = {}

    keys = c.try_call("COMMAND", "GETKEYS", *argv)
    out["keys"] = str(keys) if isinstance(keys, ServerError) else keys

    own = "string" if kind in ("any", "none") else kind.split("|")[0]
    # these want an existing destination of their own type
    needs_dest = own if own in ("timeseries", "cms") and "D" in used else None

    # which value types does it work on?
    accepts, errors = [], {}
    for t in types:
        reset(c)
        try:
            for k in used:
                if k not in ("D", "D2", "K9"):
                    make(c, t, k)
            if needs_dest:
                make(c, needs_dest, "D")
            if words[0] == "TS.DELETERULE":
                c.try_call("TS.CREATERULE", "K1", "D", "AGGREGATION", "avg", "10")
        except ServerError:
            continue
        reply = c.try_call(*argv)
        if isinstance(reply, ServerError):
            errors[t] = str(reply)[:90]
        else:
            accepts.append(t)
    out["accepts"] = accepts
    out["errors"] = {t: e for t, e in errors.items() if not e.startswith("WRONGTYPE")}

    # does it create a key?
    reset(c)
    if "D" in used or "D2" in used:
        for k in used:
            if k.startswith("K") and k != "K9":
                make(c, own, k)
    before = {k for k in used if c.call("EXISTS", k)}
    reply = c.try_call(*argv)
    after = {k for k in used if c.call("EXISTS", k)}
    out["creates"] = sorted(after - before)
    if isinstance(reply, ServerError):
        out["creates_error"] = str(reply)[:90]

    # what happens to the TTL?
    reset(c)
    for k in used:
        if k not in ("D2", "K9"):
            make(c, own, k)
            c.call("PEXPIRE", k, DEST_TTL if k == "D" else SOURCE_TTL)
    reply = c.try_call(*argv)
    ttl = {}
    for k in used:
        if k == "K9":
            continue
        left = c.call("PTTL", k)
        start = DEST_TTL if k in ("D", "D2") else SOURCE_TTL
        if left == -2:
            ttl[k] = "gone"
        elif left == -1:
            ttl[k] = "cleared"
        elif abs(left - start) < 60_000:
            ttl[k] = "kept"
        elif k in ("D", "D2") and abs(left - SOURCE_TTL) < 60_000:
            ttl[k] = "taken from source"
        else:
            ttl[k] = "changed"
    out["ttl"] = ttl
    if isinstance(reply, ServerError):
        out["ttl_error"] = str(reply)[:90]
    return out


def main():
    judged = read_judgement()
    examples = read_examples(judged)
    for server in SERVERS_TO_PROBE:
        raw = json.loads((LAB / "raw" / (server + ".json")).read_text())
        results = {}
        with running(server) as port:
            c = Client(port, protocol=2)
            types = list(BASIC)
            for t in FIXTURES:
                if t not in BASIC and FIXTURES[t][0][0] in raw["info"] and t not in ("bitmap", "geo"):
                    types.append(t)
            for name, words in examples.items():
                if name not in raw["info"]:
                    continue
                kind = judged[name]["type"]
                try:
                    results[name] = probe(c, words, kind, types)
                except (ServerError, ConnectionError, OSError) as e:
                    results[name] = {"failed": repr(e)}
                    if not isinstance(e, ServerError):
                        c = Client(port, protocol=2)
            results = {"version": version(c), "commands": results}
            c.close()
        path = LAB / "raw" / ("probe-%s.json" % server)
        path.write_text(json.dumps(results, indent=1, sort_keys=True))
        print(
            path.name,
            results["version"],
            len(results["commands"]),
            "commands;",
            "failed:",
            [(n, r["failed"]) for n, r in results["commands"].items() if "failed" in r],
        )


if __name__ == "__main__":
    main()
