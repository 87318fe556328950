import Datastore
import HTTPTypes
import JSON
import Testing

@testable import CloudAPI

@Suite("Indexes in the shape of Datastore's admin API")
struct IndexResourceTests {
    private func definition(_ text: String) throws -> IndexDefinition {
        try IndexRoutes.definition(try #require(try JSONValue(parsing: Array(text.utf8)).object))
    }

    @Test("A definition is read, with enums by name or number")
    func read() throws {
        let expected = IndexDefinition(
            kind: "Message", ancestor: true, properties: [.init("name"), .init("timestamp", .descending)])
        for text in [
            """
            {"kind":"Message","ancestor":"ALL_ANCESTORS","properties":[{"name":"name","direction":"ASCENDING"},
             {"name":"timestamp","direction":"DESCENDING"}]}
            """,
            #"{"kind":"Message","ancestor":2,"properties":[{"name":"name","direction":1},{"name":"timestamp","direction":2}]}"#,
        ] { #expect(try definition(text) == expected) }
    }

    @Test(
        "What is no definition is refused, and named",
        arguments: [
            (#"{"ancestor":"NONE","properties":[]}"#, "kind"), (#"{"kind":"A","properties":[]}"#, "ancestor"),
            (#"{"kind":"A","ancestor":"ANCESTOR_MODE_UNSPECIFIED"}"#, "ancestor"),
            (#"{"kind":"A","ancestor":"NONE","properties":[{"name":"a"}]}"#, "direction"),
            (#"{"kind":"A","ancestor":"NONE","properties":[{"direction":"ASCENDING"}]}"#, "name"),
            (#"{"kind":"A","ancestor":"NONE","properties":{}}"#, "properties"), (#"{"kind":"A","colour":1}"#, "colour"),
        ])
    func refused(text: String, words: String) throws {
        let problem = #expect(throws: CloudProblem.self, "\(text)") { try definition(text) }
        #expect(problem?.status == .badRequest)
        #expect(problem?.message.contains(words) == true, "\(problem?.message ?? "")")
    }

    @Test("Operations are called by what they do and the index's number")
    func operations() {
        #expect(IndexOperation("create-7") == .create(7))
        #expect(IndexOperation("delete-12") == .delete(12))
        for text in ["create", "create-", "create--7", "create-07", "create-0", "drop-7", "create-7-", "+7"] {
            #expect(IndexOperation(text) == nil, "\(text)")
        }
        #expect(
            JSONValue.object(IndexOperation.delete(12).resource(project: "p", isDone: false)) == [
                "name": "projects/p/operations/delete-12",
                "metadata": [
                    "@type": "type.googleapis.com/google.datastore.admin.v1.IndexOperationMetadata",
                    "common": ["operationType": "DELETE_INDEX", "state": "PROCESSING"], "indexId": "12",
                ],
                "done": false,
            ])
    }
}
