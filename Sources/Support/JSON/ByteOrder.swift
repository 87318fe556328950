// Text compared as its UTF-8 bytes: the one notion of "same" and "before" that storage, JSON and Datastore share.
// Swift's own `==` on String is canonical equivalence, which would merge names and values that differ.
extension String {
    /// Whether both strings are the same bytes in UTF-8.
    public func hasSameBytes(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    /// Whether this string's UTF-8 bytes come before the other's.
    public func precedesInBytes(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}

extension Hasher {
    /// Feeds a string's UTF-8 bytes, to go with `hasSameBytes(as:)`.
    public mutating func combineBytes(of string: String) {
        var string = string
        string.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
        combine(UInt8(0xFF))
    }
}
