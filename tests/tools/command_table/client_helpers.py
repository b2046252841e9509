"""redis-py methods that are not one command: what each is for and what it returns.

Written by hand after reading redis-py 8.1.0; build_methods.py checks that the names exist.
sends: the commands that using it (or what it returns) sends. awaitable: for redis.asyncio,
"coroutine" (await the call), "async iterator", "plain" (nothing to await) or "async context".
"""

HELPERS = {
    "Redis": {
        "scan_iter": dict(
            returns="iterator over keys",
            sends=["SCAN"],
            awaitable="async iterator",
            note="repeats SCAN until the cursor is 0; a key may come twice",
        ),
        "hscan_iter": dict(
            returns="iterator over (field, value) pairs, or fields with no_values",
            sends=["HSCAN"],
            awaitable="async iterator",
            keys={"name": "scalar"},
        ),
        "sscan_iter": dict(
            returns="iterator over members",
            sends=["SSCAN"],
            awaitable="async iterator",
            keys={"name": "scalar"},
        ),
        "zscan_iter": dict(
            returns="iterator over (member, score) pairs",
            sends=["ZSCAN"],
            awaitable="async iterator",
            keys={"name": "scalar"},
        ),
        "pipeline": dict(
            returns="Pipeline",
            sends=["MULTI", "EXEC"],
            awaitable="plain",
            note="transaction=True by default; commands are queued until execute()",
        ),
        "transaction": dict(
            returns="list of replies of EXEC, or func's value with value_from_callable",
            sends=["WATCH", "MULTI", "EXEC"],
            awaitable="coroutine",
            keys={"watches": "varargs"},
            note="runs func(pipe) again until no watched key changed",
        ),
        "lock": dict(
            returns="Lock",
            sends=["SET", "EVALSHA"],
            awaitable="plain",
            keys={"name": "scalar"},
            ttl={"timeout": "s"},
            note="timeout=None (default): the lock never expires",
        ),
        "pubsub": dict(returns="PubSub", sends=["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"], awaitable="plain"),
        "monitor": dict(returns="Monitor", sends=["MONITOR"], awaitable="plain", note="context manager"),
        "register_script": dict(
            returns="Script",
            sends=["EVALSHA", "SCRIPT LOAD"],
            awaitable="plain",
            note="the Script is called with keys=[...] and args=[...]",
        ),
        "client": dict(returns="Redis bound to one connection", sends=[], awaitable="plain"),
        "from_url": dict(returns="Redis", sends=[], awaitable="plain", note="class method"),
        "from_pool": dict(returns="Redis that owns the pool", sends=[], awaitable="plain", note="class method"),
        "close": dict(
            returns="None",
            sends=[],
            awaitable="coroutine",
            note="asyncio: deprecated since 5.0.1, use aclose",
        ),
        "aclose": dict(returns="None", sends=[], awaitable="coroutine", only="async"),
        "initialize": dict(returns="self", sends=[], awaitable="coroutine", only="async"),
        "get_cache": dict(returns="client-side cache or None", sends=[], awaitable="plain", only="sync"),
        "get_connection_kwargs": dict(returns="dict", sends=[], awaitable="plain"),
        "get_encoder": dict(returns="Encoder", sends=[], awaitable="plain"),
        "get_retry": dict(returns="Retry or None", sends=[], awaitable="plain"),
        "set_retry": dict(returns="None", sends=[], awaitable="plain"),
        "set_response_callback": dict(returns="None", sends=[], awaitable="plain"),
        "load_external_module": dict(returns="None", sends=[], awaitable="plain"),
        "execute_command": dict(returns="the reply of any command given", sends=["*"], awaitable="coroutine"),
        "parse_response": dict(returns="the reply read from a connection", sends=[], awaitable="coroutine"),
        "digest_local": dict(
            returns="XXH3 digest of a value, computed without the server",
            sends=[],
            awaitable="plain",
            note="needs the xxhash package",
        ),
        "keyspace_notifications": dict(
            returns="KeyspaceNotifications", sends=["PSUBSCRIBE", "SUBSCRIBE"], awaitable="plain"
        ),
        "himport_registry": dict(returns="HImportRegistry", sends=[], awaitable="plain", note="property"),
        "himport_prepare": dict(
            returns="True",
            sends=["HIMPORT PREPARE"],
            awaitable="coroutine",
            note="recorded in a registry; sent lazily, before the next himport_set",
        ),
        "himport_discard": dict(
            returns="number of fieldsets removed",
            sends=["HIMPORT DISCARD"],
            awaitable="coroutine",
            note="sent lazily",
        ),
        "himport_discard_all": dict(
            returns="number of fieldsets removed",
            sends=["HIMPORT DISCARDALL"],
            awaitable="coroutine",
            note="sent lazily",
        ),
        "json": dict(returns="JSON", sends=["JSON.*"], awaitable="plain"),
        "ft": dict(returns="Search", sends=["FT.*"], awaitable="plain"),
        "ts": dict(returns="TimeSeries", sends=["TS.*"], awaitable="plain"),
        "bf": dict(returns="BFBloom", sends=["BF.*"], awaitable="plain"),
        "cf": dict(returns="CFBloom", sends=["CF.*"], awaitable="plain"),
        "cms": dict(returns="CMSBloom", sends=["CMS.*"], awaitable="plain"),
        "topk": dict(returns="TOPKBloom", sends=["TOPK.*"], awaitable="plain"),
        "tdigest": dict(returns="TDigestBloom", sends=["TDIGEST.*"], awaitable="plain"),
        "vset": dict(returns="VectorSet", sends=["V*"], awaitable="plain"),
    },
    "json": {
        "pipeline": dict(returns="Pipeline with the JSON methods", sends=["MULTI", "EXEC"], awaitable="plain"),
        "set_path": dict(
            returns="dict of file name -> bool",
            sends=["JSON.SET"],
            awaitable="coroutine",
            note="walks a folder and sets one key per .json file",
        ),
    },
    "ft": {
        "pipeline": dict(returns="Pipeline with the search methods", sends=["MULTI", "EXEC"], awaitable="plain"),
        "batch_indexer": dict(returns="BatchIndexer", sends=["FT.ADD"], awaitable="plain"),
        "BatchIndexer": dict(returns="class", sends=["FT.ADD"], awaitable="plain"),
        "get_params_args": dict(returns="list of words for PARAMS", sends=[], awaitable="plain"),
    },
    "ts": {
        "pipeline": dict(returns="Pipeline with the time-series methods", sends=["MULTI", "EXEC"], awaitable="plain")
    },
    "vset": {"execute_command": dict(returns="the reply of any command given", sends=["*"], awaitable="coroutine")},
}
_APPEND = {
    n: dict(returns="None", sends=[], awaitable="plain", note="static helper that extends an argument list")
    for n in (
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
    )
}
for _sub in ("bf", "cf", "cms", "topk", "tdigest"):
    HELPERS[_sub] = dict(_APPEND)

# Methods of the objects that helpers return. Pipeline inherits every command from Redis.
OBJECTS = {
    "Pipeline": {
        "execute": dict(returns="list of replies", note="the only call that talks to the server"),
        "multi": dict(returns="None", note="starts buffering after watch()"),
        "watch": dict(returns="True", sends=["WATCH"], note="sent at once; later commands too, until multi()"),
        "unwatch": dict(returns="True", sends=["UNWATCH"], note="sends nothing when not watching"),
        "reset": dict(returns="None", note="drops queued commands, sends UNWATCH if watching"),
        "discard": dict(returns="None", sends=["DISCARD"], note="goes through execute_command: queued unless watching"),
        "immediate_execute_command": dict(returns="reply"),
        "pipeline_execute_command": dict(returns="the pipeline"),
        "raise_first_error": dict(returns="None"),
        "annotate_exception": dict(returns="None"),
        "load_scripts": dict(returns="None", sends=["SCRIPT EXISTS", "SCRIPT LOAD"]),
    },
    "PubSub": {
        "subscribe": dict(sends=["SUBSCRIBE"]),
        "unsubscribe": dict(sends=["UNSUBSCRIBE"]),
        "psubscribe": dict(sends=["PSUBSCRIBE"]),
        "punsubscribe": dict(sends=["PUNSUBSCRIBE"]),
        "ssubscribe": dict(sends=["SSUBSCRIBE"]),
        "sunsubscribe": dict(sends=["SUNSUBSCRIBE"]),
        "listen": dict(returns="iterator over messages, without end"),
        "get_message": dict(returns="one message dict or None", note="timeout=0.0: returns at once"),
        "run_in_thread": dict(returns="PubSubWorkerThread", only="sync"),
        "get_sharded_message": dict(returns="one message dict or None", only="cluster"),
        "ping": dict(sends=["PING"]),
        "close": dict(returns="None"),
        "reset": dict(returns="None"),
        "subscribed": dict(returns="bool", note="property"),
        "execute_command": dict(sends=["*"]),
        "handle_message": dict(returns="message dict"),
        "parse_response": dict(returns="raw reply"),
        "check_health": dict(returns="None", sends=["PING"]),
    },
    "Lock": {
        "acquire": dict(returns="bool", sends=["SET"], note="SET name token NX PX timeout"),
        "release": dict(returns="None", sends=["EVALSHA"]),
        "extend": dict(returns="True", sends=["EVALSHA"]),
        "reacquire": dict(returns="True", sends=["EVALSHA"]),
        "owned": dict(returns="bool", sends=["GET"]),
        "locked": dict(returns="bool", sends=["GET"]),
        "do_acquire": dict(returns="bool", sends=["SET"]),
        "do_release": dict(returns="None", sends=["EVALSHA"]),
        "do_extend": dict(returns="True", sends=["EVALSHA"]),
        "do_reacquire": dict(returns="True", sends=["EVALSHA"]),
        "register_scripts": dict(returns="None"),
    },
}
IGNORED = {"Redis": set()}
