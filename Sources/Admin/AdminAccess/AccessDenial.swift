/// Who asks may not do what they ask for.
public struct AccessDenial: Error, Sendable, CustomStringConvertible {
    /// Who lacks what, and what would help; it is for who asks.
    public let message: String

    /// The message.
    public var description: String { message }
}
