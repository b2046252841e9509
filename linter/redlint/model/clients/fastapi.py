"""FastAPI and Starlette: requests, and the objects on which programs keep their clients."""

from typing import Final

from redlint.model.clients.library import Library

_METHODS: Final = ("api_route", "get", "post", "put", "delete", "patch", "options", "head", "trace", "websocket")

LIBRARY = Library(
    name="fastapi",
    import_words=("fastapi", "starlette"),
    objects={
        "starlette.applications.Starlette.state": "starlette.datastructures.State",
        "starlette.requests.HTTPConnection.app": "starlette.applications.Starlette",
        "starlette.requests.HTTPConnection.state": "starlette.datastructures.State",
    },
    aliases={
        "fastapi.APIRouter": "fastapi.routing.APIRouter",
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
    requested=frozenset(
        {
            *(
                f"starlette.requests.HTTPConnection.{name}"
                for name in ("query_params", "path_params", "headers", "cookies")
            ),
            *(f"starlette.requests.Request.{name}()" for name in ("json", "body", "form", "stream")),
            *(
                f"starlette.websockets.WebSocket.{name}()"
                for name in ("receive_json", "receive_text", "receive_bytes", "iter_json", "iter_text", "iter_bytes")
            ),
        }
    ),
    views={"starlette": "starlette.requests.Request"},
    typed_routes=frozenset(
        f"fastapi.{owner}.{name}" for owner in ("applications.FastAPI", "routing.APIRouter") for name in _METHODS
    ),
)
