/// What a single value must keep to, beyond its type; each answers what is wrong, or nil.
enum SettingRules {
    /// The longest duration that makes sense anywhere: a hundred years.
    private static let longest = Duration.seconds(36_500 * 86_400)

    /// A duration from `least` to `most`.
    static func duration(
        from least: Duration, to most: Duration = longest
    ) -> @Sendable (Duration) -> String? {
        { value in
            if value < least { return "is too short: at least \(DurationText.string(least))" }
            return value > most ? "is too long: at most \(DurationText.string(most))" : nil
        }
    }

    /// A number of bytes within a range.
    static func bytes(_ range: ClosedRange<Int>) -> @Sendable (Int) -> String? {
        { value in
            let (least, most) = (ByteCountText.string(range.lowerBound), ByteCountText.string(range.upperBound))
            return range.contains(value) ? nil : "is out of range: from \(least) to \(most)"
        }
    }

    /// A number within a range.
    static func range<Number: Comparable & Sendable>(
        _ range: ClosedRange<Number>
    ) -> @Sendable (Number) -> String? {
        { value in
            range.contains(value) ? nil : "is out of range: from \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// A project's id as the cloud has it, since it becomes part of bucket names.
    static func project(_ id: String) -> String? {
        let bytes = Array(id.utf8)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let hyphen = UInt8(ascii: "-")
        let valid =
            (6...30).contains(bytes.count) && letters.contains(bytes[0]) && bytes.last != hyphen
            && bytes.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == hyphen }
        return valid
            ? nil
            : "is not a project id: 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last"
    }

    /// What a URL that stands for a service looks like: `http://` or `https://`, a host, perhaps a port and a path.
    static func serviceURL(_ url: String?) -> String? {
        guard let url else { return nil }
        let wrong = "is not a service's URL: write https://HOST, with port and path where they are needed"
        guard let rest = url.dropping(prefix: "https://") ?? url.dropping(prefix: "http://") else { return wrong }
        let forbidden = " ?#@\\\"<>".utf8
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !forbidden.contains($0) }) else { return wrong }
        let authority = rest.utf8.prefix { $0 != UInt8(ascii: "/") }
        let host = authority.prefix { $0 != UInt8(ascii: ":") }
        return host.isEmpty ? wrong : nil
    }

    /// What an issuer is called: a URL as a service's.
    static func issuerURL(_ url: String?) -> String? {
        serviceURL(url).map { _ in
            "is not an issuer's URL: write https://HOST, with port and path where they are needed"
        }
    }

    /// Where an issuer's public keys may come from: https, or http from this machine.
    static func keysURL(_ url: String) -> String? {
        guard serviceURL(url) == nil else { return "is not a URL: write https://HOST/PATH" }
        guard let rest = url.dropping(prefix: "http://") else { return nil }
        let authority = String(rest.utf8.prefix { $0 != UInt8(ascii: "/") }) ?? ""
        let place = [authority, "\(authority):80"].lazy.compactMap { try? ListenAddress.parse($0) }.first
        return place?.isLocal == true ? nil : "is plain http to another machine: keys come over https"
    }

    /// Each issuer once.
    static func trustedIssuers(_ issuers: [TrustedIssuer]) -> String? {
        let names = issuers.map(\.issuer)
        return Set(names).count == names.count ? nil : "names an issuer twice"
    }

    /// Tiers from fine to coarse, each step a multiple of the one before, each kept for longer.
    static func metricTiers(_ tiers: [MetricTier]) -> String? {
        guard tiers.count <= 8 else { return "has too many tiers: at most 8" }
        for tier in tiers {
            if tier.step < .milliseconds(100) { return "has a step that is too short: at least 100ms" }
            if tier.step > .seconds(86_400) { return "has a step that is too long: at most 1d" }
            if tier.retention < tier.step { return "has a tier that is kept for less than its step" }
            if tier.retention > longest { return "has a retention that is too long: at most 36500d" }
        }
        for (fine, coarse) in zip(tiers, tiers.dropFirst()) {
            guard coarse.step > fine.step, coarse.step.isMultiple(of: fine.step) else {
                return "has a step that is not a multiple of the step before it"
            }
            guard coarse.retention > fine.retention else {
                return "has a coarser tier that is not kept for longer than the one before it"
            }
        }
        return nil
    }

    /// At least one address, since nobody could call a service without.
    static func addresses(_ addresses: [ListenAddress]) -> String? {
        addresses.isEmpty ? "is empty: a service listens on one address at least" : nil
    }
}
