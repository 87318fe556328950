import JSON
import TestSupport
import Testing
import Transfer

/// Google's discovery client of Cloud Logging against the real daemon; each answer is checked against the document.
@Suite("Cloud Logging's API")
struct CloudLoggingTests {
    @Test("requests are found by Cloud Logging's query language, in pages, either end first")
    func client() async throws {
        let daemon = try await TestDaemon.start()
        let client = TransferClient()
        for number in 0..<5 {
            let answer = try await client.post(
                daemon.url("hello-world-service", "/api/v1/hello"), ["name": .string("n\(number)")])
            #expect(answer.status == 200)
        }
        #expect(try await client.get(daemon.url("message-board-service", "/nothing")).status == 404)
        await client.shutdown()
        let result = try await PythonEnvironment.run(Self.program, [daemon.url("admin")])
        #expect(result.output == "done\n", "\(result.errors)")
        #expect(await daemon.stop() == .exited(0))
    }

    private static let program = #"""
        import sys
        import discovery_check
        from googleapiclient.errors import HttpError

        client = discovery_check.client("logging", "v2", sys.argv[1])

        def entries(filter="", **others):
            body = {"resourceNames": ["projects/my-project"], "filter": filter} | others
            return client.entries().list(body=body).execute()

        def refused(status, *words, **body):
            try:
                client.entries().list(body={"resourceNames": ["projects/my-project"]} | body).execute()
            except HttpError as error:
                assert error.status_code == status, error
                for word in words:
                    assert word in str(error), (word, error)
                return
            raise AssertionError(f"{body} is taken")

        hello = 'resource.type="cloud_run_revision" AND resource.labels.service_name="hello-world-service"'
        found = entries(f"{hello}\nhttpRequest.requestUrl:hello")["entries"]
        assert len(found) == 5, found
        entry = found[0]
        assert entry["logName"] == "projects/my-project/logs/run.googleapis.com%2Frequests"
        assert entry["resource"]["labels"] == {
            "project_id": "my-project", "service_name": "hello-world-service", "location": "local"}
        assert entry["severity"] == "INFO" and entry["labels"]["route"] == "/api/v1/hello"
        assert entry["httpRequest"]["status"] == 200 and entry["httpRequest"]["requestMethod"] == "POST"
        assert found == sorted(found, key=lambda entry: (entry["timestamp"], entry["insertId"]))

        missing = entries("severity>=WARNING httpRequest.status=404")["entries"]
        assert [entry["httpRequest"]["requestUrl"] for entry in missing] == ["/nothing"], missing
        assert entries("severity>=ERROR") == {}
        assert entries(f'trace="{entry["trace"]}"')["entries"] == [entry]
        start = found[0]["timestamp"]
        assert len(entries(f'{hello} timestamp>="{start}"')["entries"]) == 5
        assert entries(f'{hello} timestamp<"{start}"') == {}
        assert len(entries(f'{hello} AND (httpRequest.status=200 OR severity=ERROR) AND NOT nowhere')["entries"]) == 5

        # Pages, from either end.
        def pages(order):
            everything, token = [], None
            while True:
                more = {"pageToken": token} if token else {}
                page = entries(hello, orderBy=order, pageSize=2, **more)
                everything += page.get("entries", [])
                assert len(page.get("entries", [])) <= 2
                token = page.get("nextPageToken")
                if not token:
                    return [entry["insertId"] for entry in everything]
        ids = [entry["insertId"] for entry in found]
        assert sorted(pages("timestamp asc")) == sorted(ids) and sorted(pages("timestamp desc")) == sorted(ids)
        assert entries(hello, orderBy="timestamp desc", pageSize=1)["entries"][0]["insertId"] == max(ids)

        refused(400, "jsonPayload.message", filter='jsonPayload.message="x"')
        refused(400, "=~", filter='httpRequest.requestUrl=~"^/api"')
        refused(400, "character 15", "missing", filter="severity=(INFO")
        refused(400, "orderBy", orderBy="severity")
        refused(400, "pageSize", pageSize=-1)
        refused(400, "page token", pageToken="x")
        refused(400, "resourceNames", resourceNames=[])
        refused(404, "other", resourceNames=["projects/other"])
        refused(400, "colour", colour="blue")

        logs = client.projects().logs().list(parent="projects/my-project").execute()
        assert logs == {"logNames": [entry["logName"]]}, logs
        print("done")
        """#
}
