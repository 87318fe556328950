"""Objects: how fast large ones pass and what memory that takes, and how many small ones are stored in a second."""

import concurrent.futures
import http.client
import itertools
import json
import os
import pathlib
import re
import statistics
import subprocess
import time

from trivet_daemon import Daemon

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
MEBIBYTE = 1024 * 1024
ROUND_SIZE = 1024 * MEBIBYTE
LARGE_SIZE = 5 * 1024 * MEBIBYTE
SMALL_SIZE = 4096
CLIENTS = 8


def peak_bytes(daemon):
    """The most memory that the process has had (VmHWM)."""
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def timed(command):
    begin = time.monotonic()
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def request(daemon, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["admin"], timeout=60)
    connection.request(method, path, body=json.dumps(body) if body is not None else None)
    answer = connection.getresponse()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {answer.read()!r}")


def upload(daemon, size, name):
    url = daemon.url("admin", f"/upload/storage/v1/b/bench/o?uploadType=media&name={name}")
    return timed(f"head -c {size} /dev/zero | curl -fsS --noproxy '*' -T - -X POST '{url}'")


def download(daemon, name):
    url = daemon.url("admin", f"/storage/v1/b/bench/o/{name}?alt=media")
    return timed(f"curl -fsS --noproxy '*' '{url}' | cat > /dev/null")


def store_small(daemon, client, deadline):
    """Stores objects one after the other on one connection; returns how many."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["admin"], timeout=60)
    body = bytes(SMALL_SIZE)
    for number in itertools.count():
        if time.monotonic() > deadline:
            return number
        path = f"/upload/storage/v1/b/bench/o?uploadType=media&name=small-{client}-{number}"
        connection.request("POST", path, body=body)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"storing a small object: {answer.status}")


def object_storage():
    """Uploads against writing the same bytes with one fsync and no daemon, in alternating rounds; memory; small objects."""
    with Daemon() as daemon:
        request(daemon, "POST", "/storage/v1/b", {"name": "bench"})
        plain = daemon.directory / "plain"
        rates = {"written with dd conv=fsync": [], "uploaded": [], "downloaded": []}
        for number in range(ROUNDS):
            rates["uploaded"].append(ROUND_SIZE / upload(daemon, ROUND_SIZE, f"round-{number}"))
            seconds = timed(f"head -c {ROUND_SIZE} /dev/zero | dd of='{plain}' bs=1M conv=fsync iflag=fullblock status=none")
            rates["written with dd conv=fsync"].append(ROUND_SIZE / seconds)
            rates["downloaded"].append(ROUND_SIZE / download(daemon, f"round-{number}"))
            request(daemon, "DELETE", f"/storage/v1/b/bench/o/round-{number}")
            plain.unlink()
        before = peak_bytes(daemon)
        upload(daemon, LARGE_SIZE, "large")
        download(daemon, "large")
        growth = peak_bytes(daemon) - before
        request(daemon, "DELETE", "/storage/v1/b/bench/o/large")
        deadline = time.monotonic() + SECONDS
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
            small = sum(clients.map(lambda client: store_small(daemon, client, deadline), range(CLIENTS)))
    ratios = [ours / theirs for ours, theirs in zip(rates["uploaded"], rates["written with dd conv=fsync"])]
    rows = [
        f"| {name} | {' / '.join(f'{rate / MEBIBYTE:,.0f}' for rate in (min(all_), statistics.median(all_), max(all_)))} |"
        for name, all_ in rates.items()
    ]
    return [
        "## Object storage",
        "",
        f"An object of {ROUND_SIZE // MEBIBYTE} MiB over HTTP by curl, with MD5 and CRC-32C computed and everything synced "
        f"before the answer, {ROUNDS} alternating rounds.",
        "",
        "| | MiB/s: min / median / max |",
        "| --- | --- |",
        *rows,
        f"| uploaded to written, round by round | {min(ratios):.2f} / {statistics.median(ratios):.2f} / {max(ratios):.2f} |",
        "",
        f"Uploading and downloading one object of {LARGE_SIZE // MEBIBYTE} MiB raised the peak of resident memory by "
        f"{growth / MEBIBYTE:.1f} MiB (mark: 64 MiB).",
        f"{CLIENTS} clients store {small / SECONDS:,.0f} objects of {SMALL_SIZE} bytes a second, each durable when answered.",
        "",
    ]
