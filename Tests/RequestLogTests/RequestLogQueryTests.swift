import RequestLog
import Testing

@Suite("RequestLogQuery")
struct RequestLogQueryTests {
    /// Records over several segments: service, status, method and route take turns.
    private static func filled(_ count: Int = 1_000) async throws -> TestLog {
        let test = try TestLog()
        for number in 0..<count {
            test.log.record(
                TestLog.record(
                    number, service: ["a-service", "b-service", "c-service"][number % 3],
                    status: [200, 404, 500, 503, 301][number % 5], method: number % 2 == 0 ? "GET" : "POST",
                    route: number % 7 == 0 ? "/seven" : "/other", error: number % 11 == 0 ? "Disk on fire" : nil))
            if number % 250 == 249 { try await test.log.flush() }
        }
        try await test.log.flush()
        return test
    }

    private static func numbers(_ records: [StoredRecord]) -> [Int] {
        records.map { $0.record.requestSize - 10 }
    }

    @Test(
        "Newest first by default, in pages that follow each other without hole or overlap",
        arguments: [1, 7, 100, 999, 1_000])
    func pages(size: Int) async throws {
        let test = try await RequestLogQueryTests.filled(1_000)
        var query = RequestLogQuery()
        query.limit = size
        var numbers: [Int] = []
        var count = 0
        repeat {
            let page = try await test.log.read(query)
            #expect(page.records.count <= size)
            numbers += RequestLogQueryTests.numbers(page.records)
            query.pageToken = page.nextPageToken
            count += 1
        } while query.pageToken != nil && count < 20
        let expected = Array((0..<1_000).reversed())
        #expect(numbers == Array(expected.prefix(numbers.count)))
        #expect(numbers.count == min(1_000, size * 20))
        try await test.remove()
    }

    /// A query by its change from the default, and the numbers of the records that it takes.
    private typealias Case = (change: @Sendable (inout RequestLogQuery) -> Void, matches: (Int) -> Bool)

    @Test("Each filter takes what it names, and several together what all of them take")
    func filters() async throws {
        let test = try await RequestLogQueryTests.filled()
        let all =
            RequestLogQueryTests.columnCases() + RequestLogQueryTests.textCases() + RequestLogQueryTests.timeCases()
        for (number, one) in all.enumerated() {
            var query = RequestLogQuery()
            one.change(&query)
            let found = RequestLogQueryTests.numbers(try await test.all(query, page: 37))
            let expected = (0..<1_000).filter(one.matches)
            #expect(found == expected, "case \(number)")
        }
        try await test.remove()
    }

    private static func columnCases() -> [Case] {
        var cases: [Case] = []
        cases.append(({ $0.services = ["a-service"] }, { number in number % 3 == 0 }))
        cases.append(({ $0.services = ["a-service", "c-service", "none"] }, { number in number % 3 != 1 }))
        cases.append(({ $0.services = ["none"] }, { _ in false }))
        cases.append(({ $0.statuses = [.exact(404)] }, { number in number % 5 == 1 }))
        cases.append(({ $0.statuses = [.statusClass(5), .exact(301)] }, { number in number % 5 >= 2 }))
        cases.append(({ $0.severities = [.error] }, { number in number % 5 == 2 || number % 5 == 3 }))
        cases.append(({ $0.methods = ["GET"] }, { number in number % 2 == 0 }))
        cases.append(({ $0.routes = ["/seven"] }, { number in number % 7 == 0 }))
        return cases
    }

    private static func textCases() -> [Case] {
        var cases: [Case] = []
        cases.append(({ $0.text = "dISK ON" }, { number in number % 11 == 0 }))
        cases.append(({ $0.text = "n=99" }, { number in String(number).hasPrefix("99") }))
        cases.append(({ $0.text = "B-SERVICE" }, { number in number % 3 == 1 }))
        cases.append(({ $0.text = "8899aabb" }, { _ in true }))
        cases.append(({ $0.text = "curl/7" }, { _ in true }))
        cases.append(({ $0.text = "nowhere" }, { _ in false }))
        return cases
    }

    private static func timeCases() -> [Case] {
        var cases: [Case] = []
        cases.append(({ $0.since = TestLog.start + 500 }, { number in number >= 500 }))
        cases.append(({ $0.until = TestLog.start + 500 }, { number in number < 500 }))
        let several: @Sendable (inout RequestLogQuery) -> Void = { query in
            query.since = TestLog.start + 100
            query.until = TestLog.start + 900
            query.services = ["b-service"]
            query.statuses = [.statusClass(4)]
            query.text = "POST"
        }
        cases.append(
            (
                several,
                { number in (100..<900).contains(number) && number % 3 == 1 && number % 5 == 1 && number % 2 == 1 }
            ))
        return cases
    }

    @Test("Ids bound what is read, both excluded")
    func bounds() async throws {
        let test = try await RequestLogQueryTests.filled()
        let all = try await test.all()
        var query = RequestLogQuery()
        query.after = all[99].insertID
        query.before = all[300].insertID
        #expect(try await test.all(query) == Array(all[100..<300]))
        query.limit = 1_000
        #expect(try await test.log.read(query).records == all[100..<300].reversed())
        try await test.remove()
    }

    @Test("Times out of order are found all the same")
    func clockJumps() async throws {
        let test = try TestLog()
        for round in [5, 1, 9, 3] {
            for number in 0..<10 { test.log.record(TestLog.record(round * 100 + number)) }
            try await test.log.flush()
        }
        var query = RequestLogQuery()
        query.since = TestLog.start + 300
        query.until = TestLog.start + 600
        let found = RequestLogQueryTests.numbers(try await test.all(query))
        let expected = Array(500..<510) + Array(300..<310)
        #expect(found == expected)
        try await test.remove()
    }

    @Test("A filter that matches little finds it among many records")
    func needle() async throws {
        let test = try TestLog()
        for number in 0..<60_000 {
            test.log.record(TestLog.record(number, status: number == 30_000 ? 500 : 200))
            if number % 10_000 == 9_999 { try await test.log.flush() }
        }
        var query = RequestLogQuery()
        query.statuses = [.statusClass(5)]
        #expect(RequestLogQueryTests.numbers(try await test.all(query)) == [30_000])
        query = RequestLogQuery()
        query.text = "?n=30000"
        #expect(RequestLogQueryTests.numbers(try await test.log.read(query).records) == [30_000])
        try await test.remove()
    }

    @Test(
        "A page token that is none is refused", arguments: ["", "x", "n", "o0000002a-000000000001f3", "n0000002a-1f3"])
    func badTokens(token: String) async throws {
        let test = try TestLog()
        var query = RequestLogQuery()
        query.pageToken = token
        let asked = query
        let error = await #expect(throws: RequestLogError.self) { try await test.log.read(asked) }
        #expect(error?.code == .invalidPageToken)
        try await test.remove()
    }

    @Test("An empty log has an empty page")
    func empty() async throws {
        let test = try TestLog()
        let page = try await test.log.read(RequestLogQuery())
        #expect(page.records.isEmpty && page.nextPageToken == nil)
        try await test.remove()
    }

    @Test("Statuses are read as a number or a class")
    func statusFilter() {
        #expect(RequestLogQuery.StatusFilter("404") == .exact(404))
        #expect(RequestLogQuery.StatusFilter("4xx") == .statusClass(4))
        #expect(RequestLogQuery.StatusFilter("5XX") == .statusClass(5))
        for text in ["", "4", "40", "4x", "6xx", "0xx", "4040", "4x4", "+40", "abc", "٤٠٤"] {
            #expect(RequestLogQuery.StatusFilter(text) == nil)
        }
    }
}
