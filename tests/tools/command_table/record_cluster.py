"""Ask redis-py's cluster client where it would send every command.

    $LAB/venv/bin/python record_cluster.py     # -> $LAB/raw/recorded-cluster.json

Two real one-node clusters answer COMMAND and COMMAND GETKEYS (Redis 8.6, and 7.4 with the
modules); the routing callbacks of RedisCluster are wrapped so that each use is noted, and
nothing but those two commands is sent.
"""

import inspect
import json
import signal
import warnings

import record_redis_py as rec
import redis
import redis.cluster
from redis._parsers.commands import RequestPolicy
from servers import LAB, running

warnings.simplefilter("ignore")
NAMES = {
    RequestPolicy.DEFAULT_KEYED: "routes by key",
    RequestPolicy.DEFAULT_KEYLESS: "random node",
    RequestPolicy.ALL_SHARDS: "all primaries",
    RequestPolicy.ALL_NODES: "all nodes",
    RequestPolicy.ALL_REPLICAS: "all replicas",
    RequestPolicy.DEFAULT_NODE: "default node",
    RequestPolicy.MULTI_SHARD: "splits across slots",
    RequestPolicy.SPECIAL: "node of the last FT.AGGREGATE",
}
CLUSTER_ONLY_HELPERS = {
    "get_node",
    "get_nodes",
    "get_node_from_key",
    "get_nodes_from_slot",
    "get_primaries",
    "get_replicas",
    "get_random_node",
    "get_random_primary_node",
    "get_random_primary_or_all_nodes",
    "get_default_node",
    "set_default_node",
    "get_special_nodes",
    "get_redis_connection",
    "determine_slot",
    "keyslot",
    "disconnect_connection_pools",
    "on_connect",
    "replace_default_node",
    "noting",
    "watch_policies",
}


class ClusterRecorder(redis.cluster.RedisCluster):
    calls = None
    policies = None
    method = None

    def _execute_command(self, target_node, *args, **kwargs):
        if self.calls is None or (args == ("COMMAND",) and self.method != "command"):
            return super()._execute_command(target_node, *args, **kwargs)  # the client's own start-up
        self.calls.append(args)
        return rec.Canned()

    def _execute_pipeline_by_slot(self, command, slots_to_args):
        self.policies.append("splits across slots")
        self.calls.append((command, *[a for args in slots_to_args.values() for a in args]))
        return [[0] * len(list(args)) if command == "MGET" else 0 for args in slots_to_args.values()]

    def keyslot(self, key):
        return 5  # let every multi-key call through

    def watch_policies(self):
        for policy, callback in list(self._policies_callback_mapping.items()):
            if policy in NAMES:
                self._policies_callback_mapping[policy] = self.noting(policy, callback)

    def noting(self, policy, callback):
        def wrapped(*args, **kwargs):
            self.policies.append(NAMES[policy])
            return callback(*args, **kwargs)

        return wrapped


def one(rc, method, func):
    rc.calls, rc.policies, rc.method = [], [], method
    error = None
    rec.time_limit(2)
    try:
        _, pos, kw, _ = rec.variants(method, func)[0]
        result = func(*pos, **kw)
        if type(result).__name__ == "BitFieldOperation":
            result.get("u8", 0).execute()
    except BaseException as e:
        error = "%s: %s" % (type(e).__name__, str(e)[:140])
    finally:
        rec.time_limit(0)
    return {"calls": [rec.flat(c) for c in rc.calls], "policies": rc.policies, "error": error}


def pipeline_one(rc, pick, method, name):
    """True, "blocked", or a text for ClusterPipeline."""
    answers = []
    for shorten in (False, True):
        pipe = rc.pipeline()
        func = getattr(pick(pipe), name, None)
        if func is None:
            return False
        rec.time_limit(2)
        try:
            # the signature of the plain client: blocked ones accept anything
            _, pos, kw, _ = rec.variants(method, getattr(pick(rc), name))[0]
            if shorten and len(pos) == 2:
                pos = pos[:1]
            result = func(*pos, **kw)
            if type(result).__name__ == "BitFieldOperation":
                result = result.get("u8", 0).execute()
            if result is pipe and len(pipe) >= 1:
                answers.append(True)
            elif len(pipe) >= 1:
                answers.append("queued, returns %s" % type(result).__name__)
            else:
                answers.append("not queued, returns %s" % type(result).__name__)
        except rec.TookTooLong:
            answers.append("never returns: it iterates over the pipeline")
        except BaseException as e:
            text = str(e)
            answers.append(
                "blocked"
                if "is blocked when running redis in cluster mode" in text
                else "%s: %s" % (type(e).__name__, text[:110])
            )
        finally:
            rec.time_limit(0)
            pipe.reset()
    if answers[0] is True or answers[0] == answers[1] or "multiple keys" not in str(answers[0]):
        return answers[0]
    return "one key at a time (%s)" % answers[1]


def main():
    signal.signal(signal.SIGALRM, rec.too_long)
    out = {"version": redis.__version__, "core": {}, "stack": {}}
    for label, server in (("core", "redis-8.6"), ("stack", "redis-7.4")):
        with running(server, "cluster") as port:
            rc = ClusterRecorder(host="127.0.0.1", port=port)
            rc.watch_policies()
            node = rc.get_default_node()
            rec.ARGS["target_node"] = node
            rec.ARGS["target_nodes"] = node
            for sub in ["Redis"] + rec.SUBCLIENTS:
                prefix = "" if sub == "Redis" else sub
                target = rc if sub == "Redis" else getattr(rc, sub)()
                pick = (lambda c: c) if sub == "Redis" else (lambda c, s=sub: getattr(c, s)())
                rows = {}
                for name in sorted(dir(type(target))):
                    if name.startswith("_") or name in rec.NOT_A_COMMAND[prefix] or name in CLUSTER_ONLY_HELPERS:
                        continue
                    if isinstance(inspect.getattr_static(type(target), name), property):
                        continue
                    func = getattr(target, name)
                    if not callable(func) or inspect.isclass(func):
                        continue
                    method = prefix + "." + name if prefix else name
                    rows[name] = one(rc, method, func)
                    rows[name]["pipeline"] = pipeline_one(rc, pick, method, name)
                out[label][sub] = rows
            rc.close()
    path = LAB / "raw/recorded-cluster.json"
    path.write_text(json.dumps(out, indent=1, default=str))
    import collections

    for label in ("core", "stack"):
        for sub, rows in out[label].items():
            tally = collections.Counter(
                str(sorted(set(r["policies"]))) + (" ERR" if r["error"] and not r["calls"] else "")
                for r in rows.values()
            )
            print(label, sub, dict(tally))


if __name__ == "__main__":
    main()
