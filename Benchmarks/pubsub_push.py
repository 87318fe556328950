"""Pub/Sub: from a publish to its acknowledged pushes, and a million messages that wait."""

import asyncio
import base64
import json
import os
import time

from figures import MEBIBYTE, SECONDS
from trivet_daemon import Daemon

WAITING = int(os.environ.get("BENCH_WAITING_MESSAGES", "1000000"))
CLIENTS = 64


async def read_message(reader):
    """The body of an HTTP request or answer; None at the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    return head, await reader.readexactly(length)


class Admin:
    """A keep-alive connection to the daemon's admin socket."""

    def __init__(self, daemon):
        self.path = str(daemon.directory / "data" / "admin.sock")
        self.streams = None

    async def post(self, path, body):
        if self.streams is None:
            self.streams = await asyncio.open_unix_connection(self.path)
        reader, writer = self.streams
        data = json.dumps(body).encode()
        writer.write(
            f"POST /admin/v1/pubsub/{path} HTTP/1.1\r\nHost: trivet\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        head, answer = await read_message(reader)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path}: {head.decode()}{answer.decode()}")
        return json.loads(answer)


class Endpoint:
    """Acknowledges every push, and tells who waits for the last push of a message."""

    def __init__(self, subscriptions):
        self.subscriptions = subscriptions
        self.left = {}
        self.pushes = 0
        self.ages = []

    async def serve(self, reader, writer):
        try:
            while True:
                _, body = await read_message(reader)
                sent, number = base64.b64decode(json.loads(body)["message"]["data"]).split()
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                self.pushes += 1
                self.ages.append(time.monotonic() - float(sent))
                waiting = self.left.get(number)
                if waiting:
                    waiting[0] -= 1
                    if waiting[0] == 0:
                        waiting[1].set()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def publish(self, daemon, end, name):
        """Publishes, waits until all endpoints have it, and again, until the end."""
        admin, count = Admin(daemon), 0
        while time.monotonic() < end:
            count += 1
            number = f"{name}-{count}".encode()
            done = asyncio.Event()
            self.left[number] = [self.subscriptions, done]
            data = f"{time.monotonic()} ".encode() + number
            await admin.post("topics/bench:publish", {"messages": [{"data": base64.b64encode(data).decode()}]})
            await done.wait()
            del self.left[number]


async def push_round(subscriptions):
    """Acknowledged pushes a second, and the seconds from publish to push."""
    endpoint = Endpoint(subscriptions)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0, backlog=1000)
    port = server.sockets[0].getsockname()[1]
    with Daemon() as daemon:
        admin = Admin(daemon)
        await admin.post("topics", {"name": "bench"})
        for number in range(subscriptions):
            config = {"pushEndpoint": f"http://127.0.0.1:{port}/{number}"}
            await admin.post("subscriptions", {"name": f"bench-{number}", "topic": "bench", "pushConfig": config})
        for warm in (True, False):
            endpoint.pushes, endpoint.ages = 0, []
            begin = time.monotonic()
            end = begin + (1 if warm else 2 * SECONDS)
            await asyncio.gather(*(endpoint.publish(daemon, end, f"{warm}-{name}") for name in range(CLIENTS)))
            rate = endpoint.pushes / (time.monotonic() - begin)
    server.close()
    return rate, sorted(endpoint.ages)


async def fill(daemon):
    """Publishes the messages that wait, in batches."""
    admin = Admin(daemon)
    await admin.post("topics", {"name": "bench"})
    await admin.post("subscriptions", {"name": "waiting", "topic": "bench"})
    data = base64.b64encode(b"x" * 100).decode()
    message = {"data": data, "attributes": {"eventType": "OBJECT_FINALIZE"}}
    for start in range(0, WAITING, 1000):
        await admin.post("topics/bench:publish", {"messages": [message] * min(1000, WAITING - start)})


async def pull(daemon):
    """Pulls and acknowledges a thousand; seconds."""
    admin = Admin(daemon)
    begin = time.monotonic()
    pulled = await admin.post("subscriptions/waiting:pull", {"maxMessages": 1000, "wait": "30s"})
    ids = [message["ackId"] for message in pulled["receivedMessages"]]
    await admin.post("subscriptions/waiting:acknowledge", {"ackIds": ids})
    return len(ids), time.monotonic() - begin


def waiting_messages():
    """Resident memory and times with so many messages waiting."""
    with Daemon() as daemon:
        rest = daemon.resident_bytes()
        begin = time.monotonic()
        asyncio.run(fill(daemon))
        seconds = time.monotonic() - begin
        full = daemon.resident_bytes()
        daemon.stop()
        daemon.start()
        again = daemon.resident_bytes()
        ready = daemon.seconds_to_ready * 1000
        count, pulled = asyncio.run(pull(daemon))
    return [
        f"With {WAITING:,} messages of 100 bytes waiting in a pull subscription ({WAITING / seconds:,.0f}/s published in",
        f"batches of 1,000), the resident set is {full / MEBIBYTE:.1f} MiB, of which {rest / MEBIBYTE:.1f} MiB are the",
        f"daemon's at rest; after a restart, which is ready in {ready:.0f} ms, {again / MEBIBYTE:.1f} MiB. The first",
        f"{count:,} messages are then pulled and acknowledged in {pulled:.2f} s, the count of the backlog included.",
        "",
    ]


def percentile(ages, share):
    return f"{ages[min(len(ages) - 1, int(len(ages) * share))] * 1000:.1f}"


def pubsub_push():
    """The section's lines."""
    rows = []
    for subscriptions in (1, 100):
        rate, ages = asyncio.run(push_round(subscriptions))
        rows.append(f"| {subscriptions} | {rate:,.0f} | {percentile(ages, 0.5)} | {percentile(ages, 0.99)} |")
    return [
        "## Pub/Sub",
        "",
        f"{CLIENTS} publishers, each of which publishes the next message when all endpoints have the one before, for",
        f"{2 * SECONDS} s; publishers and endpoints are one Python process, which is the narrower half. Milliseconds from",
        "the call of publish to the arrival of the push.",
        "",
        "| endpoints | acknowledged pushes/s | p50, ms | p99, ms |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
        *waiting_messages(),
    ]
