/// A text that equals only what has the same bytes: Swift's own equality of strings would merge texts that differ.
struct ByteText: Hashable {
    let text: String

    init(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        self.text = text
    }

    static func == (left: ByteText, right: ByteText) -> Bool {
        guard left.text.utf8.count == right.text.utf8.count else { return false }
        return left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { bytes in hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
    }
}
