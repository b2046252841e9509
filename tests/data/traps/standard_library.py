"""Objects of the standard library that have methods of a client's names."""

import argparse
import array
import asyncio
import collections
import configparser
import contextvars
import dbm
import email.message
import functools
import http.cookiejar
import http.cookies
import io
import logging
import multiprocessing
import os
import queue
import shelve
import socket
import sqlite3
import tempfile
import threading
import tkinter
import types
import urllib.parse
import weakref
import xml.etree.ElementTree as ET
from pathlib import Path


def plain_dict():
    cache = {}
    cache.get("x"), cache.pop("x"), cache.keys(), cache.setdefault("x", 1), cache.update(a=1), cache.copy()


def dict_parameter(cache: dict):
    cache.get("x"), cache.keys(), cache.pop("x")


def dict_of_settings():
    redis = {"host": "h", "port": 1}
    redis.get("host"), redis.keys(), redis.pop("port")


def default_dict():
    counts = collections.defaultdict(int)
    counts.get("x"), counts.keys(), counts.pop("x")


def counter():
    counts = collections.Counter("abc")
    counts.get("x"), counts.update("d"), counts.keys(), counts.pop("a")


def chain_map():
    options = collections.ChainMap({}, {})
    options.get("x"), options.keys(), options.pop("x")


def ordered_dict():
    cache = collections.OrderedDict()
    cache.get("x"), cache.move_to_end("x"), cache.pop("x")


def deque_of_names():
    redis_keys = collections.deque()
    redis_keys.append("x"), redis_keys.insert(0, "y"), redis_keys.popleft(), redis_keys.pop()


def list_of_keys():
    redis_keys = []
    redis_keys.append("x"), redis_keys.insert(0, "y"), redis_keys.sort(), redis_keys.pop(), redis_keys.copy()


def set_of_keys():
    keys = set()
    keys.add("x"), keys.pop(), keys.copy()


def text(client: str):
    client.strip(), client.lower(), client.replace("a", "b")


def mapping_proxy():
    settings = types.MappingProxyType({"a": 1})
    settings.get("a"), settings.keys(), settings.copy()


def simple_namespace():
    redis = types.SimpleNamespace(get=print, set=print)
    redis.get("x"), redis.set("x", 1)


def shelf():
    with shelve.open("file") as db:
        db.get("x"), db.keys(), db.pop("x"), db.sync(), db.close()


def dbm_file():
    db = dbm.open("file", "c")
    db.get("x"), db.keys(), db.close()


def event():
    ready = threading.Event()
    ready.set(), ready.wait(), ready.clear()


def thread_lock():
    lock = threading.Lock()
    lock.acquire(), lock.release(), lock.locked()


def asyncio_lock():
    lock = asyncio.Lock()
    lock.locked(), lock.release(), lock.acquire()


def thread_local():
    local = threading.local()
    local.connection.get("x"), local.cache.keys()


def context_variable():
    current = contextvars.ContextVar("current")
    current.set("x"), current.get()


def context_variable_of_dicts():
    current: contextvars.ContextVar[dict] = contextvars.ContextVar("current")
    current.get().get("x"), current.get().keys()


def thread_queue():
    jobs = queue.Queue()
    jobs.get(), jobs.put(1), jobs.get_nowait(), jobs.join()


def asyncio_queue():
    jobs = asyncio.Queue()
    jobs.get(), jobs.put(1), jobs.get_nowait(), jobs.join()


def queue_of_dicts():
    jobs = queue.Queue()
    jobs.put({})
    jobs.get().get("x")


def process_pipe():
    pipe, other = multiprocessing.Pipe()
    pipe.send("x"), pipe.recv(), pipe.close(), other.poll()


def process_pipe_whole():
    pipe = multiprocessing.Pipe()
    pipe[0].send(1), pipe[1].recv()


def managed_dict():
    with multiprocessing.Manager() as manager:
        cache = manager.dict()
        cache.get("x"), cache.keys(), cache.pop("x"), cache.setdefault("x", 1), manager.shutdown()


@functools.lru_cache(maxsize=None)
def cached(key):
    return {}


def cached_function():
    cached.cache_clear(), cached.cache_info()
    cached("x").get("y"), cached("x").keys()


def config_parser():
    redis_config = configparser.ConfigParser()
    redis_config.get("redis", "host"), redis_config.set("redis", "host", "h"), redis_config.items("redis")
    redis_config["redis"].get("host"), redis_config["redis"].keys()


def environment():
    os.environ.get("x"), os.environ.keys(), os.environ.pop("x"), os.environ.setdefault("x", "1")


def arguments():
    parser = argparse.ArgumentParser()
    redis = parser.parse_args()
    vars(redis).get("host"), parser.get_default("host"), parser.set_defaults(host="h"), parser.exit()


def sqlite():
    conn = sqlite3.connect("file")
    conn.execute("SELECT 1"), conn.commit(), conn.close(), conn.cursor().execute("SELECT 1")
    conn.execute("SELECT 1").fetchone().keys()


def sockets():
    client = socket.socket()
    client.close(), client.send(b"x"), client.bind(("h", 1))


def files():
    with open("file") as client:
        client.read(), client.close(), client.append("x"), client.type("x")


def temporary_file():
    store = tempfile.NamedTemporaryFile()
    store.delete, store.close(), store.flush()


def paths():
    path = Path("x")
    path.exists(), path.rename("y"), path.unlink(), path.touch()


def text_buffer():
    pipe = io.StringIO()
    pipe.write("x"), pipe.flush(), pipe.close(), pipe.truncate()


def log():
    client = logging.getLogger("redis")
    client.info("x"), client.debug("x"), client.append("x")


def message():
    client = email.message.EmailMessage()
    client.get("Subject"), client.keys(), client.items()


def cookies():
    jar = http.cookies.SimpleCookie()
    jar.get("x"), jar.keys(), jar.pop("x")
    http.cookiejar.CookieJar().clear()


def query():
    options = urllib.parse.parse_qs("a=1")
    options.get("a"), options.keys(), options.pop("a")


def element():
    node = ET.Element("redis")
    node.get("x"), node.set("x", "1"), node.append(node), node.keys(), node.insert(0, node)


def array_of_numbers():
    values = array.array("i")
    values.append(1), values.insert(0, 1), values.pop()


def weak_dict_of_other_things():
    cache = weakref.WeakValueDictionary()
    cache["x"] = threading.Thread()
    cache.get("x"), cache.keys(), cache["x"].get("y")


def variable_of_a_window():
    value = tkinter.StringVar()
    value.set("x"), value.get()


def future():
    done = asyncio.Future()
    done.set_result(1), done.exception(), done.cancel()


def process_event(stop: multiprocessing.Event):
    stop.set(), stop.wait(), stop.clear()
