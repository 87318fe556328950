/// Why a transfer gave no answer. An HTTP status of 400 or 500 is an answer, not an error.
public struct TransferError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, stable for programs.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The request cannot be sent as it is: URL, method, a header, or an option. Nothing was sent.
        case invalidRequest
        /// The host's name has no address.
        case resolve
        /// Nobody answers at the address: refused, unreachable, no such socket.
        case couldNotConnect
        /// TLS failed: the certificate, its name, or the handshake.
        case tls
        /// The time for connecting, or for the whole, is over.
        case timedOut
        /// The connection broke before the answer was whole.
        case connectionLost
        /// What came is not HTTP.
        case protocolError
        /// The answer is larger than the request allows.
        case tooLarge
        /// More redirects than are followed.
        case tooManyRedirects
        /// The task was cancelled, or the stream given up.
        case cancelled
        /// The client was shut down.
        case shutDown
        /// libcurl failed in another way; the message gives its words.
        case other
    }

    /// What went wrong, stable for programs.
    public let code: Code
    /// A sentence for a person: where to, what failed.
    public let message: String

    /// An error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
