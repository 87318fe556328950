/// How trivetctl ends: the one place where an outcome becomes an exit code.
public enum ExitStatus: Int32, Sendable, Hashable {
    case done = 0
    /// It was asked for and did not work.
    case failed = 1
    /// The command line is wrong, or a value in it.
    case usage = 2
    /// Nobody answers on the socket.
    case unreachable = 3
    /// The daemon does not let this user do that.
    case refused = 4
    case notFound = 5
    /// A dry run shows changes that are to be made.
    case differs = 6
}
