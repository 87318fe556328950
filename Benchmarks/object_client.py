"""What the sections about objects share: the JSON API from the asking side."""

import http.client
import json

from trivet_daemon import wrk_script

SMALL = 1024


class Client:
    """A keep-alive connection to the JSON API."""

    def __init__(self, daemon):
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["admin"], timeout=300)

    def request(self, method, path, body=None):
        """Its answer as JSON."""
        self.connection.request(method, path, body=json.dumps(body) if isinstance(body, dict) else body)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {data!r}")
        return json.loads(data) if data else None


def upload_url(daemon, bucket):
    """Where objects are uploaded to; a name is missing."""
    return daemon.url("admin", f"/upload/storage/v1/b/{bucket}/o?uploadType=media")


def upload_small(daemon, bucket, clients, seconds, first=0):
    """Uploads objects of 1 KiB with so many keep-alive clients, each object of another name."""
    return wrk_script(upload_url(daemon, bucket), clients, seconds, "upload.lua", first, SMALL)
