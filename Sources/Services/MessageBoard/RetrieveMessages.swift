import Datastore
import HTTPTypes
import Hosting
import JSON
import Logging

/// `POST /api/v1/retrieve`: all messages of a name, or a page of them.
struct RetrieveMessages: Sendable {
    let datastore: Datastore
    let logger: Logger

    /// The largest page that a client may ask for.
    private static let limits: ClosedRange<Int64> = 1...1_000

    @Sendable func answer(_ request: HostedRequest) async throws -> HostedResponse {
        let body = try await request.jsonObject()
        guard let name = try body.text("name") else { throw HTTPProblem.badRequest("name property is required.") }
        let limit = try body.integer("limit")
        if let limit, !Self.limits.contains(limit) {
            throw HTTPProblem.badRequest("limit must be from 1 to \(Self.limits.upperBound).")
        }
        // No message has such a name: it could not have been stored.
        guard name.utf8.count <= Message.nameLimit else { return .json(["messages": [], "name": .string(name)]) }
        var query = Message.query(name: name)
        if let token = try body.text("pageToken") {
            guard let cursor = Cursor(text: token) else { throw Self.badToken }
            query.start = cursor
        }
        guard let limit else { return try await all(query, name) }
        return try await page(query, name, Int(limit))
    }

    private static let badToken = HTTPProblem.badRequest("pageToken is not one that this query has answered.")

    // MARK: A page

    private func page(_ query: Query, _ name: String, _ limit: Int) async throws -> HostedResponse {
        var query = query
        // One more than is asked for tells whether there is more.
        query.limit = limit + 1
        let batch = try await run(query)
        let results = batch.results.prefix(limit)
        var answer = JSONObject()
        answer["messages"] = .array(results.map { Message.json($0.stored.entity) })
        answer["name"] = .string(name)
        if batch.results.count > limit || batch.more == .notFinished {
            answer["nextPageToken"] = results.last.map { .string($0.cursor.text) }
        }
        return .json(.object(answer))
    }

    // MARK: All

    /// What fits into one page of the datastore is answered as a whole; more is streamed, each page its own read, so
    /// that it neither fills the memory nor holds a snapshot.
    private func all(_ query: Query, _ name: String) async throws -> HostedResponse {
        let first = try await run(query)
        guard first.more == .notFinished else {
            return .json([
                "messages": .array(first.results.map { Message.json($0.stored.entity) }), "name": .string(name),
            ])
        }
        return HostedResponse(
            headers: [.contentType: "application/json"],
            body: .stream { writer in try await stream(query, name, from: first, to: writer) })
    }

    private func stream(_ query: Query, _ name: String, from first: QueryBatch, to writer: BodyWriter) async throws {
        var bytes = Array(#"{"messages":["#.utf8)
        var query = query
        var batch = first
        var isFirst = true
        while true {
            for result in batch.results {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                Message.json(result.stored.entity).serialize(into: &bytes)
            }
            guard batch.more == .notFinished, let cursor = batch.endCursor else { break }
            try await writer.write(bytes)
            bytes.removeAll(keepingCapacity: true)
            query.start = cursor
            batch = try await run(query)
        }
        bytes.append(contentsOf: #"],"name":"#.utf8)
        JSONValue.serialize(name, into: &bytes)
        bytes.append(UInt8(ascii: "}"))
        try await writer.write(bytes)
    }

    // MARK: The query

    private func run(_ query: Query) async throws -> QueryBatch {
        do {
            return try await datastore.run(query)
        } catch let error as DatastoreError where error.code == .invalidArgument && query.start != nil {
            throw Self.badToken
        } catch let error as DatastoreError where error.code == .failedPrecondition {
            logger.error(
                "retrieve needs an index: create it with trivetctl datastore indexes create",
                metadata: ["reason": "\(error.message)", "index": "Message(name, timestamp)"])
            throw HTTPProblem(.internalServerError, error.message)
        }
    }
}
