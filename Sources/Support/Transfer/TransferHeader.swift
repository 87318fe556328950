/// One header line of a request or an answer.
public struct TransferHeader: Sendable, Hashable {
    /// The name as it was written or received; names compare without regard to ASCII case.
    public var name: String
    /// The value without the space around it. Bytes that are not UTF-8 were replaced by U+FFFD.
    public var value: String

    /// A header line. What must not be in it (CR, LF, NUL) is refused when the request is sent.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [TransferHeader] {
    /// The value of the first header with that name, whatever the name's case.
    public subscript(_ name: String) -> String? {
        first { $0.name.isSameHeaderName(as: name) }?.value
    }
}

extension String {
    /// Header names are ASCII tokens, so bytes are compared with A-Z folded.
    func isSameHeaderName(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8) { $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension UInt8 {
    var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
