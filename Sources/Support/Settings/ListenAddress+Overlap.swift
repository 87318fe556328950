extension ListenAddress {
    /// Whether two listeners on these addresses would be in each other's way.
    func overlaps(_ other: ListenAddress) -> Bool {
        switch (self, other) {
        case (.tcp(let host, let port), .tcp(let otherHost, let otherPort)):
            port == otherPort && port != 0 && Self.hostsOverlap(host, otherHost)
        case (.unix(let path), .unix(let otherPath)): Self.plain(path) == Self.plain(otherPath)
        case (.descriptor(let name), .descriptor(let otherName)): name == otherName
        default: false
        }
    }

    private static func hostsOverlap(_ left: String, _ right: String) -> Bool {
        let (left, right) = (address(left), address(right))
        guard let left = left.address, let right = right.address else {
            // Nobody knows yet which addresses a name has; but every one is among all of them.
            return left.name == right.name || left.address?.isWildcard == true || right.address?.isWildcard == true
        }
        // A socket on [::] takes IPv4 too, as Linux has it by default.
        switch (left, right) {
        case (.v6, _) where left.isWildcard, (_, .v6) where right.isWildcard: return true
        case (.v4, .v4): return left == right || left.isWildcard || right.isWildcard
        default: return left == right
        }
    }

    private static func address(_ host: String) -> (address: IPAddress?, name: String) {
        let name = host.lowercased()
        return (IPAddress(name == "localhost" ? "127.0.0.1" : host), name)
    }

    /// A path without its empty and `.` parts.
    private static func plain(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        return (path.utf8.first == UInt8(ascii: "/") ? "/" : "") + parts.joined(separator: "/")
    }
}
