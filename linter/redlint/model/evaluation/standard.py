"""Classes of the standard library whose objects hold other objects."""

BOXES = frozenset(
    {
        "contextvars.ContextVar",
        "queue.Queue",
        "queue.LifoQueue",
        "queue.SimpleQueue",
        "asyncio.Queue",
        "asyncio.LifoQueue",
    }
)
"""Standard classes whose objects give back what was put into them."""

TABLES = frozenset(
    {
        *("builtins.dict", "collections.OrderedDict", "weakref.WeakValueDictionary", "weakref.WeakKeyDictionary"),
    }
)
"""Standard classes whose objects are like dicts."""

SEQUENCES = frozenset({"collections.deque", "weakref.WeakSet"})
"""Standard classes whose objects are like lists."""
