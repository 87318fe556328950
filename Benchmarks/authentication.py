"""What it costs to know who calls."""

import statistics

from figures import HELLO, ROUNDS, SECONDS, spread
from trivet_daemon import Daemon, wrk

SERVICE = "hello-world-service"
ACCOUNT = "cloud-run-invoker"


def authentication():
    """Hello with `authentication: required`, each request with an ID token, against `none`."""
    with Daemon({f"services.{SERVICE}.authentication": "required"}) as closed, Daemon() as open_to_all:
        audience = closed.url(SERVICE, "")
        token = closed.trivetctl(
            "auth", "print-identity-token", "--impersonate-service-account", ACCOUNT, "--audiences", audience
        )["token"]
        sides = {"required": (closed, token), "none": (open_to_all, None)}
        for daemon, shown in sides.values():
            wrk(daemon.url(SERVICE, "/api/v1/hello"), 32, 2, HELLO, shown)
        rates = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, (daemon, shown) in sides.items():
                load = wrk(daemon.url(SERVICE, "/api/v1/hello"), 32, SECONDS, HELLO, shown)
                rates[name].append(load.requests_per_second)
    ratios = [required / none for required, none in zip(*rates.values())]
    rows = [f"| `{name}` | {spread(values)} |" for name, values in rates.items()]
    return [
        "## Authentication",
        "",
        f"`POST /api/v1/hello`, wrk, 32 clients, {ROUNDS} alternating rounds of {SECONDS} s; with `required`, each request",
        "carries an account's ID token of 2,048 bits RSA, the same for all.",
        "",
        "| authentication | requests/s: min / median / max |",
        "| --- | --- |",
        *rows,
        f"| ratio, round by round | {spread(ratios, 3)} |",
        "",
        f"To know who calls costs {max(0, 1 - statistics.median(ratios)):.1%} of the requests/s.",
        "",
    ]
