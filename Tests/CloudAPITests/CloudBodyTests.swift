import Datastore
import HTTPTypes
import JSON
import Testing

@testable import CloudAPI

@Suite struct CloudBodyTests {
    private static let known = [
        "aText", "aNumber", "aFlag", "aDuration", "aTime", "someBytes", "someLabels", "aList", "aPart", "parts",
    ]

    private func body(_ text: String) throws -> CloudBody {
        try CloudBody(try #require(try JSONValue(parsing: Array(text.utf8)).object), known: Self.known)
    }

    @Test("Fields are read in either spelling, numbers also as texts, and null is nothing")
    func reads() throws {
        let body = try body(
            """
            {"a_text":"t","aNumber":"12","a_flag":true,"aDuration":"1.5s","aTime":"2026-01-31T09:00:00Z",\
            "someBytes":"_-8=","some_labels":{"a_b":"c"},"aList":["x"],"aPart":{"a_text":null},"parts":[{"aNumber":3.0}]}
            """)
        #expect(try body.text("aText") == "t")
        #expect(try body.integer("aNumber") == 12)
        #expect(try body.flag("aFlag") == true)
        #expect(try body.duration("aDuration") == .milliseconds(1_500))
        #expect(try body.time("aTime")?.rfc3339 == "2026-01-31T09:00:00Z")
        #expect(try body.bytes("someBytes") == [0xFF, 0xEF])
        #expect(try body.map("someLabels").map { "\($0.name)=\($0.value)" } == ["a_b=c"])
        #expect(try body.texts("aList") == ["x"])
        #expect(try body.part("aPart", known: Self.known)?.text("aText") == nil)
        #expect(try body.parts("parts", known: Self.known).map { try $0.integer("aNumber") } == [3])
        let empty = try self.body("{}")
        #expect(try empty.text("aText") == nil && empty.list("aList").isEmpty && empty.map("someLabels").isEmpty)
    }

    @Test(
        "What is of another type is refused, and the field named",
        arguments: [
            ("aText", #"{"aText":1}"#), ("aNumber", #"{"aNumber":1.5}"#), ("aNumber", #"{"aNumber":"x"}"#),
            ("aNumber", #"{"aNumber":3000000000}"#), ("aNumber", #"{"aNumber":true}"#), ("aFlag", #"{"aFlag":"true"}"#),
            ("aDuration", #"{"aDuration":"10m"}"#), ("aDuration", #"{"aDuration":"-1s"}"#),
            ("aDuration", #"{"aDuration":"1h1s"}"#), ("aDuration", #"{"aDuration":""}"#),
            ("aDuration", #"{"aDuration":10}"#), ("aDuration", #"{"aDuration":"0"}"#),
            ("aTime", #"{"aTime":"yesterday"}"#), ("someBytes", #"{"someBytes":"*"}"#),
            ("someLabels", #"{"someLabels":[]}"#), ("someLabels.a", #"{"someLabels":{"a":1}}"#),
            ("aList", #"{"aList":{}}"#), ("aList", #"{"aList":[1]}"#), ("aPart", #"{"aPart":"x"}"#),
            ("aPart.other", #"{"aPart":{"other":1}}"#), ("parts[0]", #"{"parts":[1]}"#),
            ("parts[1].aText", #"{"parts":[{},{"aText":1}]}"#), ("other", #"{"other":1}"#),
            ("aText", #"{"aText":"x","a_text":"y"}"#),
        ])
    func refusals(_ field: String, _ text: String) throws {
        let problem = #expect(throws: CloudProblem.self) {
            let body = try body(text)
            _ = (try body.text("aText"), try body.integer("aNumber"), try body.flag("aFlag"))
            _ = (try body.duration("aDuration"), try body.time("aTime"), try body.bytes("someBytes"))
            _ = (try body.map("someLabels"), try body.texts("aList"))
            _ = try body.part("aPart", known: Self.known)
            for part in try body.parts("parts", known: Self.known) { _ = try part.text("aText") }
        }
        #expect(problem?.field == field)
        #expect(problem?.status.code == 400)
    }

    @Test("A field that must be there is asked for by its name")
    func required() throws {
        for text in ["{}", #"{"aText":""}"#, #"{"aText":null}"#] {
            #expect(#expect(throws: CloudProblem.self) { try body(text).required("aText") }?.field == "aText")
        }
    }

    @Test("What would be kept and not done is refused, unless it says nothing")
    func refuse() throws {
        let features = ["aText", "aFlag", "aList", "aPart"].map { ($0, "things") }
        for text in ["{}", #"{"aText":"","aFlag":false,"aList":[],"aPart":{}}"#, #"{"aPart":null,"aNumber":1}"#] {
            try body(text).refuse(features)
        }
        for text in [#"{"aText":"x"}"#, #"{"aFlag":true}"#, #"{"aList":[1]}"#, #"{"aPart":{"a":1}}"#] {
            #expect(#expect(throws: CloudProblem.self) { try body(text).refuse(features) }?.status.code == 501)
        }
    }
}
