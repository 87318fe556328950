import Foundation
import Testing

@testable import Instruments

@Suite("ProcessMetrics")
struct ProcessMetricsTests {
    @Test("all nine standard metrics of a process are there, with plausible values")
    func standardMetrics() throws {
        let values = try exposed()
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect((3...100_000).contains(try #require(values["process_open_fds"])))
        #expect(try #require(values["process_max_fds"]) >= 64)
        #expect(try #require(values["process_virtual_memory_bytes"]) > 1_000_000)
        #expect(try #require(values["process_virtual_memory_max_bytes"]) > 1_000_000)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(values["process_heap_bytes"]) > 100_000)
        #expect(try #require(values["process_threads"]) >= 1)
        let start = try #require(values["process_start_time_seconds"])
        #expect((0...86_400).contains(Date().timeIntervalSince1970 - start))
        #expect(values["trivet_build_info{version=\"1.2.3\"}"] == 1)
    }

    @Test("an open file is counted")
    func openFiles() throws {
        let before = try #require(exposed()["process_open_fds"])
        let handles = (0..<50).compactMap { _ in FileHandle(forReadingAtPath: "/dev/null") }
        // Other tests of this process open and close files meanwhile, but not that many.
        #expect(try #require(exposed()["process_open_fds"]) > before + 30)
        #expect(handles.count == 50)
    }

    @Test("a program's name with blanks and parentheses does not shift the fields")
    func strangeName() throws {
        let numbers = (4...30).map(String.init).joined(separator: " ")
        let fields = try #require(ProcessMetrics.fields(ofStat: "17 (a) b (c)) S \(numbers)\n"))
        #expect(fields[11] == 14)
        #expect(fields[21] == 24)
        #expect(ProcessMetrics.fields(ofStat: "17 (a) S 1 2") == nil)
        #expect(ProcessMetrics.fields(ofStat: "") == nil)
    }

    @Test("no limit is told as Prometheus' own client tells it")
    func limits() {
        let text =
            "Limit     Soft Limit  Hard Limit Units\nMax address space   unlimited  unlimited  bytes\n"
            + "Max open files   1024  4096  files\n"
        #expect(ProcessMetrics.limit("Max open files", in: text) == 1024)
        #expect(ProcessMetrics.limit("Max address space", in: text) == 0x1p64)
        #expect(ProcessMetrics.limit("Max cpu time", in: text) == nil)
    }

    private func exposed() throws -> [String: Double] {
        let registry = MetricRegistry()
        ProcessMetrics(version: "1.2.3").register(in: registry)
        var values: [String: Double] = [:]
        for line in String(decoding: registry.exposition(), as: UTF8.self).split(separator: "\n") {
            guard !line.hasPrefix("#"), let blank = line.lastIndex(of: " ") else { continue }
            values[String(line[..<blank])] = Double(line[line.index(after: blank)...])
        }
        return values
    }
}
