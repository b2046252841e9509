"""Databases, search engines, coordination services: clients of something else."""

import boto3
import cassandra.cluster
import consul
import elasticsearch
import etcd3
import ldap3
import ldap
import motor.motor_asyncio
import neo4j
import opensearchpy
import plyvel
import psycopg2
import pymemcache
import pymongo
import tinydb
import zmq
from azure.cosmos import CosmosClient
from azure.storage.blob import BlobServiceClient
from django.contrib.auth.models import User
from django.db import connection, models
from google.cloud import firestore, storage
from hazelcast import HazelcastClient
from influxdb_client import InfluxDBClient
from kafka import KafkaConsumer, KafkaProducer
from kazoo.client import KazooClient
from pymemcache.client.base import Client as MemcacheClient
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, sessionmaker

SessionLocal = sessionmaker()


class Article(models.Model):
    title = models.TextField()


def sqlalchemy_session(user):
    session = Session(create_engine("sqlite://"))
    session.get(User, 1), session.delete(user), session.flush(), session.close(), session.execute("x"), session.merge(user)


def sqlalchemy_session_parameter(session: Session, user):
    session.get(User, 1), session.delete(user), session.flush(), session.scalars("x"), session.info.get("x")


def sqlalchemy_sessionmaker(user):
    with SessionLocal() as db:
        db.get(User, 1), db.delete(user), db.execute("x"), db.close()


async def sqlalchemy_async_session(db: AsyncSession, user):
    await db.get(User, 1)
    await db.delete(user)
    await db.execute("x")


def sqlalchemy_engine():
    with create_engine("sqlite://").connect() as conn:
        conn.execute("x"), conn.close(), conn.exec_driver_sql("x")


def django_manager():
    User.objects.get(pk=1), User.objects.exists(), User.objects.filter(pk=1).delete(), User.objects.values("x")


def django_manager_of_a_project_model():
    Article.objects.get(pk=1), Article.objects.filter(pk=1).exists(), Article.objects.all().delete()
    Article.objects.get(pk=1).delete()


def django_model(article: Article):
    article.delete(), article.save(), article.refresh_from_db()


def django_cursor():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1"), cursor.close(), cursor.fetchone()


def postgres():
    conn = psycopg2.connect("dsn")
    conn.cursor().execute("SELECT 1"), conn.close(), conn.reset()


def mongo():
    client = pymongo.MongoClient()
    client.db.users.find_one({}).get("x"), client.close(), client["db"]["users"].rename("y"), client.db.users.drop()


async def motor_mongo():
    client = motor.motor_asyncio.AsyncIOMotorClient()
    (await client.db.users.find_one({})).get("x"), client.close()


def cassandra_session():
    session = cassandra.cluster.Cluster(["h"]).connect()
    session.execute("SELECT 1"), session.shutdown(), session.prepare("SELECT 1")


def elastic():
    client = elasticsearch.Elasticsearch()
    client.get(index="i", id=1), client.delete(index="i", id=1), client.exists(index="i", id=1), client.info()
    client.ping(), client.indices.exists(index="i"), client.search(index="i"), client.update(index="i", id=1)


def open_search():
    client = opensearchpy.OpenSearch()
    client.get("i", 1), client.delete("i", 1), client.exists("i", 1), client.ping(), client.info()


def zookeeper():
    client = KazooClient(hosts="h")
    client.get("/x"), client.set("/x", b"1"), client.delete("/x"), client.exists("/x"), client.create("/x")
    client.Lock("/x").acquire(), client.transaction().commit()


def consul_kv():
    client = consul.Consul()
    client.kv.get("x"), client.kv.put("x", "1"), client.kv.delete("x")


def etcd():
    client = etcd3.client()
    client.get("x"), client.put("x", "1"), client.delete("x"), client.watch("x"), client.lock("x").acquire()


def etcd_class():
    client = etcd3.Etcd3Client()
    client.get("x"), client.delete("x"), client.transaction(compare=[], success=[], failure=[]), client.lease(3)


def memcache():
    client = MemcacheClient("h")
    client.get("x"), client.set("x", 1), client.delete("x"), client.incr("x", 1), client.decr("x", 1), client.append("x", "y")
    client.touch("x"), client.flush_all(), client.gets("x")


def memcache_hash_client():
    client = pymemcache.HashClient(["h"])
    client.get("x"), client.set("x", 1), client.delete("x"), client.incr("x", 1), client.close()


def cloud_storage():
    bucket = storage.Client().bucket("b")
    blob = bucket.blob("x")
    blob.exists(), blob.delete(), bucket.delete(), bucket.rename_blob(blob, "y"), bucket.get_blob("x")


def azure_blob():
    client = BlobServiceClient("u").get_blob_client("c", "b")
    client.exists(), client.delete_blob(), client.close()


def azure_cosmos():
    client = CosmosClient("u", "k")
    client.get_database_client("d").read(), client.list_databases()


def dynamo():
    client = boto3.client("dynamodb")
    client.get_item(TableName="t", Key={}).get("Item"), client.delete_item(TableName="t", Key={}), client.close()
    table = boto3.resource("dynamodb").Table("t")
    table.delete(), table.scan(), table.get_item(Key={}).get("Item")


def s3():
    client = boto3.client("s3")
    client.get_object(Bucket="b", Key="k").get("Body"), client.copy({}, "b", "k"), client.get_paginator("x")


def boto_session():
    session = boto3.Session()
    session.client("s3").copy({}, "b", "k"), session.resource("s3").Object("b", "k").delete()


def fire_store():
    db = firestore.Client()
    document = db.collection("users").document("x")
    document.get(), document.set({}), document.delete(), document.update({}), db.transaction(), db.close()
    document.get().exists, document.get().get("x")


def neo():
    driver = neo4j.GraphDatabase.driver("u")
    with driver.session() as session:
        session.run("x").keys(), session.close(), session.begin_transaction()


def influx():
    client = InfluxDBClient("u")
    client.ping(), client.close(), client.ready()


def kafka():
    KafkaProducer().flush(), KafkaProducer().send("x", b"y"), KafkaConsumer().subscribe(["x"]), KafkaConsumer().close()


def level_db():
    db = plyvel.DB("path")
    db.get(b"x"), db.put(b"x", b"y"), db.delete(b"x"), db.close()


def hazelcast_map():
    client = HazelcastClient()
    values = client.get_map("m").blocking()
    values.get("x"), values.set("x", 1), values.delete("x"), values.ttl, client.shutdown()


def ldap_connection():
    conn = ldap.initialize("ldap://h")
    conn.search_s("dc=x", 1), conn.delete("cn=x"), conn.rename("a", "b")


def ldap3_connection():
    conn = ldap3.Connection("h")
    conn.bind(), conn.search("dc=x", "(x=1)"), conn.delete("cn=x"), conn.modify("x", {})


def zero_mq():
    client = zmq.Context().socket(zmq.SUB)
    client.set(zmq.SUBSCRIBE, b""), client.get(zmq.RCVMORE), client.subscribe(b"x"), client.close(), client.monitor("x")


def tiny():
    db = tinydb.TinyDB("file")
    db.get(doc_id=1), db.insert({}), db.close(), db.update({})
