"""Stores that are on the disk before the answer, against single inserts on the same disk."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from figures import MEBIBYTE, MESSAGE, ROUNDS, SECONDS, spread
from trivet_daemon import ROOT, Daemon, wrk

SLOW_FLUSH_MICROSECONDS = 1_400


def one_insert_a_transaction(directory, environment):
    """Inserts/s of the other side, in a process of its own."""
    command = [sys.executable, pathlib.Path(__file__).parent / "single_inserts.py", directory, str(SECONDS)]
    result = subprocess.run(command, env=os.environ | environment, check=True, capture_output=True, text=True)
    return float(result.stdout)


def store_rounds(environment):
    """A table's rows: stores by number of clients against single inserts on the same disk, in alternating rounds."""
    clients = (1, 8, 32, 128, 512)
    rates, latencies = {count: [] for count in clients}, {count: [] for count in clients}
    resident = {count: [] for count in clients}
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
                resident[count].append(daemon.resident_bytes() / MEBIBYTE)
    return [
        "| writer | writes/s: min / median / max | p99, ms (median) | ratio to single inserts (median) | VmRSS, MiB (median) |",
        "| --- | --- | --- | --- | --- |",
        f"| one insert a transaction | {spread(baseline)} | | 1 | |",
        *(
            f"| trivetd, {count} clients | {spread(rates[count])} | {statistics.median(latencies[count]):.1f} "
            f"| {statistics.median(ratios[count]):.1f} | {statistics.median(resident[count]):.0f} |"
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
