import JSON
import Testing

@testable import CloudAPI

@Suite struct UpdateMaskTests {
    private static let current: JSONValue = [
        "name": "n", "size": 1, "labels": ["a": "1"], "part": ["innerOne": 1, "innerTwo": 2],
    ]

    @Test(
        "What a mask names is taken from the request, or goes; the rest stays",
        arguments: [
            ("size", #"{"size":2}"#, #"{"labels":{"a":"1"},"name":"n","part":{"innerOne":1,"innerTwo":2},"size":2}"#),
            ("size", #"{}"#, #"{"labels":{"a":"1"},"name":"n","part":{"innerOne":1,"innerTwo":2}}"#),
            ("size", #"{"size":null}"#, #"{"labels":{"a":"1"},"name":"n","part":{"innerOne":1,"innerTwo":2}}"#),
            (
                "part.inner_one", #"{"part":{"innerOne":5,"innerTwo":6}}"#,
                #"{"labels":{"a":"1"},"name":"n","part":{"innerOne":5,"innerTwo":2},"size":1}"#
            ),
            (
                "part.innerOne", #"{"part":{"inner_one":5}}"#,
                #"{"labels":{"a":"1"},"name":"n","part":{"innerOne":5,"innerTwo":2},"size":1}"#
            ),
            ("part.innerOne", "{}", #"{"labels":{"a":"1"},"name":"n","part":{"innerTwo":2},"size":1}"#),
            ("labels,part", #"{"labels":{"b_c":"2"},"size":9}"#, #"{"labels":{"b_c":"2"},"name":"n","size":1}"#),
            ("*", #"{"size":3,"name":"other"}"#, #"{"name":"n","size":3}"#),
        ])
    func merges(_ text: String, _ given: String, _ expected: String) throws {
        let mask = try UpdateMask(parsing: text, changeable: ["size", "labels", "part"], constant: ["name"])
        let given = try #require(try JSONValue(parsing: Array(given.utf8)).object)
        let merged = mask.merge(given, into: try #require(Self.current.object))
        #expect(String(decoding: JSONValue.object(merged).serialized(), as: UTF8.self) == expected)
    }

    @Test(
        "A mask that names nothing, what is not known or what cannot change is refused",
        arguments: ["", "nothing", "name", "size,", ",size", "size,,labels", ".size", "part.", "labels.a", "size name"])
    func refusals(_ text: String) {
        let problem = #expect(throws: CloudProblem.self) {
            try UpdateMask(parsing: text, changeable: ["size", "labels", "part"], constant: ["name"])
        }
        #expect(problem?.field == "updateMask")
    }
}
