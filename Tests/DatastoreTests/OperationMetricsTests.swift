import CoreMetrics
import Database
import Instruments
import SQLiteEngine
import Testing

@testable import Datastore

@Suite struct OperationMetricsTests {
    @Test("Operations are counted by how they ended, from zero on")
    func counts() async throws {
        try await withDatastore { test in
            let registry = MetricRegistry()
            let datastore = try await Datastore(
                engine: SQLiteEngine(database: test.database), metrics: registry, logger: TestDatastore.quiet)
            func line(_ operation: String, _ result: String) -> String? {
                String(decoding: registry.exposition(), as: UTF8.self).split(separator: "\n").map(String.init).first {
                    $0.hasPrefix("trivet_datastore_operations_total") && $0.contains("operation=\"\(operation)\"")
                        && $0.contains("result=\"\(result)\"")
                }
            }
            #expect(line("commit", "conflict")?.hasSuffix(" 0") == true)
            try await datastore.put(Entity(key: Key("T", id: 1)))
            await expectError(.alreadyExists) { try await datastore.insert(Entity(key: Key("T", id: 1))) }
            _ = try await datastore.lookup(Key("T", id: 1))
            #expect(line("commit", "ok")?.hasSuffix(" 1") == true)
            #expect(line("commit", "refused")?.hasSuffix(" 1") == true)
            #expect(line("lookup", "ok")?.hasSuffix(" 1") == true)
        }
    }
}
