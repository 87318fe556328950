import Datastore
import JSON
import Settings

/// The fields of a resource in a request, each with the type that it must have, as Google's JSON has them: their names
/// in either spelling (`pushEndpoint`, `push_endpoint`), whole numbers also as texts, null for what is not there. What
/// is not known is refused: a field that is misspelled would be left at its default.
struct CloudBody: Sendable {
    private let fields: JSONObject
    /// Where the fields stand, for messages: `pushConfig.`
    private let place: String

    /// Takes a resource.
    ///
    /// - Parameters:
    ///   - object: the resource.
    ///   - known: the names that it may have, in camel case; also those that mean nothing here.
    ///   - place: where it stands in the request, with a dot behind.
    init(_ object: JSONObject, known: [String], at place: String = "") throws(CloudProblem) {
        self.place = place
        var fields = JSONObject()
        for member in object {
            let name = member.name.camelCased
            guard known.contains(where: { $0.hasSameBytes(as: name) }) else {
                throw .invalid(
                    "Unknown field \(place)\(member.name); there are: \(known.joined(separator: ", ")).",
                    field: "\(place)\(member.name)")
            }
            guard fields[name] == nil else {
                throw .invalid("The field \(place)\(name) is given twice.", field: "\(place)\(name)")
            }
            fields[name] = member.value
        }
        self.fields = fields
    }

    /// A field's value; nil when it is not there, or null.
    func value(_ name: String) -> JSONValue? { fields[name].flatMap { $0 == .null ? nil : $0 } }

    func text(_ name: String) throws(CloudProblem) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw wrong(name, "a string") }
        return text
    }

    func required(_ name: String) throws(CloudProblem) -> String {
        guard let text = try text(name), !text.isEmpty else {
            throw .invalid("The field \(place)\(name) is required.", field: "\(place)\(name)")
        }
        return text
    }

    /// A whole number of 32 bits.
    func integer(_ name: String) throws(CloudProblem) -> Int? {
        guard let value = value(name) else { return nil }
        let number: Int64? =
            switch value {
            case .integer(let number): number
            case .double(let number): Int64(exactly: number)
            case .string(let text): Int64(text)
            default: nil
            }
        guard let number, let small = Int32(exactly: number) else { throw wrong(name, "a whole number of 32 bits") }
        return Int(small)
    }

    func flag(_ name: String) throws(CloudProblem) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.boolean else { throw wrong(name, "true or false") }
        return flag
    }

    /// A duration in seconds, `1.5s`.
    func duration(_ name: String) throws(CloudProblem) -> Duration? {
        guard let text = try text(name) else { return nil }
        let digits = text.utf8.dropLast()
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }),
            let duration = Duration(googleText: text), text.utf8.last == UInt8(ascii: "s")
        else { throw wrong(name, "a duration in seconds such as 1.5s") }
        return duration
    }

    /// An instant in RFC 3339.
    func time(_ name: String) throws(CloudProblem) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else { throw wrong(name, "a time such as 2026-01-31T09:00:00Z") }
        return time
    }

    /// Bytes, written in Base64 of either alphabet.
    func bytes(_ name: String) throws(CloudProblem) -> [UInt8]? {
        guard let text = try text(name) else { return nil }
        guard let bytes = Base64.decode(text) else { throw wrong(name, "Base64") }
        return bytes
    }

    /// Texts by names, such as labels.
    func map(_ name: String) throws(CloudProblem) -> [(name: String, value: String)] {
        guard let value = value(name) else { return [] }
        guard let object = value.object else { throw wrong(name, "an object") }
        var pairs: [(String, String)] = []
        for member in object {
            guard let text = member.value.string else { throw wrong("\(name).\(member.name)", "a string") }
            pairs.append((member.name, text))
        }
        return pairs
    }

    func list(_ name: String) throws(CloudProblem) -> [JSONValue] {
        guard let value = value(name) else { return [] }
        guard let list = value.array else { throw wrong(name, "a list") }
        return list
    }

    func texts(_ name: String) throws(CloudProblem) -> [String] {
        let list = try list(name)
        let texts = list.compactMap(\.string)
        guard texts.count == list.count else { throw wrong(name, "a list of strings") }
        return texts
    }

    /// A resource within the resource.
    func part(_ name: String, known: [String]) throws(CloudProblem) -> CloudBody? {
        guard let value = value(name) else { return nil }
        guard let object = value.object else { throw wrong(name, "an object") }
        return try CloudBody(object, known: known, at: "\(place)\(name).")
    }

    /// The resources of a list.
    func parts(_ name: String, known: [String]) throws(CloudProblem) -> [CloudBody] {
        var parts: [CloudBody] = []
        for (index, value) in try list(name).enumerated() {
            guard let object = value.object else { throw wrong("\(name)[\(index)]", "an object") }
            parts.append(try CloudBody(object, known: known, at: "\(place)\(name)[\(index)]."))
        }
        return parts
    }

    /// Refuses what would be kept and not done, so that nobody relies on it; what says nothing is passed over.
    func refuse(_ features: [(field: String, feature: String)]) throws(CloudProblem) {
        for (field, feature) in features {
            switch value(field) {
            case nil, .boolean(false), .string(""): continue
            case .array(let elements) where elements.isEmpty: continue
            case .object(let members) where members.isEmpty: continue
            default: throw .notOffered("\(feature) (\(place)\(field))")
            }
        }
    }

    private func wrong(_ name: String, _ wanted: String) -> CloudProblem {
        .invalid("The field \(place)\(name) is not \(wanted).", field: "\(place)\(name)")
    }
}

extension String {
    /// A field's name in camel case: `push_endpoint` is `pushEndpoint`.
    var camelCased: String {
        guard utf8.contains(UInt8(ascii: "_")) else { return self }
        let words = split(separator: "_")
        return words.dropFirst().reduce(String(words.first ?? "")) { text, word in
            text + word.prefix(1).uppercased() + word.dropFirst()
        }
    }
}
