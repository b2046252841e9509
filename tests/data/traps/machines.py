"""Machines, containers, messages, windows."""

import asyncssh
import discord
import docker
import fabric
import fsspec
import git
import kubernetes
import paho.mqtt.client
import paramiko
import pika
import psutil
import pytest
import scrapy
import selenium.webdriver
import slack_sdk
import stripe
import telegram
import tqdm
from github import Github
from kubernetes import client
from pydantic import BaseModel
from twisted.internet import defer
from unittest import mock


def docker_client():
    client = docker.from_env()
    client.ping(), client.info(), client.close(), client.containers.get("redis"), client.images.get("redis")
    container = client.containers.run("redis", detach=True)
    container.rename("x"), container.exec_run("x"), container.wait(), container.attrs.get("x")


def docker_class():
    redis = docker.DockerClient().containers.get("redis")
    redis.rename("x"), redis.restart(), redis.wait(), redis.top()


def kubernetes_api():
    api = client.CoreV1Api()
    api.read_namespaced_pod("x", "y").metadata.labels.get("x"), api.delete_namespaced_pod("x", "y")
    kubernetes.config.load_kube_config()


def ssh():
    client = paramiko.SSHClient()
    client.connect("h"), client.exec_command("x"), client.close(), client.get_transport().close()
    sftp = client.open_sftp()
    sftp.get("a", "b"), sftp.rename("a", "b"), sftp.truncate("a", 1)


def fabric_connection():
    conn = fabric.Connection("h")
    conn.get("file"), conn.put("file"), conn.close(), conn.config.get("x")


async def async_ssh():
    async with asyncssh.connect("h") as conn:
        sftp = await conn.start_sftp_client()
        await sftp.get("x")
        await sftp.exists("x")
        await sftp.rename("x", "y")


def file_system():
    fs = fsspec.filesystem("s3")
    fs.exists("x"), fs.delete("x"), fs.get("a", "b"), fs.rename("a", "b"), fs.info("x"), fs.touch("x"), fs.copy("a", "b")


def repository():
    repo = git.Repo(".")
    repo.close(), repo.config_reader().get("a", "b"), repo.index.move(["a", "b"])


def github_client():
    client = Github()
    client.get_user().get_repos(), client.close(), client.get_repo("x").delete()


def rabbit():
    connection = pika.BlockingConnection()
    channel = connection.channel()
    channel.publish("e", "r", "b"), channel.close(), connection.close(), channel.basic_get("q")


def mqtt():
    client = paho.mqtt.client.Client()
    client.publish("x", "y"), client.subscribe("x"), client.unsubscribe("x"), client.reinitialise()


def browser():
    driver = selenium.webdriver.Firefox()
    driver.get("http://h"), driver.close(), driver.capabilities.get("x"), driver.delete_cookie("x")


def slack():
    client = slack_sdk.WebClient()
    client.api_call("x").get("x"), client.info("x")


def stripe_customer():
    stripe.Customer.retrieve("x").delete(), stripe.Customer.retrieve("x").get("x"), stripe.Customer.list().keys()


def discord_bot():
    bot = discord.Client()
    bot.get_channel(1), bot.wait_for("x"), bot.close(), bot.cache.get("x")


def telegram_context(context: telegram.ext.CallbackContext):
    context.user_data.get("x"), context.bot_data.keys(), context.chat_data.pop("x")


def progress():
    bar = tqdm.tqdm()
    bar.update(1), bar.close(), bar.set_description("x")


def process():
    psutil.Process().exe(), psutil.Process().wait(), psutil.virtual_memory()._asdict().get("x")


def spider(response: scrapy.http.Response):
    response.xpath("//a").get(), response.css("a").get("x"), response.meta.get("x"), response.headers.keys()


def deferred_value():
    value = defer.Deferred()
    value.callback(1), value.pause()


def pytest_cache(request: pytest.FixtureRequest):
    request.config.cache.get("x", 1), request.config.cache.set("x", 1)


def mocks():
    client = mock.MagicMock()
    client.get("x"), client.delete("x"), client.keys("*"), mock.AsyncMock().get("x"), mock.Mock().pipeline().execute()


def patched_client():
    with mock.patch("app.client") as client:
        client.get("x"), client.get.assert_called_once()


class Payload(BaseModel):
    redis: dict


def pydantic_model(payload: Payload):
    payload.copy(), payload.redis.get("host"), payload.redis.keys()
