/// Why a command ends without success: how it exits, and a sentence for stderr that says what to do.
public struct CommandError: Error, Sendable, Hashable, CustomStringConvertible {
    /// How trivetctl exits.
    public let status: ExitStatus
    /// What went wrong, without the program's name and without a final newline.
    public let message: String
    /// The status of the daemon's answer, where it is the daemon that refused.
    public let httpStatus: Int?

    /// Creates an error.
    public init(_ status: ExitStatus, _ message: String, httpStatus: Int? = nil) {
        self.status = status
        self.message = message
        self.httpStatus = httpStatus
    }

    /// The message.
    public var description: String { message }
}
