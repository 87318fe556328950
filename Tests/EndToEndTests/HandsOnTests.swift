import Foundation
import TestSupport
import Testing

/// What the pages for newcomers say is what happens: every command of theirs is given to a real daemon.
@Suite("The hands-on pages and the README")
struct HandsOnTests {
    private static let english = "docs/hands-on.md"
    private static let japanese = "docs/hands-on.ja.md"

    @Test("each command of a page prints what the page shows", arguments: [english, "README.md"])
    func commands(page: String) async throws {
        try await PageReader(ConsolePage(page)).read()
    }

    @Test("the Japanese page has the English one's commands and outputs, so that what holds for one holds for both")
    func languages() throws {
        let english = try ConsolePage(Self.english)
        let japanese = try ConsolePage(Self.japanese)
        for (one, other) in zip(english.blocks, japanese.blocks) { #expect(one.text == other.text) }
        #expect(english.blocks.count == japanese.blocks.count)
    }

    @Test("each command that stands for one of the lab's is typed in the page", arguments: [english, japanese])
    func table(name: String) throws {
        let page = try ConsolePage(name)
        let rows = page.text.components(separatedBy: "\n").filter { $0.hasPrefix("| ") }
        let commands = rows.flatMap { $0.matches(of: /`(trivetctl(?: [a-z][a-z-]*(?![\w:.]))+)/).map(\.output.1) }
        #expect(commands.count > 10)
        for command in commands {
            #expect(page.commands.contains { $0.contains(command) }, "\(name): \(command)")
        }
    }
}
