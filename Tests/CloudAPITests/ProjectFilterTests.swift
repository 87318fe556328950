import JSON
import Testing

@testable import CloudAPI

@Suite struct ProjectFilterTests {
    private let project: JSONObject = ["projectId": "my-project", "name": "my-project", "lifecycleState": "ACTIVE"]

    @Test(
        "every term must hold",
        arguments: [
            ("", true), ("id:my-project", true), ("id:MY-*", true), ("id:my", false),
            ("projectId=\"my-project\"", true),
            ("lifecycleState:ACTIVE", true), ("state:DELETE_REQUESTED", false), ("id:my-* AND name:my-project", true),
            ("id:my-* name:other", false), ("id:*", true), ("id:", false),
        ])
    func terms(text: String, matches: Bool) throws { #expect(try ProjectFilter(text).matches(project) == matches) }

    @Test(
        "a filter that is not understood is refused, and not passed over", arguments: ["colour:red", "id", "NOT id:x"])
    func refused(text: String) { #expect(throws: CloudProblem.self) { try ProjectFilter(text) } }
}
