/// The name of a file that holds an object's bytes: 32 random hexadecimal digits. It has nothing of the object's name,
/// which so can neither lead out of the folder nor meet another, and is never used twice.
struct BlobID: Sendable, Hashable, CustomStringConvertible {
    let description: String

    /// A new name.
    static func random() -> BlobID {
        let halves = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
        return BlobID(
            description: halves.map { half in
                let digits = String(half, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined())
    }

    private init(description: String) { self.description = description }

    /// Nil for what is no such name.
    init?(_ text: String) {
        guard text.utf8.count == 32,
            text.utf8.allSatisfy({ byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            })
        else { return nil }
        description = text
    }

    /// The folder within the bucket's, so that none has too many files.
    var shard: String { String(description.prefix(2)) }
}
