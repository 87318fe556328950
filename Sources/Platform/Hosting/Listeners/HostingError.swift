public import Settings

/// Why a listener could not be opened, or stopped listening.
public struct HostingError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, stable for callers that tell them apart.
    public enum Code: String, Sendable, Hashable {
        /// Somebody else listens there.
        case addressInUse
        /// The address is not one of this machine, or the name is unknown.
        case addressUnavailable
        /// The system does not let this process listen there.
        case notPermitted
        /// The path of a unix socket holds something that is no socket.
        case notASocket
        /// The kind of address is not served yet.
        case unsupported
        /// Anything else.
        case failed
    }

    /// What kind of failure.
    public let code: Code
    /// The settings' key that names the address.
    public let settingsKey: String
    /// The address.
    public let address: ListenAddress
    /// What happened and what to do.
    public let message: String

    /// Creates an error.
    public init(code: Code, settingsKey: String, address: ListenAddress, message: String) {
        self.code = code
        self.settingsKey = settingsKey
        self.address = address
        self.message = message
    }

    /// Key, address and message in one line.
    public var description: String { "\(settingsKey): \(address): \(message)" }
}
