"""Numbers, models, tables, measurements."""

import keras
import networkx
import numpy
import pandas
import polars
import prometheus_client
import pyspark.sql
import statsd
import torch
import transformers
import wandb
import xarray
from opentelemetry import metrics
from prometheus_client import Counter, Gauge
from scipy.sparse import lil_matrix
from sklearn.pipeline import Pipeline, make_pipeline
from transformers import pipeline


def scikit_pipeline():
    pipe = Pipeline([("a", None)])
    pipe.fit([1]), pipe.set_params(a=1), pipe.get_params(), pipe.append("x"), pipe.named_steps.keys(), pipe.transform([1])


def scikit_made_pipeline():
    pipe = make_pipeline(None)
    pipe.fit([1]), pipe.set_params(a=1), pipe.steps.append(1), pipe.steps.insert(0, 1)


def transformers_pipeline():
    pipe = pipeline("text-generation")
    pipe("x")[0].get("text"), pipe.save_pretrained("d"), pipe.model.config.get("x")


def transformers_config():
    config = transformers.AutoConfig.from_pretrained("x")
    config.get("x"), config.update({}), config.to_dict().keys()


def data_frame():
    frame = pandas.DataFrame({"a": [1]})
    frame.get("a"), frame.keys(), frame.pop("a"), frame.copy(), frame.append(frame), frame.set_index("a"), frame.info()
    frame.insert(0, "b", 1), frame.rename(columns={}), frame.update(frame), frame.eval("a + 1"), frame.pipe(len)


def data_frame_parameter(frame: pandas.DataFrame):
    frame.get("a"), frame.keys(), frame.sort_values("a").eval("x")


def hdf_store():
    store = pandas.HDFStore("file")
    store.get("x"), store.keys(), store.put("x", 1), store.append("x", 1), store.close(), store.info(), store.flush()


def polars_frame():
    frame = polars.DataFrame()
    frame.rename({}), frame.sort("a"), frame.to_dict().get("x")


def arrays():
    values = numpy.zeros(3)
    values.sort(), values.dump("file"), values.copy(), numpy.load("file").keys(), numpy.append(values, 1)


def data_set():
    data = xarray.Dataset()
    data.get("x"), data.keys(), data.rename({}), data.copy(), data.close()


def tensor():
    value = torch.zeros(3)
    value.type("x"), value.copy_(value), torch.load("file").get("x"), value.sort()


def torch_module(module: torch.nn.Module):
    module.type(torch.float), module.state_dict().keys(), module.eval(), module.append(module)


def keras_model():
    model = keras.Sequential()
    model.pop(), model.get_config().get("x"), model.reset_states()


def sparse_matrix():
    values = lil_matrix((3, 3))
    values.copy(), values.set_shape((1, 1)), values.getrow(1).copy()


def graph():
    value = networkx.Graph()
    value.nodes.get("x"), value.copy(), value.nodes.keys(), value.clear()


def gauges():
    gauge = Gauge("g", "text")
    gauge.set(1), gauge.inc(), gauge.dec(), gauge.labels("x").set(1), prometheus_client.Info("i", "text").info({})


def counters():
    Counter("c", "text").inc(), Counter("c", "text").labels("x").inc(), Counter("c", "text").reset()


def stats():
    client = statsd.StatsClient()
    client.incr("x"), client.decr("x"), client.gauge("x", 1), client.set("x", 1), client.close()
    with client.pipeline() as pipe:
        pipe.incr("x"), pipe.decr("x"), pipe.set("x", 1), pipe.send()


def meter():
    value = metrics.get_meter("x").create_counter("c")
    value.add(1), value.set(1)


def spark():
    session = pyspark.sql.SparkSession.builder.getOrCreate()
    session.conf.get("x"), session.conf.set("x", "1"), session.sql("x").persist(), session.sql("x").sort("a")


def weights_and_biases():
    run = wandb.init()
    run.config.get("x"), run.config.keys(), run.summary.get("x"), run.log({})
