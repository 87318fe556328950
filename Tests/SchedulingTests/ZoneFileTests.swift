import Datastore
import Foundation
import Testing

@testable import Scheduling

@Suite("ZoneDatabase")
struct ZoneDatabaseTests {
    @Test("Zones are found by their names, links among them, and UTC even without a database")
    func names() throws {
        let zones = ZoneDatabase()
        #expect(try offset("Europe/Berlin", "2026-01-01T00:00:00Z") == 3600)
        #expect(try offset("Europe/Berlin", "2026-07-01T00:00:00Z") == 7200)
        #expect(try offset("US/Eastern", "2026-07-01T00:00:00Z") == -4 * 3600)
        #expect(try offset("America/Argentina/ComodRivadavia", "2026-07-01T00:00:00Z") == -3 * 3600)
        #expect(try offset("Etc/GMT+12", "2026-07-01T00:00:00Z") == -12 * 3600)
        #expect(try offset("Asia/Kathmandu", "2026-07-01T00:00:00Z") == 20_700)
        // The rule for all times to come, far behind the file's last transition.
        #expect(try offset("Europe/Berlin", "2399-07-01T00:00:00Z") == 7200)
        // Before all records, the sun's own time.
        #expect(try offset("Europe/Berlin", "1800-01-01T00:00:00Z") == 3208)
        #expect(throws: Never.self) { try ZoneDatabase(directory: "/nowhere").zone("Etc/UTC") }
        #expect(throws: Never.self) { try zones.zone("UTC") }
    }

    @Test(
        "A name that is none, that steps out of the folder or that names another file is refused",
        arguments: [
            "", "/", "Europe", "Europe/", "/Europe/Berlin", "Europe//Berlin", "europe/berlin", "Europe/Berlin ", ".",
            "..", "../zoneinfo/Europe/Berlin", "Europe/../Europe/Berlin", "./Europe/Berlin", "Europe/Berlin\0",
            "Europe\\Berlin", "Europe/Berlin\n", "zone.tab", "tzdata.zi", "leapseconds", "right/Europe/Berlin", "CEST",
            "Europe/Bérlin", String(repeating: "A", count: 5000),
        ])
    func unknown(name: String) {
        let error = #expect(throws: SchedulingError.self) { try ZoneDatabase().zone(name) }
        #expect(error?.code == .invalidJob)
        #expect(error?.message.contains("such as Europe/Berlin") == true)
    }

    @Test("A link that leads out of the folder is not followed, a fifo does not hold anybody")
    func links() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zones-\(UUID().uuidString)")
        let zones = folder.appendingPathComponent("zoneinfo")
        try FileManager.default.createDirectory(at: zones, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let bytes = try Data(contentsOf: URL(filePath: "\(ZoneDatabase.systemDirectory)/Europe/Berlin"))
        try bytes.write(to: folder.appendingPathComponent("Outside"))
        try bytes.write(to: zones.appendingPathComponent("Inside"))
        for (link, target) in [("Out", "../Outside"), ("In", "Inside"), ("Loop", "Loop"), ("Gone", "Nothing")] {
            let path = zones.appendingPathComponent(link).path
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        }
        #expect(mkfifo(zones.appendingPathComponent("Fifo").path, 0o600) == 0)
        let database = ZoneDatabase(directory: zones.path)
        for name in ["Inside", "In"] { #expect(throws: Never.self) { try database.zone(name) } }
        for name in ["Out", "Loop", "Gone", "Fifo"] {
            #expect(throws: SchedulingError.self) { try database.zone(name) }
        }
    }

    private func offset(_ name: String, _ time: String) throws -> Int64 {
        let zone = try ZoneDatabase().zone(name)
        return zone[zone.index(at: instant(time))].offset / 1_000_000
    }
}

@Suite("ZoneFile")
struct ZoneFileTests {
    private let berlin = URL(filePath: "\(ZoneDatabase.systemDirectory)/Europe/Berlin")

    @Test("A file that is cut off anywhere is refused")
    func cut() throws {
        let bytes = Array(try Data(contentsOf: berlin))
        #expect(ZoneFile(bytes) != nil)
        for count in 0..<bytes.count { #expect(ZoneFile(Array(bytes[..<count])) == nil, "\(count) bytes") }
    }

    @Test("A file with flipped bits is read or refused, and never trapped on")
    func flipped() throws {
        let bytes = Array(try Data(contentsOf: berlin))
        var random = SeededRandom(seed: 3)
        for _ in 0..<20_000 {
            var broken = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Mostly within the headers, where it hurts.
                let place = Int.random(in: 0..<(Bool.random(using: &random) ? 44 : broken.count), using: &random)
                broken[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            guard let zone = ZoneFile(broken)?.zone else { continue }
            let schedule = ZonedSchedule(schedule: try CronSchedule(parsing: "30 2 * * *"), zone: zone)
            let begin = instant("2026-01-01T00:00:00Z")
            #expect(schedule.next(after: begin).map { $0 > begin } ?? true)
        }
    }

    @Test(
        "A rule's transitions of a year, in every form that POSIX has",
        arguments: [
            ("CET-1CEST,M3.5.0,M10.5.0/3", ["2026-03-29T01:00:00Z 7200", "2026-10-25T01:00:00Z 3600"]),
            ("EST5EDT,M3.2.0,M11.1.0", ["2026-03-08T07:00:00Z -14400", "2026-11-01T06:00:00Z -18000"]),
            // Daylight-saving time that is behind: Ireland's winter.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", ["2026-03-29T01:00:00Z 3600", "2026-10-25T01:00:00Z 0"]),
            // The south, half an hour only, and names in brackets.
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", ["2026-04-04T15:00:00Z 37800", "2026-10-03T15:30:00Z 39600"]),
            // Times outside the day: the Saturday before, in Greenland.
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", ["2026-03-29T01:00:00Z -3600", "2026-10-25T01:00:00Z -7200"]),
            ("AAA0BBB,J60/0,J365/23:30", ["2026-03-01T00:00:00Z 3600", "2026-12-31T22:30:00Z 0"]),
            ("AAA0BBB,59/0,364", ["2026-03-01T00:00:00Z 3600", "2026-12-31T01:00:00Z 0"]),
            ("UTC0", []),
        ])
    func rules(text: String, expected: [String]) throws {
        let rule = try #require(ZoneRule(parsing: text.utf8))
        let seen = rule.transitions(years: 2026...2026).map { transition in
            "\(CivilTime(Timestamp(microseconds: transition.second * 1_000_000)).text) \(transition.offset)"
        }
        #expect(seen == expected)
    }

    @Test("In a leap year J60 is the first of March still, and day 59 is the leap day")
    func leapYears() throws {
        for (text, expected) in [("J60", "2028-03-01"), ("59", "2028-02-29"), ("J59", "2028-02-28")] {
            let rule = try #require(ZoneRule(parsing: "AAA0BBB,\(text)/0,J300".utf8))
            let first = try #require(rule.transitions(years: 2028...2028).first)
            #expect(CivilTime(Timestamp(microseconds: first.second * 1_000_000)).text == "\(expected)T00:00:00Z")
        }
    }

    @Test(
        "What is no rule is refused",
        arguments: [
            "", "CE-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,", "CET-25", "CET-1:60", "<+01-1",
            "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
            "CET-1CEST,J0,J365", "CET-1CEST,J366,J1", "CET-1CEST,366,1", "CET-1CEST,M3.5.0/168,M10.5.0",
            "CET-1CEST,M3.5.0,M10.5.0 ", "CET-1CEST;M3.5.0,M10.5.0", "CET--1", "CET-1CEST,M3.5.0,M10.5.0,",
            "CET-1CEST,M99999999999999999999.5.0,M10.5.0", "\u{7F}", "CET+",
        ])
    func badRules(text: String) {
        #expect(ZoneRule(parsing: text.utf8) == nil)
    }
}
