import Transfer

/// For how long an answer may be kept, by its headers.
enum CacheControl {
    /// Less would ask the issuer for each token, more would trust a key that it has withdrawn.
    static let bounds = Duration.seconds(60)...Duration.seconds(86_400)
    /// Without a word of the issuer's.
    static let unsaid = Duration.seconds(300)

    /// The answer's `max-age`, less the `Age` that it has already, within the bounds.
    static func lifetime(_ headers: [TransferHeader]) -> Duration {
        let lines = headers.filter { $0.name.utf8.map(\.asciiLowercased).elementsEqual("cache-control".utf8) }
        let directives = lines.flatMap { $0.value.utf8.map(\.asciiLowercased).split(separator: UInt8(ascii: ",")) }
            .map { String(decoding: $0, as: UTF8.self).filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
        if directives.contains(where: { $0 == "no-store" || $0 == "no-cache" }) { return bounds.lowerBound }
        let ages = directives.compactMap { $0.dropping(prefix: "max-age=").flatMap { Int64($0) } }
        guard let most = ages.min() else { return unsaid }
        let age = headers["Age"].flatMap { Int64($0) } ?? 0
        let rest = min(max(0, most), 1_000_000) - min(max(0, age), 1_000_000)
        return min(max(.seconds(rest), bounds.lowerBound), bounds.upperBound)
    }
}
