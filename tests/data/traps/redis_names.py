"""Things called redis, cache, client or pipeline that are none, and clients of other libraries than the known ones."""

import dataclasses
import os

import coredis
import glide
import txredisapi
import yaml
from celery import Celery
from decouple import config
from dynaconf import Dynaconf
from somewhere import settings


class Redis:
    """A double that keeps everything in memory."""

    def __init__(self):
        self.rows = {}

    def get(self, name):
        return self.rows.get(name)

    def set(self, name, value, ex=None):
        self.rows[name] = value

    def delete(self, *names):
        for name in names:
            self.rows.pop(name, None)

    def hgetall(self, name):
        return self.rows.get(name, {})

    def pipeline(self):
        return Pipeline(self)

    def keys(self, pattern="*"):
        return list(self.rows.keys())


class Pipeline:
    def __init__(self, client):
        self.client = client
        self.commands = []

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def set(self, name, value):
        self.commands.append((name, value))
        return self

    def hset(self, name, key, value):
        self.commands.append((name, key, value))

    def execute(self):
        return self.commands


class Cache:
    def __init__(self):
        self._store = {}

    def get(self, key, default=None):
        return self._store.get(key, default)

    def exists(self, key):
        return key in self._store

    def expire(self, key, seconds):
        self._store[key] = seconds


class Limiter:
    """Takes a client of its own kind."""

    def __init__(self, redis: Redis):
        self.redis = redis

    def hit(self, key):
        return self.redis.get(key), self.redis.delete(key), self.redis.hgetall(key)


@dataclasses.dataclass
class RedisSettings:
    options: dict
    hosts: list

    def get(self, name):
        return self.options.get(name)


class RedisQueue(list):
    def push(self, item):
        self.append(item)


class RedisDict(dict):
    def load(self):
        return self.get("x"), self.keys(), self.pop("x")


def own_redis():
    redis = Redis()
    redis.get("x"), redis.set("x", 1), redis.delete("x"), redis.hgetall("x"), redis.keys("*")


def own_redis_parameter(redis: Redis):
    redis.get("x"), redis.set("x", 1), redis.hgetall("x"), redis.keys()


def own_pipeline():
    with Redis().pipeline() as pipe:
        pipe.set("x", 1).set("y", 2), pipe.hset("x", "f", 1), pipe.execute()


def own_pipeline_parameter(pipeline: Pipeline):
    pipeline.set("x", 1), pipeline.hset("x", "f", 1), pipeline.execute()


def own_cache():
    cache = Cache()
    cache.get("x"), cache.exists("x"), cache.expire("x", 3)


def own_client_of_a_class():
    limiter = Limiter(Redis())
    limiter.hit("x"), limiter.redis.get("x"), limiter.redis.hgetall("x")


def own_settings():
    redis = RedisSettings({}, [])
    redis.get("host"), redis.options.get("x"), redis.options.keys(), redis.hosts.append("h"), redis.hosts.pop()


def own_list():
    queue = RedisQueue()
    queue.push("x"), queue.append("x"), queue.insert(0, "x"), queue.pop()


def own_dict():
    store = RedisDict()
    store.load(), store.get("x"), store.keys(), store.pop("x")


def settings_object():
    settings.REDIS.get("host"), settings.redis.get("port"), settings.REDIS_CACHE.keys()


def settings_of_dynaconf():
    options = Dynaconf(settings_files=["x"])
    options.get("redis"), options.redis.get("host"), options.set("x", 1), options.exists("x"), options.REDIS.keys()


def settings_of_decouple():
    config.get("REDIS_URL"), config("REDIS_URL").strip()


def settings_of_yaml():
    with open("file") as file:
        redis = yaml.safe_load(file)["redis"]
    redis.get("host"), redis.keys(), redis.pop("port")


def settings_of_a_function(load):
    redis_config = load("redis")
    redis_config.get("host"), redis_config.get("port", 6379), redis_config.keys()


def settings_of_the_environment():
    redis = dict(os.environ)
    redis.get("REDIS_HOST"), redis.pop("REDIS_PORT")


def result_dicts(rows):
    for row in rows:
        row.get("key"), row.keys()
    redis_info = {"version": 1}
    redis_info.get("version"), redis_info.keys()


def lists_of_keys(names):
    redis_keys = [f"user:{name}" for name in names]
    redis_keys.append("x"), redis_keys.sort(), redis_keys.insert(0, "y"), redis_keys.pop()


def celery_settings():
    app = Celery("a", broker="redis://")
    app.conf.get("redis_max_connections"), app.conf.update(a=1)


async def glide_client():
    client = await glide.GlideClient.create(glide.GlideClientConfiguration([]))
    await client.get("x")
    await client.set("x", 1)
    await client.delete(["x"])


async def glide_parameter(client: glide.GlideClient):
    await client.get("x")
    await client.exists(["x"])
    await client.expire("x", 3)


async def core_redis():
    client = coredis.Redis()
    await client.get("x")
    await client.set("x", 1)
    await client.delete(["x"])
    await client.hgetall("x")


async def core_redis_parameter(client: coredis.Redis):
    await client.get("x")
    await client.hgetall("x")
    async with client.pipeline() as pipe:
        pipe.set("x", 1)


def twisted_redis():
    client = txredisapi.lazyConnection()
    client.get("x"), client.set("x", 1), client.delete("x")


def twisted_redis_parameter(client: txredisapi.ConnectionHandler):
    client.get("x"), client.set("x", 1), client.hgetall("x")
