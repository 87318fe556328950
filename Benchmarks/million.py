"""Data directories with a million entities, stored through the services as clients would, once for a whole run."""

import atexit
import base64
import http.client
import json
import math
import pathlib
import shutil
import subprocess
import tempfile

from trivet_daemon import ROOT, Daemon, wrk_script

MILLION = 1_000_000
EVENT = {
    "bucket": "my-project-photostore",
    "contentType": "image/jpeg",
    "generation": "1609114801000000",
    "kind": "storage#object",
    "md5Hash": "1B2M2Y8AsgTpgAmY7PhCfg==",
    "name": "faulkner.jpg",
    "size": "4096",
    "timeCreated": "2020-12-28T00:20:01.000Z",
}
# Names that have so many messages of their own among the million.
NAMES = {"ten": 10, "ten thousand": 10_000}
_directories = {}


def _load(count, url, body, numbers):
    """Posts until there were so many requests; `#` in the body is the number of each."""
    head, tail = json.dumps(body, separators=(",", ":")).split("#")
    done, seconds = 0, 5
    while done < count:
        # With room for what a run sends beyond those that it counts.
        load = wrk_script(url, 128, seconds, "numbered.lua", done * 4, head, tail, numbers)
        done += load.requests
        seconds = min(30, max(1, math.ceil((count - done) / load.requests_per_second)))


def _events(daemon):
    data = base64.b64encode(json.dumps(EVENT).encode()).decode()
    message = {"attributes": {"eventType": "OBJECT_FINALIZE"}, "data": data, "messageId": "#"}
    envelope = {"message": message, "subscription": "projects/my-project/subscriptions/push-storage-event"}
    # Ids rise, as Pub/Sub's do.
    _load(MILLION, daemon.url("storage-logging-service", "/api/v1/pubsub"), envelope, 10**12)


def _messages(daemon):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["message-board-service"], timeout=60)
    for name, count in NAMES.items():
        body = json.dumps({"name": name, "message": "I am at lunch now."})
        for _ in range(count):
            connection.request("POST", "/api/v1/store", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"a store answered {answer.status} while the million was made")
    missing = MILLION - sum(NAMES.values())
    body = {"message": "I am at lunch now.", "name": "name #"}
    _load(missing, daemon.url("message-board-service", "/api/v1/store"), body, 10_000)


def _make(fill, kind):
    parent = pathlib.Path(tempfile.mkdtemp(prefix="million-", dir=ROOT / ".build"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    # The request log of making it is none of the measurement's.
    with Daemon({"purge.retain": "30d", "request_log.sample": "0"}, directory=parent) as daemon:
        fill(daemon)
        count = {entry["kind"]: entry["count"] for entry in daemon.trivetctl("datastore", "kinds", "list")}[kind]
    if count < MILLION:
        raise SystemExit(f"only {count} entities were stored")
    return parent, count


def _directory(fill, kind):
    if kind not in _directories:
        _directories[kind] = _make(fill, kind)
    return _directories[kind]


def storage_logs():
    """The folder of a daemon that has a million storage logs, and how many they are."""
    return _directory(_events, "StorageLog")


def messages():
    """The folder of a daemon that has a million messages, and how many they are."""
    return _directory(_messages, "Message")


class Copy:
    """A copy of such a folder, for what changes it; `with Copy(folder) as path:` removes it."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="copy-", dir=ROOT / ".build"))
        subprocess.run(["cp", "-r", "--reflink=auto", self.folder / "data", self.path], check=True)
        subprocess.run(["sync", "-f", self.path], check=True)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
