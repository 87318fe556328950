import HTTPTypes
import Hosting

/// The two parts of a multipart upload, in their order: the object's resource, and its bytes as they come. For one
/// reader.
final class MultipartParts {
    private var reader: MultipartReader
    private let source: () async throws -> [UInt8]?
    private var events: [MultipartReader.Event] = []

    /// The largest resource.
    private static let resourceLimit = 262_144

    init(boundary: String, source: @escaping () async throws -> [UInt8]?) {
        reader = MultipartReader(boundary: boundary)
        self.source = source
    }

    /// The bytes of the first part.
    func first() async throws -> [UInt8] {
        guard case .part = try await event() else { throw Self.problem("it has no parts") }
        var bytes: [UInt8] = []
        while true {
            switch try await peek() {
            case .bytes(let more):
                events.removeFirst()
                bytes += more
                guard bytes.count <= Self.resourceLimit else { throw Self.problem("its first part is too large") }
            case .part: return bytes
            case .end: throw Self.problem("it has only one part")
            }
        }
    }

    /// The Content-Type of the second part, after the first.
    func secondContentType() async throws -> String? {
        guard case .part(let contentType) = try await event() else { throw Self.problem("it has only one part") }
        return contentType
    }

    /// The next bytes of the second part; nil at its end, when nothing but the end of the body follows.
    func next() async throws -> [UInt8]? {
        switch try await event() {
        case .bytes(let bytes): return bytes
        case .part: throw Self.problem("it has more than two parts")
        case .end:
            while try await source() != nil {}
            return nil
        }
    }

    private func event() async throws -> MultipartReader.Event {
        let event = try await peek()
        events.removeFirst()
        return event
    }

    private func peek() async throws -> MultipartReader.Event {
        while true {
            if let event = events.first { return event }
            guard let bytes = try await source() else { throw Self.problem("it ends too early") }
            do throws(MultipartReader.Failure) { events = try reader.feed(bytes) } catch {
                throw Self.problem(error.message)
            }
        }
    }

    private static func problem(_ reason: String) -> CloudProblem {
        .invalid("The body is not a multipart upload: \(reason).")
    }
}
