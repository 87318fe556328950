import Datastore

extension Timestamp {
    /// RFC 3339 with always six digits of a fraction: equally wide, and sorting as time.
    var fixedText: String {
        let text = rfc3339.dropLast()
        guard let dot = text.firstIndex(of: ".") else { return "\(text).000000Z" }
        let digits = text.distance(from: dot, to: text.endIndex) - 1
        return text + String(repeating: "0", count: max(0, 6 - digits)) + "Z"
    }
}

extension Duration {
    /// Google's text of a duration, `0.000125s`: seconds with up to six digits of a fraction.
    var secondsText: String {
        let (seconds, attoseconds) = components
        let micros = attoseconds / 1_000_000_000_000
        guard micros != 0 else { return "\(seconds)s" }
        let digits = String(micros.magnitude)
        var fraction = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(seconds).\(fraction)s"
    }
}
