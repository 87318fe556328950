import Datastore
import Foundation
import TestSupport
import Testing

/// What glibc says of the zones of the tz database: `zdump` prints each second before and at a transition. It reads the
/// same files with code of its own.
struct ZoneOracle {
    /// The offsets of one zone in a time: those from a second on, the first of them from the beginning.
    struct Offsets {
        fileprivate(set) var steps: [(second: Int64, offset: Int64)] = []

        /// The transitions: every step but the first.
        var transitions: [Int64] { steps.dropFirst().map(\.second) }

        func offset(at second: Int64) -> Int64 {
            steps.last { $0.second <= second }?.offset ?? steps[0].offset
        }
    }

    /// The zones that have transitions in a time, by name.
    let zones: [String: Offsets]

    /// All names of the database but those that count leap seconds or lead out of it.
    static func names() throws -> [String] {
        let root = URL(filePath: "/usr/share/zoneinfo")
        let files = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return try files.filter { name in
            guard !name.hasPrefix("right/"), !name.hasPrefix("posix/"), name != "localtime", !name.contains(".") else {
                return false
            }
            guard let file = FileHandle(forReadingAtPath: root.appending(path: name).path) else { return false }
            defer { try? file.close() }
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: root.appending(path: name).path, isDirectory: &isFolder)
            return isFolder.boolValue ? false : try file.read(upToCount: 4) == Data("TZif".utf8)
        }.sorted()
    }

    /// Asks about the years from one to before another.
    init(_ names: [String], years: Range<Int>) async throws {
        let result = try await run(
            "/usr/bin/zdump", ["-V", "-c", "\(years.lowerBound),\(years.upperBound)"] + names)
        try #require(result.status == 0, "\(result.errors)")
        var zones: [String: Offsets] = [:]
        for line in result.output.split(separator: "\n") {
            // Africa/Cairo  Thu Apr 23 21:59:59 2026 UT = Thu Apr 23 23:59:59 2026 EET isdst=0 gmtoff=7200
            let words = line.split(separator: " ")
            guard words.count >= 16, let gmtoff = words.last?.split(separator: "=").last.flatMap({ Int64($0) }),
                let month = Self.months.firstIndex(of: String(words[2]))
            else { continue }
            let time = "\(words[5])-\(month + 1)-\(words[3])T\(words[4])Z"
            let second = instant(time).microseconds / 1_000_000
            zones[String(words[0]), default: Offsets()].steps.append((second, gmtoff))
        }
        // Of each pair the first tells the offset before, which the pair before that told already.
        self.zones = zones.mapValues { offsets in
            var steps = [offsets.steps[0]]
            for step in offsets.steps where step.offset != steps[steps.count - 1].offset { steps.append(step) }
            return Offsets(steps: steps)
        }.filter { !$0.value.transitions.isEmpty }
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
