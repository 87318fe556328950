/// Why a command ends without success: how it exits, and a sentence for stderr that says what to do.
public struct CommandError: Error, Sendable, Hashable, CustomStringConvertible {
    /// How trivetctl exits.
    public let status: ExitStatus
    /// What went wrong, without the program's name and without a final newline.
    public let message: String

    /// Creates an error.
    public init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
