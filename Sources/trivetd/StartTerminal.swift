import Foundation

/// The terminal that the daemon was started in, if it was.
///
/// SIGHUP asks for a reload; but it is also what the kernel sends when the terminal is closed. Then the daemon of
/// `make run` is to end, as it always did, and not to hold its ports where nobody sees it.
struct StartTerminal: Sendable {
    private let wasThere = isatty(STDERR_FILENO) == 1

    /// Whether there was one that has been closed.
    var isGone: Bool { wasThere && isatty(STDERR_FILENO) != 1 }
}
