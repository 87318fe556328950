"""How long a start takes."""

from figures import ROUNDS, spread
from trivet_daemon import Daemon


def start():
    """From exec to the first 200 of /readyz, on a new data directory and on one that was stopped cleanly."""
    new, again = [], []
    for _ in range(4 * ROUNDS):
        with Daemon() as daemon:
            new.append(daemon.seconds_to_ready * 1000)
            daemon.stop()
            daemon.start()
            again.append(daemon.seconds_to_ready * 1000)
    return [
        "## Start",
        "",
        f"Milliseconds from exec to the first 200 of `/readyz`, {4 * ROUNDS} starts each (mark: 150 ms).",
        "",
        "| data directory | min / median / max |",
        "| --- | --- |",
        f"| new | {spread(new, 1)} |",
        f"| used before | {spread(again, 1)} |",
        "",
    ]
