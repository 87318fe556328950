"""Pub/Sub: from a publish to its acknowledged pushes, and a million messages that wait."""

import asyncio
import base64
import json
import os
import socket
import time

from figures import MEBIBYTE, ROUNDS, SECONDS, spread
from trivet_daemon import Daemon

WAITING = int(os.environ.get("BENCH_WAITING_MESSAGES", "1000000"))
# (endpoints, publishers): one publisher for how long a push takes, more for how many there can be.
LOADS = ((1, 1), (1, 64), (100, 1), (100, 8))


class Admin:
    """A keep-alive connection to the daemon's admin socket."""

    @classmethod
    async def open(cls, daemon):
        self = cls()
        # It waits where too many wait to be accepted; asyncio's own connect would take that for done.
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(daemon.directory / "data" / "admin.sock"))
        self.streams = await asyncio.open_unix_connection(sock=connection)
        return self

    async def post(self, path, body):
        reader, writer = self.streams
        data = json.dumps(body).encode()
        writer.write(
            f"POST /admin/v1/pubsub/{path} HTTP/1.1\r\nHost: trivet\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(content_length(head))
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path}: {head.decode()}{answer.decode()}")
        return json.loads(answer)


def content_length(head):
    lines = head.lower().split(b"\r\n")
    return next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)


class Endpoints:
    """Acknowledges every push, and tells its publisher when all endpoints have a message."""

    def __init__(self, subscriptions):
        self.subscriptions = subscriptions
        self.waiting = {}
        self.ages = []

    def pushed(self, body):
        """Reads no more of the envelope than it must: what this process does the daemon waits for."""
        begin = body.index(b'"data":"') + 8
        sent, number = base64.b64decode(body[begin : body.index(b'"', begin)]).split()
        self.ages.append(time.monotonic() - float(sent))
        left, done = self.waiting[number]
        self.waiting[number] = (left - 1, done)
        if left == 1 and not done.done():
            done.set_result(None)

    async def publish(self, admin, end, name):
        """Publishes a message, waits until all endpoints have it, and again, until the end; how many."""
        count = 0
        while time.monotonic() < end:
            number = f"{name}-{count}".encode()
            done = asyncio.get_running_loop().create_future()
            self.waiting[number] = (self.subscriptions, done)
            data = f"{time.monotonic()} ".encode() + number
            await admin.post("topics/bench:publish", {"messages": [{"data": base64.b64encode(data).decode()}]})
            await done
            del self.waiting[number]
            count += 1
        return count


class Endpoint(asyncio.Protocol):
    """One connection of the daemon's to an endpoint."""

    def __init__(self, endpoints):
        self.endpoints = endpoints
        self.buffer = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + content_length(self.buffer[:end])
            if len(self.buffer) < whole:
                return
            body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
            self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            self.endpoints.pushed(body)


async def push_rounds(subscriptions, publishers):
    """Of each round: messages a second, pushes a second that the daemon has as acknowledged, seconds to the pushes."""
    endpoints = Endpoints(subscriptions)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Endpoint(endpoints), "127.0.0.1", 0, backlog=1000)
    port = server.sockets[0].getsockname()[1]
    rounds = []
    with Daemon() as daemon:
        admins = [await Admin.open(daemon) for _ in range(publishers)]
        admin = admins[0]
        await admin.post("topics", {"name": "bench"})
        for number in range(subscriptions):
            config = {"pushEndpoint": f"http://127.0.0.1:{port}/{number}"}
            await admin.post("subscriptions", {"name": f"bench-{number}", "topic": "bench", "pushConfig": config})
        for round in range(ROUNDS + 1):
            endpoints.ages = []
            acknowledged, begin = daemon.metric("trivet_pubsub_acknowledged_age_seconds_count"), time.monotonic()
            end = begin + SECONDS
            counts = await asyncio.gather(
                *(endpoints.publish(admin, end, f"{round}-{name}") for name, admin in enumerate(admins))
            )
            seconds = time.monotonic() - begin
            pushes = daemon.metric("trivet_pubsub_acknowledged_age_seconds_count") - acknowledged
            rounds.append((sum(counts) / seconds, pushes / seconds, sorted(endpoints.ages)))
    server.close()
    # The first one warms up.
    return rounds[1:]


def percentile(ages, share):
    return ages[min(len(ages) - 1, int(len(ages) * share))] * 1000


def push_row(subscriptions, publishers):
    rounds = asyncio.run(push_rounds(subscriptions, publishers))
    cells = [
        spread([messages for messages, _, _ in rounds]),
        spread([pushes for _, pushes, _ in rounds]),
        spread([percentile(ages, 0.5) for _, _, ages in rounds], 1),
        spread([percentile(ages, 0.99) for _, _, ages in rounds], 1),
    ]
    return f"| {subscriptions} | {publishers} | " + " | ".join(cells) + " |"


async def fill(daemon):
    """Publishes the messages that wait, in batches."""
    admin = await Admin.open(daemon)
    await admin.post("topics", {"name": "bench"})
    await admin.post("subscriptions", {"name": "waiting", "topic": "bench"})
    data = base64.b64encode(b"x" * 100).decode()
    message = {"data": data, "attributes": {"eventType": "OBJECT_FINALIZE"}}
    for start in range(0, WAITING, 1000):
        await admin.post("topics/bench:publish", {"messages": [message] * min(1000, WAITING - start)})


async def pull(daemon):
    """Pulls and acknowledges a thousand; how many, and seconds."""
    admin = await Admin.open(daemon)
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
        worked = daemon.resident_bytes()
    return [
        f"{WAITING:,} messages of 100 bytes, published in batches of 1,000 ({WAITING / seconds:,.0f}/s), wait in a pull",
        f"subscription. Resident set (VmRSS) at rest before: {rest / MEBIBYTE:.1f} MiB, behind the last publish:",
        f"{full / MEBIBYTE:.1f} MiB, right after a restart: {again / MEBIBYTE:.1f} MiB (ready in {ready:.0f} ms). The first",
        f"{count:,} are then pulled and acknowledged in {pulled:.2f} s, the count of the backlog included; afterwards:",
        f"{worked / MEBIBYTE:.1f} MiB.",
        "",
    ]


def pubsub_push():
    """The section's lines."""
    return [
        "## Pub/Sub",
        "",
        "Publishers, each of which publishes its next message when all endpoints have the one before; each message is",
        f"pushed to every endpoint. {ROUNDS} rounds of {SECONDS} s. Publishers and endpoints are one Python process beside",
        "the daemon. Pushes are counted when their acknowledgement is stored; milliseconds are from the call of publish,",
        "which is durable before anything is pushed, to the arrival of the push. Each cell: min / median / max.",
        "",
        "| endpoints | publishers | messages/s | acknowledged pushes/s | p50, ms | p99, ms |",
        "| --- | --- | --- | --- | --- | --- |",
        *(push_row(*load) for load in LOADS),
        "",
        *waiting_messages(),
    ]
