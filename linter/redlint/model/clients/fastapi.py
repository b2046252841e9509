"""FastAPI and Starlette: the objects on which programs keep their clients (``request.app.state.redis``)."""

from redlint.model.clients.library import Library

LIBRARY = Library(
    name="fastapi",
    import_words=("fastapi", "starlette"),
    objects={
        "starlette.applications.Starlette.state": "starlette.datastructures.State",
        "starlette.requests.HTTPConnection.app": "starlette.applications.Starlette",
        "starlette.requests.HTTPConnection.state": "starlette.datastructures.State",
    },
    aliases={
        "fastapi.FastAPI": "fastapi.applications.FastAPI",
        "fastapi.Request": "starlette.requests.Request",
        "fastapi.WebSocket": "starlette.websockets.WebSocket",
        "fastapi.requests.HTTPConnection": "starlette.requests.HTTPConnection",
        "fastapi.requests.Request": "starlette.requests.Request",
        "fastapi.websockets.WebSocket": "starlette.websockets.WebSocket",
    },
    bases={
        "fastapi.applications.FastAPI": "starlette.applications.Starlette",
        "starlette.requests.Request": "starlette.requests.HTTPConnection",
        "starlette.websockets.WebSocket": "starlette.requests.HTTPConnection",
    },
)
