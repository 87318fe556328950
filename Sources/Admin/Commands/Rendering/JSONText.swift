import JSON

/// JSON as trivetctl writes it: module JSON's exact numbers and order of names, and no character that a terminal
/// obeys, escaped in the way of JSON so that the value stays the same.
enum JSONText {
    /// One line, with its newline.
    static func line(_ value: JSONValue) -> [UInt8] {
        harmless(value.serialized()) + [UInt8(ascii: "\n")]
    }

    /// Indented by two spaces, with a final newline.
    static func indented(_ value: JSONValue) -> [UInt8] {
        harmless(value.serializedIndented() + [UInt8(ascii: "\n")])
    }

    /// The serializer escapes C0 and DEL; C1 and the turners of direction are legal in JSON text, and escaped here.
    /// They occur within strings only, so that rewriting the text is safe; so are the layout's own newlines.
    private static func harmless(_ bytes: [UInt8]) -> [UInt8] {
        // All of them are of two or three bytes that start with C2, D8 or E2.
        guard bytes.contains(where: { $0 == 0xC2 || $0 == 0xD8 || $0 == 0xE2 }) else { return bytes }
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar != "\n", TerminalText.isUnsafe(scalar) {
                text += TerminalText.unicodeEscape(scalar)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return Array(text.utf8)
    }
}
