import Glibc

/// A text that equals only what has the same bytes: Swift's own equality of strings would merge texts that differ.
struct ByteText: Hashable {
    let text: String

    init(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        self.text = text
    }

    static func == (left: ByteText, right: ByteText) -> Bool {
        let count = left.text.utf8.count
        guard count == right.text.utf8.count else { return false }
        if count == 0 { return true }
        // Every record of the log passes here several times: a generic comparison of sequences costs ten times this.
        var (first, second) = (left.text, right.text)
        return first.withUTF8 { first in
            second.withUTF8 { second in
                guard let first = first.baseAddress, let second = second.baseAddress else { return false }
                return memcmp(first, second, count) == 0
            }
        }
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { bytes in hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
    }
}
