/// Something that is shown by itself: a name and a value a line.
protocol Described: Shown {
    /// The lines for people.
    var members: [(String, Cell)] { get }
}

/// One thing as an answer.
struct Single<Thing: Described>: Renderable {
    let thing: Thing
    let exitStatus: ExitStatus

    init(_ thing: Thing, exitStatus: ExitStatus = .done) {
        self.thing = thing
        self.exitStatus = exitStatus
    }

    func document() throws -> Document {
        Document(shape: .record(try thing.json()), table: .description(thing.members))
    }
}
