import ArgumentParser

/// A command that does something: it answers with a typed value, and the one renderer shows it.
protocol LeafCommand: RunnableCommand {
    associatedtype Answer: Renderable

    /// The options that every leaf has.
    var global: GlobalOptions { get }

    /// Does it.
    func answer(in context: CommandContext) async throws -> Answer
}

/// What `Trivetctl` can run: a leaf, or a leaf that writes as it goes (`logs tail`).
protocol RunnableCommand: AsyncParsableCommand {
    /// Does it and shows the answer.
    func run(in context: CommandContext) async throws -> ExitStatus
}

extension LeafCommand {
    func run(in context: CommandContext) async throws -> ExitStatus { try await showAnswer(in: context) }

    /// Does it and shows the answer, or as much of it as there is.
    func showAnswer(in context: CommandContext) async throws -> ExitStatus {
        do {
            return try show(try await answer(in: context), in: context)
        } catch let unfinished as Unfinished<Answer> {
            // What failed counts, also where nobody reads the rest.
            _ = try? show(unfinished.done, in: context)
            throw unfinished.cause
        }
    }

    /// Shows an answer; returns how trivetctl exits.
    func show(_ answer: Answer, in context: CommandContext) throws -> ExitStatus {
        let renderer = Renderer(format: global.format, colours: context.terminal.colours(context.environment))
        let shown = renderer.render(try answer.document())
        try context.output.write(shown.bytes)
        if let warning = shown.warning { context.say(warning) }
        return answer.exitStatus
    }
}
