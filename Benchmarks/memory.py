"""What the daemon holds in memory."""

import statistics
import time

from figures import HELLO, MEBIBYTE, MESSAGE, ROUNDS, SECONDS
from trivet_daemon import Daemon, wrk


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
