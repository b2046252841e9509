"""Call every public method of redis-py and write down what it would send.

    $LAB/venv/bin/python record_redis_py.py        # redis 8.1.0; writes $LAB/raw/recorded.json

No server is contacted: execute_command is replaced by a recorder. Each method is called
once with its required arguments ("base") and once more for every optional argument, so the
tokens an option adds, and the methods that can send several commands, come out by
comparison. Arguments are markers such as "<name>" or "<keys[0]>", so that a later step can
say which parameter ended up at a key position or after EX.

What the recorder can't guess from a parameter's name and annotation is in ARGS, EXTRA and
NEEDS below.
"""

import asyncio
import enum
import inspect
import json
import os
import pathlib
import signal
import typing
import warnings

import redis
import redis.asyncio
from redis.commands.core import (
    ArrayAggregateOperations,
    ArrayPredicateCombinator,
    ArrayPredicateType,
    DataPersistOptions,
    HashDataPersistOptions,
    HotkeysMetricsTypes,
)
from redis.commands.search.aggregation import AggregateRequest
from redis.commands.search.field import TextField
from redis.commands.search.hybrid_query import (
    CombinationMethods,
    CombineResultsMethod,
    HybridCursorQuery,
    HybridPostProcessingConfig,
    HybridQuery,
    HybridSearchQuery,
    HybridVsimQuery,
)
from redis.commands.search.index_definition import IndexDefinition
from redis.commands.search.query import Query
from redis.commands.search.suggestion import Suggestion

warnings.simplefilter("ignore")
LAB = pathlib.Path(os.environ.get("LAB", "/tmp/redlint-command-table"))
JSON_FILE = LAB / "raw/one.json"
JSON_FILE.write_text('{"a": 1}')
SUBCLIENTS = ["json", "ft", "ts", "bf", "cf", "cms", "topk", "tdigest", "vset"]

# Methods that are not one command: described in client_helpers.py instead.
NOT_A_COMMAND = {
    "": {
        "client",
        "close",
        "execute_command",
        "from_pool",
        "from_url",
        "get_cache",
        "get_connection_kwargs",
        "get_encoder",
        "get_retry",
        "himport_registry",
        "json",
        "ft",
        "ts",
        "bf",
        "cf",
        "cms",
        "topk",
        "tdigest",
        "vset",
        "keyspace_notifications",
        "load_external_module",
        "lock",
        "monitor",
        "parse_response",
        "pipeline",
        "pubsub",
        "register_script",
        "set_response_callback",
        "set_retry",
        "transaction",
        "scan_iter",
        "hscan_iter",
        "sscan_iter",
        "zscan_iter",
        "digest_local",
        "aclose",
        "initialize",
        "himport_prepare",
        "himport_discard",
        "himport_discard_all",
    },
    "json": {"pipeline", "set_path"},
    "ft": {"pipeline", "BatchIndexer", "batch_indexer", "get_params_args"},
    "ts": {"pipeline"},
    "vset": {"execute_command"},
    "bf": set(),
    "cf": set(),
    "cms": set(),
    "topk": set(),
    "tdigest": set(),
}
for sub in ("bf", "cf", "cms", "topk", "tdigest"):
    NOT_A_COMMAND[sub] |= {
        "append_bucket_size",
        "append_capacity",
        "append_error",
        "append_expansion",
        "append_items",
        "append_items_and_increments",
        "append_max_iterations",
        "append_no_create",
        "append_no_scale",
        "append_values_and_weights",
        "append_weights",
    }


# (method, parameter) or parameter alone -> value. Sub-client methods are "json.set" etc.
ARGS = {
    "mapping": {"<mapping.key0>": "<mapping.value0>", "<mapping.key1>": "<mapping.value1>"},
    ("armset", "mapping"): {0: "<mapping.value0>", 5: "<mapping.value1>"},
    ("zadd", "mapping"): {"<mapping.key0>": 1.5, "<mapping.key1>": 2.5},
    "fields": {"<fields.key0>": "<fields.value0>"},
    "streams": {"<streams.key0>": "0", "<streams.key1>": "0"},
    ("geoadd", "values"): [1.0, 2.0, "<values.member>"],
    ("hset", "items"): ["<items[0]>", "<items[1]>"],
    ("hsetex", "items"): ["<items[0]>", "<items[1]>"],
    ("bitfield_ro", "items"): [("u8", 8)],
    ("bitfield_ro", "encoding"): "u8",
    ("bitfield_ro", "offset"): 0,
    ("argrep", "predicates"): [
        (
            ArrayPredicateType.EXACT if hasattr(ArrayPredicateType, "EXACT") else list(ArrayPredicateType)[0],
            "x",
        )
    ],
    ("arop", "operation"): list(ArrayAggregateOperations)[0],
    ("ardelrange", "ranges"): [(0, 1), (3, 4)],
    ("hotkeys_start", "metrics"): [list(HotkeysMetricsTypes)[0]],
    ("bitop", "operation"): "AND",
    ("linsert", "where"): "BEFORE",
    "direction": "LEFT",
    ("lmove", "src"): "LEFT",
    ("lmove", "dest"): "RIGHT",
    ("blmove", "src"): "LEFT",
    ("blmove", "dest"): "RIGHT",
    ("lmovem", "src"): "LEFT",
    ("lmovem", "dest"): "RIGHT",
    ("blmovem", "src"): "LEFT",
    ("blmovem", "dest"): "RIGHT",
    ("lmovem", "mode"): "COUNT",
    ("blmovem", "mode"): "COUNT",
    ("lmovem", "ordering"): "OBO",
    ("blmovem", "ordering"): "OBO",
    "numkeys": 2,
    "num_keys": 2,
    "numKeys": 2,
    ("eval", "numkeys"): 1,
    ("evalsha", "numkeys"): 1,
    ("eval_ro", "numkeys"): 1,
    ("evalsha_ro", "numkeys"): 1,
    ("fcall", "numkeys"): 1,
    ("fcall_ro", "numkeys"): 1,
    "id": "1-1",
    "ids": ["1-1", "2-2"],
    "message_ids": ["1-1", "2-2"],
    "start_id": "0-0",
    "minid": "1-1",
    ("xadd", "id"): "5-5",
    ("xadd", "idmp"): ("<producer>", b"<iid>"),
    ("xadd", "idmpauto"): "<producer>",
    ("xnack", "mode"): "FAIL",
    ("xrange", "min"): "0",
    ("xrange", "max"): "9",
    ("xrevrange", "min"): "0",
    ("xrevrange", "max"): "9",
    ("xpending_range", "min"): "-",
    ("xpending_range", "max"): "+",
    "ref_policy": "DELREF",
    ("zmpop", "min"): True,
    ("zmpop", "max"): True,
    ("bzmpop", "min"): True,
    ("bzmpop", "max"): True,
    "aggregate": "MAX",
    ("ft.aggregate", "query"): AggregateRequest("*"),
    ("client_kill_filter", "_type"): "normal",
    ("client_list", "_type"): "normal",
    ("client_kill_filter", "skipme"): True,
    ("client_kill_filter", "_id"): "7",
    ("client_kill_filter", "laddr"): "127.0.0.1:7",
    ("client_list", "client_id"): ["7", "8"],
    ("client_no_evict", "mode"): "on",
    ("client_no_touch", "mode"): "on",
    ("client_tracking", "prefix"): ["<prefix[0]>"],
    ("client_tracking_on", "prefix"): ["<prefix[0]>"],
    ("client_tracking_off", "prefix"): ["<prefix[0]>"],
    ("acl_setuser", "passwords"): ["+secret"],
    ("acl_setuser", "hashed_passwords"): ["+abcd"],
    ("acl_setuser", "categories"): ["+@read"],
    ("acl_setuser", "commands"): ["+get"],
    ("acl_setuser", "keys"): ["a*"],
    ("acl_setuser", "channels"): ["c*"],
    ("acl_setuser", "selectors"): [("+get", "~b*")],
    ("acl_dryrun", "args"): ["GET", "x"],
    ("command_getkeys", "args"): ["GET", "x"],
    ("command_getkeysandflags", "args"): ["GET", "x"],
    ("command_docs", "args"): ["get", "set"],
    ("cluster", "cluster_arg"): "INFO",
    ("cluster", "args"): [],
    ("sentinel", "args"): ["MASTERS"],
    ("info", "section"): "server",
    ("info", "args"): ["memory"],
    ("object", "infotype"): "encoding",
    ("latency_histogram", "args"): ["get"],
    ("script_debug", "args"): ["NO"],
    ("script_flush", "sync_type"): "ASYNC",
    ("function_flush", "mode"): "SYNC",
    ("function_restore", "policy"): "FLUSH",
    ("lolwut", "version_numbers"): [6],
    ("replicaof", "args"): ["NO", "ONE"],
    ("slaveof", "host"): "127.0.0.1",
    ("slaveof", "port"): 6380,
    ("module_load", "args"): ["a"],
    ("module_loadex", "options"): ["o", "1"],
    ("module_loadex", "args"): ["a"],
    ("migrate", "keys"): ["<keys[0]>", "<keys[1]>"],
    ("bitcount", "mode"): "BIT",
    ("bitpos", "mode"): "BIT",
    ("bitpos", "bit"): 1,
    ("geosearch", "unit"): "km",
    ("geosearchstore", "unit"): "km",
    "unit": "km",
    "sort": "ASC",
    ("sort", "get"): ["<get[0]>", "#"],
    ("sort_ro", "get"): ["<get[0]>", "#"],
    ("sort", "by"): "<by>",
    ("sort_ro", "by"): "<by>",
    ("restore", "ttl"): 90210,
    ("restore", "value"): "<value>",
    ("zinterstore", "keys"): ["<keys[0]>", "<keys[1]>"],
    ("zunionstore", "keys"): ["<keys[0]>", "<keys[1]>"],
    ("zunion", "keys"): ["<keys[0]>", "<keys[1]>"],
    ("expire", "time"): 90001,
    ("hset", "key"): "<key>",
    ("hset", "value"): "<value>",
    ("hsetex", "key"): "<key>",
    ("hsetex", "value"): "<value>",
    ("msetex", "data_persist_option"): list(DataPersistOptions)[0],
    ("hsetex", "data_persist_option"): list(HashDataPersistOptions)[0],
    ("increx", "byint"): 7,
    ("increx", "byfloat"): 1.5,
    ("himport_set", "values"): ["<values[0]>", "<values[1]>"],
    ("himport_prepare", "fields"): ["<fields[0]>", "<fields[1]>"],
    ("himport_prepare_internal", "fields"): ["<fields[0]>", "<fields[1]>"],
    ("stralgo", "algo"): "LCS",
    ("stralgo", "specific_argument"): "keys",
    ("keys", "pattern"): "<pattern>",
    ("config_get", "pattern"): "<pattern>",
    ("config_set", "args"): ["<p2>", "<v2>"],
    ("pubsub_channels", "pattern"): "<pattern>",
    ("pubsub_shardchannels", "pattern"): "<pattern>",
    ("client_reply", "reply"): "OFF",
    # modules
    ("json.set", "obj"): {"a": 1},
    ("json.merge", "obj"): {"a": 1},
    ("json.arrappend", "args"): [1, 2],
    ("json.arrinsert", "args"): [1, 2],
    ("json.get", "args"): ["$.a", "$.b"],
    ("json.mset", "triplets"): [("<triplets[0].0>", "$", 1), ("<triplets[1].0>", "$", 2)],
    ("json.mget", "keys"): ["<keys[0]>", "<keys[1]>"],
    ("json.debug", "subcommand"): "MEMORY",
    ("json.strappend", "value"): "v",
    ("json.set", "fpha"): "FP32",
    ("json.set_file", "fpha"): "FP32",
    ("json.jsonget", "args"): ["<args[0]>", "$"],
    ("json.jsonmget", "args"): [["<args[0][0]>", "<args[0][1]>"], "$"],
    ("json.jsonset", "args"): ["<args[0]>", "$", 1],
    ("json.set_file", "file_name"): str(JSON_FILE),
    ("ft.search", "query"): Query("hello"),
    ("ft.explain", "query"): "hello",
    ("ft.explain_cli", "query"): "hello",
    ("ft.profile", "query"): Query("hello"),
    ("ft.create_index", "fields"): [TextField("t")],
    ("ft.alter_schema_add", "fields"): TextField("t"),
    ("ft.synupdate", "terms"): ["a", "b"],
    ("ft.add_document", "fields"): {"t": "v"},
    ("ft.spellcheck", "query"): "helo",
    ("ft.spellcheck", "include"): "d",
    ("ft.spellcheck", "exclude"): "d",
    ("ft.get", "ids"): ["<ids[0]>", "<ids[1]>"],
    ("ft.load_document", "id"): "<id>",
    ("ft.sugadd", "suggestions"): [Suggestion("hello", score=2.0)],
    ("ft.create_index", "definition"): IndexDefinition(prefix=["p:"]),
    ("ft.hybrid_search", "query"): HybridQuery(HybridSearchQuery("hello"), HybridVsimQuery("@v", "$vec")),
    ("ft.hybrid_search", "combine_method"): CombineResultsMethod(list(CombinationMethods)[0]),
    ("ft.hybrid_search", "post_processing"): HybridPostProcessingConfig().limit(0, 10),
    ("ft.hybrid_search", "cursor"): HybridCursorQuery(count=5),
    ("xcfgset", "idmp_duration"): 60,
    ("xcfgset", "idmp_maxsize"): 50,
    ("argrep", "combinator"): list(ArrayPredicateCombinator)[0],
    "query_params": {"p": "v"},
    "params_substitution": {"p": "v"},
    "labels": {"l": "v"},
    "filters": ["l=v"],
    "select_labels": ["l"],
    "filter_by_ts": [1, 2],
    "duplicate_policy": "last",
    "on_duplicate": "last",
    "aggregation_type": "avg",
    "aggregators": ["avg", "avg"],
    "bucket_timestamp": "-",
    "align": "-",
    "reduce": "sum",
    "groupby": "l",
    "from_time": 1,
    "to_time": 9,
    "timestamp": 5,
    ("ts.madd", "ktv_tuples"): [("<ktv_tuples[0].0>", 1, 2), ("<ktv_tuples[1].0>", 1, 2)],
    ("bf.insert", "items"): ["a", "b"],
    ("cf.insert", "items"): ["a", "b"],
    ("cf.insertnx", "items"): ["a", "b"],
    ("cms.incrby", "items"): ["a", "b"],
    ("cms.incrby", "increments"): [1, 2],
    ("topk.incrby", "items"): ["a", "b"],
    ("topk.incrby", "increments"): [1, 2],
    ("cms.merge", "srcKeys"): ["<srcKeys[0]>", "<srcKeys[1]>"],
    ("cms.merge", "weights"): [1, 2],
    ("tdigest.add", "values"): [1.0, 2.0],
    ("vset.vadd", "vector"): [1.0, 2.0],
    ("vset.vsim", "input"): "<input>",
    ("vset.vadd", "quantization"): None,
    ("vset.vadd", "attributes"): {"a": 1},
    ("vset.vsetattr", "attributes"): {"a": 1},
}

# Optional arguments that a call can't do without.
EXTRA = {
    "hset": ["key", "value"],
    "hsetex": ["key", "value"],
    "zmpop": ["min"],
    "bzmpop": ["min"],
    "client_kill_filter": ["_id"],
    "xcfgset": ["idmp_duration"],
    "xtrim": ["maxlen"],
    "geosearch": ["member", "radius", "unit"],
    "geosearchstore": ["member", "radius", "unit"],
    "increx": ["byint"],
    "json.debug": ["key"],
    "ts.alter": [],
    "hgetex": [],
    "delex": [],
    "ts.querylabels": [],
    "slaveof": [],
}

# An option that is only valid together with others.
NEEDS = {
    ("sort", "start"): ["num"],
    ("sort", "num"): ["start"],
    ("sort_ro", "start"): ["num"],
    ("sort_ro", "num"): ["start"],
    ("sort", "groups"): [("get", ["<get[0]>", "<get[1]>"])],
    ("zadd", "incr"): [("mapping", {"<mapping.key0>": 1.5})],
    ("zrange", "offset"): ["num", "byscore"],
    ("zrange", "num"): ["offset", "byscore"],
    ("zrangestore", "offset"): ["num", "byscore"],
    ("zrangestore", "num"): ["offset", "byscore"],
    ("zrangebyscore", "start"): ["num"],
    ("zrangebyscore", "num"): ["start"],
    ("zrangebylex", "start"): ["num"],
    ("zrangebylex", "num"): ["start"],
    ("zrevrangebyscore", "start"): ["num"],
    ("zrevrangebyscore", "num"): ["start"],
    ("zrevrangebylex", "start"): ["num"],
    ("zrevrangebylex", "num"): ["start"],
    ("bitcount", "start"): ["end"],
    ("bitcount", "end"): ["start"],
    ("bitcount", "mode"): ["start", "end"],
    ("bitpos", "end"): ["start"],
    ("bitpos", "mode"): ["start", "end"],
    ("hrandfield", "withvalues"): ["count"],
    ("zrandmember", "withscores"): ["count"],
    ("xadd", "approximate"): ["maxlen"],
    ("xadd", "limit"): ["maxlen"],
    ("xadd", "ref_policy"): ["maxlen"],
    ("xtrim", "minid"): ["-maxlen"],
    ("geosearch", "any"): ["count"],
    ("geosearchstore", "any"): ["count"],
    ("geosearch", "longitude"): ["latitude", "-member"],
    ("geosearch", "latitude"): ["longitude", "-member"],
    ("geosearch", "width"): ["height", "-radius"],
    ("geosearch", "height"): ["width", "-radius"],
    ("geosearchstore", "longitude"): ["latitude", "-member"],
    ("geosearchstore", "latitude"): ["longitude", "-member"],
    ("geosearchstore", "width"): ["height", "-radius"],
    ("geosearchstore", "height"): ["width", "-radius"],
    ("georadius", "any"): ["count"],
    ("georadiusbymember", "any"): ["count"],
    ("lcs", "minmatchlen"): ["idx"],
    ("lcs", "withmatchlen"): ["idx"],
    ("stralgo", "minmatchlen"): ["idx"],
    ("stralgo", "withmatchlen"): ["idx"],
    ("zmpop", "max"): ["-min"],
    ("bzmpop", "max"): ["-min"],
    ("hset", "mapping"): ["-key", "-value"],
    ("hset", "items"): ["-key", "-value"],
    ("hsetex", "mapping"): ["-key", "-value"],
    ("hsetex", "items"): ["-key", "-value"],
    ("increx", "byfloat"): ["-byint"],
    ("increx", "enx"): ["ex"],
    ("xpending_range", "idle"): [],
    ("slaveof", "host"): ["port"],
    ("slaveof", "port"): ["host"],
    ("acl_setuser", "passwords"): [],
    ("shutdown", "abort"): [],
    ("client_tracking", "prefix"): ["bcast"],
    ("client_tracking_on", "prefix"): ["bcast"],
    ("client_tracking_off", "prefix"): ["bcast"],
    ("ts.range", "aggregation_type"): ["bucket_size_msec"],
    ("ts.revrange", "aggregation_type"): ["bucket_size_msec"],
    ("ts.mrange", "aggregation_type"): ["bucket_size_msec"],
    ("ts.mrevrange", "aggregation_type"): ["bucket_size_msec"],
    ("ts.mrange", "groupby"): ["reduce"],
    ("ts.mrange", "reduce"): ["groupby"],
    ("ts.mrevrange", "groupby"): ["reduce"],
    ("ts.mrevrange", "reduce"): ["groupby"],
    ("command_list", "module"): [],
    ("topk.list", "withcount"): [],
    ("lmovem", "ordering"): ["count", "mode"],
    ("lmovem", "count"): ["mode", "ordering"],
    ("lmovem", "mode"): ["count", "ordering"],
    ("blmovem", "ordering"): ["count", "mode"],
    ("blmovem", "count"): ["mode", "ordering"],
    ("blmovem", "mode"): ["count", "ordering"],
    ("ts.read", "block_min_count"): ["block_milliseconds"],
}
for _sub in ("ts.add", "ts.alter", "ts.create", "ts.decrby", "ts.incrby"):
    NEEDS[(_sub, "ignore_max_time_diff")] = ["ignore_max_val_diff"]
    NEEDS[(_sub, "ignore_max_val_diff")] = ["ignore_max_time_diff"]
for _sub in ("ts.range", "ts.revrange", "ts.mrange", "ts.mrevrange", "ts.nrange", "ts.nrevrange"):
    _agg = "aggregators" if _sub.startswith("ts.n") else "aggregation_type"
    for _p in ("align", "bucket_timestamp", "empty"):
        NEEDS[(_sub, _p)] = [_agg, "bucket_size_msec"]
    NEEDS[(_sub, _agg)] = ["bucket_size_msec"]
    NEEDS[(_sub, "bucket_size_msec")] = [_agg]
    NEEDS[(_sub, "filter_by_min_value")] = ["filter_by_max_value"]
    NEEDS[(_sub, "filter_by_max_value")] = ["filter_by_min_value"]


class Values:
    """Marker values for the parameters of one method."""

    def __init__(self, method, fixed=()):
        self.method = method
        self.fixed = dict(fixed)
        self.counter = 4000

    def number(self):
        self.counter += 1
        return self.counter

    def of(self, p):
        if p.name in self.fixed:
            return self.fixed[p.name]
        if (self.method, p.name) in ARGS:
            return ARGS[(self.method, p.name)]
        note = (
            p.annotation
            if isinstance(p.annotation, str)
            else ("" if p.annotation is p.empty else inspect.formatannotation(p.annotation))
        )
        many = p.kind is p.VAR_POSITIONAL
        if many:
            if p.name in ARGS and isinstance(ARGS[p.name], list):
                return ARGS[p.name]
            if note in ("int", "float"):
                return [self.number(), self.number()]
            return ["<%s[0]>" % p.name, "<%s[1]>" % p.name]
        if p.name in ARGS and not (p.name in ("fields", "mapping") and "Mapping" not in note and "Dict" not in note):
            return ARGS[p.name]
        if isinstance(p.default, bool):
            return not p.default
        if "Literal[" in note:
            choices = eval("typing." + note[note.index("Literal[") : note.index("]", note.index("Literal[")) + 1])
            for choice in typing.get_args(choices):
                if choice != p.default:
                    return choice
        low = note.lower()
        if (
            any(t in low for t in ("int", "float", "number", "expiryt", "timeoutsect", "bounds"))
            and "mapping" not in low
        ):
            if not ("list" in low or "sequence" in low or "iterable" in low):
                return self.number()
            return [self.number(), self.number()]
        if "mapping" in low or "dict" in low:
            return {"<%s.key0>" % p.name: "<%s.value0>" % p.name}
        if any(t in low for t in ("list", "sequence", "iterable", "keyst")):
            return ["<%s[0]>" % p.name, "<%s[1]>" % p.name]
        if low.startswith("bool") or isinstance(p.default, bool):
            return True
        if note == "" and isinstance(p.default, (int, float)):
            return self.number()
        return "<%s>" % p.name


class Given(list):
    """Positional arguments, plus a note of which parameter got which value."""

    def __init__(self):
        super().__init__()
        self.given = {}


def call_args(method, func, include, leave_out=(), fixed=()):
    """Positional and keyword arguments for one call: the required ones plus *include*."""
    values = Values(method, fixed)
    pos, kw = Given(), {}
    by_keyword = False
    for p in inspect.signature(func).parameters.values():
        if p.name == "self" or p.kind is p.VAR_KEYWORD:
            if p.kind is p.VAR_KEYWORD and (method, p.name) in ARGS and p.name in include:
                kw.update(ARGS[(method, p.name)])
                pos.given[p.name] = ARGS[(method, p.name)]
            continue
        required = p.default is p.empty
        if p.kind is p.VAR_POSITIONAL:
            if p.name in leave_out or by_keyword:
                continue
            value = values.of(p)
            pos.extend(value)
            pos.given[p.name] = value
            continue
        wanted = (required or p.name in include) and p.name not in leave_out
        value = values.of(p)  # always computed, so that numbers do not depend on what is included
        if not wanted:
            by_keyword = True
            continue
        pos.given[p.name] = value
        if by_keyword or p.kind is p.KEYWORD_ONLY:
            kw[p.name] = value
        else:
            pos.append(value)
    return pos, kw


def has_var_positional_after_default(func):
    seen_default = False
    for p in inspect.signature(func).parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            return seen_default
        if p.default is not p.empty and p.kind is p.POSITIONAL_OR_KEYWORD:
            seen_default = True
    return False


def flat(args):
    """Like Connection.pack_command: the first word is split at spaces; everything as text."""
    out = []
    for i, a in enumerate(args):
        if i == 0 and isinstance(a, (str, bytes)):
            text = a.decode() if isinstance(a, bytes) else str(a)
            out.extend(text.split())
            continue
        if isinstance(a, enum.Enum):
            a = a.value
        if isinstance(a, (list, tuple)):
            out.append(json.dumps([str(x) for x in a]))
            continue
        if isinstance(a, bytes):
            a = a.decode("latin-1")
        out.append(a if isinstance(a, (int, float)) and not isinstance(a, bool) else str(a))
    return out


RECORDED = []


def recording_execute(self, *a, **k):
    """Pipeline.execute for methods that build a pipeline of their own (ft().sugadd)."""
    RECORDED.extend(args for args, _ in self.command_stack)
    return [1] * len(self.command_stack)


async def recording_execute_async(self, *a, **k):
    RECORDED.extend(args for args, _ in self.command_stack)
    return [1] * len(self.command_stack)


redis.client.Pipeline.execute = recording_execute
redis.asyncio.client.Pipeline.execute = recording_execute_async


class SyncRecorder(redis.Redis):
    calls = None

    def execute_command(self, *args, **options):
        self.calls.append(args)
        return Canned()

    def transaction(self, *a, **k):
        raise RuntimeError("not recorded")


class AsyncRecorder(redis.asyncio.Redis):
    calls = None

    async def execute_command(self, *args, **options):
        self.calls.append(args)
        return Canned()


class Canned(list):
    """A reply that most parsing code can chew on."""

    def __init__(self):
        super().__init__([0, []])

    def decode(self, *a):
        return ""


def run(client, func, pos, kw):
    """Call and return (list of flattened commands, error text or None)."""
    client.calls = []
    RECORDED.clear()
    error = None
    try:
        result = func(*pos, **kw)
        if type(result).__name__ == "BitFieldOperation":
            result = result.get("u8", 0).incrby("u8", 0, 1).execute()
        if inspect.isawaitable(result):

            async def consume():
                return await result

            asyncio.get_event_loop().run_until_complete(consume())
    except BaseException as e:  # NotImplementedError, DataError, parsing errors after the send
        error = "%s: %s" % (type(e).__name__, str(e)[:160])
    return [flat(c) for c in client.calls + RECORDED], error


def variants(method, func):
    """(label, pos, kw, compare) for the base call and for one call per optional parameter.

    compare: (pos, kw) of the same call without that parameter, or None for the base.
    """
    base = set(EXTRA.get(method, []))
    params = [p for p in inspect.signature(func).parameters.values() if p.name != "self"]
    if has_var_positional_after_default(func):
        # give the defaults before *args explicitly, else *args can't be passed
        for p in params:
            if p.kind is p.VAR_POSITIONAL:
                break
            if p.default is not p.empty:
                base.add(p.name)
    out = [("base", *call_args(method, func, base), None)]
    for p in params:
        if p.kind is p.VAR_KEYWORD:
            if (method, p.name) in ARGS:
                out.append((p.name, *call_args(method, func, base | {p.name}), call_args(method, func, base)))
            continue
        if p.kind is p.VAR_POSITIONAL or p.default is p.empty or p.name in base:
            continue
        needs = NEEDS.get((method, p.name), [])
        fixed = [n for n in needs if isinstance(n, tuple)]
        drop = {n[1:] for n in needs if isinstance(n, str) and n.startswith("-")}
        plus = {n for n in needs if isinstance(n, str) and not n.startswith("-")} | {n for n, _ in fixed}
        label = p.name + "".join("+" + n for n in sorted(plus)) + "".join("-" + n for n in sorted(drop))
        out.append(
            (
                label,
                *call_args(method, func, (base | plus | {p.name}) - drop, fixed=fixed),
                call_args(method, func, (base | plus) - drop - {p.name}, fixed=fixed),
            )
        )
    # a list parameter: does it take one string, or a mapping, as well?
    base_given = out[0][1].given
    for p in params:
        value = base_given.get(p.name)
        if p.kind is p.VAR_POSITIONAL or not (isinstance(value, list) and value and str(value[0]).startswith("<")):
            continue
        for shape, other in (("scalar", "<%s>" % p.name), ("mapping", {"<%s.key0>" % p.name: 2.0})):
            out.append(("%s:%s" % (shape, p.name), *call_args(method, func, base, fixed=[(p.name, other)]), None))
    return out


def simple(value):
    """A JSON-able picture of an argument value."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, dict):
        return {str(k): simple(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [simple(v) for v in value]
    return type(value).__name__


def record_class(prefix, client, target):
    out = {}
    for name in sorted(dir(type(target))):
        if name.startswith("_") or name in NOT_A_COMMAND[prefix]:
            continue
        if isinstance(inspect.getattr_static(type(target), name), property):
            continue
        func = getattr(target, name)
        if not callable(func):
            continue
        method = prefix + "." + name if prefix else name
        rows = []
        for label, pos, kw, compare in variants(method, func):
            calls, error = run(client, func, pos, kw)
            row = {"with": label, "given": {k: simple(v) for k, v in pos.given.items()}, "calls": calls}
            if compare:
                row["without"] = run(client, func, *compare)[0]
            if error and not calls:
                row["error"] = error
            elif error:
                row["error_after_send"] = error
            rows.append(row)
        out[name] = rows
    return out


class TookTooLong(BaseException):
    """Not an Exception: the client must not swallow it."""


def too_long(*_):
    raise TookTooLong("still running")


def time_limit(seconds):
    """Raise TookTooLong after that time, and again soon after should it get lost; 0 ends it."""
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2 if seconds else 0)


def pipeline_check(prefix, pipe, target):
    """Which methods queue exactly as a pipeline expects (they return the pipeline).

    A sub-client method that iterates over the reply loops for ever when the reply is the
    pipeline itself; an alarm ends it.
    """
    out = {}
    signal.signal(signal.SIGALRM, too_long)
    for name in sorted(dir(type(target))):
        if name.startswith("_") or name in NOT_A_COMMAND[prefix]:
            continue
        if isinstance(inspect.getattr_static(type(target), name), property):
            continue
        func = getattr(target, name, None)
        if not callable(func):
            continue
        method = prefix + "." + name if prefix else name
        pipe.command_stack = []
        time_limit(0.5)
        try:
            _, pos, kw, _ = variants(method, func)[0]
            result = func(*pos, **kw)
            if type(result).__name__ == "BitFieldOperation":
                result = result.get("u8", 0).execute()
            if result is pipe and pipe.command_stack:
                out[name] = True
            else:
                out[name] = "queued %d, returned %s" % (len(pipe.command_stack), type(result).__name__)
        except TookTooLong:
            out[name] = "never returns: it iterates over the pipeline"
        except BaseException as e:
            out[name] = "queued %d, raised %s: %s" % (len(pipe.command_stack), type(e).__name__, str(e)[:120])
        finally:
            time_limit(0)
        pipe.command_stack = []
    return out


def main():
    asyncio.set_event_loop(asyncio.new_event_loop())
    sync, anc = SyncRecorder(), AsyncRecorder()
    data = {"version": redis.__version__, "sync": {}, "async": {}, "pipeline": {}}
    data["sync"]["Redis"] = record_class("", sync, sync)
    data["async"]["Redis"] = record_class("", anc, anc)
    pipe = redis.Redis().pipeline()
    data["pipeline"]["Redis"] = pipeline_check("", pipe, pipe)
    for sub in SUBCLIENTS:
        data["sync"][sub] = record_class(sub, sync, getattr(sync, sub)())
        data["async"][sub] = record_class(sub, anc, getattr(anc, sub)())
        pipe = redis.Redis().pipeline()
        data["pipeline"][sub] = pipeline_check(sub, pipe, getattr(pipe, sub)())
        if sub in ("json", "ft", "ts"):  # these have a pipeline class of their own
            pipe = getattr(redis.Redis(), sub)().pipeline()
            data["pipeline"][sub + "().pipeline()"] = {
                m: v for m, v in pipeline_check(sub, pipe, pipe).items() if m in data["sync"][sub]
            }
    path = LAB / "raw/recorded.json"
    path.write_text(json.dumps(data, indent=1))
    for kind in ("sync", "async"):
        empty = [(s, m) for s, rows in data[kind].items() for m, v in rows.items() if not v[0]["calls"]]
        print(kind, {s: len(v) for s, v in data[kind].items()}, "nothing recorded:", len(empty))
        for s, m in empty:
            print("   ", s, m, data[kind][s][m][0].get("error"))


if __name__ == "__main__":
    main()
