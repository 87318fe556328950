import FoundationEssentials
import Hosting
import JSON

/// What a push delivery posts: a message with attributes and data.
struct PushEnvelope {
    let eventType: String
    /// The message's id; nil for an envelope that was posted by hand without one.
    let messageID: String?
    private let message: JSONObject

    /// Takes an envelope apart.
    ///
    /// - Throws: `HTTPProblem` 400 that names what is missing or of the wrong type.
    init(_ body: JSONObject) throws(HTTPProblem) {
        guard let message = try body.object("message") else { throw Self.required("message") }
        guard let attributes = try message.object("attributes") else { throw Self.required("message.attributes") }
        guard let eventType = try attributes.text("eventType") else {
            throw Self.required("message.attributes.eventType")
        }
        self.message = message
        self.eventType = eventType
        let oldSpelling = try message.text("message_id")
        messageID = try message.text("messageId") ?? oldSpelling
    }

    /// The event: the data decoded, a JSON object.
    ///
    /// - Throws: `HTTPProblem` 400 when there is none, or it is not Base64 (of either alphabet) of a JSON object.
    func event() throws(HTTPProblem) -> JSONObject {
        guard let data = try message.text("data") else { throw Self.required("message.data") }
        guard let bytes = Self.decodeBase64(data) else { throw .badRequest("message.data is not Base64.") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .badRequest("message.data is not Base64 of valid JSON: \(error).")
        }
        guard case .object(let event) = value else {
            throw .badRequest("message.data must be Base64 of a JSON object, not of \(value.typeName).")
        }
        return event
    }

    private static func required(_ name: String) -> HTTPProblem {
        .badRequest("\(name) property is required.")
    }

    /// Google's services take both alphabets, with or without padding.
    private static func decodeBase64(_ text: String) -> Data? {
        var standard = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        if !standard.contains(UInt8(ascii: "=")) {
            standard.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (4 - standard.count % 4) % 4))
        }
        return Data(base64Encoded: Data(standard))
    }
}
