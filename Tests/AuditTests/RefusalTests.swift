import Instruments
import Testing

@testable import Audit

@Suite struct RefusalTests {
    @Test("the same refusal leaves one record a minute, and the next one tells how many were left out")
    func limited() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            for _ in 0..<50 { await log.recordRefusal(.test(by: .init("eve@example.org")), message: "no") }
            await log.recordRefusal(.test("jobs.run", by: .init("eve@example.org")), message: "no")
            await log.recordRefusal(.test(by: .init("bob@example.org")), message: "no")
            #expect(try await log.list(AuditQuery()).records.count == 3)
            test.wait(.seconds(59))
            await log.recordRefusal(.test(by: .init("eve@example.org")), message: "no")
            #expect(try await log.list(AuditQuery()).records.count == 3)
            test.wait(.seconds(1))
            await log.recordRefusal(.test(by: .init("eve@example.org")), message: "no")
            let last = try #require(try await log.list(AuditQuery()).records.first)
            #expect(last.outcome == .denied && last.status == 403 && last.message == "no")
            #expect(last.action.parameters == ["dryRun": "true", "leftOut": "50"])
            let exposition = String(decoding: test.registry.exposition(), as: UTF8.self)
            #expect(exposition.contains(#"trivet_audit_records_total{result="denied"} 54"#))
            #expect(exposition.contains("trivet_audit_refusals_left_out_total 50"))
        }
    }

    @Test("many callers together leave no more than a hundred records a minute")
    func manyCallers() async throws {
        try await TestAudit.with { test async throws in
            let log = test.log()
            for number in 0..<150 {
                await log.recordRefusal(.test(by: .init("eve-\(number)@example.org")), message: "no")
            }
            #expect(try await log.list(AuditQuery(limit: 1_000)).records.count == 100)
            test.wait(.seconds(60))
            await log.recordRefusal(.test(by: .init("eve-149@example.org")), message: "no")
            #expect(try await log.list(AuditQuery(limit: 1_000)).records.count == 101)
        }
    }
}
