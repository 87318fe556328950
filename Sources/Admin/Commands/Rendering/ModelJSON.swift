import JSON

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Between the model's Codable types and JSON text. Entities never pass here: Foundation's numbers are not exact.
enum ModelJSON {
    static func bytes(of model: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(model))
    }

    static func value(of model: some Encodable) throws -> JSONValue {
        try JSONValue(parsing: try bytes(of: model))
    }

    static func model<Model: Decodable>(_ type: Model.Type, from bytes: [UInt8]) throws(CommandError) -> Model {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw CommandError(
                .failed, "the daemon's answer is not understood; are trivetd and trivetctl of the same version?")
        }
    }
}
