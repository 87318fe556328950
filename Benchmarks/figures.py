"""What the sections share: how long rounds are, and how figures are written."""

import os
import statistics

# BENCH_SECONDS and BENCH_ROUNDS make a run shorter for whoever tries something out.
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
MEBIBYTE = 1024 * 1024
HELLO = {"name": "Google Cloud Platform"}
MESSAGE = {"name": "Bob", "message": "I am at lunch now."}


def spread(values, digits=0):
    """Minimum, median and maximum, for a table's cell."""
    return " / ".join(f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
