import Foundation

/// What a reader of a page types and is to see: the page's `console` blocks.
///
/// A line that begins with `$ ` is a command. It goes on in the next line after a `\` at its end, and after `<<'WORD'`
/// up to the line `WORD`. What follows, up to the next command, is its output. A block that cannot be run says so in
/// the line above it: `<!-- not run by the test: why -->`.
struct ConsolePage {
    /// A command and its output, and where it stands.
    struct Step {
        var command: String
        var output: [String] = []
        let line: Int

        /// What two languages have in common.
        var text: String { (["$ " + command] + output).joined(separator: "\n") }
    }

    struct Block {
        var steps: [Step] = []
        let isRun: Bool

        var text: String { (isRun ? "" : "(not run)\n") + steps.map(\.text).joined(separator: "\n") }
    }

    struct Problem: Error, CustomStringConvertible {
        let page: String
        let line: Int
        let what: String
        var description: String { "\(page):\(line): \(what)" }
    }

    /// The page's path below the project's folder.
    let name: String
    let text: String
    private(set) var blocks: [Block] = []

    static let project = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Reads a page of the project.
    init(_ name: String) throws {
        self.name = name
        text = try String(contentsOf: Self.project.appending(path: name), encoding: .utf8)
        let lines = text.components(separatedBy: "\n")
        var index = 0
        while index < lines.count {
            defer { index += 1 }
            guard lines[index] == "```console" else { continue }
            let above = lines[..<index].last { !$0.isEmpty } ?? ""
            var block = Block(isRun: try !isMark(above, line: index))
            index += 1
            while index < lines.count, lines[index] != "```" { try read(lines, &index, into: &block) }
            blocks.append(block)
        }
    }

    /// Every command that is run.
    var commands: [String] { blocks.filter(\.isRun).flatMap { $0.steps.map(\.command) } }

    private func isMark(_ line: String, line number: Int) throws -> Bool {
        guard line.hasPrefix("<!-- not run") else { return false }
        guard line.wholeMatch(of: /<!-- not run by the test: .+ -->/) != nil else {
            throw Problem(page: name, line: number, what: "the mark is <!-- not run by the test: why -->")
        }
        return true
    }

    /// One line of a block, or the lines of one command.
    private func read(_ lines: [String], _ index: inout Int, into block: inout Block) throws {
        let line = lines[index]
        if line.hasPrefix("$ ") {
            var step = Step(command: String(line.dropFirst(2)), line: index + 1)
            let ending = step.command.firstMatch(of: /<<'(\w+)'/)?.output.1
            while ending.map({ lines[index] != $0 }) ?? step.command.hasSuffix("\\") {
                index += 1
                guard index < lines.count, lines[index] != "```" else {
                    throw Problem(page: name, line: step.line, what: "the command does not end in its block")
                }
                step.command += "\n" + lines[index]
            }
            block.steps.append(step)
        } else {
            guard !block.steps.isEmpty else {
                throw Problem(page: name, line: index + 1, what: "a console block begins with a command")
            }
            block.steps[block.steps.count - 1].output.append(line)
        }
        index += 1
    }
}
