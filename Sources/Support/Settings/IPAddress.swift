import Glibc

/// A numeric address in network byte order.
enum IPAddress: Hashable {
    case v4([UInt8])
    case v6([UInt8])

    static let any4: [UInt8] = [0, 0, 0, 0]
    static let any6 = [UInt8](repeating: 0, count: 16)
    static let loopback6 = [UInt8](repeating: 0, count: 15) + [1]
    /// What stands before an IPv4 address that is written as an IPv6 one (`::ffff:127.0.0.1`).
    static let mapped4 = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    /// The address that `text` tells in the usual notation, or nil if it is a name.
    init?(_ text: String) {
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &buffer) == 1 {
            self = .v4(Array(buffer.prefix(4)))
        } else if inet_pton(AF_INET6, text, &buffer) == 1 {
            self = .v6(buffer)
        } else {
            return nil
        }
    }

    /// Whether a listener on this address takes every address of its family.
    var isWildcard: Bool {
        switch self {
        case .v4(let bytes): bytes == Self.any4
        case .v6(let bytes): bytes == Self.any6
        }
    }
}
