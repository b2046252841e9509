"""What is known of the text of keys."""

from __future__ import annotations

from textwrap import dedent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings


def keys(sources: dict[str, str] | str, *, display: bool = False) -> list[str]:
    """The patterns of the key of the last call; alternatives in alphabetical order, none where unknown."""
    if isinstance(sources, str):
        sources = {"a.py": sources}
    overlay = {path: dedent(source).encode() for path, source in sources.items()}
    model = analyse(ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay), ModelSettings())
    call = list(model.modules["a.py"].calls)[-1]
    patterns = [pattern for key in call.keys for pattern in key.patterns]
    return sorted(pattern.display if display else pattern.text for pattern in patterns)


def key(expression: str, before: str = "") -> list[str]:
    return keys(f"import redis\nc = redis.Redis()\n{before}\ndef f(a, b, n):\n    return c.get({expression})\n")


EXPRESSIONS = {
    "literal": ("'user'", ["user"]),
    "bytes": ("b'user'", ["user"]),
    "neighbours": ("'user' ':x'", ["user:x"]),
    "raw": (r"r'user\d'", [r"user\d"]),
    "escaped": (r"'user\u003ax'", ["user:x"]),
    "parenthesised": ("('user')", ["user"]),
    "f-string": ("f'user:{a}:profile'", ["user:{}:profile"]),
    "f-string with format": ("f'user:{n:05d}'", ["user:{}"]),
    "f-string with conversion": ("f'user:{a!s}'", ["user:{}"]),
    "f-string of a constant": ("f'{1}:{a}'", ["1:{}"]),
    "f-string in an f-string": ("""f'{f"user:{a}"}:profile'""", ["user:{}:profile"]),
    "f-string and literal": ("f'user:{a}' ':profile'", ["user:{}:profile"]),
    "hash tag": ("f'{{user:{a}}}:profile'", ["{user:{}}:profile"]),
    "hash tag of a constant": ("'{user}:profile'", ["{user}:profile"]),
    "percent": ("'user:%s:profile' % a", ["user:{}:profile"]),
    "percent with tuple": ("'user:%s:%d' % (a, n)", ["user:{}:{}"]),
    "percent with dict": ("'user:%(a)s' % {'a': b}", ["user:{}"]),
    "percent escaped": ("'100%%:%s' % a", ["100%:{}"]),
    "format": ("'user:{}:profile'.format(a)", ["user:{}:profile"]),
    "format of a template with a hole": ("(REALM + ':user:{}').format(a)", ["{}:user:{}"]),
    "percent of a template with a hole": ("(REALM + ':user:%s') % a", ["{}:user:{}"]),
    "format of two templates": ("('user:{}' if n else 'guest:{}').format(a)", ["guest:{}", "user:{}"]),
    "format by number": ("'{1}:{0}'.format(a, 'user')", ["user:{}"]),
    "format by name": ("'user:{who}'.format(who=a)", ["user:{}"]),
    "format with escaped braces": ("'{{user:{}}}:x'.format(a)", ["{user:{}}:x"]),
    "plus": ("'user:' + a + ':profile'", ["user:{}:profile"]),
    "plus str": ("'user:' + str(n)", ["user:{}"]),
    "join": ("':'.join(['user', a, 'profile'])", ["user:{}:profile"]),
    "join of a tuple": ("':'.join(('user', a))", ["user:{}"]),
    "conditional": ("'user' if a else 'guest'", ["guest", "user"]),
    "conditional part": ("('user:' if a else 'guest:') + b", ["guest:{}", "user:{}"]),
    "encode": ("f'user:{a}'.encode()", ["user:{}"]),
    "name": ("KEY", ["user:all"]),
    "formatted name": ("TEMPLATE.format(a)", ["user:{}"]),
    "percent of a name": ("PERCENT % a", ["user:{}"]),
    "name in an f-string": ("f'{PREFIX}:{a}'", ["user:{}"]),
    "function": ("key_of(a)", ["user:{}:key"]),
    "function with a constant": ("key_of('x')", ["user:x:key"]),
    "function of a function": ("outer_key(a)", ["outer:user:{}:key"]),
    "function with default": ("default_key(a)", ["v1:{}"]),
    "function given its default": ("default_key(a, 'v2')", ["v2:{}"]),
    "function with several returns": ("either_key(a)", ["even:{}", "odd:{}"]),
}

BEFORE = """
import os
KEY = 'user:all'
REALM = os.environ['REALM']
PREFIX = 'user'
TEMPLATE = 'user:{}'
PERCENT = 'user:%s'


def key_of(who):
    return f'user:{who}:key'


def outer_key(who):
    return 'outer:' + key_of(who)


def default_key(who, version='v1'):
    return f'{version}:{who}'


def either_key(who):
    if who:
        return f'odd:{who}'
    return f'even:{who}'
"""


@pytest.mark.parametrize(("expression", "expected"), list(EXPRESSIONS.values()), ids=list(EXPRESSIONS))
def test_expressions(expression: str, expected: list[str]) -> None:
    assert key(expression, BEFORE) == expected


def opaque(patterns: list[str]) -> bool:
    """Whether nothing of a key is claimed to be known."""
    return all(not pattern.replace("{}", "").strip(":") for pattern in patterns)


@pytest.mark.parametrize(
    "expression",
    [
        *("a", "a.key", "a[0]", "a()", "a + b", "f'{a}'", "f'{a}:{b}'", "str(a)", "a % b", "a.format(b)", "a.join(b)"),
        *("unknown", "unknown()", "os.environ['KEY']", "input()", "lambda: 'x'", "'%s:%s' % a", "''.join(a)"),
        *("':'.join(x for x in a)", "'user:%s' % ()", "'{'.format(a)", "'{} {}'.format(a)", "None"),
    ],
)
def test_unknown_stays_unknown(expression: str) -> None:
    assert opaque(key(expression, BEFORE))


def test_holes_are_named_by_their_expression() -> None:
    source = "import redis\n\ndef f(user):\n    redis.Redis().get(f'user:{user.id}:{user.name}')\n"
    assert keys(source, display=True) == ["user:{user.id}:{user.name}"]


def test_local_variables() -> None:
    source = """\
        import redis

        def f(user):
            key = "user:"
            key += str(user)
            key = key + ":profile"
            redis.Redis().get(key)
        """
    assert keys(source) == ["user:{}:profile"]


def test_reassigned_in_a_branch() -> None:
    source = """\
        import redis

        def f(user):
            key = "guest"
            if user:
                key = f"user:{user}"
            redis.Redis().get(key)
        """
    assert keys(source) == ["guest", "user:{}"]


def test_constants_of_other_modules() -> None:
    sources = {
        "app/__init__.py": "",
        "app/keys.py": "from app.prefix import PREFIX\nUSER = PREFIX + ':user:{}'\n",
        "app/prefix.py": "PREFIX = 'app'\n",
        "a.py": "import redis\nfrom app import keys\n\n\ndef f(n):\n    redis.Redis().get(keys.USER.format(n))\n",
    }
    assert keys(sources) == ["app:user:{}"]


def test_functions_of_other_modules() -> None:
    sources = {
        "keys.py": "class Keys:\n    @staticmethod\n    def user(number): return f'user:{number}'\n",
        "a.py": "import redis\nfrom keys import Keys\n\n\ndef f(n):\n    redis.Redis().get(Keys.user(n))\n",
    }
    assert keys(sources) == ["user:{}"]


CLASSES = {
    "attribute": ("prefix = 'user'", "f'{self.prefix}:{n}'", "user:{}"),
    "constructor": ("def __init__(self): self.prefix = 'user'", "self.prefix + ':' + n", "user:{}"),
    "property": ("@property\n    def prefix(self): return 'user'", "f'{self.prefix}:{n}'", "user:{}"),
    "method": ("def key(self, n): return f'user:{n}'", "self.key(n)", "user:{}"),
    "template": ("KEY = 'user:%s'", "self.KEY % n", "user:{}"),
    "class method": ("@classmethod\n    def key(cls, n): return 'user:' + n", "self.key(n)", "user:{}"),
}


@pytest.mark.parametrize(("member", "expression", "expected"), list(CLASSES.values()), ids=list(CLASSES))
def test_members(member: str, expression: str, expected: str) -> None:
    source = (
        f"import redis\nc = redis.Redis()\nclass A:\n    {member}\n    def f(self, n):\n        c.get({expression})\n"
    )
    assert keys(source) == [expected]


def test_member_of_a_base_class() -> None:
    sources = {
        "base.py": "class Base:\n    prefix = 'base'\n    def key(self, n): return f'{self.prefix}:{n}'\n",
        "a.py": "import redis\nfrom base import Base\nclass A(Base):\n    prefix = 'user'\n"
        "    def f(self, n): redis.Redis().get(self.key(n))\n",
    }
    assert keys(sources) == ["user:{}"]


def test_self_is_who_was_asked() -> None:
    sources = {
        "base.py": "class Base:\n    prefix = 'base'\n    def key(self, n): return f'{self.prefix}:{n}'\n"
        "class Other(Base):\n    prefix = 'other'\nclass Third(Base):\n    prefix = 'third'\n",
        "a.py": "import redis\nfrom base import Other, Third\nclass A(Other):\n    third = Third()\n"
        "    def f(self, n): redis.Redis().mget(self.key(n), self.third.key(n))\n",
    }
    assert keys(sources) == ["other:{}", "third:{}"]


def test_added_to_in_a_branch() -> None:
    body = "key = 'user'\n    if n:\n        key += ':' + n\n    redis.Redis().get(key)\n"
    assert keys(f"import redis\ndef f(n):\n    {body}") == ["user", "user:{}"]


def test_added_to_in_a_loop_is_unknown() -> None:
    body = "key = 'user'\n    for one in n:\n        key += ':' + one\n    redis.Redis().get(key)\n"
    assert opaque(keys(f"import redis\ndef f(n):\n    {body}"))


def test_enumerations() -> None:
    source = """\
        import enum
        import redis

        class Key(str, enum.Enum):
            USER = "user"

        redis.Redis().get(Key.USER.value)
        """
    assert keys(source) == ["user"]


def test_keys_in_collections() -> None:
    assert keys("import redis\nredis.Redis().mget(['a', 'b'])") == ["a", "b"]
    assert keys("import redis\nredis.Redis().mget('a', 'b')") == ["a", "b"]
    assert keys("import redis\nredis.Redis().mset({'a': 1, 'b': 2})") == ["a", "b"]
    assert keys("import redis\ndef f(n):\n    redis.Redis().mget([f'user:{i}' for i in n])") == ["user:{}"]


@pytest.mark.parametrize(
    ("text", "slot_text"),
    [("'{user}:a'", "user"), ("'user'", "user"), ("'{}user'", "{}user"), ("f'{{user}}:{n}'", "user")],
)
def test_slots(text: str, slot_text: str) -> None:
    from redlint.commands.slot import hash_slot

    source = f"import redis\ndef f(n):\n    redis.Redis().get({text})"
    files = ProjectFiles(lint=("a.py",), overlay={"a.py": source.encode()})
    (call,) = analyse(files, ModelSettings()).calls()
    assert call.keys[0].patterns[0].slot == hash_slot(slot_text.encode())


FROM_CALLERS = {
    "a parameter": ("def f(k): c.get(k)\ndef g(a): f(f'user:{a}')\n", ["user:{}"]),
    "a keyword": ("def f(*, k): c.get(k)\ndef g(a): f(k='user:' + a)\n", ["user:{}"]),
    "a default": ("def f(k='all'): c.get(k)\ndef g(): f()\n", ["all"]),
    "two callers": ("def f(k): c.get(k)\nf('a')\nf('b')\n", ["a", "b"]),
    "two functions": ("def f(k): c.get(k)\ndef h(k): f(k)\ndef g(a): h(f'user:{a}')\n", ["user:{}"]),
    "the constructor": (
        "class A:\n def __init__(s, k): s.k = k\n def f(s): c.get(s.k)\ndef g(a): A(f'user:{a}').f()\n",
        ["user:{}"],
    ),
    "one caller that does not tell": ("def f(k): c.get(k)\nf('a')\ndef g(x): f(x)\n", []),
    "no caller": ("def f(k): c.get(k)\n", []),
    "a splat": ("def f(k): c.get(k)\ndef g(x): f(*x)\n", []),
    "itself": ("def f(k):\n f(k)\n c.get(k)\n", []),
    "too many": ("def f(k): c.get(k)\n" + "".join(f"f('k{n}')\n" for n in range(9)), []),
    "not where the function itself tells": ("def f(k): c.get(f'user:{k}')\nf('a')\n", ["user:{}"]),
}


@pytest.mark.parametrize(("source", "expected"), FROM_CALLERS.values(), ids=FROM_CALLERS)
def test_key_from_callers(source: str, expected: list[str]) -> None:
    assert keys("import redis\nc = redis.Redis()\n" + source) == expected


def test_keys_of_tests_are_not_those_of_the_program() -> None:
    sources = {
        "a.py": b"import redis\nc = redis.Redis()\ndef f(k):\n    c.get(k)\n",
        "tests/test_a.py": b"import redis\nfrom a import f\nf('x')\n",
    }
    settings = ModelSettings(is_production=lambda path: not path.startswith("tests"))
    model = analyse(ProjectFiles(lint=tuple(sources), overlay=sources), settings)
    (call,) = model.modules["a.py"].calls
    assert call.keys[0].patterns == ()


LISTED = {
    "keys": ("for k in c.keys('user:*'): c.get(k)", ["user:{}"]),
    "scan_iter": ("for k in c.scan_iter(match=f'user:{a}:*', count=9): c.get(k)", ["user:{}:{}"]),
    "scan": ("_, found = c.scan(0, match='user:?[ab]x')\n    for k in found: c.get(k)", ["user:{}x"]),
    "everything": ("for k in c.scan_iter(): c.get(k)", []),
    "only wildcards": ("for k in c.scan_iter(match='*'): c.get(k)", []),
    "members of a set": ("for k in c.smembers('user:*'): c.get(k)", []),
}


@pytest.mark.parametrize(("body", "expected"), LISTED.values(), ids=LISTED)
def test_key_from_a_listing(body: str, expected: list[str]) -> None:
    assert keys(f"import redis\nc = redis.Redis()\ndef f(a):\n    {body}\n") == expected


def identities(sources: dict[str, str], path: str = "a.py") -> list[str]:
    overlay = {name: dedent(source).encode() for name, source in sources.items()}
    model = analyse(ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay), ModelSettings())
    calls = model.modules[path].calls
    return [pattern.identity for call in calls for key in call.keys for pattern in key.patterns]


CACHE = """
import redis
class Cache:
    def __init__(self, prefix):
        self.prefix = prefix
        self.r = redis.Redis()
    def get(self):
        return self.r.get(f"{self.prefix}:x")
    def set(self, value):
        self.r.set(self.prefix + ":x", value)
"""


def test_identity_of_a_pattern_that_begins_with_a_hole() -> None:
    one = identities({"a.py": CACHE, "b.py": CACHE.replace("Cache", "Other")})
    other = identities({"a.py": CACHE, "b.py": CACHE.replace("Cache", "Other")}, "b.py")
    assert one[0] == one[1] and other[0] == other[1]
    assert one[0] != other[0]


SOURCES = {
    "variable of a module": ("f'{REALM}:x'", "{a.py:REALM}:x"),
    "imported variable": ("f'{SITE}:x'", "{settings.py:load()}:x"),
    "variable of an imported module": ("f'{settings.SITE}:x'", "{settings.py:load()}:x"),
    "imported variable of elsewhere": ("f'{OTHER}:x'", "{elsewhere:OTHER}:x"),
    "parameter": ("f'{a}:x'", "{a.py:*.a}:x"),
    "environment": ("os.environ['REALM'] + ':x'", "{environ:REALM}:x"),
    "environment with default": ("os.environ.get('SITE', '') + ':x'", "{environ:SITE}:x"),
    "function": ("settings.load() + ':x'", "{settings.py:load()}:x"),
    "item": ("a['realm'] + ':x'", "{a.py:*.a['realm']}:x"),
    "attribute": ("f'{a.realm}:x'", "{a.py:*.a.realm}:x"),
    "two holes": ("f'{a}:{b}:x'", "{a.py:*.a}:{a.py:*.b}:x"),
    "hash tag": ("'{' + a + '}:x'", "{{a.py:*.a}}:x"),
    "a hole after a literal": ("f'x:{a}'", "x:{}"),
}


@pytest.mark.parametrize(("expression", "expected"), SOURCES.values(), ids=list(SOURCES))
def test_sources(expression: str, expected: str) -> None:
    before = "import os\nimport settings\nfrom settings import SITE\nfrom elsewhere import OTHER\n"
    before += "for REALM in os.listdir():\n    pass\n"
    source = f"import redis\nc = redis.Redis()\n{before}\ndef f(a, b):\n    return c.get({expression})\n"
    settings = "import redis, yaml\ndef load():\n    yield 1\nSITE = load()\n"
    assert identities({"a.py": source, "settings.py": settings}) == [expected]


def test_an_inherited_attribute_has_one_source() -> None:
    source = CACHE + dedent("""
        class Sub(Cache):
            def __init__(self, prefix):
                super().__init__(prefix)
            def drop(self):
                self.r.delete(f"{self.prefix}:x")
    """)
    assert len(set(identities({"a.py": source}))) == 1


def test_keys_of_the_cache_of_django_redis() -> None:
    """Names get the cache's prefix and version; ``delete_pattern`` means every key that matches."""
    settings = """
        CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://localhost"}}
    """
    source = """
        from django.core.cache import cache
        import django_redis

        def forget(user):
            cache.delete_pattern(f"user:{user}:*")
    """
    assert keys({"a.py": source, "settings.py": settings}) == ["{}:{}:user:{}:{}"]
    assert (
        keys({"a.py": source.replace('delete_pattern(f"user:{user}:*")', "ttl(user)"), "settings.py": settings}) == []
    )
