"""Listing a bucket of a million objects."""

import math
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from figures import spread
from object_client import Client, upload_small
from trivet_daemon import ROOT, Daemon

# BENCH_OBJECTS makes a run shorter for whoever tries something out.
OBJECTS = int(os.environ.get("BENCH_OBJECTS", "1000000"))
PAGES = 50


def fill(parent):
    """Makes the objects by uploads, without waiting for the disk; returns how many were acknowledged."""
    with tempfile.TemporaryDirectory() as directory:
        library = pathlib.Path(directory) / "slow_flush.so"
        source = pathlib.Path(__file__).parent / "slow_flush.c"
        subprocess.run(["clang", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
        environment = {"LD_PRELOAD": str(library), "SLOW_FLUSH_MICROSECONDS": "-1"}
        with Daemon({"request_log.sample": "0"}, directory=parent, environment=environment) as daemon:
            Client(daemon).request("POST", "/storage/v1/b", {"name": "bench"})
            done, seconds = 0, 5
            while done < OBJECTS:
                load = upload_small(daemon, "bench", 64, seconds, done * 4)
                done += load.requests
                seconds = min(30, max(1, math.ceil((OBJECTS - done) / load.requests_per_second)))
            return done


def milliseconds(client, query):
    begin = time.monotonic()
    page = client.request("GET", f"/storage/v1/b/bench/o?{query}")
    return 1000 * (time.monotonic() - begin), page


def measure(client, count):
    """The rows of the table."""
    pages, token, listed = [], "", 0
    begin = time.monotonic()
    while token is not None:
        took, page = milliseconds(client, f"fields=items/name,nextPageToken&pageToken={token}")
        pages.append(took)
        listed += len(page["items"])
        token = page.get("nextPageToken")
    seconds = time.monotonic() - begin
    # Some more were under way when the clients went.
    if listed < count:
        raise SystemExit(f"{listed} of {count} objects are listed")
    for what, query in (
        ("a page of 1,000 objects in the middle", "startOffset=500/"),
        ("one folder (`prefix=500/&delimiter=/`), a page of 100", "prefix=500/&delimiter=/&maxResults=100"),
        ("the 1,000 folders (`delimiter=/`)", "delimiter=/"),
    ):
        times = [milliseconds(client, query)[0] for _ in range(PAGES)]
        yield f"| {what} | {spread(times, 1)} |"
    yield f"| each of the {len(pages):,} pages of all names, {listed / seconds:,.0f} objects/s | {spread(pages, 1)} |"


def object_listing():
    """The section's lines."""
    parent = pathlib.Path(tempfile.mkdtemp(prefix="objects-", dir=ROOT / ".build"))
    try:
        begin = time.monotonic()
        count = fill(parent)
        filled = time.monotonic() - begin
        with Daemon(directory=parent) as daemon:
            rows = list(measure(Client(daemon), count))
    finally:
        shutil.rmtree(parent, ignore_errors=True)
    return [
        f"## Listing {count:,} objects",
        "",
        f"In a thousand folders of one bucket, uploaded in {filled:.0f} s without waiting for the disk. Milliseconds",
        "over HTTP, for a client in Python, which also reads the JSON.",
        "",
        "| what | min / median / max |",
        "| --- | --- |",
        *rows,
        "",
    ]
