/// What was done before something failed: it is shown all the same, and then why there is no more.
struct Unfinished<Answer: Renderable>: Error {
    let done: Answer
    let cause: any Error
}

extension Listing {
    /// Does one thing after the other; what comes of each is a row, and nil is none.
    ///
    /// - Throws: `Unfinished` with the rows so far, or what the first thing throws.
    static func ofEach<Thing>(
        _ things: [Thing], _ body: (Thing) async throws -> Element?
    ) async throws -> Listing {
        var rows: [Element] = []
        for thing in things {
            do {
                if let row = try await body(thing) { rows.append(row) }
            } catch {
                throw rows.isEmpty ? error : Unfinished(done: Listing(rows), cause: error)
            }
        }
        return Listing(rows)
    }
}
