import Datastore
import HTTPTypes
import Hosting
import JSON
import Logging
import MessageBoard
import Synchronization
import Testing

@Suite struct MessageBoardServiceTests {
    /// 2020-12-27T10:08:56Z.
    static let lunch = Timestamp(microseconds: 1_609_063_736_000_000)

    /// A board with a clock that goes on by a microsecond with each message.
    struct Board: Sendable {
        let service: MessageBoardService
        let datastore: Datastore
        let log = Log()

        init(_ datastore: Datastore) {
            self.datastore = datastore
            let clock = Clock()
            let log = self.log
            service = MessageBoardService(
                datastore: datastore, logger: Logger(label: "test") { _ in log }, now: { clock.next() })
        }

        func ask(_ path: String, _ body: String) async throws -> (status: Int, body: String) {
            let route = try #require(service.routes.first { $0.path == path })
            let request = try HostedRequest(
                route.method, path, headers: [.contentType: "application/json"], body: Array(body.utf8))
            let response: HostedResponse
            do {
                response = try await route.handler(request)
            } catch let problem as HTTPProblem {
                response = service.render(problem)
            }
            return (response.status.code, String(decoding: try await Self.bytes(response.body), as: UTF8.self))
        }

        func store(_ name: String, _ message: String) async throws -> (status: Int, body: String) {
            let body: JSONValue = ["name": .string(name), "message": .string(message)]
            return try await ask("/api/v1/store", String(decoding: body.serialized(), as: UTF8.self))
        }

        private static func bytes(_ body: HostedResponse.Body) async throws -> [UInt8] {
            switch body {
            case .empty: return []
            case .bytes(let bytes): return bytes
            case .stream(let produce), .sizedStream(_, let produce):
                let collected = Collected()
                try await produce(BodyWriter { bytes in collected.bytes.withLock { $0 += bytes } })
                return collected.bytes.withLock { $0 }
            }
        }
    }

    final class Collected: Sendable { let bytes = Mutex<[UInt8]>([]) }

    final class Clock: Sendable {
        private let count = Atomic(Int64(0))
        func next() -> Timestamp {
            let added = count.add(1, ordering: .relaxed).oldValue
            return Timestamp(microseconds: MessageBoardServiceTests.lunch.microseconds + added)
        }
    }

    /// Keeps what was logged.
    final class Log: LogHandler, @unchecked Sendable {
        let lines = Mutex<[String]>([])
        // Set by Logger's copies only, before the log is used.
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }

    private func serving(_ body: @escaping @Sendable (Board) async throws -> Void) async throws {
        try await TemporaryDatastore.with(MessageBoardService.indexes) { try await body(Board($0)) }
    }

    @Test("A message is stored, answered with its time, and retrieved")
    func storesAndRetrieves() async throws {
        try await serving { (board: Board) async throws -> Void in
            let stored = try await board.store("Bob", "I am at lunch now.")
            #expect(
                stored
                    == (
                        200,
                        #"{"message":"I am at lunch now.","name":"Bob","timestamp":"Sun, 27 Dec 2020 10:08:56 GMT"}"#
                    ))
            let retrieved = try await board.ask("/api/v1/retrieve", #"{"name":"Bob"}"#)
            #expect(
                retrieved
                    == (
                        200,
                        #"{"messages":[{"message":"I am at lunch now.","timestamp":"Sun, 27 Dec 2020 10:08:56 GMT"}],"#
                            + #""name":"Bob"}"#
                    ))
            #expect(
                try await board.ask("/api/v1/retrieve", #"{"name":"Eve"}"#) == (200, #"{"messages":[],"name":"Eve"}"#))
            let entity = try await board.datastore.run(Query(kind: "Message")).entities.first
            #expect(entity?["timestamp"]?.timestamp == Self.lunch)
        }
    }

    @Test("Missing properties and wrong types are 400, and nothing is stored")
    func badRequests() async throws {
        try await serving { (board: Board) async throws -> Void in
            let missing = (400, #"{"message":"name and message properties are required."}"#)
            #expect(try await board.ask("/api/v1/store", "{}") == missing)
            #expect(try await board.ask("/api/v1/store", #"{"name":"a"}"#) == missing)
            #expect(try await board.ask("/api/v1/store", #"{"message":"a"}"#) == missing)
            let wrong = (400, #"{"message":"message must be a string, not a boolean."}"#)
            #expect(try await board.ask("/api/v1/store", #"{"name":"a","message":true}"#) == wrong)
            #expect(
                try await board.ask("/api/v1/retrieve", "{}") == (400, #"{"message":"name property is required."}"#))
            let name = (400, #"{"message":"name must be a string, not an object."}"#)
            #expect(try await board.ask("/api/v1/retrieve", #"{"name":{}}"#) == name)
            let long = try await board.store(String(repeating: "n", count: 1_501), "m")
            #expect(long == (400, #"{"message":"name must have at most 1500 bytes."}"#))
            let longName = String(repeating: "n", count: 1_501)
            let unknown = try await board.ask("/api/v1/retrieve", #"{"name":"\#(longName)"}"#)
            #expect(unknown == (200, #"{"messages":[],"name":"\#(longName)"}"#), "no message can have such a name")
            #expect(try await board.datastore.count(Query(kind: "Message")) == 0)
        }
    }

    @Test("Names and messages survive exactly, and names are told apart by their bytes")
    func exactTexts() async throws {
        try await serving { (board: Board) async throws -> Void in
            let texts = [
                "", "\0", "a\0b", "é", "e\u{301}", "😀", "\u{FFFF}", "\"\\/\n", "NULL", " ",
                String(repeating: "n", count: 1_500),
            ]
            for text in texts { #expect(try await board.store(text, text).status == 200) }
            #expect(try await board.store("large", String(repeating: "ß", count: 500_000)).status == 200)
            for text in texts {
                let body: JSONValue = ["name": .string(text)]
                let answer = try await board.ask("/api/v1/retrieve", String(decoding: body.serialized(), as: UTF8.self))
                let messages = try #require(try JSONValue(parsing: answer.body.utf8).object?["messages"]?.array)
                #expect(messages.count == 1)
                #expect(messages.first?.object?["message"] == .string(text))
            }
            #expect(try await board.ask("/api/v1/retrieve", #"{"name":"large"}"#).body.utf8.count > 1_000_000)
        }
    }

    @Test("Pages are taken in order, with a token exactly where there is more")
    func pages() async throws {
        try await serving { (board: Board) async throws -> Void in
            for index in 0..<25 { _ = try await board.store("Bob", "m\(index)") }
            var token: String?
            var messages: [String] = []
            var pages = 0
            repeat {
                var body: JSONValue = ["name": "Bob", "limit": 5]
                if let token { body = ["name": "Bob", "limit": 5, "pageToken": .string(token)] }
                let answer = try await board.ask("/api/v1/retrieve", String(decoding: body.serialized(), as: UTF8.self))
                let object = try #require(try JSONValue(parsing: answer.body.utf8).object)
                messages += (object["messages"]?.array ?? []).compactMap { $0.object?["message"]?.string }
                token = object["nextPageToken"]?.string
                pages += 1
            } while token != nil
            #expect(pages == 5)
            #expect(messages == (0..<25).map { "m\($0)" })
            for bad in ["0", "1001", "-1", "1.0", "\"5\"", "null"] {
                #expect(
                    try await board.ask("/api/v1/retrieve", #"{"name":"Bob","limit":\#(bad)}"#).status == 400, "\(bad)")
            }
            for bad in ["\"x\"", "\"!!\"", "\"AAAA\"", "1"] {
                #expect(
                    try await board.ask("/api/v1/retrieve", #"{"name":"Bob","pageToken":\#(bad)}"#).status == 400,
                    "\(bad)")
            }
        }
    }

    @Test("More than a page of the datastore is streamed as one JSON, whole and in order")
    func streams() async throws {
        try await serving { (board: Board) async throws -> Void in
            let count = 2_500
            for start in stride(from: 0, to: count, by: 500) {
                try await board.datastore.commit(
                    (start..<start + 500).map { index in
                        .insert(
                            Entity(
                                key: Key(incomplete: "Message"),
                                properties: [
                                    "name": .string("Bob"), "message": .string("m\(index)"),
                                    "timestamp": .timestamp(Timestamp(microseconds: Int64(index))),
                                ]))
                    })
            }
            let answer = try await board.ask("/api/v1/retrieve", #"{"name":"Bob"}"#)
            let object = try #require(try JSONValue(parsing: answer.body.utf8).object)
            let messages = (object["messages"]?.array ?? []).compactMap { $0.object?["message"]?.string }
            #expect(messages == (0..<count).map { "m\($0)" })
            #expect(object["name"] == "Bob")
        }
    }

    @Test("Without the index retrieve answers 500 with the lab's text, and the log names the index")
    func missingIndex() async throws {
        try await serving { (board: Board) async throws -> Void in
            _ = try await board.store("Bob", "m")
            let index = try #require(board.datastore.indexes().first { $0.origin == .composite })
            try await board.datastore.deleteIndex(index.id)
            let answer = try await board.ask("/api/v1/retrieve", #"{"name":"Bob"}"#)
            #expect(answer.status == 500)
            #expect(
                try JSONValue(parsing: answer.body.utf8).object?["message"]
                    == .string(
                        "no matching index found. recommended index is:\n- kind: Message\n  properties:\n"
                            + "  - name: name\n  - name: timestamp"))
            #expect(board.log.lines.withLock { $0.contains { $0.contains("Message(name, timestamp)") } })
            #expect(try await board.store("Bob", "m").status == 200)
        }
    }
}
