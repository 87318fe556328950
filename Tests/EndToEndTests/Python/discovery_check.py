"""Checks answers against Google's discovery documents, which google-api-python-client brings.

A client that is made of such a document, each of whose answers is checked:

    iam = discovery_check.client("iam", "v1", url)
    iam.projects().serviceAccounts().list(name="projects/p").execute()

Google's other clients, whose requests go through a session of `requests`, and requests made by hand:

    discovery_check.watch(client.transport._session, "run", "v2")
    discovery_check.Document("pubsub", "v1").check("Topic", {"name": "projects/p/topics/t"})

An answer that is not as the document says raises `Mismatch`. A document says what members an object may have and of
what types; it does not say which have to be there.
"""

import base64
import binascii
import datetime
import json
import os
import re
import urllib.parse

import googleapiclient.discovery
import googleapiclient.http
from google.auth.credentials import AnonymousCredentials


class Mismatch(AssertionError):
    """An answer is not as the discovery document says."""


class Document:
    """A discovery document."""

    def __init__(self, name, version):
        folder = os.path.join(os.path.dirname(googleapiclient.discovery.__file__), "discovery_cache", "documents")
        with open(os.path.join(folder, f"{name}.{version}.json"), encoding="utf-8") as file:
            self.json = json.load(file)
        self.name = f"{name}.{version}"
        self.schemas = self.json["schemas"]
        self.methods = {method["id"]: method for method in self._methods(self.json)}
        self._paths = [(self._pattern(method), method) for method in self.methods.values()]

    def check(self, schema, value):
        """Checks a value against a schema by its name, such as `Topic`."""
        self._value({"$ref": schema}, value, schema)

    def check_answer(self, method, status, value):
        """Checks a method's answer, such as that of `pubsub.projects.topics.get`; an error has Google's error shape."""
        if status >= 400:
            check_error(status, value)
            return
        schema = self.methods[method].get("response")
        if schema is None:
            if value not in (None, {}):
                raise Mismatch(f"{method} answers nothing, and not {value!r}")
        else:
            self._value(schema, value, method)

    def method(self, verb, url):
        """The id of the method that a request asks for; None when the document has none."""
        path = urllib.parse.urlsplit(url).path.lstrip("/")
        found = [method for pattern, method in self._paths if method["httpMethod"] == verb and pattern.fullmatch(path)]
        # The one with the most text of its own.
        found.sort(key=lambda method: len(re.sub(r"{[^}]*}", "", self._path(method))))
        return found[-1]["id"] if found else None

    @classmethod
    def _methods(cls, part):
        yield from part.get("methods", {}).values()
        for resource in part.get("resources", {}).values():
            yield from cls._methods(resource)

    @staticmethod
    def _path(method):
        return method.get("flatPath") or method["path"]

    def _pattern(self, method):
        parts = re.split(r"({[^}]*})", self.json["servicePath"] + self._path(method))
        texts = [
            (".+" if part.startswith("{+") else "[^/]+") if part.startswith("{") else re.escape(part) for part in parts
        ]
        return re.compile("".join(texts))

    def _value(self, schema, value, at):
        if "$ref" in schema:
            self._value(self.schemas[schema["$ref"]], value, at)
            return
        kind = schema.get("type")
        if kind == "any":
            return
        if kind == "object":
            self._object(schema, value, at)
        elif kind == "array":
            self._require(isinstance(value, list), value, at, "an array")
            for index, element in enumerate(value):
                self._value(schema["items"], element, f"{at}[{index}]")
        elif kind == "boolean":
            self._require(isinstance(value, bool), value, at, "true or false")
        elif kind == "integer":
            bounds = (0, 2**32) if schema.get("format") == "uint32" else (-(2**31), 2**31)
            whole = isinstance(value, int) and not isinstance(value, bool) and bounds[0] <= value < bounds[1]
            self._require(whole, value, at, f"an integer of {schema.get('format')}")
        elif kind == "number":
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            self._require(number or value in ("NaN", "Infinity", "-Infinity"), value, at, "a number")
        elif kind == "string":
            self._string(schema, value, at)
        else:
            raise Mismatch(f"{at}: the checker does not know the type {kind!r}")

    def _object(self, schema, value, at):
        self._require(isinstance(value, dict), value, at, "an object")
        members, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, member in value.items():
            if name in members:
                self._value(members[name], member, f"{at}.{name}")
            elif others is not None:
                self._value(others, member, f"{at}.{name}")
            else:
                raise Mismatch(f"{at} has no member {name!r} in {self.name}; there are: {', '.join(sorted(members))}")

    def _string(self, schema, value, at):
        self._require(isinstance(value, str), value, at, "a string")
        if "enum" in schema:
            self._require(value in schema["enum"], value, at, f"one of {', '.join(schema['enum'])}")
        form = schema.get("format")
        if form is not None:
            self._require(_has_form(form, value), value, at, f"of the form {form}")

    @staticmethod
    def _require(condition, value, at, what):
        if not condition:
            raise Mismatch(f"{at} is {value!r}, not {what}")


def _has_form(form, text):
    if form in ("int64", "uint64"):
        low, high = (-(2**63), 2**63) if form == "int64" else (0, 2**64)
        return re.fullmatch(r"-?[0-9]+", text) is not None and low <= int(text) < high
    if form == "byte":
        # Google's answers have either alphabet.
        try:
            base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            return False
        return True
    if form in ("google-datetime", "date-time"):
        parts = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", text)
        return parts is not None and _is_time(parts[1], "%Y-%m-%dT%H:%M:%S")
    if form == "date":
        return _is_time(text, "%Y-%m-%d")
    if form == "google-duration":
        return re.fullmatch(r"-?[0-9]+(\.[0-9]{1,9})?s", text) is not None
    if form == "google-fieldmask":
        return re.fullmatch(r"[A-Za-z0-9_.]+(,[A-Za-z0-9_.]+)*|", text) is not None
    raise Mismatch(f"the checker does not know the format {form!r}")


def _is_time(text, form):
    try:
        datetime.datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def check_error(status, value):
    """Checks Google's error shape: code, message and the name of the status."""
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        raise Mismatch(f"{value!r} is not of Google's error shape")
    if error.get("code") != status or not isinstance(error.get("message"), str) or not error["message"]:
        raise Mismatch(f"{value!r} does not have the code {status} and a message")
    if not re.fullmatch("[A-Z_]+", error.get("status", "OK")):
        raise Mismatch(f"{value!r} has no name of a google.rpc.Code")
    if not set(error) <= {"code", "message", "status", "errors", "details"}:
        raise Mismatch(f"{value!r} has members that errors do not have")


def client(name, version, url, credentials=None):
    """A client of google-api-python-client for the daemon at `url`, each of whose answers is checked."""
    document = Document(name, version)
    document.json["rootUrl"] = url + "/"
    document.json["baseUrl"] = url + "/" + document.json["servicePath"]

    class CheckedRequest(googleapiclient.http.HttpRequest):
        def execute(self, http=None, num_retries=0):
            try:
                answer = super().execute(http=http, num_retries=num_retries)
            except googleapiclient.http.HttpError as error:
                check_error(error.resp.status, json.loads(error.content))
                raise
            # Bytes, where these were asked for.
            if not isinstance(answer, bytes):
                document.check_answer(self.methodId, 200, None if answer == "" else answer)
            return answer

    return googleapiclient.discovery.build_from_document(
        document.json, credentials=credentials or AnonymousCredentials(), requestBuilder=CheckedRequest
    )


def watch(session, name, version):
    """Has each answer to a session of `requests` checked; gives the list of the methods that were asked so far."""
    document, asked = Document(name, version), []

    def check(response, *_, **__):
        method = document.method(response.request.method, response.url)
        if method is None:
            raise Mismatch(f"{document.name} has no method {response.request.method} {response.url}")
        asked.append(method)
        document.check_answer(method, response.status_code, response.json() if response.content else None)

    session.hooks["response"].append(check)
    return asked
