#!/usr/bin/env python3
"""Measures a release build and writes RESULTS.md beside this file: one section a file, in the order of SECTIONS.

Every comparison runs in alternating rounds within one run, because machines drift; the quotable figure is the median
of the rounds' ratios. `make bench` builds first and calls this; with names of sections as arguments only those are
measured, and printed but not written.
"""

import pathlib
import sys
import time

from authentication import authentication
from cold_start import cold_start
from durable_store import durable_store
from machine import machine
from memory import memory
from metric_history import metric_history
from object_events import object_events
from object_listing import object_listing
from object_storage import object_storage
from pubsub_publish import pubsub_publish
from pubsub_push import pubsub_push
from purge import purge
from request_logging import request_logging
from retrieve import retrieve
from scheduler_starts import scheduler_starts
from sizes import sizes
from start import start

# Each takes nothing and returns the lines of its part of RESULTS.md.
SECTIONS = [
    machine,
    request_logging,
    authentication,
    durable_store,
    retrieve,
    purge,
    memory,
    start,
    cold_start,
    sizes,
    metric_history,
    scheduler_starts,
    pubsub_push,
    pubsub_publish,
    object_storage,
    object_events,
    object_listing,
]


def measure(sections):
    lines = []
    for section in sections:
        print(f"{section.__name__} …", flush=True)
        begin = time.monotonic()
        lines += section()
        print(f"  {time.monotonic() - begin:.0f} s", flush=True)
    return "\n".join(lines)


def main(names):
    unknown = set(names) - {section.__name__ for section in SECTIONS}
    if unknown:
        raise SystemExit(f"no such section: {', '.join(sorted(unknown))}")
    results = measure([section for section in SECTIONS if not names or section.__name__ in names])
    if not names:
        (pathlib.Path(__file__).parent / "RESULTS.md").write_text(results)
    print(results)


if __name__ == "__main__":
    main(sys.argv[1:])
