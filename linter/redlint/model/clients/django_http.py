"""Django 5 and the Django REST framework 3: what they hand out of a request."""

from redlint.model.clients.library import Library

LIBRARY = Library(
    name="django-http",
    import_words=("django",),
    objects={"django.views.generic.base.View.request": "django.http.request.HttpRequest"},
    aliases={
        "django.http.HttpRequest": "django.http.request.HttpRequest",
        "django.urls.path": "django.urls.conf.path",
        "django.views.View": "django.views.generic.base.View",
        "django.views.generic.View": "django.views.generic.base.View",
    },
    requested=frozenset(
        f"django.http.request.HttpRequest.{name}" for name in ("GET", "POST", "COOKIES", "META", "headers", "body")
    ),
    views={"django": "django.http.request.HttpRequest"},
    path_functions=frozenset({"django.urls.conf.path"}),
)

REST = Library(
    name="djangorestframework",
    import_words=("rest_framework",),
    objects={"rest_framework.views.APIView.request": "rest_framework.request.Request"},
    requested=frozenset(f"rest_framework.request.Request.{name}" for name in ("POST", "data", "query_params")),
    views={"rest_framework": "rest_framework.request.Request"},
)
