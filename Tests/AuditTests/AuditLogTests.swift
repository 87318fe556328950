import Datastore
import Instruments
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import Audit

@Suite(.timeLimit(.minutes(20))) struct AuditLogTests {
    @Test("a record keeps who, what, when, from where and how it ended")
    func whole() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            let principal = AuditPrincipal("user:bob", uid: 1_001, gid: .max, pid: 7)
            let entry = await log.begin(.test("jobs.run", resource: "jobs/é\u{0}", by: principal))
            test.wait(.seconds(2))
            await log.end(entry, .failed, status: 507, message: "no room\nat all")
            let record = try #require(try await log.list(AuditQuery()).records.first)
            #expect(record.action == .test("jobs.run", resource: "jobs/é\u{0}", by: principal))
            #expect(record.time == test.now.value.advanced(by: .seconds(-2)))
            #expect(record.endTime == test.now.value)
            #expect(record.outcome == .failed)
            #expect(record.status == 507)
            #expect(record.message == "no room\nat all")
        }
    }

    @Test("the newest come first, page by page, each once, also when the clock stands still or is set back")
    func pages() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            for number in 0..<7 { await log.record(.test("m\(number)"), .ok) }
            test.wait(.seconds(-10))
            await log.record(.test("earlier"), .ok)
            var methods: [String] = []
            var query = AuditQuery(limit: 3)
            var sizes: [Int] = []
            repeat {
                let page = try await log.list(query)
                methods += page.records.map(\.action.method)
                sizes.append(page.records.count)
                query.pageToken = page.nextPageToken
            } while query.pageToken != nil
            #expect(methods == ["m6", "m5", "m4", "m3", "m2", "m1", "m0", "earlier"])
            #expect(sizes.filter { $0 > 0 } == [3, 3, 2])
        }
    }

    @Test("records are told apart by time, principal, method, resource and result")
    func filters() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            let start = test.now.value
            await log.record(.test("jobs.run", resource: "jobs/a"), .ok)
            test.wait(.seconds(10))
            await log.record(.test("jobs.runner", resource: "jobs/ab", by: .init("uid:1001")), .denied)
            test.wait(.seconds(10))
            await log.record(.test("config.reload", resource: "config", by: .reloadSignal), .failed)
            #expect(try await methods(log, AuditQuery(since: start.advanced(by: .seconds(10)))).count == 2)
            #expect(try await methods(log, AuditQuery(until: start.advanced(by: .seconds(10)))) == ["jobs.run"])
            #expect(try await methods(log, AuditQuery(since: .earliest, until: .latest)).count == 3)
            for name in ["root", "user:root"] {
                #expect(try await methods(log, AuditQuery(principal: name)) == ["jobs.run"])
            }
            #expect(try await methods(log, AuditQuery(principal: "1001")) == ["jobs.runner"])
            #expect(try await methods(log, AuditQuery(method: "jobs.run")) == ["jobs.run"])
            #expect(try await methods(log, AuditQuery(method: "jobs")) == ["jobs.runner", "jobs.run"])
            #expect(try await methods(log, AuditQuery(resource: "jobs/a")) == ["jobs.run"])
            #expect(try await methods(log, AuditQuery(resource: "jobs")).count == 2)
            #expect(try await methods(log, AuditQuery(outcome: .denied)) == ["jobs.runner"])
            #expect(try await methods(log, AuditQuery(method: "nothing")).isEmpty)
        }
    }

    private func methods(_ log: AuditLog, _ query: AuditQuery) async throws -> [String] {
        try await log.list(query).records.map(\.action.method)
    }

    @Test("a rare match among many is found, over several pages if need be")
    func rareMatch() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            await log.record(.test("needle"), .ok)
            var entities: [Mutation] = []
            for number in 1...1_200 {
                let time = test.now.value.advanced(by: .seconds(number))
                entities.append(.upsert(AuditRecord(action: .test("hay"), time: time, outcome: .ok).entity))
            }
            for start in stride(from: 0, to: entities.count, by: 400) {
                try await test.datastore.commit(Array(entities[start..<start + 400]))
            }
            let page = try await log.list(AuditQuery(method: "needle"))
            #expect(page.records.map(\.action.method) == ["needle"])
            #expect(page.nextPageToken == nil)
        }
    }

    @Test("page tokens of others are refused", arguments: ["", "x", "-1", "0", "01", "9223372036854775808", "1 "])
    func badToken(token: String) async throws {
        try await TestAudit.with { test async throws in
            await #expect(throws: AuditError.self) { try await test.log().list(AuditQuery(pageToken: token)) }
        }
    }

    @Test("a change under way says so, and one that the daemon did not survive is interrupted")
    func interrupted() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            let entry = await log.begin(.test())
            #expect(try await log.list(AuditQuery()).records.map(\.outcome) == [.running])
            let next = test.log()
            #expect(try await next.list(AuditQuery(outcome: .interrupted)).records.count == 1)
            #expect(try await next.list(AuditQuery(outcome: .running)).records.isEmpty)
            await log.end(entry, .ok)
            #expect(try await next.list(AuditQuery()).records.map(\.outcome) == [.ok])
        }
    }

    @Test("on a full disk the change goes on, and its record is written when there is room at its end")
    func roomAtTheEnd() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            test.engine.isFull.update { $0 = true }
            let entry = await log.begin(.test())
            test.engine.isFull.update { $0 = false }
            await log.end(entry, .ok, status: 200)
            let records = try await log.list(AuditQuery()).records
            #expect(records.map(\.outcome) == [.ok])
            #expect(test.lines.value.isEmpty)
        }
    }

    @Test("a record that cannot be written at all is told whole in the log, and counted")
    func noRoom() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            test.engine.isFull.update { $0 = true }
            await log.end(await log.begin(.test()), .ok, status: 200)
            await log.record(.test(), .denied, status: 403)
            #expect(test.lines.value.count == 2)
            let line = test.lines.value.first ?? ""
            #expect(line.hasPrefix("error an audit record could not be written error=the disk is full"))
            for word in ["principal=user:root", "method=purge", "peer=unix:/x/admin.sock", "result=ok", "status=200"] {
                #expect(line.contains(word), "\(word)")
            }
            let exposition = String(decoding: test.registry.exposition(), as: UTF8.self)
            #expect(exposition.contains("trivet_audit_write_failures_total 2"))
            #expect(exposition.contains(#"trivet_audit_records_total{result="ok"} 1"#))
            #expect(exposition.contains(#"trivet_audit_records_total{result="denied"} 1"#))
            #expect(exposition.contains(#"trivet_audit_records_total{result="failed"} 0"#))
            test.engine.isFull.update { $0 = false }
            #expect(try await log.list(AuditQuery()).records.isEmpty)
        }
    }

    @Test("what is older than the retention goes, however much, and a changed retention counts at once")
    func retention() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            for _ in 0..<3 {
                let old = (0..<400).map { _ in
                    test.wait(.milliseconds(1))
                    return Mutation.upsert(AuditRecord(action: .test(), time: test.now.value, outcome: .ok).entity)
                }
                try await test.datastore.commit(old)
            }
            test.wait(.seconds(3_000))
            await log.record(.test("newer"), .ok)
            #expect(try await log.deleteOld() == 0)
            test.retention.update { $0 = .seconds(60) }
            #expect(try await log.deleteOld() == 1_200)
            #expect(try await log.list(AuditQuery()).records.map(\.action.method) == ["newer"])
            test.retention.update { $0 = .seconds(1_000_000_000_000) }
            #expect(try await log.deleteOld() == 0)
        }
    }

    @Test("as a service it deletes at its start, and ends with the graceful shutdown")
    func service() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            await log.record(.test(), .ok)
            test.wait(.seconds(7_200))
            let group = ServiceGroup(services: [log], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let running = Task { try await group.run() }
            try await eventually("the old is gone") { try await log.list(AuditQuery()).records.isEmpty }
            await group.triggerGracefulShutdown()
            try await running.value
        }
    }

    @Test("many changes at once each have their record")
    func concurrent() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            await withTaskGroup(of: Void.self) { tasks in
                for number in 0..<50 {
                    tasks.addTask { await log.end(await log.begin(.test("m\(number)")), .ok) }
                }
            }
            let records = try await log.list(AuditQuery()).records
            #expect(Set(records.map(\.action.method)).count == 50)
            #expect(records.allSatisfy { $0.outcome == .ok })
        }
    }
}
