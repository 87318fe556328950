import ArgumentParser

/// `--yes` and its twin `--quiet`, as gcloud spells it.
struct ConfirmationOptions: ParsableArguments {
    @Flag(name: [.customShort("y"), .customLong("yes"), .customLong("quiet")], help: "Do not ask before deleting.")
    var yes = false

    /// Asks on a terminal; without one there is nobody to ask, and the command line is the decision.
    func confirm(_ question: String, in context: CommandContext) throws {
        guard !yes, context.terminal.input, context.terminal.messages else { return }
        try context.messages.write(Array("\(TerminalText.escape(question)) [y/N] ".utf8))
        let answer = (context.readLine() ?? "").lowercased()
        guard answer == "y" || answer == "yes" else { throw CommandError(.failed, "nothing was deleted") }
    }
}
