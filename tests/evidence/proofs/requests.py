"""What visitors of a web server do with the Redis server behind it."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from evidence.harness import Proof, Run

_WEB: Final = """\
import redis
from flask import Flask, abort, request

PORT = 6379
client = redis.Redis(port=PORT, socket_timeout=5, decode_responses=True)
app = Flask(__name__)


def example(query):
    return app.test_client().get(f"/?{query}").get_data(as_text=True)

"""


def _ask(run: Run, name: str, value: str) -> object:
    """What the page answers to a value in the address."""
    return run.example(f"{name}={quote(value)}")


def carts_deleted(run: Run) -> str:
    """How many carts of others are gone after one visitor has emptied "their own"."""
    run.client.mset({f"cart:{user}:{item}": 1 for user in "abc" for item in (1, 2)})
    _ask(run, "user", "*")
    return f"{6 - run.client.dbsize()} of 6 carts deleted"


def keys_after_a_command(run: Run) -> str:
    """How many keys are left when a visitor asks for a command that the page is not meant for."""
    run.client.mset({"user:1": "a", "user:2": "b"})
    _ask(run, "command", "FLUSHALL")
    return f"{run.client.dbsize()} of 2 keys left"


def keys_after_a_script(run: Run) -> str:
    """How many keys are left when a visitor sends a script in place of a number."""
    run.client.mset({"user:1": "a", "user:2": "b"})
    _ask(run, "step", "redis.call('FLUSHALL')")
    return f"{run.client.dbsize()} of 2 keys left"


def password_read(run: Run) -> str:
    """Whether a visitor who names a key of another kind is shown its value."""
    run.client.set("password:admin", "secret")
    return "shown" if _ask(run, "note", "password:admin") == "secret" else "not shown"


PROOFS: Final = (
    Proof(
        rule="RED805",
        harm="a `*` in a part of the pattern deletes the keys of all others",
        bad="""
            @app.get("/")
            def page():
                for key in client.scan_iter(match=f"cart:{request.args['user']}:*", count=1000):
                    client.unlink(key)
                return "done"
        """,
        good="""
            @app.get("/")
            def page():
                user = request.args["user"]
                if not user.isalnum():
                    abort(400)
                for key in client.scan_iter(match=f"cart:{user}:*", count=1000):
                    client.unlink(key)
                return "done"
        """,
        measure=carts_deleted,
        bad_figure="6 of 6 carts deleted",
        good_figure="0 of 6 carts deleted",
        header=_WEB,
    ),
    Proof(
        rule="RED805",
        harm="who chooses the command can empty the server",
        bad="""
            @app.get("/")
            def page():
                return str(client.execute_command(request.args["command"]))
        """,
        good="""
            @app.get("/")
            def page():
                command = request.args["command"]
                if command not in ("DBSIZE", "TIME"):
                    abort(400)
                return str(client.execute_command(command))
        """,
        measure=keys_after_a_command,
        bad_figure="0 of 2 keys left",
        good_figure="2 of 2 keys left",
        header=_WEB,
    ),
    Proof(
        rule="RED805",
        harm="what is put into a script is run as code",
        bad="""
            @app.get("/")
            def page():
                step = request.args["step"]
                return str(client.eval(f"return tostring({step})", 0))
        """,
        good="""
            @app.get("/")
            def page():
                step = request.args["step"]
                return str(client.eval("return tostring(ARGV[1])", 0, step))
        """,
        measure=keys_after_a_script,
        bad_figure="0 of 2 keys left",
        good_figure="2 of 2 keys left",
        header=_WEB,
    ),
    Proof(
        rule="RED805",
        harm="a key without a prefix reads what belongs to other parts of the program",
        bad="""
            @app.get("/")
            def page():
                return client.get(request.args["note"])
        """,
        good="""
            @app.get("/")
            def page():
                return client.get(f"note:{request.args['note']}")
        """,
        measure=password_read,
        bad_figure="shown",
        good_figure="not shown",
        header=_WEB,
    ),
)
