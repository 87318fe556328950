"""What recording every request costs."""

import statistics

from figures import HELLO, ROUNDS, SECONDS, spread
from trivet_daemon import Daemon, wrk


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
