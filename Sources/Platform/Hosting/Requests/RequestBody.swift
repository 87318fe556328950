import NIOCore

/// A request's body: there, or on its way.
enum RequestBody: Sendable {
    case whole(ByteBuffer)
    /// On its way; whoever wants all of it gets at most `limit` bytes.
    case coming(BodyFeed, limit: Int)

    /// What an exchange has of its body.
    init(_ exchange: Exchange, limit: Int) {
        self = exchange.feed.map { .coming($0, limit: limit) } ?? .whole(exchange.body)
    }

    /// The body as a feed for one reader.
    var feed: BodyFeed {
        switch self {
        case .whole(let buffer): BodyFeed(whole: buffer)
        case .coming(let feed, _): feed
        }
    }

    /// All of it.
    func collected() async throws -> ByteBuffer {
        switch self {
        case .whole(let buffer): return buffer
        case .coming(let feed, let limit):
            var buffer = ByteBuffer()
            while let part = try await feed.next() {
                buffer.writeImmutableBuffer(part)
                guard buffer.readableBytes <= limit else { throw RequestAdmission.tooLarge(limit) }
            }
            return buffer
        }
    }
}

/// Reads a request's body part by part. While nobody reads, the client is not read from either, so that memory stays
/// flat.
public struct BodyReader: Sendable {
    private let feed: BodyFeed

    init(_ feed: BodyFeed) { self.feed = feed }

    /// The next bytes, at least one; nil at the body's end.
    ///
    /// - Throws: `RequestBodyFailure` when the body does not come to its end.
    public func next() async throws -> [UInt8]? {
        try await feed.next().map { Array($0.readableBytesView) }
    }
}

/// A request's body that broke off: its client went away, sent nothing for too long, or sent what is no body. Hosting
/// has answered or concluded the request; a handler only cleans up.
public struct RequestBodyFailure: Error, Sendable, CustomStringConvertible {
    /// What happened.
    public let description: String

    /// Creates a failure.
    public init(_ description: String) { self.description = description }
}
