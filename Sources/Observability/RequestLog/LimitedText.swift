extension String {
    /// The text, cut at the longest that a record keeps; a cut is shown by an ellipsis.
    var limited: String {
        guard utf8.count > SegmentWriter.longestText else { return self }
        var bytes = Array(utf8.prefix(SegmentWriter.longestText - 3))
        // The last character may be cut in the middle: it goes whole.
        while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
        if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self) + "…"
    }
}
