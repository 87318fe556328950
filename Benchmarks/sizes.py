"""What programs and records take on the disk."""

import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

from figures import HELLO, MEBIBYTE, SECONDS
from trivet_daemon import BINARIES, Daemon, wrk


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
