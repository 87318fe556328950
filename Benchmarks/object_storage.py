"""Objects: how many small ones are stored in a second, how fast large ones pass, and what memory that takes."""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

from figures import MEBIBYTE, ROUNDS, SECONDS, spread
from object_client import SMALL, Client, upload_small, upload_url
from trivet_daemon import ROOT, Daemon

# BENCH_OBJECT_MEBIBYTES and BENCH_LARGE_MEBIBYTES make a run shorter for whoever tries something out.
ROUND_SIZE = int(os.environ.get("BENCH_OBJECT_MEBIBYTES", "1024")) * MEBIBYTE
LARGE_SIZE = int(os.environ.get("BENCH_LARGE_MEBIBYTES", "5120")) * MEBIBYTE
CLIENTS = (1, 8, 32)


def peak_bytes(daemon):
    """The most memory that the process has had (VmHWM)."""
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def timed(command):
    begin = time.monotonic()
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def upload(daemon, source, name):
    return timed(f"{source} | curl -fsS --noproxy '*' -T - -X POST '{upload_url(daemon, 'bench')}&name={name}'")


def download(daemon, name):
    url = daemon.url("admin", f"/storage/v1/b/bench/o/{name}?alt=media")
    return timed(f"curl -fsS --noproxy '*' '{url}' | cat > /dev/null")


def synced_files(clients):
    """Files/s of the other side, in a process of its own and on the same disk."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".build") as folder:
        command = [sys.executable, pathlib.Path(__file__).parent / "synced_files.py", folder, SECONDS, clients, SMALL]
        return float(subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout)


def small(daemon):
    """A table's rows: uploads of 1 KiB against files that are written and synced, in alternating rounds."""
    uploads, files, latencies = ({count: [] for count in CLIENTS} for _ in range(3))
    for number, count in enumerate(CLIENTS * ROUNDS):
        files[count].append(synced_files(count))
        load = upload_small(daemon, "bench", count, SECONDS, first=number * 100_000_000)
        uploads[count].append(load.requests_per_second)
        latencies[count].append(load.p99_milliseconds)
    for count in CLIENTS:
        ratios = [ours / theirs for ours, theirs in zip(uploads[count], files[count])]
        yield (
            f"| {count} | {spread(uploads[count])} | {statistics.median(latencies[count]):.1f} "
            f"| {spread(files[count])} | {statistics.median(ratios):.2f} |"
        )


def large(daemon):
    """A table's rows: one object against a copy of the same file, in alternating rounds."""
    source, copy = daemon.directory / "source", daemon.directory / "copy"
    timed(f"head -c {ROUND_SIZE} /dev/urandom > '{source}'")
    rates = {"`cp` and one `sync` of the copy": [], "uploaded": [], "downloaded": []}
    for number in range(ROUNDS):
        rates["`cp` and one `sync` of the copy"].append(
            ROUND_SIZE / timed(f"cp --reflink=never '{source}' '{copy}' && sync '{copy}'")
        )
        rates["uploaded"].append(ROUND_SIZE / upload(daemon, f"cat '{source}'", f"round-{number}"))
        rates["downloaded"].append(ROUND_SIZE / download(daemon, f"round-{number}"))
        Client(daemon).request("DELETE", f"/storage/v1/b/bench/o/round-{number}")
        copy.unlink()
    source.unlink()
    for name, values in rates.items():
        yield f"| {name} | {spread([rate / MEBIBYTE for rate in values])} |"
    ratios = [ours / theirs for ours, theirs in zip(rates["uploaded"], next(iter(rates.values())))]
    yield f"| uploaded to copied, round by round | {spread(ratios, 2)} |"


def growth(daemon):
    """By how much one object of many GiB raises the peak of resident memory."""
    before = peak_bytes(daemon)
    upload(daemon, f"head -c {LARGE_SIZE} /dev/zero", "large")
    download(daemon, "large")
    Client(daemon).request("DELETE", "/storage/v1/b/bench/o/large")
    return before, peak_bytes(daemon)


def object_storage():
    """The section's lines."""
    with Daemon() as daemon:
        Client(daemon).request("POST", "/storage/v1/b", {"name": "bench"})
        before, after = growth(daemon)
        large_rows = list(large(daemon))
        small_rows = list(small(daemon))
    return [
        "## Object storage",
        "",
        f"Objects of {SMALL} bytes over HTTP by wrk, each with its file and its entity on the disk before the answer,",
        f"{ROUNDS} alternating rounds of {SECONDS} s. The other side is as many threads that write files of the same",
        "size, sync, rename and sync the folder, with nothing around it (`synced_files.py`).",
        "",
        "| clients | uploads/s: min / median / max | p99, ms (median) | files/s: min / median / max | ratio (median) |",
        "| --- | --- | --- | --- | --- |",
        *small_rows,
        "",
        f"One object of {ROUND_SIZE // MEBIBYTE} MiB over HTTP by curl, with MD5 and CRC-32C computed and all of it",
        f"synced before the answer, {ROUNDS} alternating rounds.",
        "",
        "| | MiB/s: min / median / max |",
        "| --- | --- |",
        *large_rows,
        "",
        f"Uploading and downloading one object of {LARGE_SIZE // MEBIBYTE} MiB raised the peak of resident memory from",
        f"{before / MEBIBYTE:.1f} to {after / MEBIBYTE:.1f} MiB (mark: 64 MiB more at most).",
        "",
    ]
