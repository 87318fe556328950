/// How long a test waits for what has to come. It ends a test that would wait for ever, and tells nothing of speed: a
/// machine on which all tests run at once may keep a process from its processors for many seconds.
package let patience = Duration.seconds(180)

/// Waits for a condition, looking again every few milliseconds; false when it did not come.
@discardableResult
package func eventually(
    isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + patience
    while try await !condition() {
        if ContinuousClock.now > deadline { return false }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return true
}

/// What a test waited for, and did not come.
package struct Overdue: Error, CustomStringConvertible {
    package let description: String

    package init(_ what: String, after time: Duration = patience) {
        description = "waited \(time) for: \(what)"
    }
}

/// Waits for a condition, looking again every few milliseconds.
///
/// - Throws: `Overdue` when it did not come.
package func eventually(
    _ what: String, within time: Duration = patience, isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + time
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Overdue(what, after: time) }
        try await Task.sleep(for: .milliseconds(20))
    }
}
