"""Flask 3: the objects on which programs keep their clients, and what it hands out of a request."""

from typing import Final

from redlint.model.clients.library import Library

_METHODS: Final = ("route", "get", "post", "put", "delete", "patch")

LIBRARY = Library(
    name="flask",
    import_words=("flask",),
    objects={
        "flask.app.Flask.app_context()": "flask.ctx.AppContext",
        "flask.ctx.AppContext.app": "flask.app.Flask",
        "flask.ctx.AppContext.g": "flask.ctx._AppCtxGlobals",
        "flask.globals.current_app": "flask.app.Flask",
        "flask.globals.g": "flask.ctx._AppCtxGlobals",
        "flask.globals.request": "flask.wrappers.Request",
        "flask.sansio.app.App.extensions": "builtins.dict",
    },
    aliases={
        "flask.Blueprint": "flask.blueprints.Blueprint",
        "flask.Flask": "flask.app.Flask",
        "flask.Request": "flask.wrappers.Request",
        "flask.current_app": "flask.globals.current_app",
        "flask.g": "flask.globals.g",
        "flask.request": "flask.globals.request",
    },
    bases={
        "flask.app.Flask": "flask.sansio.app.App",
        "flask.blueprints.Blueprint": "flask.sansio.blueprints.Blueprint",
        "flask.sansio.app.App": "flask.sansio.scaffold.Scaffold",
        "flask.sansio.blueprints.Blueprint": "flask.sansio.scaffold.Scaffold",
    },
    requested=frozenset(
        f"flask.wrappers.Request.{name}"
        for name in (
            *("args", "form", "values", "json", "data", "cookies", "headers", "view_args", "query_string"),
            *("get_json()", "get_data()"),
        )
    ),
    routes=frozenset(f"flask.sansio.scaffold.Scaffold.{name}" for name in _METHODS),
)
