"""Caches that keep what they are given somewhere else, or that hide where."""

import aiocache
import cachetools
import cachetools.func
import cachier
import diskcache
import dogpile.cache
import joblib
from beaker.cache import CacheManager
from cachelib import FileSystemCache, SimpleCache
from celery import Celery
from django.core.cache import cache, caches
from fastapi_cache import FastAPICache
from flask import Flask
from flask_caching import Cache
from joblib import Memory
from werkzeug.datastructures import ImmutableMultiDict

flask_cache = Cache()


def django_cache():
    cache.get("x"), cache.set("x", 1), cache.delete("x"), cache.incr("x"), cache.decr("x"), cache.touch("x")
    cache.get_or_set("x", 1), cache.get_many(["x"]), cache.set_many({}), cache.delete_many(["x"]), cache.clear()


def django_caches():
    caches["default"].get("x"), caches["default"].set("x", 1), caches["default"].delete("x")


def flask_caching():
    flask_cache.get("x"), flask_cache.set("x", 1), flask_cache.delete("x"), flask_cache.clear(), flask_cache.has("x")
    Cache(Flask(__name__)).get("x")


def cachelib_caches():
    SimpleCache().get("x"), FileSystemCache("d").set("x", 1), FileSystemCache("d").inc("x"), SimpleCache().delete("x")


def disk_cache():
    store = diskcache.Cache("d")
    store.get("x"), store.set("x", 1, expire=3), store.delete("x"), store.incr("x"), store.expire(), store.touch("x")
    store.pop("x"), store.close(), store.push("x")


def disk_index():
    store = diskcache.Index("d")
    store.get("x"), store.keys(), store.pop("x"), store.setdefault("x", 1)


def disk_lock():
    lock = diskcache.Lock(diskcache.Cache("d"), "x")
    lock.acquire(), lock.release(), lock.locked()


def cache_tools():
    store = cachetools.TTLCache(10, 60)
    store.get("x"), store.pop("x"), store.keys(), store.expire(), store.ttl, store.setdefault("x", 1)


def dogpile_region():
    region = dogpile.cache.make_region()
    region.get("x"), region.set("x", 1), region.delete("x"), region.invalidate()


def beaker():
    store = CacheManager().get_cache("c")
    store.get("x"), store.set_value("x", 1), store.clear(), store.remove_value("x")


async def aio_cache():
    store = aiocache.SimpleMemoryCache()
    await store.get("x")
    await store.set("x", 1)
    await store.delete("x")
    await store.exists("x")
    await store.expire("x", 3)
    await store.increment("x")


async def fastapi_cache():
    await FastAPICache.clear()
    await FastAPICache.get_backend().get("x")


def memory():
    Memory("d").clear(), joblib.Memory("d").cache(len).clear(), cachier.enable_caching()


def celery_application():
    app = Celery("a")
    app.send_task("x"), app.conf.get("broker_url"), app.tasks.keys(), app.close(), app.control.ping()


def celery_result():
    result = Celery("a").send_task("x")
    result.get(), result.ready(), result.forget(), result.info.get("x")


def celery_inspection():
    inspection = Celery("a").control.inspect()
    inspection.ping(), inspection.active().get("x"), inspection.stats().keys()


def multi_dict(form: ImmutableMultiDict):
    form.get("x"), form.keys(), form.copy()
