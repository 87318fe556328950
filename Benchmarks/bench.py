#!/usr/bin/env python3
"""Measures a release build and writes RESULTS.md beside this file.

Every comparison runs in alternating rounds within one run, because machines drift; the quotable figure is the median
of the rounds' ratios. `make bench` builds first and calls this; BENCH_SECONDS sets the length of one round.
"""

import os
import pathlib
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from object_storage import object_storage
from trivet_daemon import BINARIES, ROOT, Daemon, wrk

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
HELLO = {"name": "Google Cloud Platform"}
MESSAGE = {"name": "Bob", "message": "I am at lunch now."}
MEBIBYTE = 1024 * 1024
SLOW_FLUSH_MICROSECONDS = 1_400


def spread(values, digits=0):
    """Minimum, median and maximum, for a table's cell."""
    return " / ".join(f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values)))


def request_logging():
    """Hello with every request recorded against the same with none: sample 1 and sample 0."""
    with Daemon() as logged, Daemon({"request_log.sample": "0"}) as silent:
        rates = {"every request recorded": [], "none recorded": []}
        for daemon in (logged, silent):
            wrk(daemon.url("hello-world-service", "/api/v1/hello"), 32, 2, HELLO)
        for _ in range(ROUNDS):
            for name, daemon in (("every request recorded", logged), ("none recorded", silent)):
                load = wrk(daemon.url("hello-world-service", "/api/v1/hello"), 32, SECONDS, HELLO)
                rates[name].append(load.requests_per_second)
    ratios = [with_log / without for with_log, without in zip(*rates.values())]
    rows = [f"| {name} | {spread(values)} |" for name, values in rates.items()]
    return [
        "## Request logging",
        "",
        f"`POST /api/v1/hello`, wrk, 32 clients, {ROUNDS} alternating rounds of {SECONDS} s.",
        "",
        "| request log | requests/s: min / median / max |",
        "| --- | --- |",
        *rows,
        f"| ratio, round by round | {spread(ratios, 3)} |",
        "",
        f"Logging costs {max(0, 1 - statistics.median(ratios)):.1%} of the requests/s (mark: at most 10 %).",
        "",
    ]


def one_insert_a_transaction(directory, environment):
    """Inserts/s of the other side, in a process of its own."""
    command = [sys.executable, pathlib.Path(__file__).parent / "single_inserts.py", directory, str(SECONDS)]
    result = subprocess.run(command, env=os.environ | environment, check=True, capture_output=True, text=True)
    return float(result.stdout)


def store_rounds(environment):
    """A table's rows: stores by number of clients against single inserts on the same disk, in alternating rounds."""
    clients = (1, 8, 32, 128)
    rates, latencies = {count: [] for count in clients}, {count: [] for count in clients}
    ratios, baseline = {count: [] for count in clients}, []
    with (
        Daemon(environment=environment) as daemon,
        tempfile.TemporaryDirectory(dir=ROOT / ".build") as directory,
    ):
        url = daemon.url("message-board-service", "/api/v1/store")
        wrk(url, 32, 2, MESSAGE)
        for _ in range(ROUNDS):
            single = one_insert_a_transaction(directory, environment)
            baseline.append(single)
            for count in clients:
                load = wrk(url, count, SECONDS, MESSAGE)
                rates[count].append(load.requests_per_second)
                latencies[count].append(load.p99_milliseconds)
                ratios[count].append(load.requests_per_second / single)
    return [
        "| writer | writes/s: min / median / max | p99, ms (median) | ratio to single inserts (median) |",
        "| --- | --- | --- | --- |",
        f"| one insert a transaction | {spread(baseline)} | | 1 |",
        *(
            f"| trivetd, {count} clients | {spread(rates[count])} | {statistics.median(latencies[count]):.1f} "
            f"| {statistics.median(ratios[count]):.1f} |"
            for count in clients
        ),
        "",
    ]


def durable_store():
    """Stores that are on disk before the answer, with the disk's own flush and with a slower one for both sides."""
    with tempfile.TemporaryDirectory() as directory:
        library = pathlib.Path(directory) / "slow_flush.so"
        source = pathlib.Path(__file__).parent / "slow_flush.c"
        subprocess.run(["clang", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
        slow = {"LD_PRELOAD": str(library), "SLOW_FLUSH_MICROSECONDS": str(SLOW_FLUSH_MICROSECONDS)}
        as_it_is, slowed = store_rounds({}), store_rounds(slow)
    return [
        "## Durable store",
        "",
        f"`POST /api/v1/store`, wrk, {ROUNDS} alternating rounds of {SECONDS} s each. The other side inserts one row a",
        "transaction into a WAL database with `synchronous=FULL` on the same disk, without HTTP and without an index.",
        "The mark is 10 times that at 32 clients, rising with the clients; what can be gained depends on what a flush",
        "costs, because the other side pays for nothing else.",
        "",
        "The disk as it is:",
        "",
        *as_it_is,
        f"Each flush made to take at least {SLOW_FLUSH_MICROSECONDS / 1000} ms, for both sides (`slow_flush.c`), as on",
        "a disk that writes through to its medium:",
        "",
        *slowed,
    ]


def memory():
    """Resident memory at rest, and along a load of hello, store and retrieve."""
    samples = []
    with Daemon() as daemon:
        time.sleep(2)
        rest = daemon.resident_bytes()
        for _ in range(max(6, 2 * ROUNDS)):
            wrk(daemon.url("hello-world-service", "/api/v1/hello"), 32, SECONDS, HELLO)
            wrk(daemon.url("message-board-service", "/api/v1/store"), 32, SECONDS, MESSAGE)
            samples.append(daemon.resident_bytes())
    half = len(samples) // 2
    growth = statistics.median(samples[half:]) / statistics.median(samples[:half])
    return [
        "## Memory",
        "",
        f"Resident set (VmRSS) at rest: {rest / MEBIBYTE:.1f} MiB (mark: under 50 MiB). "
        f"Under alternating hello and store with 32 clients, after each {2 * SECONDS} s:",
        ", ".join(f"{value / MEBIBYTE:.1f}" for value in samples) + " MiB;",
        f"the second half's median is {growth:.2f} times the first half's.",
        "",
    ]


def start():
    """From exec to the first 200 of /readyz, on a new data directory and on one that was stopped cleanly."""
    new, again = [], []
    for _ in range(4 * ROUNDS):
        with Daemon() as daemon:
            new.append(daemon.seconds_to_ready * 1000)
            daemon.stop()
            daemon.start()
            again.append(daemon.seconds_to_ready * 1000)
    return [
        "## Start",
        "",
        f"Milliseconds from exec to the first 200 of `/readyz`, {4 * ROUNDS} starts each (mark: 150 ms).",
        "",
        "| data directory | min / median / max |",
        "| --- | --- |",
        f"| new | {spread(new, 1)} |",
        f"| used before | {spread(again, 1)} |",
        "",
    ]


def sizes():
    """The binaries on disk, and what one request record takes in telemetry.db."""
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for name in ("trivetd", "trivetctl"):
            stripped = pathlib.Path(directory) / name
            shutil.copy(BINARIES / name, stripped)
            subprocess.run(["strip", stripped], check=True)
            rows.append(f"| {name}, stripped | {stripped.stat().st_size / MEBIBYTE:.1f} MiB |")
    with Daemon() as daemon:
        wrk(daemon.url("hello-world-service", "/api/v1/hello"), 32, SECONDS, HELLO)
        daemon.stop()  # flushes every record and checkpoints
        path = daemon.directory / "data" / "telemetry.db"
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        records = connection.execute("SELECT count(*) FROM request_record").fetchone()[0]
        connection.close()
        rows.append(f"| a request record in telemetry.db ({records:,} records) | {path.stat().st_size / records:.0f} bytes |")
    return ["## Sizes", "", "| what | size |", "| --- | --- |", *rows, ""]


def machine():
    """What the numbers were measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    commit = subprocess.run(
        ["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True
    ).stdout.strip()
    return [
        "# Measured",
        "",
        "Written by `make bench`; not to be edited. Client, load generator and daemon share the machine's cores.",
        "",
        f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, commit {commit}; {os.cpu_count()} cores ({model}), "
        f"{platform.system()} {platform.release()}; {swift}; SQLite {sqlite3.sqlite_version} (the other side's).",
        "",
    ]


def main():
    parts = [machine]
    parts += [request_logging, durable_store, memory, object_storage, start, sizes]
    lines = []
    for part in parts:
        print(f"{part.__name__} …", flush=True)
        lines += part()
    (pathlib.Path(__file__).parent / "RESULTS.md").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
