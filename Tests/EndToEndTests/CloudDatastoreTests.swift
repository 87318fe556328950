import TestSupport
import Testing

/// Google's discovery client of Datastore's admin API against the real daemon; each answer is checked against the
/// document.
@Suite("Datastore's admin API")
struct CloudDatastoreTests {
    @Test("indexes are made and removed by operations that can be watched")
    func client() async throws {
        let daemon = try await TestDaemon.start()
        let result = try await PythonEnvironment.run(Self.program, [daemon.url("admin")])
        #expect(result.output == "done\n", "\(result.errors)")
        let listed = try await daemon.trivetctl("datastore", "indexes", "list", "--format", "value(kind)")
        #expect(listed.output == "Message\n")
        #expect(await daemon.stop() == .exited(0))
    }

    private static let program = #"""
        import sys, time
        import discovery_check
        from googleapiclient.errors import HttpError

        client = discovery_check.client("datastore", "v1", sys.argv[1]).projects()
        indexes, operations = client.indexes(), client.operations()
        project = "my-project"

        def refused(status, call, **arguments):
            try:
                call(**arguments).execute()
            except HttpError as error:
                assert error.status_code == status, error
                return error.error_details, str(error)
            raise AssertionError(f"{arguments} is taken")

        def done(name):
            deadline = time.monotonic() + 60
            while True:
                operation = operations.get(name=name).execute()
                if operation["done"]:
                    return operation
                assert time.monotonic() < deadline, operation
                time.sleep(0.05)

        # What a first start made, as the lab's reader did with index.yaml.
        first = indexes.list(projectId=project).execute()["indexes"]
        properties = [{"name": "name", "direction": "ASCENDING"}, {"name": "timestamp", "direction": "ASCENDING"}]
        assert len(first) == 1 and first[0]["kind"] == "Message" and first[0]["properties"] == properties, first
        assert first[0]["state"] == "READY" and first[0]["ancestor"] == "NONE"
        assert indexes.get(projectId=project, indexId=first[0]["indexId"]).execute() == first[0]

        body = {"kind": "Task", "ancestor": "ALL_ANCESTORS", "properties": [{"name": "done", "direction": "DESCENDING"}]}
        operation = indexes.create(projectId=project, body=body).execute()
        assert operation["metadata"]["common"]["operationType"] == "CREATE_INDEX", operation
        response = done(operation["name"])["response"]
        assert response["@type"] == "type.googleapis.com/google.datastore.admin.v1.Index"
        made = indexes.get(projectId=project, indexId=operation["metadata"]["indexId"]).execute()
        assert made == {name: value for name, value in response.items() if name != "@type"}
        assert made["state"] == "READY" and made["kind"] == "Task" and made["properties"] == body["properties"]
        refused(409, indexes.create, projectId=project, body=body)

        pages, token = [], None
        while True:
            page = indexes.list(projectId=project, pageSize=1, pageToken=token).execute()
            pages += page["indexes"]
            token = page.get("nextPageToken")
            if not token:
                break
        assert pages == [first[0], made], pages
        names = [operation["name"] for operation in operations.list(name=f"projects/{project}").execute()["operations"]]
        assert operation["name"] in names and len(names) == 2

        removal = indexes.delete(projectId=project, indexId=made["indexId"]).execute()
        assert removal["metadata"]["common"]["operationType"] == "DELETE_INDEX", removal
        assert done(removal["name"])["metadata"]["common"]["state"] == "SUCCESSFUL"
        refused(404, indexes.get, projectId=project, indexId=made["indexId"])
        refused(404, indexes.delete, projectId=project, indexId=made["indexId"])
        refused(404, operations.get, name=operation["name"])
        for bad in [{}, {"kind": "A", "ancestor": "NONE", "properties": [{"name": "a", "direction": "ASCENDING"}]},
                    {"kind": "A", "ancestor": "NONE", "properties": []}, body | {"colour": 1}]:
            refused(400, indexes.create, projectId=project, body=bad)
        refused(404, indexes.list, projectId="other")
        refused(404, indexes.get, projectId=project, indexId="x")
        refused(404, operations.get, name=f"projects/{project}/operations/x")
        refused(400, indexes.list, projectId=project, pageToken="x")
        refused(501, indexes.list, projectId=project, filter="kind=A")
        refused(501, operations.cancel, name=removal["name"])
        print("done")
        """#
}
