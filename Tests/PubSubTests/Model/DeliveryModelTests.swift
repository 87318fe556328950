import Foundation
import Testing

@testable import PubSub

/// Random lives of a Pub/Sub, with the oracle beside it: what is published, leased, acknowledged, given back, sought,
/// given up, and what kills and restarts leave of it.
@Suite(.timeLimit(.minutes(20))) struct DeliveryModelTests {
    /// The lives' seeds. `TRIVET_TEST_MODEL_SEED=77` has that one alone, `TRIVET_TEST_MODEL_LIVES=5000` has more.
    private static let seeds: [UInt64] = {
        func number(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }
        return number("TRIVET_TEST_MODEL_SEED").map { [$0] } ?? Array(0..<(number("TRIVET_TEST_MODEL_LIVES") ?? 120))
    }()

    @Test("Pub/Sub does at every step what a naive model does, also when it is killed within one")
    func lives() async throws {
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<4 {
                group.addTask {
                    for seed in Self.seeds where seed % 4 == UInt64(part) { await live(seed) }
                }
            }
        }
    }

    private func live(_ seed: UInt64) async {
        do {
            var life = try await Life(seed: seed)
            do {
                try await life.furnish()
                for _ in 0..<50 { try await life.live() }
                try await life.finish()
            } catch {
                let steps = life.trace.suffix(40).joined(separator: "\n")
                Issue.record("seed \(seed), step \(life.trace.count): \(error)\n\(steps)")
            }
            await life.end()
        } catch {
            Issue.record("seed \(seed): \(error)")
        }
    }
}
