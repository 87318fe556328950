"""What the numbers were measured on."""

import os
import platform
import sqlite3
import subprocess
import time

from trivet_daemon import ROOT


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
