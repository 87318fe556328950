/// What buckets and objects may be called.
enum Names {
    /// Throws for what is no name of a bucket: 3 to 63 lower-case letters, digits, `-`, `_` and `.` (222 with dots), a
    /// letter or digit first and last. So the name can be a folder's as it is.
    static func checkBucket(_ name: String) throws(ObjectStorageError) {
        let bytes = Array(name.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (3...(parts.count > 1 ? 222 : 63)).contains(bytes.count), bytes.allSatisfy(isBucketByte),
            let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last),
            parts.allSatisfy({ (1...63).contains($0.count) })
        else {
            throw .invalid(
                "Invalid bucket name: '\(name)': 3 to 63 lower-case letters, digits, hyphens, underscores and dots, a "
                    + "letter or digit first and last.")
        }
    }

    /// Throws for what is no name of an object: 1 to 1,024 bytes of UTF-8 without line ends, and neither `.` nor `..`.
    static func checkObject(_ name: String) throws(ObjectStorageError) {
        guard (1...1_024).contains(name.utf8.count) else {
            throw .invalid("Invalid object name: it must have 1 to 1024 bytes.")
        }
        guard !name.utf8.elementsEqual(".".utf8), !name.utf8.elementsEqual("..".utf8) else {
            throw .invalid("Invalid object name: '\(name)' is not one.")
        }
        guard !name.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
            throw .invalid("Invalid object name: it must not have line ends or NUL.")
        }
    }

    private static func isBucketByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
