import ArgumentParser
import Glibc

/// The program around the commands: parses, runs, and turns every outcome into an exit code.
public enum Trivetctl {
    /// Runs the process's own command line and ends the process.
    public static func main() async -> Never {
        // With SIGPIPE ignored a reader that is gone shows as EPIPE, on stdout and on the daemon's socket alike.
        signal(SIGPIPE, SIG_IGN)
        exit(await run(Array(CommandLine.arguments.dropFirst()), in: .live()))
    }

    /// Runs one command line.
    ///
    /// - Parameters:
    ///   - arguments: the words after the program's name.
    ///   - context: the command's surroundings.
    /// - Returns: the exit code, see `ExitStatus`.
    public static func run(_ arguments: [String], in context: CommandContext) async -> Int32 {
        do {
            var command = try TrivetctlCommand.parseAsRoot(arguments)
            if let leaf = command as? any RunnableCommand {
                return try await leaf.run(in: context).rawValue
            }
            // A noun without a verb, or `help`: argument-parser answers with the help text, as an error.
            try command.run()
            return ExitStatus.done.rawValue
        } catch {
            return status(of: error, in: context).rawValue
        }
    }

    private static func status(of error: any Error, in context: CommandContext) -> ExitStatus {
        switch error {
        case let error as CommandError:
            context.say(error.message)
            return error.status
        case OutputError.closed:
            return .done
        case OutputError.failed(let reason):
            context.say("cannot write the answer: \(reason)")
            return .failed
        default:
            return parserStatus(of: error, in: context)
        }
    }

    /// What argument-parser throws: help and version are data, anything else is wrong usage (64 by its count).
    private static func parserStatus(of error: any Error, in context: CommandContext) -> ExitStatus {
        let code = TrivetctlCommand.exitCode(for: error)
        let text = Array((TrivetctlCommand.fullMessage(for: error) + "\n").utf8)
        if code.isSuccess {
            try? context.output.write(text)
            return .done
        }
        try? context.messages.write(text)
        return code == .validationFailure ? .usage : .failed
    }
}
