"""Web frameworks and HTTP clients."""

import flask
import httpx
import requests
from aiohttp import ClientSession, web
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from flask import Flask, g, request, session
from starlette.datastructures import Headers


def requests_session():
    client = requests.Session()
    client.get("http://h"), client.delete("http://h"), client.close(), client.headers.get("x"), client.cookies.keys()


def requests_module():
    requests.get("http://h"), requests.delete("http://h")
    requests.get("http://h").json().get("x")


def requests_response():
    response = requests.get("http://h")
    response.json().get("x"), response.headers.keys(), response.close()


def httpx_client():
    client = httpx.Client()
    client.get("http://h"), client.delete("http://h"), client.close()


async def httpx_async_client():
    async with httpx.AsyncClient() as client:
        await client.get("http://h")
        await client.delete("http://h")


def httpx_parameter(client: httpx.Client):
    client.get("http://h"), client.delete("http://h")


class Api:
    def __init__(self):
        self.client = httpx.Client()
        self.session = requests.Session()

    def read(self):
        return self.client.get("http://h"), self.session.delete("http://h")


def http_client_of_a_class():
    api = Api()
    api.client.get("http://h"), api.session.get("http://h"), api.client.delete("http://h")


async def aiohttp_session():
    async with ClientSession() as session:
        await session.get("http://h")
        await session.delete("http://h")
        async with session.get("http://h") as response:
            (await response.json()).get("x")


async def aiohttp_request(request: web.Request):
    request.app["db"].get("x"), request.query.get("x"), request.headers.keys(), request.get("user")


def flask_test_client():
    app = Flask(__name__)
    client = app.test_client()
    client.get("/"), client.delete("/"), client.set_cookie("x", "1")


def flask_test_client_in_with():
    with Flask(__name__).test_client() as client:
        client.get("/"), client.delete("/")


def flask_session():
    session.get("user"), session.pop("user"), session.keys(), session.setdefault("x", 1), session.clear()


def flask_request():
    request.args.get("x"), request.form.keys(), request.json.get("x"), request.headers.get("x"), request.cookies.get("x")


def flask_globals():
    g.get("x"), g.pop("x"), g.setdefault("x", 1), g.user.get("x")


def flask_config():
    app = Flask(__name__)
    app.config.get("REDIS_URL"), app.config.keys(), app.config.setdefault("x", 1)


def flask_current_app():
    flask.current_app.config.get("REDIS_URL"), flask.current_app.config["REDIS"].get("host")


def django_test_client():
    client = Client()
    client.get("/"), client.delete("/"), client.session.get("x")


def django_session(request: HttpRequest):
    request.session.get("x"), request.session.pop("x"), request.session.keys(), request.session.flush()
    request.session.exists("x"), request.session.delete("x"), request.GET.get("x"), request.META.get("x")


def django_settings():
    settings.REDIS.get("host"), settings.CACHES["default"].get("LOCATION"), settings.REDIS_OPTIONS.keys()


def fastapi_test_client():
    client = TestClient(FastAPI())
    client.get("/"), client.delete("/"), client.close()


async def fastapi_request(request: Request):
    request.headers.get("x"), request.query_params.keys(), request.cookies.get("x"), request.session.get("x")
    (await request.json()).get("x")


def starlette_headers(headers: Headers):
    headers.get("x"), headers.keys()


def fastapi_router():
    app = FastAPI()
    app.get("/"), app.delete("/"), app.exception_handler(404)
