import Glibc

/// What a service tells its manager.
public enum ServiceNews: Sendable, Hashable {
    /// It does its work from now on: after a start, and after a reload.
    case ready
    /// It reads its settings anew; `ready` follows.
    case reloading
    /// It has begun to stop.
    case stopping
    /// It lives: the answer that the watchdog waits for.
    case alive
    /// How it is, for people: one line.
    case status(String)
    /// It needs this much longer for its start or stop, counted from now; the manager's own limit may be later.
    case needsTime(Duration)

    /// The news in the protocol's form.
    var lines: String {
        switch self {
        case .ready: "READY=1"
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds())"
        case .stopping: "STOPPING=1"
        case .alive: "WATCHDOG=1"
        case .status(let text): "STATUS=\(Self.oneLine(text))"
        case .needsTime(let duration): "EXTEND_TIMEOUT_USEC=\(Int64(duration / .microseconds(1)))"
        }
    }

    /// A second line would be read as news of its own; and what stands in a datagram must be short.
    private static func oneLine(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(500).map { scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Lets the manager tell a reload that was asked for from one that began before it asked.
    private static func monotonicMicroseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
