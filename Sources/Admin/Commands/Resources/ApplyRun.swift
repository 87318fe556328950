import AdminModel
import JSON

/// Makes the changes of a plan.
struct ApplyRun: Sendable {
    let client: AdminClient
    let project: String

    /// So many requests share the daemon's commits.
    private static let width = 16

    /// Makes all changes, kind by kind; when one fails, those that have begun end, and no other begins.
    ///
    /// - Parameters:
    ///   - changes: the changes in their order.
    /// - Returns: the changes with what became of them, and the error of the first that failed.
    func make(_ changes: [ResourceChange]) async -> (changes: [ResourceChange], failure: CommandError?) {
        var made = changes.map { change in
            var change = change
            change.state = .notDone
            return change
        }
        var next = 0
        while next < made.count {
            let begin = next
            while next < made.count, made[next].kind == made[begin].kind,
                (made[next].action == .delete) == (made[begin].action == .delete)
            {
                next += 1
            }
            let failures = await make(&made, begin..<next, width: made[begin].kind.width(Self.width))
            if let failure = failures.first { return (made, failure) }
        }
        return (made, nil)
    }

    private func make(
        _ changes: inout [ResourceChange], _ range: Range<Int>, width: Int
    ) async -> [CommandError] {
        var failures: [CommandError] = []
        await withTaskGroup(of: (Int, CommandError?).self) { tasks in
            var waiting = range.makeIterator()
            let begin = { (changes: [ResourceChange], tasks: inout TaskGroup<(Int, CommandError?)>) in
                guard let index = waiting.next() else { return }
                let change = changes[index]
                tasks.addTask { (index, await failure(of: change)) }
            }
            for _ in 0..<width { begin(changes, &tasks) }
            while let (index, failure) = await tasks.next() {
                changes[index].state = failure.map { .failed($0.message) } ?? .done
                if let failure { failures.append(failure) }
                if failures.isEmpty { begin(changes, &tasks) }
            }
        }
        return failures
    }

    private func failure(of change: ResourceChange) async -> CommandError? {
        do {
            for request in change.requests(project: project) {
                do {
                    _ = try await client.request(
                        request.method, request.path, body: request.body.map { JSONValue.object($0).serialized() })
                } catch let error as CommandError where error.status == .notFound && change.action == .delete {
                    // It is gone: that is what was wanted.
                }
            }
            return nil
        } catch let error as CommandError {
            return error
        } catch {
            return CommandError(.failed, "\(error)")
        }
    }
}

extension ResourceKind {
    /// How many changes of the kind are made at once: those of one policy or one bucket would only wait for each other,
    /// and notifications have their numbers by their order.
    fileprivate func width(_ most: Int) -> Int {
        switch self {
        case .roleBindings, .notifications: 1
        default: most
        }
    }
}
