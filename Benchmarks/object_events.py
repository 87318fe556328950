"""The lab's whole chain: upload, notification, topic, push with an ID token, StorageLog."""

import datetime
import os
import time

from figures import ROUNDS, SECONDS, spread
from object_client import SMALL, Client, upload_small
from trivet_daemon import Daemon

# BENCH_EVENTS makes a run shorter for whoever tries something out.
EVENTS = int(os.environ.get("BENCH_EVENTS", "1000"))
CLIENTS = 32
BUCKET = "my-project-photostore"
# How long one event has the chain for itself.
PAUSE = 0.02
SERVICE = "storage-logging-service"
SETTINGS = {"purge.retain": "30d", f"services.{SERVICE}.authentication": "required"}


def logged(daemon):
    """How many storage logs there are."""
    kinds = daemon.trivetctl("datastore", "kinds", "list")
    return next((kind["count"] for kind in kinds if kind["kind"] == "StorageLog"), 0)


def rate():
    """Events/s from the first upload to the last storage log."""
    with Daemon(SETTINGS) as daemon:
        begin = time.monotonic()
        acknowledged = upload_small(daemon, BUCKET, CLIENTS, SECONDS).requests
        # Some more were under way when the clients went.
        while (count := logged(daemon)) < daemon.metric("trivet_storage_objects_stored_total"):
            if time.monotonic() - begin > 600:
                raise SystemExit("events do not arrive")
            time.sleep(0.01)
        seconds = time.monotonic() - begin
        if count < acknowledged:
            raise SystemExit(f"{acknowledged} objects were stored, and {count} events logged")
        return count / seconds


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def latencies():
    """Milliseconds from an upload's answer to the answer of its push, when its storage log is on the disk."""
    with Daemon(SETTINGS) as daemon:
        client, answers = Client(daemon), []
        for number in range(EVENTS):
            path = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name={number}"
            client.request("POST", path, b"x" * SMALL)
            answers.append(time.time())
            time.sleep(PAUSE)
        end = time.monotonic() + 60
        while True:
            filters = ("--service", SERVICE, "--route", "/api/v1/pubsub", "--status", "200")
            records = daemon.trivetctl("logs", "read", *filters, "--limit", str(2 * EVENTS))
            if len(records) >= EVENTS:
                break
            if time.monotonic() > end:
                raise SystemExit(f"of {EVENTS} pushes the log has {len(records)}")
            time.sleep(0.2)
        ends = sorted(
            instant(record["timestamp"]) + float(record["httpRequest"]["latency"].rstrip("s")) for record in records
        )
        # One at a time: the n-th push is the n-th upload's.
        return sorted(1000 * (pushed - answered) for pushed, answered in zip(ends, answers, strict=True))


def object_events():
    """The section's lines."""
    rates = [rate() for _ in range(ROUNDS)]
    waits = latencies()
    return [
        "## From an upload to its storage log",
        "",
        f"Objects of {SMALL} bytes in a bucket whose events are pushed to {SERVICE} with an ID token.",
        "",
        f"{CLIENTS} clients upload for {SECONDS} s, {ROUNDS} runs: from the first upload until the last one is logged,",
        f"{spread(rates)} events/s (min / median / max).",
        "",
        f"{EVENTS:,} uploads one at a time: from an upload's answer until its storage log is on the disk",
        f"{waits[len(waits) // 2]:.1f} ms at the median, {waits[int(len(waits) * 0.99)]:.1f} ms at 99 %, "
        f"{waits[-1]:.1f} ms at most.",
        "",
    ]
