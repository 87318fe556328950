import Glibc

/// Reads the settings file's text.
enum SettingsText {
    /// More than any settings file needs; a larger one is a mistake, such as a database named by accident.
    static let longest = 1 << 20

    /// The file's text without a byte order mark, or what is wrong with the file.
    static func read(_ path: String) throws(SettingRefusal) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= longest {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        guard bytes.count <= longest else {
            throw SettingRefusal(message: "is not a settings file: it is larger than \(ByteCountText.string(longest))")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingRefusal(
                message: "is not UTF-8 text; the first wrong byte is on this line", line: wrongLine(bytes))
        }
        return text
    }

    private static func failure(_ code: Int32) -> SettingRefusal {
        SettingRefusal(message: "cannot be read: \(String(cString: strerror(code)))")
    }

    /// The line of the first byte that is not UTF-8: decoding replaces it, and until there changes nothing.
    private static func wrongLine(_ bytes: [UInt8]) -> Int {
        let decoded = String(decoding: bytes, as: UTF8.self).utf8
        let same = zip(bytes, decoded).prefix { $0.0 == $0.1 }
        return same.count { $0.0 == UInt8(ascii: "\n") } + 1
    }
}
