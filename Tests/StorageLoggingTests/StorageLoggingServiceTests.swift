import Datastore
import HTTPTypes
import Hosting
import JSON
import MetricsTestKit
import Synchronization
import Testing

@testable import StorageLogging

@Suite struct StorageLoggingServiceTests {
    /// 2020-12-28T00:20:01Z.
    static let upload = Timestamp(microseconds: 1_609_114_801_000_000)

    final class Clock: Sendable {
        let time = Mutex(StorageLoggingServiceTests.upload)
        var now: Timestamp { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
    }

    struct Logging: Sendable {
        let service: StorageLoggingService
        let purge: StorageLogPurge
        let datastore: Datastore
        let clock = Clock()
        let metrics = TestMetrics()

        init(_ datastore: Datastore) {
            self.datastore = datastore
            let clock = self.clock
            purge = StorageLogPurge(
                datastore: datastore, retain: { .seconds(180) }, metrics: metrics, now: { clock.now })
            service = StorageLoggingService(datastore: datastore, purge: purge, now: { clock.now })
        }

        func ask(_ method: HTTPRequest.Method, _ path: String, _ body: String = "") async throws -> (
            status: Int, body: String
        ) {
            let route = try #require(service.routes.first { $0.path == path && $0.method == method })
            let request = try HostedRequest(
                method, path, headers: [.contentType: "application/json"], body: Array(body.utf8))
            let response: HostedResponse
            do {
                response = try await route.handler(request)
            } catch let problem as HTTPProblem {
                response = service.render(problem)
            }
            guard case .bytes(let bytes) = response.body else { return (response.status.code, "") }
            return (response.status.code, String(decoding: bytes, as: UTF8.self))
        }

        func push(_ event: String, id: String? = "1", type: String = "OBJECT_FINALIZE", urlSafe: Bool = false)
            async throws -> (status: Int, body: String)
        {
            var message: JSONObject = JSONObject()
            message["attributes"] = ["eventType": .string(type), "objectId": "faulkner.jpg"]
            message["data"] = .string(base64(Array(event.utf8), urlSafe: urlSafe))
            message["messageId"] = id.map { .string($0) }
            let envelope: JSONValue = ["message": .object(message), "subscription": "projects/p/subscriptions/s"]
            return try await ask(.post, "/api/v1/pubsub", String(decoding: envelope.serialized(), as: UTF8.self))
        }

        func count() async throws -> Int { try await datastore.count(Query(kind: "StorageLog")) }
    }

    static func base64(_ bytes: [UInt8], urlSafe: Bool) -> String {
        let digits =
            Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
            + Array((urlSafe ? "-_" : "+/").utf8)
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var number: UInt32 = 0
            for index in 0..<3 { number = number << 8 | UInt32(index < group.count ? group[start + index] : 0) }
            for digit in 0..<4 {
                if digit <= group.count {
                    text.append(Character(Unicode.Scalar(digits[Int(number >> (18 - 6 * UInt32(digit)) & 63)])))
                } else if !urlSafe {
                    text.append("=")
                }
            }
        }
        return text
    }

    private func serving(_ body: @escaping @Sendable (Logging) async throws -> Void) async throws {
        try await TemporaryDatastore.with(StorageLoggingService.indexes) { try await body(Logging($0)) }
    }

    @Test("An upload's event is stored under its message id, with a timestamp, and answered")
    func stores() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            let answer = try await logging.push(#"{"name":"faulkner.jpg","size":"1024","bucket":"photostore"}"#)
            #expect(
                answer
                    == (
                        200,
                        #"{"bucket":"photostore","name":"faulkner.jpg","size":"1024","#
                            + #""timestamp":"Mon, 28 Dec 2020 00:20:01 GMT"}"#
                    ))
            let stored = try #require(try await logging.datastore.lookup(Key("StorageLog", name: "1")))
            #expect(stored["timestamp"]?.timestamp == Self.upload)
            #expect(stored["name"]?.string == "faulkner.jpg")
        }
    }

    @Test("A message that is delivered twice is one entity, and the second answer is the stored one")
    func redelivery() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            let first = try await logging.push(#"{"a":1.0,"b":[1,{"c":null}],"timestamp":"mine"}"#)
            logging.clock.advance(.seconds(60))
            let second = try await logging.push(#"{"a":2}"#)
            #expect(first == second)
            #expect(first.body == #"{"a":1.0,"b":[1,{"c":null}],"timestamp":"Mon, 28 Dec 2020 00:20:01 GMT"}"#)
            #expect(try await logging.count() == 1)
            await withTaskGroup(of: Void.self) { tasks in
                for _ in 0..<20 {
                    tasks.addTask { #expect((try? await logging.push(#"{"x":1}"#, id: "same"))?.status == 200) }
                }
            }
            #expect(try await logging.count() == 2)
        }
    }

    @Test("Without a message id each event gets an id of its own; the older spelling of the id counts too")
    func ids() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            #expect(try await logging.push("{}", id: nil).status == 200)
            #expect(try await logging.push("{}", id: nil).status == 200)
            #expect(try await logging.count() == 2)
            let body = #"{"message":{"attributes":{"eventType":"OBJECT_FINALIZE"},"data":"e30=","message_id":"old"}}"#
            #expect(try await logging.ask(.post, "/api/v1/pubsub", body).status == 200)
            #expect(try await logging.datastore.lookup(Key("StorageLog", name: "old")) != nil)
            #expect(try await logging.push("{}", id: "").status == 400)
            #expect(try await logging.push("{}", id: "__x__").status == 400)
            #expect(try await logging.push("{}", id: String(repeating: "i", count: 1_501)).status == 400)
        }
    }

    @Test("Another event type is acknowledged and not stored")
    func otherEvents() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            let answer = (200, #"{"message":"This is Not a file upload event."}"#)
            #expect(try await logging.push("not even JSON", type: "OBJECT_DELETE") == answer)
            #expect(try await logging.count() == 0)
        }
    }

    @Test("Envelopes with something missing or wrong are 400 that names it, and store nothing")
    func badEnvelopes() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            let cases = [
                ("{}", "message property is required."),
                (#"{"message":1}"#, "message must be an object, not a number."),
                (#"{"message":{}}"#, "message.attributes property is required."),
                (#"{"message":{"attributes":[]}}"#, "attributes must be an object, not an array."),
                (#"{"message":{"attributes":{}}}"#, "message.attributes.eventType property is required."),
                (#"{"message":{"attributes":{"eventType":"OBJECT_FINALIZE"}}}"#, "message.data property is required."),
                (
                    #"{"message":{"attributes":{"eventType":"OBJECT_FINALIZE"},"data":"*"}}"#,
                    "message.data is not Base64."
                ),
                (
                    #"{"message":{"attributes":{"eventType":"OBJECT_FINALIZE"},"data":"W10="}}"#,
                    "message.data must be Base64 of a JSON object, not of array."
                ),
                (
                    #"{"message":{"attributes":{"eventType":"OBJECT_FINALIZE"},"data":"e30=","messageId":1}}"#,
                    "messageId must be a string, not a number."
                ),
            ]
            for (body, message) in cases {
                let answer = try await logging.ask(.post, "/api/v1/pubsub", body)
                #expect(answer.status == 400)
                #expect(try JSONValue(parsing: answer.body.utf8).object?["message"]?.string == message)
            }
            for event in [
                "", "{", "nothing", #"{"a":1,"a":2}"#, #"{"a":1e999}"#,
            ] {
                #expect(try await logging.push(event).status == 400, "\(event)")
            }
            #expect(try await logging.count() == 0)
        }
    }

    @Test(
        "Values survive exactly: integers, doubles, NUL, any Unicode, deep nesting; both alphabets of Base64 are read")
    func exactValues() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            let deep = String(repeating: "[", count: 98) + "1" + String(repeating: "]", count: 98)
            let events = [
                #"{"a":9223372036854775807,"b":-9223372036854775808,"c":1.0,"d":0.1,"e":1e300,"f":-0.0}"#,
                #"{"a":"","b":"\u0000","c":"😀","\u00e9":1,"e\u0301":2}"#,
                #"{"a":[],"b":{},"c":[[1,[2]],{"d":[{}]}],"e":[null,true]}"#,
                #"{"a":\#(deep)}"#, #"{"a":"???>>>~~~"}"#, #"{"":1,"__x__":2,"o":{"":{"__y__":3}}}"#,
            ]
            for (index, event) in events.enumerated() {
                for safe in [false, true] {
                    let id = "\(index)-\(safe)"
                    let answer = try await logging.push(event, id: id, urlSafe: safe)
                    #expect(answer.status == 200)
                    var expected = try #require(try JSONValue(parsing: event.utf8).object)
                    expected["timestamp"] = "Mon, 28 Dec 2020 00:20:01 GMT"
                    #expect(try JSONValue(parsing: answer.body.utf8) == .object(expected))
                    #expect(try await logging.push(event, id: id).body == answer.body)
                }
            }
        }
    }

    @Test("The purge deletes what is older than it is kept, and only that; a dry run counts")
    func purges() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            for index in 0..<5 { _ = try await logging.push("{}", id: "old-\(index)") }
            logging.clock.advance(.seconds(180))
            for index in 0..<3 { _ = try await logging.push("{}", id: "new-\(index)") }
            // Exactly three minutes is not older than three minutes.
            #expect(try await logging.ask(.get, "/api/v1/purge") == (200, #"{"deleted":0,"message":"succeeded."}"#))
            logging.clock.advance(.microseconds(1))
            #expect(try await logging.purge.purge(dryRun: true) == 5)
            #expect(try await logging.count() == 8)
            #expect(try await logging.ask(.get, "/api/v1/purge") == (200, #"{"deleted":5,"message":"succeeded."}"#))
            #expect(try await logging.ask(.post, "/api/v1/purge") == (200, #"{"deleted":0,"message":"succeeded."}"#))
            #expect(try await logging.count() == 3)
            #expect(try await logging.purge.purge(olderThan: .seconds(-5)) == 3)
        }
    }

    @Test("A purge of many entries goes in chunks to its end")
    func purgesMany() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            for start in stride(from: 0, to: 2_500, by: 500) {
                try await logging.datastore.commit(
                    (start..<start + 500).map { index in
                        .insert(
                            Entity(
                                key: Key("StorageLog", name: "\(index)"),
                                properties: ["timestamp": .timestamp(Timestamp(microseconds: Int64(index)))]))
                    })
            }
            #expect(try await logging.purge.purge(olderThan: .zero, dryRun: true) == 2_500)
            #expect(logging.purge.progress == nil)
            // Two at once take turns: the second finds nothing left.
            async let first = logging.purge.purge()
            async let second = logging.purge.purge()
            #expect(try await Set([first, second]) == [2_500, 0])
            #expect(try await logging.count() == 0)
            #expect(logging.purge.progress == nil)
            #expect(try logging.metrics.expectCounter("trivet_purge_deleted_total", []).totalValue == 2_500)
            let remaining = try logging.metrics.expectGauge("trivet_purge_remaining", [])
            #expect(remaining.values.contains(2_500))
            #expect(remaining.lastValue == 0)
            #expect(remaining.values.allSatisfy { $0 >= 0 })
        }
    }

    @Test("A purge whose caller has gone goes on to its end")
    func cancelledCaller() async throws {
        try await serving { (logging: Logging) async throws -> Void in
            #expect(try await logging.push(#"{"name":"a"}"#).status == 200)
            let caller = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await logging.purge.purge(olderThan: .seconds(-1))
            }
            logging.clock.advance(.seconds(1))
            _ = await caller.result
            // The next one waits for it.
            _ = try await logging.purge.purge()
            #expect(try await logging.count() == 0)
        }
    }

    @Test("Progress tells how much is done, and never less than was expected")
    func progress() {
        var progress = PurgeProgress(start: Self.upload, expected: 10, deleted: 0)
        #expect(progress.text == "deleted 0 of 10 so far")
        progress.deleted = 12
        #expect(progress.text == "deleted 12 of 12 so far")
    }
}
