import Glibc
import YAML

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
        do throws(YAMLProblem) {
            return try YAMLText.decode(bytes)
        } catch {
            throw SettingRefusal(error)
        }
    }

    private static func failure(_ code: Int32) -> SettingRefusal {
        SettingRefusal(message: "cannot be read: \(String(cString: strerror(code)))")
    }
}
