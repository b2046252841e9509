"""aiohttp 3: its requests, and the application, under whose keys programs keep their clients."""

from redlint.model.clients.library import Library

LIBRARY = Library(
    name="aiohttp",
    import_words=("aiohttp",),
    objects={
        "aiohttp.abc.AbstractView.request": "aiohttp.web_request.Request",
        "aiohttp.web_request.Request.app": "aiohttp.web_app.Application",
    },
    aliases={
        "aiohttp.web.Application": "aiohttp.web_app.Application",
        "aiohttp.web.Request": "aiohttp.web_request.Request",
        "aiohttp.web.View": "aiohttp.web_urldispatcher.View",
    },
    bases={"aiohttp.web_urldispatcher.View": "aiohttp.abc.AbstractView"},
    requested=frozenset(
        f"aiohttp.web_request.Request.{name}"
        for name in (
            *("query", "query_string", "match_info", "headers", "cookies"),
            *("json()", "text()", "read()", "post()"),
        )
    ),
    views={"aiohttp.web": "aiohttp.web_request.Request"},
)
