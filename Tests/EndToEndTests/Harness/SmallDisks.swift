import Foundation
import Glibc
import TestSupport
import Testing

/// Small file systems of a test's own, which fill up for real.
///
/// They are mounted in the mount namespace of a process that does nothing else: it ends with the object, and nothing is
/// left mounted. Programs enter the namespace with `entering`; the test itself sees the files through /proc.
final class SmallDisks: Sendable {
    /// A file system.
    enum Kind: String, Sendable, CaseIterable {
        case tmpfs
        /// On a loop device, with real block allocation and a journal.
        case ext4
    }

    /// What this user may mount. A loop device needs root; in a user namespace of its own anybody mounts tmpfs. Where
    /// not even that works, the tests fail, and say so.
    static var kinds: [Kind] { isRoot ? Kind.allCases : [.tmpfs] }

    private static var isRoot: Bool { geteuid() == 0 }
    private let holder: ChildProcess
    private let folder: TestFolder

    /// Mounts file systems of so many MiB, by the names of their folders in the test's.
    init(_ kind: Kind, _ sizes: [String: Int], in folder: TestFolder) async throws {
        self.folder = folder
        var script = "set -e\n"
        for (name, size) in sizes {
            let path = folder.file(name)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            switch kind {
            case .tmpfs: script += "mount -t tmpfs -o size=\(size)m,mode=700 tmpfs '\(path)'\n"
            case .ext4:
                script += """
                    truncate -s \(size)M '\(path).image'
                    mkfs.ext4 -q -m 0 '\(path).image'
                    mount -o loop '\(path).image' '\(path)'

                    """
            }
        }
        script += "touch '\(folder.file("mounted"))'\nexec sleep infinity\n"
        let log = folder.file("mount.log")
        holder = try ChildProcess(
            "/usr/bin/unshare", [Self.isRoot ? "-m" : "-rm", "/bin/sh", "-c", script],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], errors: log)
        try await eventually("the file systems are mounted: \(contents(of: log))") {
            try #require(holder.isRunning, "cannot mount a \(kind) for the test: \(contents(of: log))")
            return FileManager.default.fileExists(atPath: folder.file("mounted"))
        }
    }

    deinit { holder.send(SIGKILL) }

    /// What stands before a command that is to see the file systems.
    var entering: [String] {
        let user = Self.isRoot ? [] : ["-U", "--preserve-credentials"]
        return ["/usr/bin/nsenter", "-t", "\(holder.pid)", "-m"] + user + ["--"]
    }

    /// A file of the file systems as this process reaches it.
    func reach(_ name: String) -> String { "/proc/\(holder.pid)/root\(folder.file(name))" }

    /// Bytes that are free on one of them.
    func free(_ disk: String) throws -> Int {
        var status = statvfs()
        try #require(statvfs(reach(disk), &status) == 0)
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Fills one of them to its last byte, with a file beside the others; again as often as room came up.
    func fill(_ disk: String) throws {
        let descriptor = open(reach("\(disk)/filler"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0, "no filler on \(disk): \(String(cString: strerror(errno)))")
        defer { close(descriptor) }
        for size in [1 << 20, 1 << 12, 1] {
            let bytes = [UInt8](repeating: 0x55, count: size)
            while write(descriptor, bytes, size) > 0 {}
            try #require(errno == ENOSPC || errno == EDQUOT)
            // What a file system allocates late is to be gone now.
            fsync(descriptor)
        }
    }

    /// Removes what `fill` wrote.
    func empty(_ disk: String) {
        unlink(reach("\(disk)/filler"))
    }
}
