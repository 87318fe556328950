/// Does something with each of many things, eight at a time, so that their writes share commits. The results come in no
/// order; the first error ends it.
func sideBySide<Item: Sendable, Outcome: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Outcome
) async throws -> [Outcome] {
    try await withThrowingTaskGroup(of: Outcome.self) { tasks in
        var rest = items[...]
        for item in rest.prefix(8) { tasks.addTask { try await body(item) } }
        rest = rest.dropFirst(8)
        var outcomes: [Outcome] = []
        while let outcome = try await tasks.next() {
            outcomes.append(outcome)
            if let item = rest.popFirst() { tasks.addTask { try await body(item) } }
        }
        return outcomes
    }
}
