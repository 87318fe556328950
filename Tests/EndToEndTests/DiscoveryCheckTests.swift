import TestSupport
import Testing

@Suite("The checker of answers against Google's discovery documents")
struct DiscoveryCheckTests {
    @Test("takes what the documents allow, and refuses what they do not")
    func refusals() async throws {
        let result = try await PythonEnvironment.run(Self.program)
        #expect(result.output == "done\n", "\(result.errors)")
    }

    private static let program = #"""
        import discovery_check
        from discovery_check import Document, Mismatch, check_error

        def refused(call, *arguments):
            try:
                call(*arguments)
            except Mismatch:
                return
            raise AssertionError(f"{arguments} is taken")

        pubsub, storage = Document("pubsub", "v1"), Document("storage", "v1")
        scheduler = Document("cloudscheduler", "v1")
        good = [
            (pubsub, "Topic", {"name": "projects/p/topics/t", "labels": {"a": "b"}, "state": "ACTIVE"}),
            (pubsub, "Topic", {"messageRetentionDuration": "600.5s"}),
            (pubsub, "PubsubMessage", {"data": "aGVsbG8=", "publishTime": "2026-01-31T09:00:00.123456Z"}),
            (pubsub, "PullResponse", {"receivedMessages": [{"deliveryAttempt": 1, "message": {"attributes": {}}}]}),
            (storage, "Object", {"size": "12", "generation": "1", "metadata": {"k": "v"}}),
            (scheduler, "Job", {"httpTarget": {"httpMethod": "GET"}, "retryConfig": {"retryCount": 3}}),
        ]
        for document, schema, value in good:
            document.check(schema, value)
        bad = [
            (pubsub, "Topic", {"nam": "t"}),
            (pubsub, "Topic", {"name": 1}),
            (pubsub, "Topic", {"name": None}),
            (pubsub, "Topic", {"labels": {"a": 1}}),
            (pubsub, "Topic", {"state": "ASLEEP"}),
            (pubsub, "Topic", {"messageRetentionDuration": "10m"}),
            (pubsub, "Topic", []),
            (pubsub, "PubsubMessage", {"data": "?"}),
            (pubsub, "PubsubMessage", {"publishTime": "2026-02-31T09:00:00Z"}),
            (pubsub, "PubsubMessage", {"publishTime": "Sun, 27 Dec 2020 10:08:56 GMT"}),
            (pubsub, "PullResponse", {"receivedMessages": {"message": {}}}),
            (pubsub, "PullResponse", {"receivedMessages": [{"deliveryAttempt": "1"}]}),
            (pubsub, "PullResponse", {"receivedMessages": [{"deliveryAttempt": True}]}),
            (pubsub, "PullResponse", {"receivedMessages": [{"message": {"body": ""}}]}),
            (pubsub, "PullResponse", {"receivedMessages": [{"deliveryAttempt": 2**31}]}),
            (pubsub, "Subscription", {"enableMessageOrdering": "true"}),
            (storage, "Object", {"size": 12}),
            (storage, "Object", {"size": "twelve"}),
            (storage, "Object", {"size": str(2**64)}),
        ]
        for document, schema, value in bad:
            refused(document.check, schema, value)

        get, delete = "pubsub.projects.topics.get", "storage.buckets.delete"
        pubsub.check_answer(get, 200, {"name": "t"})
        refused(pubsub.check_answer, get, 200, {"topic": "t"})
        storage.check_answer(delete, 204, None)
        refused(storage.check_answer, delete, 200, {"kind": "storage#bucket"})
        error = {"code": 404, "message": "There is none.", "status": "NOT_FOUND"}
        pubsub.check_answer(get, 404, {"error": error})
        for wrong in [{}, {"error": "x"}, {"error": error | {"code": 400}}, {"error": error | {"reason": "x"}}]:
            refused(pubsub.check_answer, get, 404, wrong)
        refused(check_error, 404, {"error": error | {"message": ""}})
        refused(check_error, 404, {"error": error | {"status": "Not found"}})
        refused(check_error, 404, "not found")

        base = "http://127.0.0.1:1"
        assert pubsub.method("GET", f"{base}/v1/projects/p/topics/t?$alt=json") == get
        assert pubsub.method("POST", f"{base}/v1/projects/p/topics/t:publish") == "pubsub.projects.topics.publish"
        assert pubsub.method("GET", f"{base}/v1/projects/p/nothing") is None
        assert storage.method("GET", f"{base}/storage/v1/b/photos/o/a%2Fb.jpg") == "storage.objects.get"

        # A client's every answer is checked.
        from googleapiclient.http import HttpMock
        from httplib2 import Response
        class Answers(HttpMock):
            def __init__(self, status, text):
                self.answer = Response({"status": status}), text.encode()
            def request(self, *_, **__):
                return self.answer
        client = discovery_check.client("pubsub", "v1", base)
        ask = client.projects().topics().get(topic="projects/p/topics/t").execute
        assert ask(http=Answers(200, '{"name": "t"}')) == {"name": "t"}
        refused(lambda: ask(http=Answers(200, '{"topic": "t"}')))
        refused(lambda: ask(http=Answers(404, '{"message": "not found"}')))

        import http.server, requests, threading
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b'{"name": "t"}' if self.path.endswith("/right") else b'{"topic": "t"}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1/projects/p"
        with requests.Session() as session:
            asked = discovery_check.watch(session, "pubsub", "v1")
            session.get(f"{url}/topics/right")
            refused(session.get, f"{url}/topics/wrong")
            refused(session.get, f"{url}/nothing/right")
            assert asked == [get, get]
        server.shutdown()
        server.server_close()
        print("done")
        """#
}
