"""Retrieving few and many messages of one name among a million."""

import http.client
import json
import statistics

from figures import MEBIBYTE, ROUNDS, SECONDS, spread
from million import NAMES, messages
from trivet_daemon import Daemon, wrk

CLIENTS = {"ten": 32, "ten thousand": 4}


def check(daemon, name, count):
    """What is measured is the whole answer."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["message-board-service"], timeout=60)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/v1/retrieve", json.dumps({"name": name}), headers)
    found = len(json.load(connection.getresponse())["messages"])
    if found != count:
        raise SystemExit(f"retrieved {found} of {count} messages")


def retrieve():
    folder, total = messages()
    rates, latencies, resident = ({name: [] for name in NAMES} for _ in range(3))
    with Daemon(directory=folder) as daemon:
        url = daemon.url("message-board-service", "/api/v1/retrieve")
        for name, count in NAMES.items():
            check(daemon, name, count)
        for _ in range(ROUNDS):
            for name in NAMES:
                load = wrk(url, CLIENTS[name], SECONDS, {"name": name})
                rates[name].append(load.requests_per_second)
                latencies[name].append(load.p99_milliseconds)
                resident[name].append(daemon.resident_bytes() / MEBIBYTE)
    return [
        "## Retrieve",
        "",
        f"`POST /api/v1/retrieve` of one name's messages among {total:,}, wrk, {ROUNDS} alternating rounds of {SECONDS} s.",
        "",
        "| messages | clients | requests/s: min / median / max | messages/s (median) | p99, ms (median) | VmRSS, MiB |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {count:,} | {CLIENTS[name]} | {spread(rates[name], 1)} | {statistics.median(rates[name]) * count:,.0f} "
            f"| {statistics.median(latencies[name]):.1f} | {statistics.median(resident[name]):.0f} |"
            for name, count in NAMES.items()
        ),
        "",
    ]
