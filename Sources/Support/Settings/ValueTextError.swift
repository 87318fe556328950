/// Why a text is not a value of the kind that is asked for.
public struct ValueTextError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to write instead, to stand after the value.
    public let message: String

    /// An error with this message.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
