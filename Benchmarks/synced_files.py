"""Writes files of so many bytes for so many seconds, each synced and renamed into its folder, which is synced, too:
what an upload does on the disk, with nothing around it. Prints files a second."""

import itertools
import os
import sys
import threading
import time


def write(folder, name, body, end, counts):
    shard = os.path.join(folder, name)
    os.mkdir(shard)
    directory = os.open(shard, os.O_RDONLY)
    for number in itertools.count():
        if time.monotonic() > end:
            counts.append(number)
            return
        temporary = os.path.join(folder, f"{name}-{number}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        os.write(descriptor, body)
        os.fsync(descriptor)
        os.close(descriptor)
        os.rename(temporary, os.path.join(shard, str(number)))
        os.fsync(directory)


def main(folder, seconds, writers, size):
    counts = []
    begin = time.monotonic()
    threads = [
        threading.Thread(target=write, args=(folder, f"writer-{name}", bytes(size), begin + seconds, counts))
        for name in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(counts) / (time.monotonic() - begin))


main(sys.argv[1], *map(int, sys.argv[2:]))
