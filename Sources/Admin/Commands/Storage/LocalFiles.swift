import Glibc

/// The files that are copied from and to.
struct LocalFiles: Sendable {
    /// What there is at a path.
    enum Kind: Sendable, Hashable {
        case file(size: Int)
        case folder
        case nothing
    }

    func kind(of path: String) throws -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw Self.failure("look at", path) }
            return .nothing
        }
        return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file(size: Int(status.st_size))
    }

    /// The files below a folder, by their paths relative to it, in order. Links to folders are not followed.
    func files(below folder: String) throws -> [String] {
        var found: [String] = []
        var folders = [""]
        while let next = folders.popLast() {
            for name in try names(in: "\(folder)/\(next)").sorted() {
                let relative = next.isEmpty ? name : "\(next)/\(name)"
                var status = stat()
                guard lstat("\(folder)/\(relative)", &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    folders.append(relative)
                } else if case .file = try kind(of: "\(folder)/\(relative)") {
                    found.append(relative)
                }
            }
        }
        return found.sorted()
    }

    /// The files of a folder, by their names, in order.
    func files(in folder: String) throws -> [String] {
        try names(in: folder).sorted().filter { name in
            if case .file = try kind(of: "\(folder)/\(name)") { true } else { false }
        }
    }

    private func names(in path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw Self.failure("list", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes != [0x2E], bytes != [0x2E, 0x2E] else { continue }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                throw CommandError(.failed, "\(path) has a file whose name is not UTF-8, which no object can be called")
            }
            names.append(name)
        }
        return names
    }

    /// Reads a file part by part; `-` is stdin.
    func reader(_ path: String) throws -> FileReader {
        if path == "-" { return FileReader(path: "stdin", descriptor: STDIN_FILENO, closes: false) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        return FileReader(path: path, descriptor: descriptor, closes: true)
    }

    /// Writes a file that has its name only when it is whole, where a link leads to one there; a device or a pipe takes
    /// the bytes as they come, and stays. Makes the folders on the way.
    func writer(_ path: String) throws -> FileWriter {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for count in 1..<max(1, parts.count) {
            let folder = parts[..<count].joined(separator: "/")
            guard folder.isEmpty || mkdir(folder, 0o777) == 0 || errno == EEXIST else {
                throw Self.failure("make", folder)
            }
        }
        if isSpecial(path) {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else { throw Self.failure("write", path) }
            return FileWriter(path: path, temporary: nil, descriptor: descriptor)
        }
        let file = Self.resolved(path)
        let temporary = file + ".trivetctl-part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw Self.failure("write", path) }
        return FileWriter(path: file, temporary: temporary, descriptor: descriptor)
    }

    /// Whether there is something at a path that is neither a file nor a folder.
    private func isSpecial(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// The file to which links lead; the path itself where there is none.
    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func failure(_ verb: String, _ path: String) -> CommandError {
        let reason = String(cString: strerror(errno))
        return CommandError(errno == ENOENT ? .usage : .failed, "cannot \(verb) \(path): \(reason)")
    }
}

/// A file that is read.
final class FileReader {
    private let path: String
    private let descriptor: Int32
    private let closes: Bool

    init(path: String, descriptor: Int32, closes: Bool) {
        self.path = path
        self.descriptor = descriptor
        self.closes = closes
    }

    deinit { if closes { close(descriptor) } }

    /// So many bytes, or fewer at the end.
    func next(_ count: Int) throws -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while let start = buffer.baseAddress, filled < count {
                let read = Glibc.read(descriptor, start + filled, count - filled)
                if read < 0, errno == EINTR { continue }
                failed = read < 0
                guard read > 0 else { return }
                filled += read
            }
        }
        if failed { throw LocalFiles.failure("read", path) }
        return bytes
    }
}

/// A file that is written: under a temporary name, unless it is a device or a pipe.
final class FileWriter {
    private let path: String
    private let temporary: String?
    private let descriptor: Int32
    private var isWhole = false

    init(path: String, temporary: String?, descriptor: Int32) {
        self.path = path
        self.temporary = temporary
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        if let temporary, !isWhole { unlink(temporary) }
    }

    func write(_ bytes: [UInt8]) throws {
        do { try DescriptorSink(descriptor: descriptor).write(bytes) } catch {
            throw CommandError(.failed, "cannot write \(path): \(error)")
        }
    }

    /// Gives the file its name.
    func finish() throws {
        guard let temporary else { return }
        guard rename(temporary, path) == 0 else { throw LocalFiles.failure("write", path) }
        isWhole = true
    }
}
