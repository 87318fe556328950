"""How long a start takes with a million entities, and what the daemon then holds in memory."""

import os
import statistics

from figures import MEBIBYTE, ROUNDS, spread
from million import Copy, messages
from trivet_daemon import Daemon


def forget(folder):
    """Drops the files from the page cache, as after a boot of the machine."""
    os.sync()
    for path in (folder / "data").iterdir():
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def cold_start():
    folder, total = messages()
    times = {"files in the page cache": [], "files not in the page cache": [], "killed before, not in the cache": []}
    resident = []
    with Copy(folder) as copy:
        for _ in range(2 * ROUNDS):
            for name, seconds in times.items():
                if "not in" in name:
                    forget(copy)
                daemon = Daemon(directory=copy)
                with daemon:
                    seconds.append(daemon.seconds_to_ready * 1000)
                    resident.append(daemon.resident_bytes() / MEBIBYTE)
                    # The next round's last start follows a kill.
                    if name == "files not in the page cache":
                        daemon.kill()
    return [
        "## Start with a million entities",
        "",
        f"Milliseconds from exec to the first 200 of `/readyz` with {total:,} messages, {2 * ROUNDS} starts each. After a",
        "kill the whole file is checked in the background, beside what is served.",
        "",
        "| start | min / median / max |",
        "| --- | --- |",
        *(f"| {name} | {spread(values, 1)} |" for name, values in times.items()),
        "",
        f"Resident set right after it: {statistics.median(resident):.1f} MiB.",
        "",
    ]
