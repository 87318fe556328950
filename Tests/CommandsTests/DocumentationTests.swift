import AdminModel
import ArgumentParser
import Foundation
import JSON
import Testing

@testable import Commands

@Suite struct DocumentationTests {
    private struct Leaf {
        let name: String
        let type: any ParsableCommand.Type
    }

    private func page(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/\(name)"), encoding: .utf8)
    }

    /// A page's sections by their headings.
    private func sections(_ name: String = "trivetctl.md") throws -> [String: String] {
        var sections: [String: String] = [:]
        for section in try page(name).components(separatedBy: "\n### ") {
            let heading = section.prefix { $0 != "\n" }
            sections[String(heading)] = String(section.dropFirst(heading.count))
        }
        return sections
    }

    private func leaves(_ type: any ParsableCommand.Type, _ path: String) -> [Leaf] {
        let children = type.configuration.subcommands
        guard !children.isEmpty else { return [Leaf(name: path, type: type)] }
        return children.flatMap { leaves($0, "\(path) \($0._commandName)") }
    }

    @Test("Every command and every option of its own stands on the page, and no other command")
    func commands() throws {
        let sections = try sections()
        let leaves = leaves(TrivetctlCommand.self, "trivetctl")
        for leaf in leaves {
            guard let text = sections[leaf.name] else {
                Issue.record("docs/trivetctl.md has no section \(leaf.name)")
                continue
            }
            let help = TrivetctlCommand.helpMessage(for: leaf.type)
            let options = Set(help.matches(of: /--[a-z][a-z-]*/).map { String($0.output) })
            for option in options.subtracting(["--help", "--version", "--format", "--socket", "--quiet"]) {
                #expect(text.contains(option), "\(leaf.name) \(option)")
            }
        }
        let documented = sections.keys.filter { $0.hasPrefix("trivetctl ") }
        #expect(Set(documented) == Set(leaves.map(\.name)))
    }

    @Test("Every member of every kind of resource stands on the page of apply")
    func resources() throws {
        let (page, sections) = (try page("apply.md"), try sections("apply.md"))
        for kind in ResourceKind.allCases {
            let section = try #require(sections[kind.rawValue], "\(kind)")
            for member in names(of: kind.members) { #expect(section.contains("`\(member)`"), "\(kind) \(member)") }
        }
        let example = try #require(page.components(separatedBy: "```yaml\n").dropFirst().first)
        let file = ResourceFile(Array((example.components(separatedBy: "\n```").first ?? "").utf8), name: "apply.md")
        #expect(file.problems.isEmpty)
        #expect(file.kinds == Set(ResourceKind.allCases))
    }

    private func names(of members: [ResourceMember]) -> [String] {
        members.flatMap { member -> [String] in
            switch member.type {
            case .object(let inner), .objects(let inner): [member.name] + names(of: inner)
            default: [member.name]
            }
        }
    }

    @Test("Every exit code stands on the page")
    func exitCodes() throws {
        let page = try sections().values.joined()
        for code in 0...6 {
            #expect(ExitStatus(rawValue: Int32(code)) != nil)
            #expect(page.contains("\n| \(code) | "))
        }
    }

    @Test("Every JSON on the page is JSON")
    func samples() throws {
        let blocks = try sections().values.flatMap { $0.components(separatedBy: "```json\n").dropFirst() }
        #expect(blocks.count > 10)
        for block in blocks {
            let text = block.components(separatedBy: "\n```").first ?? ""
            #expect(throws: Never.self, "\(text)") { try JSONValue(parsing: Array(text.utf8)) }
        }
    }
}
