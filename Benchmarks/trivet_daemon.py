"""Runs a release build of trivetd for a measurement, on free ports and in a folder of its own."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARIES = ROOT / ".build" / "release"
SERVICES = ("hello-world-service", "message-board-service", "storage-logging-service")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """One running trivetd; `with Daemon(...) as daemon:` stops it and removes its folder."""

    def __init__(self, settings=None, directory=None, environment=None):
        self.settings = settings or {}
        self.extra_environment = environment or {}
        self.owns_directory = directory is None
        # On the project's disk, not on /tmp: that may be memory, which has no fsync to wait for.
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="bench-", dir=ROOT / ".build"))
        self.ports = {name: free_port() for name in (*SERVICES, "admin", "metrics")}
        self.process = None
        self.seconds_to_ready = None

    def environment(self):
        variables = {k: v for k, v in os.environ.items() if not k.startswith("TRIVET_")}
        for name in SERVICES:
            key = "TRIVET_SERVICES_" + name.upper().replace("-", "_") + "_LISTEN"
            variables[key] = f"127.0.0.1:{self.ports[name]}"
        variables["TRIVET_ADMIN_LISTEN"] = f"127.0.0.1:{self.ports['admin']}"
        variables["TRIVET_METRICS_LISTEN"] = f"127.0.0.1:{self.ports['metrics']}"
        variables["TRIVET_LOG_LEVEL"] = "warning"
        for key, value in self.settings.items():
            variables["TRIVET_" + key.upper().replace("-", "_").replace(".", "_")] = str(value)
        variables |= self.extra_environment
        variables.pop("RUNTIME_DIRECTORY", None)
        variables.pop("STATE_DIRECTORY", None)
        return variables

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        arguments = [BINARIES / "trivetd", "--config", os.devnull, "--data-dir", self.directory / "data"]
        begin = time.monotonic()
        with open(self.directory / "stderr.log", "ab") as log:
            self.process = subprocess.Popen(arguments, env=self.environment(), stdout=log, stderr=log)
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - begin > 60:
                self.stop()
                raise SystemExit((self.directory / "stderr.log").read_text())
            time.sleep(0.001)
        self.seconds_to_ready = time.monotonic() - begin

    def is_ready(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.ports["metrics"], timeout=5)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=60)

    def trivetctl(self, *arguments):
        """What a command prints, as JSON."""
        command = [BINARIES / "trivetctl", *arguments, "--format", "json"]
        variables = {k: v for k, v in os.environ.items() if not k.startswith("TRIVET_")}
        variables["TRIVET_SOCKET"] = str(self.directory / "data" / "admin.sock")
        return json.loads(subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)

    def url(self, service, path):
        return f"http://127.0.0.1:{self.ports[service]}{path}"

    def resident_bytes(self):
        """What the process holds in memory now (VmRSS)."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def metric(self, name):
        """The sum of a metric's series at this moment."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["metrics"], timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        pattern = re.compile(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", re.MULTILINE)
        return sum(float(value) for value in pattern.findall(text))


class Load:
    """What one run of wrk saw."""

    def __init__(self, output):
        self.requests = int(re.search(r"(\d+) requests in", output)[1])
        self.requests_per_second = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
        latency = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
        self.p99_milliseconds = float(latency[1]) * {"us": 0.001, "ms": 1, "s": 1000}[latency[2]]
        if re.search(r"Non-2xx|Socket errors", output):
            raise SystemExit(f"requests failed under load:\n{output}")


def wrk_script(url, clients, seconds, script, *arguments):
    """Drives a URL by a Lua script beside this file, which gets the arguments."""
    command = ["wrk", f"-t{min(2, clients)}", f"-c{clients}", f"-d{seconds}s", "--latency"]
    command += ["-s", pathlib.Path(__file__).parent / script, url, "--", *map(str, arguments)]
    return Load(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def wrk(url, clients, seconds, body=None, token=None):
    """Drives a URL with so many keep-alive clients; with a body (a JSON value) it posts it, with a token it shows it."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if body is not None:
            script.write('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n')
            script.write(f"wrk.body = {json.dumps(json.dumps(body))}\n")
            script.flush()
        threads = min(2, clients)
        command = ["wrk", f"-t{threads}", f"-c{clients}", f"-d{seconds}s", "--latency"]
        if body is not None:
            command += ["-s", script.name]
        if token is not None:
            command += ["-H", f"Authorization: Bearer {token}"]
        return Load(subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout)
