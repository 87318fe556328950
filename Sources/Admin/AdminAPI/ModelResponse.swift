import HTTPTypes
import Hosting

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The model's Codable types as JSON text. Entities never pass here: Foundation's numbers are not exact.
enum ModelJSON {
    static func bytes(of model: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(model))
    }

    /// One line of a streamed answer.
    static func line(of model: some Encodable) throws -> [UInt8] {
        try bytes(of: model) + [UInt8(ascii: "\n")]
    }
}

extension HostedResponse {
    /// A model as `application/json`.
    static func model(_ model: some Encodable, status: HTTPResponse.Status = .ok) -> HostedResponse {
        guard let bytes = try? ModelJSON.bytes(of: model) else {
            // No model of ours holds what JSON cannot say; a plain 500 rather than a crash if one ever does.
            return HostedResponse(status: .internalServerError)
        }
        return HostedResponse(status: status, headers: [.contentType: "application/json"], body: .bytes(bytes))
    }
}
