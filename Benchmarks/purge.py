"""A million storage logs purged, against one DELETE in the sqlite3 shell, and what stores beside a purge wait."""

import json
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

from figures import MEBIBYTE, MESSAGE, ROUNDS, SECONDS, spread
from million import Copy, storage_logs
from trivet_daemon import ROOT, Daemon, wrk

# The copies of the million make rounds long.
PURGE_ROUNDS = min(3, ROUNDS)
SETTINGS = {"purge.retain": "30d"}


def shell(path, sql):
    """Seconds of the sqlite3 shell, the process included."""
    begin = time.monotonic()
    subprocess.run(["sqlite3", path], input=sql, check=True, capture_output=True, text=True)
    return time.monotonic() - begin


def index_of_timestamps(path):
    rows = subprocess.run(
        ["sqlite3", "-readonly", path, "SELECT CAST(value AS TEXT) FROM register WHERE name LIKE 'index/%'"],
        check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    indexes = [json.loads(row) for row in rows]
    return next(index["id"] for index in indexes if index["kind"] == "StorageLog")


def shell_on_the_same_file(folder):
    """What the purge does, as two set-based statements in one transaction on a copy of the same state.db."""
    with Copy(folder) as copy:
        path = copy / "data" / "state.db"
        entries = f"entry WHERE index_id = {index_of_timestamps(path)} AND value > x'00'"
        return shell(
            path,
            "PRAGMA synchronous = FULL; BEGIN IMMEDIATE;"
            f"DELETE FROM entity WHERE key IN (SELECT entity FROM {entries}); DELETE FROM {entries}; COMMIT;",
        )


def plain_table(directory, count):
    """A table as one would make it by hand, with an index on the timestamp."""
    path = f"{directory}/plain.db"
    shell(
        path,
        "PRAGMA journal_mode = WAL;"
        "CREATE TABLE storage_log (id TEXT PRIMARY KEY, timestamp INTEGER, event TEXT);"
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        "INSERT INTO storage_log SELECT printf('%012d', i), i, printf('%300s', i) FROM n;"
        "CREATE INDEX by_timestamp ON storage_log (timestamp);",
    )
    return path


def shell_on_a_plain_table(path):
    with tempfile.TemporaryDirectory(dir=ROOT / ".build") as directory:
        copy = shutil.copy(path, directory)
        subprocess.run(["sync", "-f", copy], check=True)
        return shell(copy, "PRAGMA synchronous = FULL; DELETE FROM storage_log WHERE timestamp < 10000000000;")


def purge_alone(folder, count):
    """Seconds of the whole purge, asked for by trivetctl, and the memory after it."""
    with Copy(folder) as copy, Daemon(SETTINGS, directory=copy) as daemon:
        begin = time.monotonic()
        answer = daemon.trivetctl("purge", "--older-than", "0s")
        seconds = time.monotonic() - begin
        if answer["deleted"] != count:
            raise SystemExit(f"purged {answer['deleted']} of {count}")
        return seconds, daemon.resident_bytes() / MEBIBYTE


def stores_beside(folder):
    """The p99 of stores without and with a purge under way, in ms, and the rates."""
    with Copy(folder) as copy, Daemon(SETTINGS, directory=copy) as daemon:
        url = daemon.url("message-board-service", "/api/v1/store")
        wrk(url, 32, 2, MESSAGE)
        without = wrk(url, 32, SECONDS, MESSAGE)
        purge = threading.Thread(target=daemon.trivetctl, args=("purge", "--older-than", "0s"))
        purge.start()
        while daemon.metric("trivet_purge_deleted_total") == 0:
            time.sleep(0.001)
        beside = wrk(url, 32, SECONDS, MESSAGE)
        if daemon.metric("trivet_purge_remaining") == 0:
            raise SystemExit("the purge ended before the stores beside it: lower BENCH_SECONDS")
        purge.join()
        return without, beside


def purge():
    folder, count = storage_logs()
    same, plain, ours, resident, loads = [], [], [], [], []
    with tempfile.TemporaryDirectory(dir=ROOT / ".build") as directory:
        table = plain_table(directory, count)
        for _ in range(PURGE_ROUNDS):
            same.append(shell_on_the_same_file(folder))
            plain.append(shell_on_a_plain_table(table))
            seconds, memory = purge_alone(folder, count)
            ours.append(seconds)
            resident.append(memory)
            loads.append(stores_beside(folder))
    ratio = [own / other for own, other in zip(ours, same)]
    plain_ratio = [own / other for own, other in zip(ours, plain)]
    waiting = [beside.p99_milliseconds / without.p99_milliseconds for without, beside in loads]
    return [
        "## Purge",
        "",
        f"{count:,} storage logs of 9 properties; {PURGE_ROUNDS} alternating rounds, each on a fresh copy. The shell's",
        "DELETE is one transaction; the purge goes in chunks, each durable before the next.",
        "",
        "| what | seconds: min / median / max | the purge's ratio to it (median) |",
        "| --- | --- | --- |",
        f"| `trivetctl purge` | {spread(ours, 1)} | 1 |",
        f"| sqlite3 shell, the same rows of the same file | {spread(same, 1)} | {statistics.median(ratio):.2f} |",
        f"| sqlite3 shell, a plain table with an index | {spread(plain, 1)} | {statistics.median(plain_ratio):.2f} |",
        "",
        f"The mark is a ratio of 2. Resident set after the purge: {statistics.median(resident):.0f} MiB.",
        "",
        f"Stores beside it, wrk, 32 clients, {SECONDS} s without a purge and {SECONDS} s with one under way:",
        "",
        "| stores | requests/s: min / median / max | p99, ms: min / median / max |",
        "| --- | --- | --- |",
        *(
            f"| {name} | {spread([load.requests_per_second for load in side])} "
            f"| {spread([load.p99_milliseconds for load in side], 1)} |"
            for name, side in zip(("without a purge", "beside a purge"), zip(*loads))
        ),
        "",
        f"Ratio of the p99, round by round: {spread(waiting, 2)} (mark: 3).",
        "",
    ]
