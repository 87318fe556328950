import Datastore
import JSON

/// The text form of keys: `KIND/IDENTIFIER` steps joined by `/`, parents first, e.g. `Message/5629499534213120`,
/// `StorageLog/name:1`, `Parent/name:p/Child/7`.
///
/// An identifier of digits is an id; `name:` starts a name and `id:` an id; anything else is a name as it stands.
/// Within kinds and names, `%`, `/` and control bytes are written `%XX`. What is written here is always the explicit
/// form, so that it reads back as the same key. The namespace is told apart from the key.
enum KeyText {
    static func write(_ key: Key) -> String {
        key.path.map { step in
            switch step.identifier {
            case .id(let id): "\(encode(step.kind))/\(id)"
            case .name(let name): "\(encode(step.kind))/name:\(encode(name))"
            case .incomplete: "\(encode(step.kind))/"
            }
        }.joined(separator: "/")
    }

    static func parse(_ text: String, namespace: String) throws(AdminProblem) -> Key {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count.isMultiple(of: 2) else {
            throw problem(text, "a key is KIND/ID or KIND/name:NAME, with parents before it")
        }
        var path: [PathElement] = []
        for index in stride(from: 0, to: parts.count, by: 2) {
            let kind = try decode(parts[index], in: text)
            guard !kind.isEmpty else { throw problem(text, "a kind is empty") }
            path.append(PathElement(kind, try identifier(parts[index + 1], in: text)))
        }
        return Key(path: path, namespace: namespace)
    }

    private static func identifier(
        _ bytes: Substring.UTF8View, in text: String
    ) throws(AdminProblem) -> PathElement.Identifier {
        if bytes.starts(with: "name:".utf8) {
            let name = try decode(bytes.dropFirst("name:".utf8.count), in: text)
            guard !name.isEmpty else { throw problem(text, "a name is empty") }
            return .name(name)
        }
        let isExplicit = bytes.starts(with: "id:".utf8)
        let digits = isExplicit ? bytes.dropFirst("id:".utf8.count) : bytes
        let isNumber = !digits.isEmpty && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isExplicit || isNumber else {
            let name = try decode(bytes, in: text)
            guard !name.isEmpty else { throw problem(text, "an id or name is empty") }
            return .name(name)
        }
        guard isNumber, let id = Int64(Substring(digits)), id > 0 else {
            throw problem(text, "an id is a number from 1 to \(Int64.max); for a name of digits write name:")
        }
        return .id(id)
    }

    private static func problem(_ text: String, _ reason: String) -> AdminProblem {
        .invalid("key \"\(text)\": \(reason)")
    }

    private static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "%") {
                let digits = Array("0123456789ABCDEF".utf8)
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decode(_ bytes: Substring.UTF8View, in text: String) throws(AdminProblem) -> String {
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                throw problem(text, "% is followed by two hexadecimal digits; write %25 for % itself")
            }
            decoded.append(high << 4 | low)
        }
        guard let string = String(validating: decoded, as: UTF8.self) else {
            throw problem(text, "what % stands for is not UTF-8")
        }
        return string
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
