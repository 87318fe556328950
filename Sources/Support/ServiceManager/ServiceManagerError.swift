import Glibc

/// Why the service manager could not be told something.
public struct ServiceManagerError: Error, Sendable, CustomStringConvertible {
    /// What stood in the way, stable for programs.
    public enum Code: String, Sendable, Hashable {
        /// No socket could be had.
        case noSocket
        /// The manager did not take the datagram.
        case notTaken
    }

    /// What stood in the way.
    public let code: Code
    /// What the system said.
    public let description: String

    init(_ code: Code, _ call: String, errno number: Int32) {
        self.code = code
        description = "\(call): \(String(cString: strerror(number)))"
    }
}
