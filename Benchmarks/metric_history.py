"""The section of RESULTS.md on the history of metrics: a simulated year of a made-up daemon.

BENCH_HISTORY_SERIES sets the number of series; 2000 take a quarter of an hour and 300 MiB.
"""

import json
import os
import pathlib
import subprocess
import tempfile

from trivet_daemon import BINARIES, ROOT

SERIES = int(os.environ.get("BENCH_HISTORY_SERIES", "226"))
MEBIBYTE = 1024 * 1024


def pages(path):
    """Bytes of the pages that the history's tables and indexes have in the file."""
    query = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%metric%'"
    return int(subprocess.run(["sqlite3", path, query], check=True, capture_output=True, text=True).stdout)


def row(tier):
    """A tier's row in the table."""
    taken = pages(tier["file"])
    samples, intervals = tier["samples"] * tier["buckets"], tier["series"] * tier["buckets"]
    return (
        f"| `{tier['tier']}` | {taken / MEBIBYTE:.1f} MiB | {tier['told'] / MEBIBYTE:.1f} MiB | {taken / samples:.2f} "
        f"| {taken / intervals:.2f} | {tier['sampleMilliseconds']:.2f} ms | {tier['writeSeconds']:.1f} s |"
    )


def metric_history():
    """Each tier filled to its whole retention: what it takes, for each sample and in all."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".build") as directory:
        command = [BINARIES / "metric-history-benchmark", directory, str(SERIES)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows = [row(json.loads(line)) for line in output.splitlines()]
    return [
        "## The history of metrics",
        "",
        f"A simulated year of a made-up daemon with {SERIES} series (`MetricHistory/MadeUpDaemon.swift`), each tier filled",
        "to its retention. A sample is what Prometheus counts as one: a histogram is one for each bucket, the sum and the",
        "count. Bytes are those of whole pages, room and indexes and all (mark: at most 2 a sample in the first tier).",
        "",
        "| tier | in the file | counted against `max_size` | bytes a sample | bytes a series and bucket | taking a sample of all series | writing, in all |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
    ]
