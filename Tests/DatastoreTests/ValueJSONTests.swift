import JSON
import Testing

@testable import Datastore

@Suite struct ValueJSONTests {
    private func parse(_ text: String) throws -> Value {
        try Value(json: JSONValue(parsing: Array(text.utf8)))
    }

    private func text(_ value: Value) -> String {
        String(decoding: value.json.serialized(), as: UTF8.self)
    }

    @Test("Each type has Google's REST form")
    func forms() throws {
        let key = Key("Task", id: 5, namespace: "n", parent: nil)
        let forms: [(Value, String)] = [
            (.null, #"{"nullValue":null}"#),
            (.boolean(true), #"{"booleanValue":true}"#),
            (.integer(.max), #"{"integerValue":"9223372036854775807"}"#),
            (.integer(.min), #"{"integerValue":"-9223372036854775808"}"#),
            (.double(1), #"{"doubleValue":1.0}"#),
            (.double(-0.0), #"{"doubleValue":-0.0}"#),
            (.double(.nan), #"{"doubleValue":"NaN"}"#),
            (.double(.infinity), #"{"doubleValue":"Infinity"}"#),
            (.double(-.infinity), #"{"doubleValue":"-Infinity"}"#),
            (
                .timestamp(Timestamp(microseconds: 1_609_063_736_123_456)),
                #"{"timestampValue":"2020-12-27T10:08:56.123456Z"}"#
            ),
            (
                .key(key),
                #"{"keyValue":{"partitionId":{"namespaceId":"n"},"path":[{"id":"5","kind":"Task"}]}}"#
            ),
            (.string("a\0\"é"), #"{"stringValue":"a\u0000\"é"}"#),
            (.blob([0xFB, 0xFF]), #"{"blobValue":"+/8="}"#),
            (
                .geoPoint(GeoPoint(latitude: 1.5, longitude: -2)),
                #"{"geoPointValue":{"latitude":1.5,"longitude":-2.0}}"#
            ),
            (
                .entity(EmbeddedEntity(properties: ["a": .integer(1)])),
                #"{"entityValue":{"properties":{"a":{"integerValue":"1"}}}}"#
            ),
            (.array([.null]), #"{"arrayValue":{"values":[{"nullValue":null}]}}"#),
            (.string("x", excludeFromIndexes: true), #"{"excludeFromIndexes":true,"stringValue":"x"}"#),
            (
                Value(.integer(1), excludeFromIndexes: true, meaning: 14),
                #"{"excludeFromIndexes":true,"integerValue":"1","meaning":14}"#
            ),
            (
                Value(.blob([]), excludeFromIndexes: true, meaning: 3),
                #"{"blobValue":"","excludeFromIndexes":true,"meaning":3}"#
            ),
            (Value(.string(""), meaning: -1), #"{"meaning":-1,"stringValue":""}"#),
        ]
        for (value, form) in forms {
            #expect(text(value) == form)
            #expect(try parse(form) == value)
        }
    }

    @Test("The forms that Google's clients send besides are read, too")
    func otherForms() throws {
        #expect(try parse(#"{"integerValue":7}"#) == .integer(7))
        #expect(try parse(#"{"doubleValue":7}"#) == .double(7))
        #expect(try parse(#"{"doubleValue":"1e3"}"#) == .double(1_000))
        #expect(try parse(#"{"nullValue":"NULL_VALUE"}"#) == .null)
        #expect(try parse(#"{"blobValue":"-_8"}"#) == .blob([0xFB, 0xFF]))
        #expect(try parse(#"{"arrayValue":{}}"#) == .array([]))
        #expect(try parse(#"{"geoPointValue":{}}"#) == .geoPoint(GeoPoint(latitude: 0, longitude: 0)))
        #expect(
            try parse(#"{"timestampValue":"2020-12-27T11:08:56.123456789+01:00"}"#)
                == .timestamp(Timestamp(microseconds: 1_609_063_736_123_456)))
    }

    @Test(
        "What is no value is refused",
        arguments: [
            "1", "[]", "{}", #"{"stringValue":1}"#, #"{"integerValue":"1.5"}"#, #"{"integerValue":1.5}"#,
            #"{"integerValue":"9223372036854775808"}"#, #"{"integerValue":9.3e18}"#, #"{"integerValue":""}"#,
            #"{"doubleValue":"nan"}"#, #"{"doubleValue":"0x1p3"}"#, #"{"doubleValue":"1e999"}"#,
            #"{"booleanValue":"true"}"#, #"{"nullValue":0}"#, #"{"blobValue":"a"}"#, #"{"blobValue":"ab=c"}"#,
            #"{"blobValue":"QQ==="}"#, #"{"blobValue":"QR=="}"#, #"{"timestampValue":"2020-13-01T00:00:00Z"}"#,
            #"{"timestampValue":"2020-02-30T00:00:00Z"}"#, #"{"timestampValue":"2020-01-01 00:00:00"}"#,
            #"{"timestampValue":"0000-01-01T00:00:00Z"}"#, #"{"timestampValue":"2020-01-01T00:00:00.Z"}"#,
            #"{"timestampValue":"2020-01-01T24:00:00Z"}"#, #"{"timestampValue":"2020-01-01T00:00:00Zx"}"#,
            #"{"geoPointValue":{"latitude":91}}"#, #"{"geoPointValue":{"longitude":"NaN"}}"#,
            #"{"keyValue":{}}"#, #"{"keyValue":{"path":[]}}"#, #"{"keyValue":{"path":[{"kind":"K","id":"x"}]}}"#,
            #"{"keyValue":{"path":[{"kind":"K","id":"1","name":"n"}]}}"#, #"{"keyValue":{"path":[{"id":"1"}]}}"#,
            #"{"entityValue":[]}"#, #"{"arrayValue":[]}"#, #"{"arrayValue":{"values":{}}}"#,
            #"{"arrayValue":{"values":[1]}}"#, #"{"stringValue":"a","integerValue":"1"}"#, #"{"textValue":"a"}"#,
            #"{"stringValue":"a","excludeFromIndexes":1}"#, #"{"stringValue":"a","meaning":"x"}"#,
            #"{"stringValue":"a","meaning":4294967296}"#, #"{"excludeFromIndexes":true}"#,
        ])
    func refusals(_ text: String) async {
        await expectError(.invalidArgument) { _ = try parse(text) }
    }

    @Test("Random entities come back exactly, by either writer")
    func roundTrip() throws {
        var random = SeededGenerator(1)
        for _ in 0..<1_500 {
            let properties = random.properties()
            let stored = properties.serialized()
            #expect(stored == properties.json.serialized())
            #expect(try Properties(stored: stored) == properties)
            let key = random.key()
            #expect(try Key(json: JSONValue(parsing: key.json().serialized())) == key)
        }
    }

    @Test("JSON that was bent at random is read or refused, and never crashes")
    func mutations() throws {
        var random = SeededGenerator(2)
        for _ in 0..<2_000 {
            var bytes = random.properties().serialized()
            for _ in 0...random.below(3) where !bytes.isEmpty {
                let index = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[index] = UInt8(random.below(256))
                case 1: bytes.remove(at: index)
                default: bytes.insert(random.pick(Array("{}[]\",:1a".utf8)), at: index)
                }
            }
            guard let json = try? JSONValue(parsing: bytes), let properties = try? Properties(json: json) else {
                continue
            }
            #expect(try Properties(stored: properties.serialized()) == properties)
        }
    }

    @Test("A property's name is in the message about its value")
    func message() {
        let json: JSONValue = ["when": ["timestampValue": "yesterday"]]
        #expect {
            try Properties(json: json)
        } throws: { error in
            "\(error)" == #"property "when": timestampValue must be an RFC 3339 timestamp"#
        }
    }
}
