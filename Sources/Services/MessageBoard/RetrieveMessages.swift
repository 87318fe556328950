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
        var query = query
        query.limit = Self.streamedPage
        let first = try await run(query)
        guard first.more != .none else {
            return .json([
                "messages": .array(first.results.map { Message.json($0.stored.entity) }), "name": .string(name),
            ])
        }
        let pages = query
        return HostedResponse(
            headers: [.contentType: "application/json"],
            body: .stream { writer in try await stream(pages, name, to: writer) })
    }

    /// Small, because each slow client holds one page: many of them must not fill the memory.
    private static let streamedPage = 200

    /// Begins anew rather than with the page that showed that there is more, which would be held to the end.
    private func stream(_ query: Query, _ name: String, to writer: BodyWriter) async throws {
        var query = query
        var bytes = Array(#"{"messages":["#.utf8)
        var isFirst = true
        while let cursor = try await appendPage(query, to: &bytes, isFirst: &isFirst) {
            try await writer.write(bytes)
            bytes.removeAll(keepingCapacity: true)
            query.start = cursor
        }
        bytes.append(contentsOf: #"],"name":"#.utf8)
        JSONValue.serialize(name, into: &bytes)
        bytes.append(UInt8(ascii: "}"))
        try await writer.write(bytes)
    }

    /// Appends a page's messages; returns where the next page begins, nil behind the last.
    private func appendPage(_ query: Query, to bytes: inout [UInt8], isFirst: inout Bool) async throws -> Cursor? {
        let batch = try await run(query)
        for result in batch.results {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            Message.json(result.stored.entity).serialize(into: &bytes)
        }
        return batch.more == .none ? nil : batch.endCursor
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
