"""Prints how many rows a second go into a WAL database with synchronous=FULL, each insert its own transaction."""

import pathlib
import sqlite3
import sys
import time


def main(directory, seconds):
    connection = sqlite3.connect(pathlib.Path(directory) / "single.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, name, message, timestamp)")
    count, begin = 0, time.monotonic()
    while time.monotonic() - begin < seconds:
        connection.execute(
            "INSERT INTO message (name, message, timestamp) VALUES (?, ?, ?)",
            ("Bob", "I am at lunch now.", time.time_ns()),
        )
        count += 1
    print(count / (time.monotonic() - begin))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
