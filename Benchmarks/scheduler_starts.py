"""Measures how long after their instant a thousand jobs of one minute reach their target."""

import asyncio
import collections
import datetime
import http.client
import json
import socket
import statistics
import threading
import time

from trivet_daemon import Daemon

JOBS = 1000
MINUTES = 3


class Receiver:
    """The jobs' target: answers every call at once, and notes how long after its instant it came."""

    def __init__(self):
        self.delays = collections.defaultdict(list)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        async def forever():
            # With a shorter queue the kernel drops connections, which are tried again a second later.
            server = await asyncio.start_server(self.answer, sock=self.listener, backlog=JOBS)
            await server.serve_forever()

        self.loop.run_until_complete(forever())

    async def answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        now = time.time()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        instant = headers["x-cloudscheduler-scheduletime"].upper()
        due = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp()
        self.delays[instant].append(now - due)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()


class AdminConnection(http.client.HTTPConnection):
    """HTTP over the daemon's admin socket."""

    def __init__(self, path):
        super().__init__("trivet")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def create_jobs(daemon, url, count):
    """Makes jobs that run each minute, as trivetctl would; returns how long that took."""
    begin = time.monotonic()
    connection = AdminConnection(daemon.directory / "data" / "admin.sock")
    for number in range(count):
        job = {
            "name": f"job-{number}",
            "schedule": "* * * * *",
            "timeZone": ("Etc/UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")[number % 4],
            "httpTarget": {"uri": url, "httpMethod": "GET"},
        }
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/admin/v1/scheduler/jobs", json.dumps(job), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"no job {number}: {answer.status} {text.decode()}")
    return time.monotonic() - begin


def scheduler_starts(jobs=JOBS, minutes=MINUTES):
    """The section's lines."""
    receiver = Receiver()
    with Daemon() as daemon:
        creation = create_jobs(daemon, receiver.url, jobs)
        # Instants that came while the jobs were being made had fewer of them.
        first = (int(time.time()) // 60 + 1) * 60
        time.sleep(first + (minutes - 1) * 60 + 10 - time.time())
        memory = daemon.resident_bytes()
        outcomes = daemon.metric("trivet_scheduler_runs_total")
    rows = []
    for instant, delays in sorted(receiver.delays.items()):
        if datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp() < first:
            continue
        if len(delays) != jobs:
            raise SystemExit(f"{instant}: {len(delays)} of {jobs} jobs were called")
        delays.sort()
        cells = (statistics.median(delays), delays[int(len(delays) * 0.99)], delays[-1])
        rows.append(f"| {instant} | " + " | ".join(f"{delay * 1000:.0f}" for delay in cells) + " |")
    if len(rows) != minutes:
        raise SystemExit(f"{len(rows)} of {minutes} instants were run; {outcomes:.0f} runs have ended")
    return [
        "## Scheduler",
        "",
        f"{jobs:,} jobs of every minute in four time zones call an HTTP server on this machine: milliseconds from the",
        "instant of the schedule until the call is there (mark: 1,000 at most). Making the jobs took",
        f"{creation:.1f} s; VmRSS afterwards {memory / 1024 / 1024:.1f} MiB.",
        "",
        "| instant | median | 99 % | last |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
    ]
