import Glibc
import NIOCore
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

extension HostingError {
    /// What a failure of the system means for an address of the settings.
    init(_ error: any Error, _ settingsKey: String, _ address: ListenAddress) {
        let number: CInt? =
            switch error {
            case let error as IOError: error.errnoCode
            case SocketFile.Failure.system(let number): number
            case SocketFile.Failure.inUse: EADDRINUSE
            default: nil
            }
        let isSocket = if case .unix = address { true } else { false }
        switch (error, number) {
        case (SocketFile.Failure.notASocket, _):
            self.init(
                code: .notASocket, settingsKey: settingsKey, address: address,
                message: "there is a file that is no socket; remove it or choose another path.")
        case (_, EADDRINUSE):
            self.init(
                code: .addressInUse, settingsKey: settingsKey, address: address,
                message: "another program listens there; stop it or choose another \(isSocket ? "path" : "port").")
        case (_, EADDRNOTAVAIL), (is SocketAddressError, _), (is SocketAddressError.UnknownHost, _):
            self.init(
                code: .addressUnavailable, settingsKey: settingsKey, address: address,
                message: "this machine has no such address; choose one that it has.")
        case (_, EACCES), (_, EPERM):
            self.init(
                code: .notPermitted, settingsKey: settingsKey, address: address,
                message: isSocket
                    ? "this user may not make a socket there; choose a directory that it may write to."
                    : "this user may not listen there; choose a port from 1024 on.")
        case (_, ENOENT) where isSocket:
            self.init(
                code: .failed, settingsKey: settingsKey, address: address,
                message: "the directory does not exist; create it or choose another path.")
        default:
            self.init(code: .failed, settingsKey: settingsKey, address: address, message: "cannot listen: \(error)")
        }
    }
}
