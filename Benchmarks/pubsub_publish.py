"""Messages published by Google's REST route, each on the disk with its delivery before the answer."""

import base64
import http.client
import json

from figures import SECONDS
from trivet_daemon import Daemon, wrk

PROJECT = "/v1/projects/my-project"
# (clients, messages of one request)
LOADS = ((1, 1), (8, 1), (32, 1), (128, 1), (1, 100), (8, 100), (1, 1_000), (8, 1_000))


def put(daemon, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["admin"], timeout=30)
    connection.request("PUT", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.read().decode()}")


def publish_round(clients, batch):
    """Messages a second, and the requests' 99th percentile in milliseconds."""
    data = base64.b64encode(b"x" * 100).decode()
    body = {"messages": [{"data": data, "attributes": {"eventType": "OBJECT_FINALIZE"}}] * batch}
    with Daemon() as daemon:
        put(daemon, f"{PROJECT}/topics/bench", {})
        put(daemon, f"{PROJECT}/subscriptions/bench", {"topic": "projects/my-project/topics/bench"})
        url = daemon.url("admin", f"{PROJECT}/topics/bench:publish")
        wrk(url, clients, 1, body)
        load = wrk(url, clients, SECONDS, body)
    return load.requests_per_second * batch, load.p99_milliseconds


def pubsub_publish():
    """The section's lines."""
    rows = []
    for clients, batch in LOADS:
        rate, p99 = publish_round(clients, batch)
        rows.append(f"| {clients} | {batch:,} | {rate:,.0f} | {p99:.1f} |")
    return [
        "## Publishing over HTTP",
        "",
        f"`POST {PROJECT}/topics/bench:publish`, wrk for {SECONDS} s, to a topic with one pull subscription. A message",
        "has 100 bytes and an attribute; it is on the disk with its delivery before the answer.",
        "",
        "| clients | messages a request | messages/s | p99 of a request, ms |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
    ]
