"""Flask 3: the objects on which programs keep their clients."""

from redlint.model.clients.library import Library

LIBRARY = Library(
    name="flask",
    import_words=("flask",),
    objects={
        "flask.app.Flask.app_context()": "flask.ctx.AppContext",
        "flask.ctx.AppContext.app": "flask.app.Flask",
        "flask.ctx.AppContext.g": "flask.ctx._AppCtxGlobals",
        "flask.globals.current_app": "flask.app.Flask",
        "flask.globals.g": "flask.ctx._AppCtxGlobals",
        "flask.sansio.app.App.extensions": "builtins.dict",
    },
    aliases={
        "flask.Flask": "flask.app.Flask",
        "flask.current_app": "flask.globals.current_app",
        "flask.g": "flask.globals.g",
    },
    bases={"flask.app.Flask": "flask.sansio.app.App"},
)
